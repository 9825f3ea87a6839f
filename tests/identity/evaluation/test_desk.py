"""The commands, with an engine whose people are made up: a file holds its embedding as text."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk import identity_desk, sample_engines
from kiosk.__main__ import main
from kiosk.domain.identity_evidence import Modality
from kiosk.identity.calibration_file import read_calibration
from kiosk.identity.evaluation.samples import SampleUnusable
from kiosk.identity.score_space import Metric


class TextEngine:
    engine_id = "text-1"
    modality = Modality.FACE
    metric = Metric.COSINE

    def embed(self, path: Path) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        text = path.read_text("utf-8")
        if text in ("too_dark", "no_face"):
            raise SampleUnusable(text)
        return np.array(json.loads(text), np.float32)


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setattr(
        sample_engines, "_makers", lambda _config: {"text-1": lambda _config: TextEngine()}
    )
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("XIANGLIN_CONFIG", raising=False)
    monkeypatch.setenv("COLUMNS", "60")

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["identity", *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def make_people(root: Path, people: int = 24, each: int = 3) -> Path:
    chance = np.random.default_rng(3)
    rows = ["person,sex,birth_year"]
    for number in range(people):
        folder = root / f"王{number:02d}"
        folder.mkdir(parents=True)
        mean = chance.normal(size=12)
        for picture in range(each):
            vector = mean + chance.normal(0, 0.45, 12)
            (folder / f"{picture}.jpg").write_text(json.dumps(vector.tolist()), "utf-8")
        rows.append(f"{folder.name},{'女男'[number % 2]},{1940 + 3 * (number % 8)}")
    (root / "王00" / "dark.jpg").write_text("too_dark", "utf-8")
    (root / "王01" / "wall.jpg").write_text("no_face", "utf-8")
    (root / "people.csv").write_text("\n".join(rows), "utf-8")
    (root / "spoof" / "print").mkdir(parents=True)
    (root / "spoof" / "print" / "1.jpg").write_text("attack", "utf-8")
    return root


def test_evaluation_writes_a_report_that_counts_everything(
    tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    folder, out = make_people(tmp_path / "[set]"), tmp_path / "report"
    code, said = command("evaluate", str(folder), "--out", str(out), "--name", "[集]")
    assert code == 0, said
    assert "24个人，74个样本用上了72个" in said
    assert "证明不了，要第二个凭证" in said
    assert str(out / "report.html") in said
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report["trials"] == {"genuine": 72, "impostor": 72 * 71 // 2 - 72}
    assert report["pairs_of_people"] == 276
    assert report["samples"]["left_out"] == {"too_dark": 1, "no_face": 1}
    assert {row["group"] for row in report["groups"]} >= {"sex:female", "sex:male", "age:80+"}
    assert sum(row["people"] for row in report["groups"] if row["group"].startswith("sex")) == 24
    assert report["attacks_not_judged"] == {"print": 1}
    lines = (out / "scores.csv").read_text("utf-8").splitlines()
    assert len(lines) == 1 + 72 * 71 // 2
    assert "王" not in "".join(lines)
    for name in ("det", "histogram"):
        picture = cv2.imdecode(
            np.frombuffer((out / f"{name}.png").read_bytes(), np.uint8), cv2.IMREAD_COLOR
        )
        assert picture is not None
        assert picture.shape == (960, 1440, 3)
        assert (out / f"{name}.svg").read_text("utf-8").startswith("<svg")


def test_report_is_one_page_in_plain_chinese_that_loads_nothing(
    tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    folder, out = make_people(tmp_path / "set"), tmp_path / "report"
    assert command("evaluate", str(folder), "--out", str(out), "--name", "<b>x")[0] == 0
    text = (out / "report.html").read_text("utf-8")
    assert text.count("<svg") == 2
    assert "<b>x" not in text
    assert "&lt;b&gt;x" in text
    assert "太暗" in text
    assert "没有测" in text
    addresses = set(re.findall(r"https?://[^\s\"']+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(script|link|img|iframe)\b", text)


def test_calibration_is_written_where_it_is_told_and_keeps_other_engines(
    tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    folder, file = make_people(tmp_path / "set"), tmp_path / "new" / "county.json"
    code, said = command("calibrate", str(folder), "--out", str(file))
    assert code == 0, said
    assert f"identity.calibration 写成 {file}" in said
    engines = {engine.engine_id: engine for engine in read_calibration(file).engines}
    assert set(engines) >= {"text-1", "dlib-resnet-v1"}
    assert engines["text-1"].people == 24
    assert engines["text-1"].rows[-1].far_bound > 1e-3
    code, _ = command("calibrate", str(folder), "--out", str(file), "--factor-similarity", "0.9")
    assert code == 0
    again = {engine.engine_id: engine for engine in read_calibration(file).engines}
    assert again["text-1"].factor_similarity == 0.9


def test_set_too_small_is_refused_in_a_sentence_and_nothing_is_written(
    tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    folder, file = make_people(tmp_path / "set", people=4), tmp_path / "county.json"
    code, said = command("calibrate", str(folder), "--out", str(file))
    assert code == 1
    assert "IDN-603 数据太少" in said
    assert "有4人，至少要8人" in said
    assert not file.exists()


def test_engine_that_is_not_there_and_folder_without_files_are_said(
    tmp_path: Path, command: Callable[..., tuple[int, str]]
) -> None:
    folder = make_people(tmp_path / "set", people=9)
    code, said = command("evaluate", str(folder), "--engine", "other-1")
    assert (code, "other-1：没有这个引擎；有的是text-1" in said) == (1, True)
    (tmp_path / "empty" / "a").mkdir(parents=True)
    code, said = command("evaluate", str(tmp_path / "empty"))
    assert (code, "没有这个引擎能用的文件" in said) == (1, True)


def test_attacks_are_judged_where_there_is_a_detector(
    tmp_path: Path, command: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Detector:
        name = "all-1"

        def is_live(self, path: Path) -> bool:
            return True

    monkeypatch.setattr(identity_desk, "make_detector", lambda _config: Detector())
    folder, out = make_people(tmp_path / "set", people=9), tmp_path / "report"
    assert command("evaluate", str(folder), "--out", str(out))[0] == 0
    attacks = json.loads((out / "report.json").read_text("utf-8"))["attacks"]
    assert attacks["apcer_by_species"]["print"]["rate"] == 1.0
    assert attacks["bpcer"]["errors"] == 0
    assert "APCER" in (out / "report.html").read_text("utf-8")
