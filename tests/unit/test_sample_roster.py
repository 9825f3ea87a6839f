"""The invented village: every number and record holds, and every story that a service needs is told."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord

ROSTER = json.loads((Path(__file__).parents[2] / "assets/sample_roster.json").read_text("utf-8"))
TODAY = date(2026, 11, 25)
PEOPLE: list[dict[str, Any]] = ROSTER["residents"]


def record_of(row: dict[str, Any]) -> ResidentRecord:
    """As the kiosk reads it."""
    text = json.dumps(row.get("record", {}))
    return ResidentRecord.model_validate_json(text, strict=True)


def age(row: dict[str, Any]) -> int:
    born = CitizenId.parse(row["citizen_id"], TODAY).birth_date
    return TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


@pytest.mark.parametrize("row", PEOPLE, ids=lambda row: row["resident_id"])
def test_numbers_hold_and_no_member_is_unknown(row: dict[str, Any]) -> None:
    CitizenId.parse(row["citizen_id"], TODAY)
    record = record_of(row)
    for member in record.family:
        CitizenId.parse(member.citizen_id, TODAY)
    # The schema passes over what it does not know: a slip of the pen would vanish.
    assert json.loads(record.model_dump_json(exclude_unset=True)) == row.get("record", {})


def test_ids_and_numbers_belong_to_one_person_each() -> None:
    assert [row["resident_id"] for row in PEOPLE] == [f"r-{n:04d}" for n in range(1, 15)]
    assert len({row["citizen_id"] for row in PEOPLE}) == 14


def test_first_resident_is_known_through_and_through() -> None:
    zhao = record_of(PEOPLE[0])
    assert (PEOPLE[0]["name"], zhao.phone, zhao.guardian) == ("赵桂兰", "13900000001", "陈小梅")
    assert zhao.bank is not None
    assert (zhao.bank.bank, zhao.bank.tail) == ("乡村信用社", "0647")
    assert zhao.address is not None
    assert zhao.address.group == 3
    assert zhao.pension is not None
    assert [one.month for one in zhao.pension.payments] == [
        *(f"2026-{month:02d}" for month in range(11, 0, -1)),
        "2025-12",
    ]
    assert zhao.medical is not None
    assert [one.id for one in zhao.medical.treatments] == ["zy-2026-004417"]
    assert [(one.relation, one.died_on) for one in zhao.family] == [
        ("spouse", date(2026, 8, 19)),
        ("child", None),
    ]
    assert zhao.card is not None
    assert zhao.card.valid_until == date(2027, 1, 31)


STORIES: dict[str, Callable[[dict[str, Any], ResidentRecord], bool]] = {
    "contributing at 45": lambda row, record: (
        age(row) == 45 and record.pension is not None and record.pension.status == "contributing"
    ),
    "unemployed and insured": lambda _row, record: (
        record.employment is not None
        and record.employment.status == "unemployed"
        and record.employment.has_unemployment_insurance
    ),
    "80 and more without the allowance": lambda row, record: (
        age(row) >= 80 and record != NO_RECORD and not record.allowances
    ),
    "no record": lambda row, _record: "record" not in row,
    "59, turning 60 within the month": lambda row, _record: row["citizen_id"][6:14] == "19661205",
    "earlier pension elsewhere": lambda _row, record: (
        record.pension is not None and bool(record.pension.earlier)
    ),
    "card lost": lambda _row, record: record.card is not None and record.card.status == "lost",
    "pension stopped": lambda _row, record: (
        record.pension is not None and record.pension.status == "stopped"
    ),
    "a child": lambda row, _record: age(row) < 16,
    "bed-bound at 91, cared for by a son on the roster": lambda row, record: (
        age(row) == 91 and record.family[0].citizen_id in {one["citizen_id"] for one in PEOPLE}
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_village_tells_the_story(story: str) -> None:
    assert [row["resident_id"] for row in PEOPLE if STORIES[story](row, record_of(row))]
