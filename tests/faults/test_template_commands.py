"""``xianglin identity withdraw | renew-templates | search``: what they say, what they leave, and wrong input."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kiosk.__main__ import main
from kiosk.config import load_config
from kiosk.failures import EXIT_FAILED, EXIT_USAGE
from kiosk.runtime import open_runtime
from kiosk.services.ports import FaceTemplate, VoiceTemplate
from kiosk.storage.residents import SqliteResidents
from tests.builders import NOW, REGION, STRANGER, ZHAO
from tests.doctor.machines import make_database, write_settings
from tests.identity.people import FACES

OBAMA = FACES / "examples" / "obama.jpg"
OBAMA_AGAIN = FACES / "examples" / "obama2.jpg"
FACE = FaceTemplate("dlib-resnet-v1", (np.eye(128, dtype="<f4")[0].tobytes(),))
VOICE = VoiceTemplate("ge2e-v1", np.eye(256, dtype="<f4")[0].tobytes(), 3, 7.0)


@dataclass
class Kiosk:
    """A provisioned machine with two residents, one of them enrolled."""

    settings: Path
    monkeypatch: pytest.MonkeyPatch

    def run(self, *arguments: str, typed: str = "") -> int:
        self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8"))
        command, *rest = arguments
        verbs = ["enrol"] if command == "enrol" else ["identity", command]
        return main([*verbs, "--config", str(self.settings), *rest])

    def stored(self) -> tuple[bool, bool]:
        with (
            open_runtime(load_config(self.settings)) as runtime,
            runtime.store.transaction() as transaction,
        ):
            one, other = transaction.templates.find("r-0001"), transaction.voices.find("r-0001")
            return one is not None, other is not None


@pytest.fixture
def kiosk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kiosk:
    make_database(tmp_path)
    made = Kiosk(write_settings(tmp_path), monkeypatch)
    with (
        open_runtime(load_config(made.settings)) as runtime,
        runtime.store.transaction() as transaction,
    ):
        residents = SqliteResidents(transaction.database)
        for resident_id, number, name in (
            ("r-0001", ZHAO, "赵桂兰"),
            ("r-0002", STRANGER, "钱秀英"),
        ):
            fields = {"citizen_id": number, "name": name, "region_code": REGION}
            residents.put(resident_id, fields, NOW.isoformat())
        transaction.templates.put("r-0001", FACE, NOW)
        transaction.voices.put("r-0001", VOICE, NOW)
    return made


@pytest.mark.parametrize(
    ("options", "left", "said"),
    [
        ((), (False, False), ("脸的同意已经收回，登记的已经删掉", "声音的同意已经收回")),
        (("--face",), (False, True), ("脸的同意已经收回",)),
        (("--voice",), (True, False), ("声音的同意已经收回",)),
    ],
)
def test_consent_is_taken_back_on_the_residents_word(
    options: tuple[str, ...],
    left: tuple[bool, bool],
    said: tuple[str, ...],
    kiosk: Kiosk,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert kiosk.run("withdraw", *options, typed=f"{ZHAO}\n") == 0
    out = capsys.readouterr().out
    assert all(words in out for words in said)
    assert ("声音" in out) is (options != ("--face",))
    assert ZHAO not in out
    assert kiosk.stored() == left
    assert kiosk.run("withdraw", *options, typed=f"{ZHAO}\n") == 0
    assert "本来就没有登记" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "status"),
    [("", EXIT_USAGE), ("123\n", EXIT_USAGE), ("110101199003074477\n", EXIT_FAILED)],
)
def test_nothing_is_erased_for_a_wrong_or_unknown_number(
    typed: str, status: int, kiosk: Kiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.run("withdraw", typed=typed) == status
    assert capsys.readouterr().err
    assert kiosk.stored() == (True, True)


def test_templates_are_renewed_and_still_open(
    kiosk: Kiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.run("renew-templates") == 0
    assert "换过了 2 份模板" in capsys.readouterr().out
    assert kiosk.stored() == (True, True)
    with (
        open_runtime(load_config(kiosk.settings)) as runtime,
        runtime.encrypted.transaction() as raw,
    ):
        raw.execute("UPDATE voice_template SET sealed = x'01'")
    assert kiosk.run("renew-templates") == 0
    out = capsys.readouterr().out
    assert "换过了 1 份模板" in out
    assert "还有 1 份打不开" in out


@pytest.mark.skipif(not FACES.is_dir(), reason="no test photographs below XIANGLIN_MEDIA")
def test_person_who_is_enrolled_twice_is_noticed_and_found_with_the_arithmetic(
    kiosk: Kiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.run("enrol", str(OBAMA), typed=f"{ZHAO}\n") == 0
    out = capsys.readouterr().out
    assert "已登记 赵*兰" in out
    assert "也很像" not in out
    assert kiosk.run("enrol", str(OBAMA_AGAIN), typed=f"{STRANGER}\n") == 0
    out = capsys.readouterr().out
    assert "下面的人也很像" in out
    assert "赵*兰" in out.split("也很像")[1]
    assert "钱*英" not in out.split("也很像")[1]
    assert kiosk.run("search", str(OBAMA)) == 0
    out = capsys.readouterr().out
    assert out.index("赵*兰") < out.index("钱*英")
    assert "比了 2 人。这只是线索，不是证明" in out
    assert "最多约" in out
    assert ZHAO not in out


def test_picture_that_cannot_be_read_is_named(
    kiosk: Kiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk.run("search", str(tmp_path / "none.jpg")) == EXIT_USAGE
    assert "第1张照片读不出来" in capsys.readouterr().err
