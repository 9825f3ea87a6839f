"""``xianglin dialects``, as staff and programs see it."""

import json

import pytest

from kiosk.__main__ import main


def run(*arguments: str) -> int:
    return main(["dialects", *arguments])


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_the_list_shows_a_province_s_dialects_and_that_nobody_has_reviewed_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("list", "--province", "海南") == 0
    shown = capsys.readouterr().out
    assert "min_qiongwen" in shown
    assert "海口话" in shown
    assert "待审" in shown
    assert "xinan_chengyu" not in shown


def test_the_list_for_programs_has_all_82(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 82
    assert {row["reviewer"] for row in rows} == {""}


def test_a_province_without_a_dialect_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--province", "四川省") == 1
    assert "没有方言包" in capsys.readouterr().out


def test_the_shipped_packs_have_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    assert "82 个方言包，0 处有错；82 个还没有母语人审过" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "shown"),
    [
        (("xinan_chengyu", "刷哈脸"), 0, "照办：pension.life_certification"),
        (("xinan_chengyu", "wo", "yao", "gao", "yin", "zen"), 0, "pension.life_certification"),
        (("yue_guangfu", "--yes-no", "m", "hai"), 0, "照办：no"),
        (("beijing_jingcheng", "--yes-no", "是"), 1, "没听懂，再问一遍（too_short）"),
    ],
)
def test_a_try_says_what_would_be_understood(
    arguments: tuple[str, ...], code: int, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("try", *arguments) == code
    assert shown in capsys.readouterr().out


def test_an_unknown_dialect_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "martian", "你好") == 1
    shown = capsys.readouterr()
    assert "ACC-501" in shown.out + shown.err
    assert "martian：没有这个方言包" in shown.out + shown.err


def test_measuring_reports_each_profile_and_what_it_does_not_show(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("measure", "beijing_jingcheng", "--every", "40") == 0
    shown = capsys.readouterr().out
    assert "beijing_jingcheng" in shown
    assert "不等于真人说话的准确率" in shown
    assert "每个方言都达标" in shown


def test_measuring_for_programs_has_counts_and_the_trial(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("measure", "yue_guangfu", "--every", "40", "--noise", "0.9", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["trial"]["noise"] == 0.9
    counts = found["profiles"][0]
    assert counts["right"] + counts["asked"] < 0.95 * 17


@pytest.mark.parametrize("arguments", [("--noise", "2"), ("--every", "0")])
def test_measuring_refuses_figures_that_mean_nothing(arguments: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("measure", *arguments)
    assert caught.value.code == 2
