"""``xianglin models``, as staff and programs see it."""

import json
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import load_config
from kiosk.doctor.device_checks import check_installed
from kiosk.doctor.finding import Health
from kiosk.explain import explainable
from kiosk.models.errors import ModelError
from kiosk.models.manifest import SILERO_VAD, VOSK_SPEAKER, YUNET, read_manifest
from kiosk.models.store import ModelStore, file_sha256
from kiosk.runtime import open_runtime
from tests.doctor.machines import make_database, write_settings
from tests.models.archives import a_zip
from tests.models.file_server import FileServer
from tests.models.places import MEDIA_MODELS, media_store

ENTRIES = list(read_manifest().values())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a machine with an empty models folder."""
    monkeypatch.setenv("COLUMNS", "200")
    return write_settings(tmp_path, models={"folder": str(tmp_path / "models")})


def models(settings: Path, verb: str, *arguments: str) -> int:
    return main(["models", verb, "--config", str(settings), *arguments])


def test_the_list_tells_use_licence_doubts_and_state_of_every_model(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models(machine, "list") == 0
    shown = capsys.readouterr().out
    for entry in ENTRIES:
        assert entry.id in shown
        assert entry.licence in shown
        assert entry.purpose[:8] in shown
        assert entry.remark[:10] in shown
    for words in (
        "arcface-sface-2021dec",
        "38.7 MB",
        "没有装",
        "商用：不明确",
        "随程序",
        "校验码：没有",
    ):
        assert words in shown


def test_the_ids_stand_whole_in_a_narrow_terminal(
    machine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert models(machine, "list") == 0
    shown = capsys.readouterr().out
    assert [entry.id for entry in ENTRIES if entry.id not in shown] == []


def test_the_list_for_programs_has_the_same(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models(machine, "list", "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == set(read_manifest())
    assert rows[YUNET]["state"] == "absent"
    assert rows["face_landmarks_5_points"]["is_packaged"]


def test_a_stick_is_installed_verified_and_its_damage_found(
    machine: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    media_store()
    assert models(machine, "install", YUNET, SILERO_VAD, "--from", str(MEDIA_MODELS)) == 0
    assert "装好了：YuNet" in capsys.readouterr().out
    assert models(machine, "install", SILERO_VAD, "--from", str(MEDIA_MODELS)) == 0
    assert "早就装好了" in capsys.readouterr().out
    assert models(machine, "verify") == 0
    assert "4 个都完好" in capsys.readouterr().out
    store = ModelStore(tmp_path / "models")
    assert check_installed(store).found == "2 个，都完好"

    store.checked_path(YUNET).write_bytes(b"?")

    assert models(machine, "verify") == 1
    shown = capsys.readouterr().out
    assert f"xianglin models install {YUNET}" in shown
    assert models(machine, "verify", "--json") == 1
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[YUNET]["state"] == "damaged"
    assert rows[YUNET]["damaged"] == ["face_detection_yunet.onnx"]
    finding = check_installed(store)
    assert finding.health is Health.WARNING
    assert YUNET in finding.remedy


def test_everything_known_on_a_stick_is_installed_when_nothing_is_named(
    machine: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    media_store()
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "a.bin").write_bytes((MEDIA_MODELS / "vad_silero.onnx").read_bytes())
    (stick / "b.bin").write_bytes((MEDIA_MODELS / "face_detection_yunet.onnx").read_bytes())
    assert models(machine, "install", "--from", str(stick)) == 0
    assert capsys.readouterr().out.count("装好了：") == 2
    (stick / "a.bin").unlink()
    (stick / "b.bin").unlink()
    assert models(machine, "install", "--from", str(stick)) == 0
    assert "没有认得的模型" in capsys.readouterr().out


def test_a_stated_digest_is_noted_in_the_audit_log_and_the_list(
    machine: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    make_database(tmp_path)
    archive = a_zip(tmp_path / "vosk-model-spk-0.4.zip", {"spk/mean.vec": b"1", "spk/final": b"2"})
    digest = file_sha256(archive)
    assert models(machine, "install", VOSK_SPEAKER, "--from", str(tmp_path)) == 1
    assert "--sha256" in capsys.readouterr().err
    arguments = (VOSK_SPEAKER, "--from", str(tmp_path), "--sha256", digest)
    assert models(machine, "install", *arguments) == 0
    assert models(machine, "list") == 0
    assert "校验码是管理员写的" in capsys.readouterr().out
    with open_runtime(load_config(machine)) as runtime, runtime.encrypted.reading() as database:
        rows = database.execute("SELECT * FROM audit").fetchall()
    kept = [row for row in rows if "models.installed" in map(str, row)]
    assert len(kept) == 1
    assert VOSK_SPEAKER in map(str, kept[0])


def test_an_archive_comes_over_the_network_through_an_allowed_redirect(
    machine: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, server: FileServer
) -> None:
    archive = a_zip(tmp_path / "a.zip", {"spk/mean.vec": b"1", "spk/final.ext.raw": b"2"})
    target = server.url("archive", port=1, file=archive)
    url = server.url("sent-on", fault=f"redirect:{target}")
    wishes = (
        VOSK_SPEAKER, "--url", url, "--sha256", file_sha256(archive),
        "--ca-bundle", str(server.authority),
    )  # fmt: skip
    assert models(machine, "install", *wishes) == 1
    said = capsys.readouterr().err
    host = f"127.0.0.1:{server.ports[1]}"
    assert said.startswith("IDN-107")
    assert host in said

    assert models(machine, "install", *wishes, "--allow-host", host) == 0

    folder = ModelStore(tmp_path / "models").checked_path(VOSK_SPEAKER)
    assert (folder / "final.ext.raw").read_bytes() == b"2"
    assert list((tmp_path / "models" / ".partial").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], "IDN-101"),
        (["face_embedding_mobileface"], "IDN-114"),
        ([YUNET, "--sha256", "a" * 64], "IDN-103"),
        ([YUNET, "--url", "http://example.org/x"], "IDN-105"),
        ([YUNET, "--from", "/nowhere/at/all"], "IDN-113"),
    ],
)
def test_what_cannot_be_installed_is_said_with_a_code_and_what_to_do(
    machine: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    assert models(machine, "install", *arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith(code)
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments",
    [[], [YUNET, SILERO_VAD, "--url", "https://x"], [YUNET, SILERO_VAD, "--sha256", "a" * 64],
     [YUNET, "--from", ".", "--url", "https://x"]],
)  # fmt: skip
def test_wishes_that_contradict_each_other_are_wrong_usage(
    machine: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert models(machine, "install", *arguments) == 2
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("arguments", [["--sha256", "abc"], ["--minutes", "0"]])
def test_values_that_are_none_are_refused_by_the_parser(
    machine: Path, arguments: list[str]
) -> None:
    with pytest.raises(SystemExit):
        models(machine, "install", YUNET, *arguments)


def test_every_model_error_has_a_code_of_its_own() -> None:
    kinds = [kind for kind in explainable() if issubclass(kind, ModelError)]
    codes = {kind.code for kind in kinds}
    assert len(codes) == len(kinds) == 15
    assert all(code.startswith("IDN-1") for code in codes)


def test_no_installed_model_is_nothing_to_worry_about(tmp_path: Path) -> None:
    assert check_installed(ModelStore(tmp_path)).health is Health.GOOD
