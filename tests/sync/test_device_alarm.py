"""A repaired kiosk tells its centre, and staff there see it beside the alarms that the centre raises itself."""

import json
from dataclasses import asdict, replace
from pathlib import Path

from kiosk.disk_watch import DiskWatch
from kiosk.storage.quarantine import RecoveryReport
from sync.device_alarm import ALARM_KIND, ALARM_SCHEMA
from sync.item import SignedItem
from sync.signing import Verifier
from tests.crash.kiosk_parts import open_kiosk
from tests.storage.damage import pages_of, spoil
from tests.sync.sender import Sender
from tests.sync.sync_parts import DEVICE, Centre, event

DATABASES = ("sqlite", "postgresql")


def told(folder: Path) -> dict[str, object]:
    """What a kiosk that lost its queue says of it."""
    with open_kiosk(folder) as kiosk:
        for _ in range(3):
            kiosk.submit()
    state = folder / "state"
    spoil(state / "kiosk.db", pages_of(state)["outbox"])
    from kiosk.storage.recovery import open_or_recover

    with open_kiosk(folder, open_or_recover) as kiosk:
        DiskWatch(kiosk.encrypted, kiosk.store, kiosk.outbox).settle()
        with kiosk.encrypted.reading() as raw:
            (item,) = raw.execute("SELECT item FROM outbox WHERE kind = ?", [ALARM_KIND]).fetchone()
        return SignedItem.decode(item).open(Verifier(kiosk.signer.public_key)).payload


def test_repair_of_a_kiosk_is_an_alarm_at_the_centre_once(
    sender: Sender, centre: Centre, tmp_path: Path
) -> None:
    payload = told(tmp_path)
    alarm = replace(
        event(), kind=ALARM_KIND, schema_version=ALARM_SCHEMA, payload=payload, subject="device-x"
    )
    item = sender.item(1, alarm)
    assert sender.outcomes(item) == [("applied", "")]
    assert sender.outcomes(item) == [("duplicate", "")]
    (row,) = centre.admin.alarms()
    assert (row["device"], row["kind"], row["times"]) == (DEVICE, "storage-repaired", 1)
    assert payload["lost"] == 3
    assert len(payload["lost_receipts"]) == 3
    assert centre.admin.settle_alarms(DEVICE) == 1


def test_alarm_of_another_shape_is_refused(sender: Sender) -> None:
    wrong = replace(
        event(), kind=ALARM_KIND, schema_version=ALARM_SCHEMA, payload={"alarm": "fire"}
    )
    assert sender.outcomes(sender.item(1, wrong)) == [("rejected", "malformed")]


def test_report_is_counts_and_numbers_only() -> None:
    text = json.dumps(asdict(RecoveryReport(at="", reason="")))
    assert not {"name", "citizen", "resident"} & set(json.loads(text))
