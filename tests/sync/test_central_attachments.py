"""The centre's staff and the files: what is missing is seen, what is there is opened for one person only."""

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.central.admin import CentralAdmin
from sync.central.blob_files import FilesRefused
from sync.central.tables_blobs import blob_claim, staff_action
from sync.http_transport import HttpTransport
from tests.sync.file_parts import Files, accept, content_of_size
from tests.sync.sync_parts import Centre, Kiosk
from tests.sync.test_cli import run

PHOTO, OTHER = content_of_size(90_000), content_of_size(3_000, seed=2)


@pytest.fixture
def centre(shared_centre: Centre) -> Centre:
    return shared_centre


@pytest.fixture
def event_id(centre: Centre, sealing_kiosk: Kiosk, sealed_transport: HttpTransport) -> str:
    """An application with a file that is there and one that is not."""
    made = accept(sealing_kiosk, sealed_transport, OTHER, PHOTO)
    files = Files(sealing_kiosk, sealed_transport)
    stops = iter([False, False, True])
    assert files.run(lambda: next(stops)).files_delivered == 1
    return made


def actions(centre: Centre, event_id: str) -> list[tuple[str, str]]:
    with centre.admin._database.reading() as connection:
        mine = select(staff_action).where(staff_action.c.event_id == event_id)
        return [(row.action, row.detail) for row in connection.execute(mine)]


def test_application_shows_how_many_files_are_missing_until_they_are_there(
    centre: Centre, sealing_kiosk: Kiosk, sealed_transport: HttpTransport, event_id: str
) -> None:
    def missing() -> int:
        rows = centre.admin.applications(500)
        return next(row["attachments_missing"] for row in rows if row["event_id"] == event_id)

    before = centre.admin.summary().files_missing
    assert missing() == 1
    Files(sealing_kiosk, sealed_transport).run()
    assert missing() == 0
    assert centre.admin.summary().files_missing == before - 1


def test_files_are_written_opened_for_one_person_and_it_is_noted(
    centre: Centre, event_id: str, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    written, missing = centre.admin.write_files(event_id, folder)
    (path,) = written
    assert path.read_bytes() == OTHER
    assert path.name == f"{event_id}-01.jpg"
    assert [one.size for one in missing] == [len(PHOTO)]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert actions(centre, event_id) == [("attachments.opened", "1 of 2")]


def test_nothing_that_is_there_is_overwritten(
    centre: Centre, event_id: str, tmp_path: Path
) -> None:
    centre.admin.write_files(event_id, tmp_path)
    with pytest.raises(FilesRefused, match="there already"):
        centre.admin.write_files(event_id, tmp_path)
    assert len(actions(centre, event_id)) == 1


@pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")
@pytest.mark.parametrize("trick", ["linked folder", "linked file", "open folder", "a file"])
def test_folder_that_another_could_steer_is_refused(
    centre: Centre, event_id: str, tmp_path: Path, trick: str
) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "out"
    victim.mkdir()
    if trick == "linked folder":
        folder.symlink_to(victim)
    elif trick == "a file":
        folder.write_bytes(b"")
    else:
        folder.mkdir()
        if trick == "open folder":
            folder.chmod(0o777)
        else:
            (folder / f"{event_id}-01.jpg").symlink_to(victim / "target")
    with pytest.raises(FilesRefused):
        centre.admin.write_files(event_id, folder)
    assert list(victim.iterdir()) == []
    assert actions(centre, event_id) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "", "/etc", "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"]
)
def test_id_that_is_none_is_refused(centre: Centre, tmp_path: Path, name: str) -> None:
    with pytest.raises(FilesRefused):
        centre.admin.write_files(name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_kind_that_a_device_made_up_never_becomes_a_name(
    centre: Centre, event_id: str, tmp_path: Path
) -> None:
    with centre.admin._database.writing() as connection:
        mine = blob_claim.c.event_id == event_id
        connection.execute(blob_claim.update().where(mine).values(media_type="../../x/sh"))
    (path,), _ = centre.admin.write_files(event_id, tmp_path)
    assert path == tmp_path / f"{event_id}-01.bin"


def test_commands_say_what_is_there_and_what_is_missing(
    centre: Centre,
    event_id: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    state = centre.state_dir
    assert run(state, "attachments", event_id) == 0
    listed = capsys.readouterr().out
    assert "complete" in listed
    assert "bytes so far" in listed
    assert run(state, "attachments", event_id, "--out", str(tmp_path / "out")) == 0
    out = capsys.readouterr().out
    assert f"{event_id}-01.jpg" in out
    assert "1 still missing" in out
    assert run(state, "attachments", "nonsense") == 1
    assert "SYN-312" in capsys.readouterr().err
    assert run(state, "show") == 0
    assert "files still to come" in capsys.readouterr().out


def test_admin_of_another_process_sees_the_same(centre: Centre, event_id: str) -> None:
    with CentralAdmin(centre.state_dir, "file") as other:
        assert len(other.files(event_id)) == 2
