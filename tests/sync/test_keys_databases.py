"""Keys at a centre that keeps them in PostgreSQL."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.sealing import KEMS
from tests.sync.sync_parts import Centre, event, make_kiosk

DATABASES = ("postgresql",)


def test_keys_of_both_sides_are_changed_while_events_wait(centre: Centre, tmp_path: Path):
    with make_kiosk(tmp_path / "kiosk", None, centre.admin.centre_public_key()) as kiosk:
        centre.enrol(kiosk.signer)
        transport = centre.transport(kiosk.signer)
        engine = kiosk.engine(transport)
        kiosk.append(event("r-0001"))
        assert engine.run_once().acknowledged == 1
        kiosk.append(event("r-0002"))
        kiosk.rotate()
        kiosk.append(event("r-0003"))
        old = centre.admin.rotate_keys(["signing", *KEMS], timedelta(days=3))
        assert engine.run_once().acknowledged == 2
        kiosk.clock.forward(600)
        engine.run_once()
        assert transport.trust.serial == old.serial
        assert centre.admin.extend_key(old.signers[0].key_id, datetime.now(UTC))
        kiosk.append(event("r-0001"))
        assert engine.run_once().acknowledged == 1
        transport.close()
