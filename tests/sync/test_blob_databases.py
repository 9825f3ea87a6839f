"""The centre's side of files on each database that it may run on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.blob_messages import BlobState
from sync.http_transport import HttpTransport
from tests.sync.file_parts import Files, accept, at_centre, blob_of, content_of_size, know_keys
from tests.sync.sync_parts import Centre, Kiosk, make_kiosk

DATABASES = ("sqlite", "postgresql")

PHOTO = content_of_size(150_000)


@pytest.fixture
def kiosk(centre: Centre, tmp_path: Path) -> Iterator[Kiosk]:
    with make_kiosk(tmp_path / "kiosk", None, centre.admin.centre_public_key()) as made:
        know_keys(made, centre)
        yield made


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
