"""The centre's side of files on each database that it may run on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from sync.blob_messages import BlobState
from sync.central.metrics import DatabaseFigures
from sync.central.tables_blobs import blob as blob_table
from sync.http_transport import HttpTransport
from tests.sync.file_parts import Files, accept, at_centre, blob_of, content_of_size, know_keys
from tests.sync.sync_parts import Centre, Kiosk, make_kiosk
from tests.sync.test_cli import run

DATABASES = ("sqlite", "postgresql")

PHOTO, OTHER = content_of_size(150_000), content_of_size(3000, seed=2)


@pytest.fixture
def kiosk(centre: Centre, tmp_path: Path) -> Iterator[Kiosk]:
    with make_kiosk(tmp_path / "kiosk", None, centre.admin.centre_public_key()) as made:
        know_keys(made, centre)
        yield made


def figures(centre: Centre) -> dict[str, float]:
    found = DatabaseFigures(centre.admin._database).collect()
    return {one.name: one.samples[0].value for one in found if one.samples}


def test_missing_files_are_counted_with_the_age_of_the_oldest_and_told_by_a_word(
    centre: Centre,
    kiosk: Kiosk,
    transport: HttpTransport,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "250")

    def told() -> str:
        assert run(centre.state_dir, "status") == 0
        (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith("files")]
        return line

    assert told() == "files     all there"
    assert figures(centre)["xianglin_oldest_missing_file_seconds"] == 0
    accept(kiosk, transport, PHOTO, OTHER)
    assert figures(centre)["xianglin_files_missing"] == 2
    assert 0 <= figures(centre)["xianglin_oldest_missing_file_seconds"] < 600
    assert told().endswith("2 announced and still to come, the longest for 0 days: on their way")
    with centre.admin._database.writing() as connection:
        connection.execute(update(blob_table).values(declared_at="2026-01-01T00:00:00.000Z"))
    assert figures(centre)["xianglin_oldest_missing_file_seconds"] > 300 * 86_400
    assert told().endswith("no kiosk has been able to bring it")
    assert Files(kiosk, transport).run().files_delivered == 2
    assert told() == "files     all there"
    assert figures(centre)["xianglin_files_missing"] == 0


def test_file_is_declared_taken_dropped_when_wrong_completed_and_opened(
    centre: Centre, kiosk: Kiosk, transport: HttpTransport, tmp_path: Path
) -> None:
    event_id = accept(kiosk, transport, PHOTO)
    blob = blob_of(kiosk, PHOTO)
    wrong = bytes(blob.sealed_bytes)
    assert transport.put_blob(blob.name, 0, wrong[:1000]).blob.held == 1000
    assert transport.put_blob(blob.name, 5000, b"x").problem.code == "wrong-offset"
    dropped = transport.put_blob(blob.name, 1000, wrong[1000:])
    assert (dropped.blob.held, dropped.problem.code) == (0, "blob-damaged")
    (row,) = centre.admin.applications()
    assert row["attachments_missing"] == centre.admin.summary().files_missing == 1
    assert Files(kiosk, transport).run().files_delivered == 1
    (standing,) = transport.lacking_blobs([blob.name]).blobs
    assert (standing.state, standing.held) == (BlobState.COMPLETE, blob.sealed_bytes)
    assert at_centre(centre, blob) == PHOTO
    (row,) = centre.admin.applications()
    assert row["attachments_missing"] == centre.admin.summary().files_missing == 0
    (path,), missing = centre.admin.write_files(event_id, tmp_path / "out")
    assert (path.read_bytes(), missing) == (PHOTO, [])
