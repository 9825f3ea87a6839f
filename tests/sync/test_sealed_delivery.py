"""A real kiosk seals to a real centre: keyring, queue, mixed batches, answers."""

from pathlib import Path

from sync.connectivity import LinkState
from sync.envelope import is_sealed
from sync.http_transport import HttpTransport
from sync.outbox import ItemState
from tests.sync.sync_parts import Centre, Kiosk, event, make_kiosk

SEALS = True


def items(kiosk: Kiosk) -> list[bytes]:
    return [bytes(item) for (item,) in kiosk.rows("SELECT item FROM outbox ORDER BY seq")]


def test_events_are_sealed_once_the_keyring_has_come_and_old_rows_go_with_them(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    before = kiosk.append(event("r-0001"))
    kiosk.engine(transport).run_once()
    after = kiosk.append(event("r-0002"), event("r-0003"))
    assert [is_sealed(item) for item in items(kiosk)] == [False, True, True]
    report = kiosk.engine(transport).run_once()
    assert (report.acknowledged, report.error_code) == (2, "")
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == before + after
    states = {row["event_id"]: row["state"] for row in centre.admin.applications()}
    assert set(states) == {*before, *after}


def test_a_batch_may_hold_both_versions(kiosk: Kiosk, transport: HttpTransport, centre: Centre):
    old = kiosk.append(event("r-0001"), event("r-0002"))
    document = centre.admin.keyring()
    with kiosk.database.transaction() as database:
        kiosk.outbox._maker._store.take(database, document, kiosk.clock.wall)
    new = kiosk.append(event("r-0001"), event("r-0002"))
    assert [is_sealed(item) for item in items(kiosk)] == [False, False, True, True]
    report = kiosk.engine(transport).run_once()
    assert report.acknowledged == 4
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == old + new


def test_row_tells_how_its_item_was_made(kiosk: Kiosk, transport: HttpTransport):
    kiosk.append(event())
    kiosk.engine(transport).run_once()
    kiosk.append(event())
    plain, sealed = kiosk.rows("SELECT codec, dictionary, seal FROM outbox ORDER BY seq")
    assert plain == ("json", None, "none")
    with kiosk.database.reading() as database:
        keyring = kiosk.outbox._maker._store.read(database)
    assert sealed[0] == "zstd"
    assert sealed[2] == keyring.sealing_key.key_id
    assert int(sealed[1]) in (0, *keyring.dictionaries)


def test_keyring_survives_a_restart(tmp_path: Path, kiosk: Kiosk, transport: HttpTransport):
    kiosk.engine(transport).run_once()
    key = transport.trust.anchor.public_key
    with make_kiosk(tmp_path / "kiosk", kiosk.signer, key) as again:
        again.append(event())
        assert is_sealed(items(again)[0])
    other = b"\x07" * 32
    with make_kiosk(tmp_path / "kiosk", kiosk.signer, other) as moved:
        moved.append(event())
        # The settings name another centre: the keys of the old one are not used for it.
        assert not is_sealed(items(moved)[1])


def test_link_is_online_after_keys_alone(kiosk: Kiosk, transport: HttpTransport):
    report = kiosk.engine(transport).run_once()
    assert report.link is LinkState.ONLINE
    assert transport.trust.serial == 1
