"""A device changes its key while its queue is full of items of the old one."""

import uuid
from pathlib import Path

import pytest
from sqlalchemy import text

from sync.answers import EventStatus
from sync.envelope import decode_item, seal_item
from sync.errors import NotAuthorised, RejectedItem, RotationRefused, Unreachable
from sync.http_transport import HttpTransport
from sync.item import sign_item
from sync.key_announcement import announce, read_announcement
from sync.keyring_store import KeyringStore
from sync.outbox import ItemState
from sync.signing import DeviceSigner, Verifier
from tests.sync.sync_parts import (
    DEVICE,
    Centre,
    FakeClock,
    Kiosk,
    event,
    make_kiosk,
)

SEALS = True


def sealing_key(kiosk: Kiosk, transport: HttpTransport):
    with kiosk.database.reading() as database:
        return KeyringStore(transport.trust.anchor).read(database).sealing_key


def outcomes(transport: HttpTransport, *items: bytes) -> list[tuple[str, str]]:
    return [
        (one.status.value, one.problem.code if one.problem else "")
        for one in transport.send_batch(str(uuid.uuid4()), items).results
    ]


def test_queue_of_three_kinds_of_items_is_delivered(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    ids = kiosk.append(event("r-0001"), event("r-0002"))  # version 1: no keyring yet
    with kiosk.database.transaction() as database:
        KeyringStore(transport.trust.anchor).take(
            database, centre.admin.keyring(), kiosk.clock.wall
        )
    ids += kiosk.append(event("r-0001"), event("r-0003"))  # sealed, the old key
    new = kiosk.rotate()
    ids += kiosk.append(event("r-0001"), event("r-0002"))  # sealed, the new key
    assert new.first_seq == 5
    items = [bytes(row[0]) for row in kiosk.rows("SELECT item FROM outbox ORDER BY seq")]
    keys = [decode_item(item).header.key for item in items]
    assert keys == [kiosk.signer.key_id] * 4 + [new.signer.key_id] * 2
    report = kiosk.engine(transport).run_once()
    assert (report.acknowledged, report.error_code) == (6, "")
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids
    (device,) = centre.admin.devices()
    assert device["public_key"] == new.signer.public_key
    # From now on the new key signs requests, and the old one does not.
    kiosk.append(event("r-0003"))
    assert kiosk.engine(transport).run_once().acknowledged == 1
    with pytest.raises(NotAuthorised):
        centre.transport(kiosk.signer).device_state()


def test_old_key_is_good_below_the_cut_only(kiosk: Kiosk, centre: Centre, transport: HttpTransport):
    engine = kiosk.engine(transport)
    engine.run_once()
    old, reading = kiosk.signer, FakeClock().read()
    key = sealing_key(kiosk, transport)
    late = seal_item(event(), DEVICE, 1, reading, old, key)
    kiosk.append(event())
    new = kiosk.rotate()
    kiosk.append(event())
    engine.run_once()
    assert new.first_seq == 2
    stolen = seal_item(event(), DEVICE, 40, reading, old, key)
    stolen_before = sign_item(event(), DEVICE, 41, reading, old)
    early = seal_item(event(), DEVICE, 1, reading, new.signer, key)
    assert outcomes(transport, stolen, stolen_before, early) == [("rejected", "retired-key")] * 3
    # The number is taken meanwhile, so this is a clone; but its signature still counts.
    assert outcomes(transport, late) == [("conflict", "cloned-device")]


def test_new_key_that_was_not_told_yet_makes_events_wait_not_park(
    kiosk: Kiosk, transport: HttpTransport
):
    kiosk.engine(transport).run_once()
    new = kiosk.rotate()
    key = sealing_key(kiosk, transport)
    item = seal_item(event(), DEVICE, 1, FakeClock().read(), new.signer, key)
    assert outcomes(transport, item) == [("later", "unknown-device-key")]


def test_lost_answer_to_the_announcement_is_asked_for_again(
    kiosk: Kiosk, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
):
    kiosk.engine(transport).run_once()
    kiosk.rotate()
    (event_id,) = kiosk.append(event())
    real = transport.announce_key

    def lose(announcement: bytes):
        real(announcement)
        raise Unreachable("the answer was lost")

    monkeypatch.setattr(transport, "announce_key", lose)
    kiosk.engine(transport).run_once()
    assert kiosk.ids(ItemState.QUEUED) == [event_id]
    monkeypatch.undo()
    assert kiosk.engine(transport).run_once().acknowledged == 1
    assert kiosk.keys_waiting() is None


def test_restart_between_rotation_and_announcement_loses_nothing(
    tmp_path: Path, kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    kiosk.engine(transport).run_once()
    new = kiosk.rotate()
    key = centre.admin.centre_public_key()
    with make_kiosk(tmp_path / "kiosk", kiosk.signer, key) as again:
        (event_id,) = again.append(event())
        assert again.entry(event_id).seq == new.first_seq
        assert again.engine(transport).run_once().acknowledged == 1


def test_second_rotation_waits_for_the_first(kiosk: Kiosk, transport: HttpTransport):
    kiosk.rotate()
    with pytest.raises(RotationRefused):
        kiosk.rotate()
    kiosk.engine(transport).run_once()
    second = kiosk.rotate()
    kiosk.append(event())
    assert kiosk.engine(transport).run_once().acknowledged == 1
    assert second.number == 2


def test_old_key_cannot_name_another_successor(kiosk: Kiosk, transport: HttpTransport):
    """Whoever stole the old key must not take the device over after it was changed."""
    kiosk.engine(transport).run_once()
    new = kiosk.rotate()
    kiosk.append(event())
    kiosk.engine(transport).run_once()
    thief = DeviceSigner.generate()
    transport.use_signer(kiosk.signer)
    with pytest.raises(NotAuthorised):
        transport.announce_key(announce(DEVICE, 100, kiosk.signer, thief))
    # Telling the same again is answered.
    told = announce(DEVICE, new.first_seq, kiosk.signer, new.signer)
    assert transport.announce_key(told).public == new.signer.public_key.hex()


@pytest.mark.parametrize("cut", [1, 2])
def test_cut_behind_what_was_delivered_is_refused(kiosk: Kiosk, transport: HttpTransport, cut: int):
    kiosk.engine(transport).run_once()
    kiosk.append(event(), event())
    kiosk.engine(transport).run_once()
    with pytest.raises(NotAuthorised):
        transport.announce_key(announce(DEVICE, cut, kiosk.signer, DeviceSigner.generate()))
    assert (
        transport.announce_key(announce(DEVICE, 3, kiosk.signer, DeviceSigner.generate())).first_seq
        == 3
    )


def test_announcement_needs_both_signatures():
    old, new, thief = (DeviceSigner.generate() for _ in range(3))
    known = Verifier(old.public_key)
    right = announce(DEVICE, 5, old, new)
    assert read_announcement(right, DEVICE, known).first_seq == 5
    for body, device in (
        (announce(DEVICE, 5, thief, new), DEVICE),
        (right, "dev-0008"),
        (right.replace(old.key_id.encode(), thief.key_id.encode()), DEVICE),
        (right.replace(new.public_key.hex().encode(), thief.public_key.hex().encode()), DEVICE),
        (announce(DEVICE, 5, old, old), DEVICE),
        (b"{}", DEVICE),
        (right[:-1], DEVICE),
    ):
        with pytest.raises(RejectedItem):
            read_announcement(body, device, known)


def test_duplicate_of_an_old_item_is_recognised_after_the_change(
    kiosk: Kiosk, transport: HttpTransport
):
    kiosk.engine(transport).run_once()
    kiosk.append(event())
    (item,) = [bytes(row[0]) for row in kiosk.rows("SELECT item FROM outbox")]
    kiosk.engine(transport).run_once()
    kiosk.rotate()
    kiosk.append(event())
    kiosk.engine(transport).run_once()
    (result,) = transport.send_batch(str(uuid.uuid4()), [item]).results
    assert result.status is EventStatus.DUPLICATE


def test_centre_that_was_set_back_before_the_changes_is_told_again(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    kiosk.engine(transport).run_once()
    for _ in range(2):
        kiosk.rotate()
        kiosk.append(event())
        kiosk.engine(transport).run_once()
    with centre.admin._database.writing() as connection:
        connection.execute(text("DELETE FROM device_key"))
        connection.execute(text("DELETE FROM application"))
        connection.execute(text("DELETE FROM inbox"))
        connection.execute(text("DELETE FROM event_key"))
        connection.execute(
            text("UPDATE device SET hwm = 0, public_key = :key"), {"key": kiosk.signer.public_key}
        )
    centre.admin.renew_epoch()
    kiosk.append(event())
    assert kiosk.engine(transport).run_once().error_code == "SYN-201"
    report = kiosk.engine(transport).run_once()
    assert (report.error_code, report.requeued, report.acknowledged) == ("", 2, 3)
