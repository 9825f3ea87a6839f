"""The centre changes its keys while kiosks are away, come back, or know only the first one."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from sync.compression import NO_DICTIONARY
from sync.envelope import decode_item, seal_item
from sync.errors import KeyringRefused, NotTheCentre
from sync.http_transport import HttpTransport
from sync.keyring import Keyring, ListedKey, open_keyring, sign_keyring
from sync.keyring_store import KeyringStore
from sync.outbox import ItemState
from sync.sealing import HYBRID, KEMS, X25519, OpeningKey
from sync.signing import DeviceSigner, Verifier
from tests.sync.sync_parts import (
    DEVICE,
    NOW,
    Centre,
    FakeClock,
    Kiosk,
    event,
    make_kiosk,
)

OVERLAP = timedelta(days=30)


SEALS = True


def end(centre: Centre, key_id: str) -> None:
    """Let the time of an old key be over."""
    assert centre.admin.extend_key(key_id, datetime.now(UTC) - timedelta(seconds=1))


def store_of(transport: HttpTransport) -> KeyringStore:
    return KeyringStore(transport.trust.anchor)


def kept(kiosk: Kiosk, transport: HttpTransport) -> Keyring:
    with kiosk.database.reading() as database:
        found = store_of(transport).read(database)
    assert found is not None
    return found


def outcomes(transport: HttpTransport, *items: bytes) -> list[tuple[str, str]]:
    return [
        (one.status.value, one.problem.code if one.problem else "")
        for one in transport.send_batch(str(uuid.uuid4()), items).results
    ]


def test_queue_sealed_to_two_keys_and_to_none_is_delivered(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    ids = kiosk.append(event("r-0001"))  # version 1
    with kiosk.database.transaction() as database:
        store_of(transport).take(database, centre.admin.keyring(), kiosk.clock.wall)
    ids += kiosk.append(event("r-0002"))
    centre.admin.rotate_keys(KEMS, OVERLAP)
    with kiosk.database.transaction() as database:
        store_of(transport).take(database, centre.admin.keyring(), kiosk.clock.wall)
    ids += kiosk.append(event("r-0003"))
    seals = [seal for (seal,) in kiosk.rows("SELECT seal FROM outbox ORDER BY seq")]
    assert len(set(seals)) == 3
    assert kiosk.engine(transport).run_once().acknowledged == 3
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def test_running_kiosk_learns_of_a_new_key_with_its_next_answer(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    engine = kiosk.engine(transport)
    engine.run_once()
    old = kept(kiosk, transport)
    centre.admin.rotate_keys(["signing"], OVERLAP)
    centre.admin.rotate_keys(KEMS, OVERLAP)
    kiosk.append(event())
    kiosk.clock.forward(600)
    engine.run_once()  # an answer of version 2 speaks of the serial
    kiosk.clock.forward(600)
    engine.run_once()
    new = kept(kiosk, transport)
    assert new.serial == old.serial + 2
    assert new.sealing_key != old.sealing_key
    assert new.bundle_key != old.bundle_key
    assert [key.public for key in new.signing[1:]] == [key.public for key in old.signing]
    assert transport.trust.verifiers.keys() == new.verifiers.keys()


def test_event_sealed_to_an_ended_key_is_parked_and_gets_in_when_it_is_extended(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    kiosk.engine(transport).run_once()
    old = kept(kiosk, transport).sealing_key
    (event_id,) = kiosk.append(event())
    centre.admin.rotate_keys(KEMS, OVERLAP)
    end(centre, old.key_id)
    assert kiosk.engine(transport).run_once().parked == 1
    assert kiosk.entry(event_id).last_error_code == "retired-key"
    assert centre.admin.extend_key(old.key_id, datetime.now(UTC) + timedelta(days=1))
    with kiosk.database.transaction() as database:
        assert kiosk.outbox.retry(database, event_id)
    assert kiosk.engine(transport).run_once().acknowledged == 1


def test_event_sealed_to_another_centre_is_named_so(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    kiosk.engine(transport).run_once()
    reading = FakeClock().read()
    other = OpeningKey.generate().sealing_key
    foreign = seal_item(event(), DEVICE, 1, reading, kiosk.signer, other)
    own = seal_item(event(), DEVICE, 2, reading, kiosk.signer, kept(kiosk, transport).sealing_key)
    assert outcomes(transport, foreign, own) == [
        ("rejected", "unknown-sealing-key"),
        ("applied", ""),
    ]


def test_kiosk_that_knows_only_the_first_key_works_through_the_overlap(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    centre.admin.rotate_keys(["signing"], OVERLAP)
    # The version before: no keyring, routes of version 1, the key of its settings.
    assert transport.device_state().hwm == 0
    assert transport.roster(0).cursor > 0
    assert centre.admin.centre_public_key() != transport.trust.anchor.public_key


def test_ended_signing_key_counts_for_nobody_who_knows_better(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    engine = kiosk.engine(transport)
    engine.run_once()
    first = transport.trust.anchor
    centre.admin.rotate_keys(["signing"], OVERLAP)
    end(centre, first.key_id)
    # One that knows nothing else is told nothing …
    before = HttpTransport(centre.url, DEVICE, kiosk.signer, first.public_key)
    with pytest.raises(NotTheCentre):
        before.device_state()
    before.close()
    # … but the keyring reaches even one that slept through the overlap, as soon as an answer makes it doubt.
    kiosk.append(event())
    assert engine.run_once().error_code == "SYN-102"
    kiosk.clock.forward(300)
    report = engine.run_once()
    assert (report.acknowledged, report.error_code) == (1, "")
    assert first.key_id not in transport.trust.verifiers
    assert first.key_id in kept(kiosk, transport).paper_verifiers


def test_centre_restored_to_before_a_change_is_followed(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    """Its document is older than the kiosk's, and there is no other: staff say that it was restored."""
    engine = kiosk.engine(transport)
    engine.run_once()
    before = kept(kiosk, transport)
    centre.admin.rotate_keys(["signing", *KEMS], OVERLAP)
    with kiosk.database.transaction() as database:
        store_of(transport).take(database, centre.admin.keyring(), kiosk.clock.wall)
    with centre.admin._database.writing() as connection:
        connection.execute(text("DELETE FROM centre_key WHERE number > 3"))
        connection.execute(text("UPDATE centre_key SET until = ''"))
        connection.execute(text("UPDATE keyring SET serial = 1"))
    assert centre.admin.keys().serial < 1000
    centre.admin.renew_epoch()
    kiosk.clock.forward(24 * 3600)
    engine.run_once()
    after = kept(kiosk, transport)
    assert after.serial > 1000
    assert after.sealing_key == before.sealing_key
    kiosk.append(event())
    assert engine.run_once().acknowledged == 1


