"""More who ask than the database takes connections: each is told to come again, and nobody's events suffer."""

import contextlib
from pathlib import Path

import pytest

from sync.central.admin import CentralAdmin
from sync.central.app import create_app
from sync.central.engines import POOL_SIZE
from sync.central.server import running
from sync.central.settings import CentralSettings
from sync.connectivity import LinkState
from sync.http_transport import HttpTransport
from sync.outbox import ItemState
from tests.sync.sync_parts import DEVICE, REGION, Kiosk, event


def test_kiosk_comes_again_when_no_connection_to_the_database_is_free(
    tmp_path: Path, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.central.engines.POOL_WAIT_S", 0.1)
    settings = CentralSettings(tmp_path / "centre", port=0, key_provider="file")
    app = create_app(settings)
    database = app.state.database
    with CentralAdmin(settings.state_dir, "file") as admin:
        admin.enrol_device(DEVICE, "A07", REGION, kiosk.signer.public_key)
        centre_key = admin.centre_public_key()
    ids = kiosk.append(event("r-0001"), event("r-0002"))
    before = kiosk.rows("SELECT * FROM outbox")
    with running(settings, app) as server:
        transport = HttpTransport(server.url, DEVICE, kiosk.signer, centre_key)
        try:
            engine = kiosk.engine(transport)
            with contextlib.ExitStack() as held:
                for _ in range(POOL_SIZE):
                    held.enter_context(database.reading())
                assert database.connections_in_use == POOL_SIZE
                report = engine.run_once()
            assert (report.error_code, report.link) == ("SYN-103", LinkState.OFFLINE)
            assert report.retry_after_s == 30.0
            assert kiosk.rows("SELECT * FROM outbox") == before
            assert engine.run_once().acknowledged == 2
        finally:
            transport.close()
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids
