"""Records of the roster at the centre: taken in, given out once changed, refused by place, added to old databases."""

import json

import pytest

from sync.central.roster import PAGE_BYTES, RosterUnusable
from tests.sync.sender import Sender
from tests.sync.sync_parts import REGION, ROSTER, Centre

RECORD = {"pension": {"status": "receiving", "monthly_fen": 21500}, "guardian": "陈小梅", "x": None}


def person(number: int, **changes: object) -> dict[str, object]:
    row = ROSTER["residents"][number - 1]
    return {**row, "region_code": REGION, **changes}


def load(centre: Centre, *people: dict[str, object]) -> int:
    return centre.load({"residents": list(people)})


def test_record_travels_as_it_was_loaded(sender: Sender, centre: Centre):
    start = sender.transport.roster(0).cursor
    assert load(centre, person(1, record=RECORD), person(2)) == 1
    page = sender.transport.roster(start)
    assert [(one.resident_id, one.record) for one in page.upserts] == [("r-0001", RECORD)]


def test_resident_without_a_record_is_sent_as_before(sender: Sender):
    (first, *_) = sender.transport.roster(0).upserts
    assert "record" not in first.wire()


def test_only_a_changed_record_is_sent_again(sender: Sender, centre: Centre):
    load(centre, person(1, record=RECORD))
    start = sender.transport.roster(0).cursor
    # The order of the file's keys is no change.
    assert load(centre, person(1, record=dict(reversed(RECORD.items())))) == 0
    assert sender.transport.roster(start).upserts == ()
    assert load(centre, person(1, record={**RECORD, "phone": "13900000001"})) == 1
    (changed,) = sender.transport.roster(start).upserts
    assert changed.record == {**RECORD, "phone": "13900000001"}


def test_record_that_the_file_no_longer_holds_is_taken_back(sender: Sender, centre: Centre):
    load(centre, person(1, record=RECORD))
    start = sender.transport.roster(0).cursor
    assert load(centre, person(1)) == 1
    (changed,) = sender.transport.roster(start).upserts
    assert changed.record is None


@pytest.mark.parametrize(
    ("record", "place"),
    [
        ([1], "residents.1.record is no object"),
        ({"account_fen": 1.5}, "residents.1.record.account_fen is no whole number"),
        ({"note": "赵" * 6000}, "residents.1.record is larger than 16384 bytes"),
    ],
)
def test_wrong_record_is_said_by_place_and_nothing_is_taken_in(
    record: object, place: str, centre: Centre
):
    before = centre.admin.residents()
    with pytest.raises(RosterUnusable) as caught:
        load(centre, person(1, name="改名"), person(2, record=record))
    assert place in str(caught.value)
    assert "赵" not in str(caught.value)
    assert centre.admin.residents() == before


def test_every_wrong_row_is_named_at_once(centre: Centre):
    with pytest.raises(RosterUnusable) as caught:
        load(centre, person(1, certified_until="soon"), person(2, record="x"))
    assert "residents.0.certified_until is no date" in str(caught.value)
    assert "residents.1.record is no object" in str(caught.value)


def test_pages_stay_small_when_records_are_large(sender: Sender, centre: Centre):
    start = sender.transport.roster(0).cursor
    large = [
        {**person(1), "resident_id": f"r-2{n:03d}", "record": {"a": "x" * 15_000}} for n in range(7)
    ]
    assert load(centre, *large) == 7
    seen: list[str] = []
    sizes: list[int] = []
    more = True
    while more:
        page = sender.transport.roster(start)
        seen += [one.resident_id for one in page.upserts]
        sizes.append(sum(len(json.dumps(one.wire())) for one in page.upserts))
        start, more = page.cursor, page.more
    assert seen == [f"r-2{n:03d}" for n in range(7)]
    assert [round(size / 15_000) for size in sizes] == [2, 2, 2, 1]
    assert max(sizes) <= PAGE_BYTES


def test_one_record_larger_than_a_page_still_passes(
    sender: Sender, centre: Centre, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.central.roster.PAGE_BYTES", 100)
    first = sender.transport.roster(0)
    assert ([one.resident_id for one in first.upserts], first.more) == (["r-0001"], True)