def keyring(serial: int, signer: DeviceSigner, **changes: object) -> Keyring:
    made = Keyring(
        serial=serial,
        issued_at=NOW,
        signing=(ListedKey(signer.public_key),),
        past=(),
        sealing={kem: (ListedKey(OPENERS[kem].sealing_key.public),) for kem in KEMS},
        dictionaries=(),
    )
    return replace(made, **changes)


OPENERS = {kem: OpeningKey.generate(kem) for kem in KEMS}
FIRST, SECOND, THIEF = (DeviceSigner(bytes([number]) * 32) for number in (1, 2, 3))
TRUSTED = {FIRST.key_id: Verifier(FIRST.public_key)}


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Kiosk]:
    with make_kiosk(tmp_path, None, FIRST.public_key) as made:
        yield made


def take(device: Kiosk, document: bytes) -> Keyring:
    with device.database.transaction() as database:
        return KeyringStore(Verifier(FIRST.public_key)).take(database, document, NOW)


def test_older_keyring_is_refused_and_the_same_one_is_not(device: Kiosk):
    older, newer = keyring(4, FIRST), keyring(5, FIRST)
    take(device, sign_keyring(newer, [FIRST]))
    assert take(device, sign_keyring(newer, [FIRST])) == newer
    for wrong in (older, keyring(5, FIRST, dictionaries=(7,))):
        with pytest.raises(KeyringRefused):
            take(device, sign_keyring(wrong, [FIRST]))
    assert take(device, sign_keyring(keyring(6, FIRST), [FIRST])).serial == 6


def test_chain_of_keys_is_followed_and_not_turned_back(device: Kiosk):
    both = keyring(2, SECOND, signing=(ListedKey(SECOND.public_key), ListedKey(FIRST.public_key)))
    take(device, sign_keyring(both, [SECOND, FIRST]))
    take(device, sign_keyring(keyring(3, SECOND), [SECOND, FIRST]))
    # The first key is off the list: what it signs alone, whoever holds it now, is not believed any more.
    with pytest.raises(KeyringRefused):
        take(device, sign_keyring(keyring(9, THIEF), [FIRST]))
    assert take(device, sign_keyring(keyring(4, SECOND), [SECOND])).serial == 4


@pytest.mark.parametrize("signers", [[], [THIEF], [SECOND]])
def test_keyring_of_another_centre_is_refused(device: Kiosk, signers: list[DeviceSigner]):
    with pytest.raises(KeyringRefused):
        take(device, sign_keyring(keyring(1, SECOND), signers))


@pytest.mark.parametrize(
    "changes",
    [
        {"signing": ()},
        {"signing": (ListedKey(b"short"),)},
        {"sealing": {X25519: (ListedKey(bytes(range(32))),)}},
        {"sealing": {X25519: (), HYBRID: ()}},
        {"sealing": {kem: (ListedKey(bytes(31)),) for kem in KEMS}},
        {"signing": tuple(ListedKey(FIRST.public_key) for _ in range(17))},
    ],
)
def test_keyring_without_usable_keys_is_refused_even_when_signed(changes):
    with pytest.raises(KeyringRefused):
        open_keyring(sign_keyring(keyring(1, FIRST, **changes), [FIRST]), TRUSTED)


def test_no_changed_byte_of_a_keyring_is_believed():
    document = sign_keyring(keyring(1, FIRST), [FIRST])
    assert open_keyring(document, TRUSTED).serial == 1
    accepted = []
    # The hybrid key alone is 1.6 kB of the same: every seventh place.
    for place in [*range(150), *range(150, len(document), 7)]:
        changed = bytearray(document)
        changed[place] ^= 0x01
        try:
            open_keyring(bytes(changed), TRUSTED)
        except KeyringRefused:
            continue
        accepted.append(place)
    assert accepted == []


def test_oversized_keyring_is_not_even_parsed():
    with pytest.raises(KeyringRefused):
        open_keyring(b"{" + b" " * 70_000 + b"}", TRUSTED)


def test_device_compresses_only_with_what_the_keyring_names(device: Kiosk):
    take(device, sign_keyring(keyring(1, FIRST, dictionaries=(99,)), [FIRST]))
    device.append(event())
    take(device, sign_keyring(keyring(2, FIRST, dictionaries=(99, 20260001)), [FIRST]))
    device.append(event())
    found = device.rows("SELECT item, dictionary FROM outbox ORDER BY seq")
    used = [decode_item(bytes(item)).header.dictionary for item, _ in found]
    assert used == [NO_DICTIONARY, 20260001]
    assert [name for _, name in found] == ["0", "20260001"]
