"""Roster and catalogue on a stick: for a kiosk without a link, beside one, old, cut, forged, and carried on by a van."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from sync import cursors
from sync.answers import DecisionState
from sync.carried_decisions import CarriedDecisions
from sync.central.catalogue import read_folder
from sync.centre_clock import ClockSource
from sync.courier.layout import CourierFolder
from sync.courier.parcels import copy_parcels, parcel_of
from sync.errors import FeedUnusable
from sync.feed_reader import FeedReader, Taken, read_state
from sync.feed_sinks import CatalogueSink, RosterSink, accepted_documents
from sync.opening_key import opening_key_of, opening_keys_of
from sync.pull_parcel import ParcelReader, Unpacked, read_parcel, write_parcel
from sync.signing import DeviceSigner, Verifier
from tests.sync.feed_parts import page
from tests.sync.sender import Sender
from tests.sync.sync_parts import DEVICE, NOW, OTHER_REGION, REGION, Centre, Kiosk, event

OWN = ["r-0001", "r-0002", "r-0003"]


@dataclass
class Trip:
    """A kiosk that no link reaches, and the centre."""

    kiosk: Kiosk
    centre: Centre
    faults: list[str] = field(default_factory=list)

    def keys(self) -> dict[str, Verifier]:
        verifier = Verifier(self.centre.admin.centre_public_key())
        return {verifier.key_id: verifier}

    def pack(self) -> bytes:
        parcel = self.centre.admin.pull_parcel(DEVICE)
        assert parcel is not None
        return parcel

    def take(self, parcel: bytes, signer: DeviceSigner | None = None) -> Unpacked:
        sinks = RosterSink(self.kiosk.listener), CatalogueSink(lambda _documents: self.faults)
        reader = ParcelReader(
            self.kiosk.database,
            [
                *(FeedReader(self.kiosk.database, sink) for sink in sinks),
                CarriedDecisions(self.kiosk.database, self.kiosk.listener),
            ],
            DEVICE,
            opening_keys_of([signer or self.kiosk.signer]),
            self.keys(),
            self.kiosk.clock,
        )
        return reader.take(parcel)

    def residents(self) -> list[str]:
        return sorted(self.kiosk.listener.residents())


@pytest.fixture
def trip(kiosk: Kiosk, centre: Centre) -> Iterator[Trip]:
    centre.admin.enrol_device(
        DEVICE,
        "A07",
        REGION,
        kiosk.signer.public_key,
        opening_key_of(kiosk.signer).sealing_key.public,
    )
    return Trip(kiosk, centre)


def publish(trip: Trip, folder: Path, **versions: int) -> None:
    folder.mkdir(exist_ok=True)
    for name, version in versions.items():
        text = json.dumps({"id": name, "version": version})
        (folder / f"{name}.json").write_text(text, "utf-8")
    assert read_folder(folder)
    trip.centre.admin.publish(folder)


def test_kiosk_without_a_link_gets_everything_and_nothing_twice(trip: Trip, tmp_path: Path):
    publish(trip, tmp_path / "set", a=1)
    parcel = trip.pack()
    assert b"r-0001" not in parcel
    first = trip.take(parcel)
    assert (first.changes, first.problem, first.has_gap) == (
        {"roster": 3, "catalogue": 1},
        "",
        False,
    )
    assert trip.residents() == OWN
    with trip.kiosk.database.reading() as database:
        assert [one.name for one in accepted_documents(database)] == ["a"]
    assert trip.take(parcel) == Unpacked()
    trip.centre.load({"residents": [], "removed": ["r-0002"]})
    assert trip.take(trip.pack()).problem == ""
    assert trip.residents() == ["r-0001", "r-0003"]


def test_stick_and_network_bring_the_same_in_any_order(trip: Trip, transport):
    old = trip.pack()
    engine = trip.kiosk.engine(transport)
    engine.run_once()
    assert trip.take(old).changes == {}
    trip.centre.load({"residents": [], "removed": ["r-0001"]})
    newer = trip.pack()
    trip.take(newer)
    assert trip.residents() == OWN[1:]
    assert engine.run_once().roster_changes == 0
    assert trip.take(old) == Unpacked()
    assert trip.residents() == OWN[1:]


def test_stick_of_the_centres_earlier_life_changes_nothing(trip: Trip):
    old = trip.pack()
    trip.centre.admin.renew_epoch()
    trip.centre.load({"residents": [], "removed": ["r-0001"]})
    trip.take(trip.pack())
    assert trip.residents() == OWN[1:]
    assert trip.take(old).pages == 0
    assert trip.residents() == OWN[1:]


def test_kiosk_that_moved_forgets_the_village_before(trip: Trip):
    trip.take(trip.pack())
    trip.centre.admin.enrol_device(DEVICE, "A07", OTHER_REGION, trip.kiosk.signer.public_key)
    trip.take(trip.pack())
    assert trip.residents() == ["r-0004", "r-0005"]


def test_pages_of_somebody_else_or_nobody_are_not_taken(trip: Trip):
    parcel = trip.pack()
    stranger = DeviceSigner.generate()
    assert trip.take(parcel, stranger).problem == "unusable"
    trip.centre.admin.enrol_device(
        "dev-0008",
        "B07",
        REGION,
        stranger.public_key,
        opening_key_of(stranger).sealing_key.public,
    )
    theirs = trip.centre.admin.pull_parcel("dev-0008")
    assert trip.take(theirs).problem == "not-the-centre"
    assert trip.take(b"what else lies on a stick").problem == "damaged"
    assert trip.residents() == []
    assert trip.take(parcel).changes["roster"] == 3


def test_damage_anywhere_never_lets_anything_wrong_in(trip: Trip):
    parcel = trip.pack()
    random = Random(4)
    for _ in range(40):
        changed = bytearray(parcel)
        changed[random.randrange(len(parcel))] ^= 1 << random.randrange(8)
        trip.take(bytes(changed))
        trip.take(parcel[: random.randrange(len(parcel))])
        assert set(trip.residents()) <= set(OWN)
    trip.take(parcel)
    assert trip.residents() == OWN


def test_lengths_that_lie_are_refused():
    whole = write_parcel([b"x" * 100])
    assert list(read_parcel(whole)) == [b"x" * 100]
    assert list(read_parcel(write_parcel([]))) == []
    for wrong in (b"", b"XLPP\x02", whole[:-1], whole + b"\0\0\0\0", whole + b"\xff\xff\xff\xff"):
        with pytest.raises(FeedUnusable):
            list(read_parcel(wrong))


def test_device_that_is_switched_off_or_told_no_key_gets_none(trip: Trip):
    assert trip.centre.admin.pull_parcel("dev-9999") is None
    trip.centre.admin.enrol_device("dev-0009", "C07", REGION, DeviceSigner.generate().public_key)
    assert trip.centre.admin.pull_parcel("dev-0009") is None
    trip.centre.admin.disable_device(DEVICE)
    assert trip.centre.admin.pull_parcel(DEVICE) is None


def test_carried_time_bounds_what_happens_later_but_never_sets_a_better_one_back(trip: Trip):
    def heard() -> tuple[datetime | None, int | None]:
        with trip.kiosk.database.transaction() as database:
            reading = ClockSource(trip.kiosk.clock).read(database)
        return reading.centre_at, reading.centre_age_ms

    parcel = trip.pack()
    trip.take(parcel)
    at, age = heard()
    assert at is not None
    assert age is None
    with trip.kiosk.database.transaction() as database:
        from sync.centre_clock import note

        note(database, at + timedelta(hours=1), trip.kiosk.clock.read())
    trip.centre.load({"residents": [], "removed": ["r-0001"]})
    trip.take(trip.pack())
    assert heard() == (at + timedelta(hours=1), 0)


def reader_of(kiosk: Kiosk) -> FeedReader:
    return FeedReader(kiosk.database, RosterSink(kiosk.listener))


def test_pages_that_do_not_follow_are_a_gap(kiosk: Kiosk):
    reader = reader_of(kiosk)
    assert reader.take_carried(page(5, 9, rows=["r-9"])) is Taken.GAP
    assert reader.take_carried(page(0, 5, rows=["r-1"], more=True)) is Taken.READ
    assert reader.take_carried(page(7, 9, rows=["r-9"])) is Taken.GAP
    assert reader.take_carried(page(3, 9, rows=["r-2"])) is Taken.READ
    assert sorted(kiosk.listener.residents()) == ["r-1", "r-2"]
    assert reader.take_carried(page(0, 9, rows=["r-1"])) is Taken.OLD
    assert reader.after() == 9


def test_older_page_ends_a_whole_reading_without_forgetting_anybody(kiosk: Kiosk):
    """The network began to read anew; a stick from before goes on. Who moved on in between is in neither."""
    reader = reader_of(kiosk)
    reader.take(page(0, 9, rows=["r-1", "r-2"], nonce="n"))
    later = NOW + timedelta(days=1)
    assert reader.take(page(9, 12, scope="life-2", nonce="n", at=later)) is Taken.ANEW
    reader.take(page(0, 5, rows=["r-1"], more=True, scope="life-2", nonce="n", at=later))
    assert reader.take_carried(page(5, 9, rows=["r-3"], scope="life-2", at=NOW)) is Taken.READ
    assert sorted(kiosk.listener.residents()) == ["r-1", "r-2", "r-3"]
    with kiosk.database.reading() as database:
        assert not read_state(database, "roster").is_whole


def test_van_carries_the_newest_genuine_parcel_from_stick_to_stick(trip: Trip, tmp_path: Path):
    def place(name: str) -> CourierFolder:
        (tmp_path / name).mkdir(exist_ok=True)
        return CourierFolder.at(tmp_path / name)

    keys, older = trip.keys(), trip.pack()
    place("centre").put_parcel(DEVICE, older)
    place("centre").put_parcel("dev-0001", older)  # For another than its name says.
    place("centre").put_parcel("dev-0002", b"rubbish")
    assert copy_parcels(place("centre"), place("van"), keys) == 1
    assert place("van").parcel_devices() == [DEVICE]
    newer = trip.pack()
    place("other").put_parcel(DEVICE, newer)
    assert copy_parcels(place("other"), place("van"), keys) == 1
    assert copy_parcels(place("centre"), place("van"), keys) == 0
    assert place("van").parcel(DEVICE) == newer
    assert parcel_of(place("van"), DEVICE, {}) is None


def decided(trip: Trip) -> list[tuple[str, str]]:
    return [(one.event_id, one.code) for one in trip.kiosk.listener.decisions]


@pytest.fixture
def applications(trip: Trip, transport) -> list[str]:
    """Of this kiosk, at the centre; all wait for a person."""
    sender = Sender(transport, trip.kiosk.signer)
    made = [event(f"r-000{number}", service_id="pension.transfer") for number in range(1, 4)]
    sender.send(*(sender.item(seq, one) for seq, one in enumerate(made, start=1)))
    return [one.id for one in made]


def test_decisions_come_on_a_stick_sealed_and_once(trip: Trip, applications: list[str]):
    first, second, third = applications
    trip.centre.admin.decide(first, DecisionState.DECIDED, code="done", text="已转移到新单位")
    old = trip.pack()
    assert "已转移到新单位".encode() not in old
    assert first.encode() not in old
    assert trip.take(old).changes["decisions"] == 1
    assert decided(trip) == [(first, "done")]
    trip.centre.admin.decide(second, DecisionState.NEEDS_CORRECTION, fields=("bank",))
    assert trip.take(trip.pack()).changes == {"decisions": 1}
    assert trip.kiosk.listener.decisions[-1].fields == ("bank",)
    # The resident mended it meanwhile: an old stick does not bring the question back.
    assert trip.take(old) == Unpacked()
    assert [one for one, _ in decided(trip)] == [first, second]
    assert third not in dict(decided(trip))


def test_stick_and_network_bring_each_decision_once(trip: Trip, applications: list[str], transport):
    first, second, third = applications
    engine = trip.kiosk.engine(transport)
    trip.centre.admin.decide(first, DecisionState.DECIDED)
    early = trip.pack()
    assert engine.run_once().decisions == 1
    assert "decisions" not in trip.take(early).changes
    trip.centre.admin.decide(second, DecisionState.DECIDED)
    assert trip.take(trip.pack()).changes == {"decisions": 1}
    trip.centre.admin.decide(third, DecisionState.DECIDED)
    assert engine.run_once().decisions == 1
    assert [one for one, _ in decided(trip)] == applications


def test_decision_that_cannot_be_taken_in_is_held_and_the_others_go_on(
    trip: Trip, applications: list[str], transport
):
    for one in applications:
        trip.centre.admin.decide(one, DecisionState.DECIDED)
    trip.kiosk.listener.fails_on = {applications[1]}
    trip.take(trip.pack())
    assert [one for one, _ in decided(trip)] == [applications[0], applications[2]]
    trip.kiosk.listener.fails_on = set()
    trip.kiosk.engine(transport).run_once()
    assert sorted(one for one, _ in decided(trip)) == sorted(applications)


def test_decisions_of_another_life_of_the_centre_are_not_taken(
    trip: Trip, applications: list[str], transport
):
    trip.centre.admin.decide(applications[0], DecisionState.DECIDED)
    old = trip.pack()
    trip.centre.admin.renew_epoch()
    with trip.kiosk.database.transaction() as database:
        # As a report of the new life leaves it.
        cursors.store(database, cursors.EPOCH, trip.centre.admin.status().epoch)
    trip.take(old)
    assert decided(trip) == []
    trip.take(trip.pack())
    assert [one for one, _ in decided(trip)] == [applications[0]]
