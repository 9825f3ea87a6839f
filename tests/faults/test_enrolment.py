"""Enrolment from pictures: what cannot be used is said by picture, and nothing is stored."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import load_config
from kiosk.runtime import open_runtime
from kiosk.storage.residents import SqliteResidents
from tests.builders import NOW, REGION, STRANGER, ZHAO
from tests.doctor.machines import make_database, write_settings
from tests.identity.people import FACES

GOOD = FACES / "examples" / "obama.jpg"
OTHER_GOOD = FACES / "examples" / "obama2.jpg"
TWO_FACES = FACES / "examples" / "two_people.jpg"


@dataclass
class Kiosk:
    """A provisioned machine with 赵桂兰 on its roster."""

    settings: Path
    monkeypatch: pytest.MonkeyPatch

    def enrol(self, typed: str | bytes, *pictures: Path) -> int:
        raw = typed if isinstance(typed, bytes) else f"{typed}\n".encode()
        self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))
        return main(["enrol", "--config", str(self.settings), *map(str, pictures)])

    def stored(self) -> tuple[int, int, int]:
        with open_runtime(load_config(self.settings)) as runtime:
            tables = ("face_template", "consent", "audit")
            with runtime.encrypted.reading() as raw:
                templates, consents, entries = (raw[name].count for name in tables)
        return templates, consents, entries


@pytest.fixture
def kiosk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kiosk:
    make_database(tmp_path)
    made = Kiosk(write_settings(tmp_path), monkeypatch)
    with (
        open_runtime(load_config(made.settings)) as runtime,
        runtime.encrypted.transaction() as raw,
    ):
        fields = {"citizen_id": ZHAO, "name": "赵桂兰", "region_code": REGION}
        SqliteResidents(raw).put("r-0001", fields, NOW.isoformat())
    return made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A real picture without a face."""
    import cv2
    import numpy as np

    path = tmp_path / "灰墙.png"
    _, data = cv2.imencode(".png", np.full((480, 640, 3), 128, np.uint8))
    path.write_bytes(data.tobytes())
    return path


@pytest.fixture
def photos() -> None:
    if not FACES.is_dir():
        pytest.skip(f"the test photographs are absent: no {FACES.name} below XIANGLIN_MEDIA")


def test_resident_is_enrolled_from_two_good_pictures(
    photos: None, kiosk: Kiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.enrol(ZHAO.lower(), GOOD, OTHER_GOOD) == 0
    out = capsys.readouterr().out
    assert "已登记 赵*兰，用了 2 张照片" in out
    assert ZHAO not in out
    # Audited: the enrolment, and the look for somebody who is enrolled already.
    assert kiosk.stored() == (1, 1, 2)


@pytest.mark.parametrize(
    ("second", "advice"),
    [(TWO_FACES, "第2张照片：不止一个人"), (None, "第2张照片：没有找到脸")],
    ids=["two faces", "no face"],
)
def test_unusable_picture_is_named_with_advice_and_nothing_is_stored(
    second: Path | None,
    advice: str,
    photos: None,
    kiosk: Kiosk,
    picture: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert kiosk.enrol(ZHAO, GOOD, second or picture) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("KSK-305 登记用的照片不合格。")
    assert lines[1].strip().startswith(advice)
    assert kiosk.stored() == (0, 0, 0)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "号码没有输完。"),
        ("12345", "号码没有输完。"),
        (ZHAO[:-1] + ("1" if ZHAO[-1] != "1" else "2"), "号码不对。"),
        ("x" * 18, "号码有错字。"),
        ("9" * 17 + "X", "开头两位不对。"),
        (b"\xff\xfe\n", "号码没有输完。"),
        ("1" * 1_000_000, "号码没有输完。"),
    ],
    ids=["nothing", "short", "check digit", "letters", "region", "no text", "endless"],
)
def test_wrong_number_is_said_in_words_and_never_repeated(
    typed: str | bytes,
    sentence: str,
    kiosk: Kiosk,
    picture: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert kiosk.enrol(typed, picture) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert line.startswith(sentence)
    assert not typed or str(typed)[:5] not in line
    assert kiosk.stored() == (0, 0, 0)


def test_person_who_is_not_on_the_roster_is_told_the_next_step(
    kiosk: Kiosk, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.enrol(STRANGER, picture) == 1
    assert "xianglin sync" in capsys.readouterr().err


def test_more_than_five_pictures_are_refused_before_anything_is_read(
    kiosk: Kiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.enrol(ZHAO, *[tmp_path / "none.jpg"] * 6) == 2
    assert capsys.readouterr().err.startswith("最多 5 张照片，给了 6 张")


@pytest.mark.parametrize("content", [None, b"", b"GIF89a", b"\xff\xd8\xff" + b"x" * 100])
def test_file_that_is_no_picture_is_named_by_its_place(
    content: bytes | None,
    kiosk: Kiosk,
    picture: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    odd = tmp_path / "odd.jpg"
    if content is not None:
        odd.write_bytes(content)
    assert kiosk.enrol(ZHAO, picture, odd) == 2
    assert capsys.readouterr().err.startswith("第2张照片读不出来")
    assert kiosk.stored() == (0, 0, 0)


def test_missing_models_are_said_and_nothing_is_stored(
    kiosk: Kiosk,
    picture: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import importlib.util

    find_spec = importlib.util.find_spec

    def without_models(name: str, package: str | None = None) -> object:
        return None if name == "face_recognition_models" else find_spec(name, package)

    monkeypatch.setattr("importlib.util.find_spec", without_models)
    assert kiosk.enrol(ZHAO, picture) == 1
    assert capsys.readouterr().err.startswith("KSK-302 识别模型缺少")
    monkeypatch.undo()
    assert kiosk.stored() == (0, 0, 0)


def test_machine_that_is_not_provisioned_is_said_before_a_number_is_asked_for(
    home: Path, picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = io.StringIO("untouched\n")
    monkeypatch.setattr("sys.stdin", asked)
    assert main(["enrol", str(picture)]) == 2
    assert "xianglin provision" in capsys.readouterr().err
    assert asked.read() == "untouched\n"
