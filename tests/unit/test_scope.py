from datetime import date

import pytest

from kiosk.domain.citizen_id import Sex
from kiosk.domain.expressions import Holds, Lookup, holds, names
from kiosk.domain.json_values import JsonValue
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord
from kiosk.domain.scope import (
    PERSON_NAMES,
    TODAY_NAMES,
    birthday,
    layered,
    person_scope,
    values_scope,
    walk,
)
from kiosk.domain.scope_names import unknown_names

TODAY = date(2026, 11, 25)
RECORD = ResidentRecord.model_validate(
    {
        "bank": {"bank": "农业银行", "tail": "0719"},
        "pension": {
            "status": "contributing",
            "tier_fen": 50000,
            "contributions": [{"year": 2025, "fen": 50000}, {"year": 2024, "fen": 30000}],
        },
        "family": [
            {"name": "钱一", "citizen_id": "513022195108271130", "relation": "spouse"},
            {
                "name": "钱二",
                "citizen_id": "513022193911190314",
                "relation": "parent",
                "died_on": "2026-03-02",
            },
            {
                "name": "钱三",
                "citizen_id": "513022194803120647",
                "relation": "parent",
                "died_on": "2019-07-30",
            },
        ],
        "allowances": ["elderly"],
    }
)


def scope(
    born: date | None = date(1967, 1, 20),
    certified_until: date | None = date(2026, 12, 31),
    record: ResidentRecord = RECORD,
    today: date = TODAY,
) -> Lookup:
    return person_scope(
        birth_date=born,
        sex=Sex.FEMALE,
        certified_until=certified_until,
        record=record,
        today=today,
        county={"name": "梧溪县", "elderly_ages": [80, 90, 100], "elderly_from": 80},
        region_code="513022104203",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("person.age", 59),
        ("person.sex", "female"),
        ("person.birth_date", "1967-01-20"),
        ("person.birth_month", "1967-01"),
        ("person.certified_until", "2026-12-31"),
        # 25 November to 31 December: 5 + 31
        ("person.days_certified", 36),
        # 2027-01-20: 5 + 31 + 20
        ("person.days_to_60", 56),
        ("person.months_to_60", 2),
        ("person.months_to_55", -58),
        ("person.turns_60", "2027-01-20"),
        ("person.is_listed", True),
        ("site.region_code", "513022104203"),
        ("today.date", "2026-11-25"),
        ("today.month", "2026-11"),
        ("today.year", 2026),
        ("today.month_of_year", 11),
        ("today.in_90_days", "2027-02-23"),
        ("today.ago_365_days", "2025-11-25"),
        ("record.bank.tail", "0719"),
        ("record.pension.tier_fen", 50000),
        ("record.pension.contributions.0.year", 2025),
        ("record.pension.contributions.year", [2025, 2024]),
        ("record.pension.contributions.fen.max", 50000),
        ("record.pension.contributions.fen.min", 30000),
        ("record.pension.contributions.count", 2),
        ("record.family.died_on", ["2026-03-02", "2019-07-30"]),
        ("record.family.died_on.max", "2026-03-02"),
        ("record.allowances", ["elderly"]),
        ("county.name", "梧溪县"),
        ("county.elderly_ages.1", 90),
    ],
)
def test_name_gives_its_value(name: str, value: JsonValue) -> None:
    assert scope()(name) == value
    assert type(scope()(name)) is type(value)


@pytest.mark.parametrize(
    "name",
    [
        "person",
        "person.colour",
        "person.days_to_151",
        "today.in_99999999_days",
        "today.ago_99999_days.x",
        "record.medical.status",
        "record.bank.tail.0",
        "record.pension.contributions.9.year",
        "record.pension.payments.month.max",
        "record.family.max",
        "county.missing",
        "site.name",
        "tier",
    ],
)
def test_name_that_leads_nowhere_is_unknown(name: str) -> None:
    assert scope()(name) is None


def test_all_about_a_person_is_unknown_when_nobody_is_identified() -> None:
    lookup = person_scope(
        birth_date=None, sex=None, certified_until=None, record=NO_RECORD, today=TODAY, county={}
    )
    for name in ("age", "sex", "birth_date", "days_to_60", "certified_until", "days_certified"):
        assert lookup(f"person.{name}") is None
    assert lookup("today.year") == 2026


def test_days_are_negative_when_the_certification_has_ended() -> None:
    assert scope(certified_until=date(2026, 11, 20))("person.days_certified") == -5


def test_birthday_of_29_february_is_1_march_in_a_common_year_and_age_agrees() -> None:
    born = date(1968, 2, 29)
    assert birthday(born, 60) == date(2028, 2, 29)
    assert birthday(born, 59) == date(2027, 3, 1)
    assert scope(born, today=date(2027, 2, 28))("person.age") == 58
    assert scope(born, today=date(2027, 3, 1))("person.age") == 59
    assert scope(born, today=date(2027, 2, 28))("person.days_to_59") == 1


def test_answer_stands_before_the_record_when_scopes_are_layered_and_false_is_an_answer() -> None:
    lookup = layered(values_scope({"agreed": False, "tier": 30000, "bank": {"tail": "1"}}), scope())
    assert lookup("agreed") is False
    assert lookup("bank.tail") == "1"
    assert lookup("record.bank.tail") == "0719"
    assert lookup("nothing") is None


def test_empty_path_is_the_value_itself() -> None:
    assert walk({"a": 1}, "") == {"a": 1}


def test_list_condition_takes_a_computed_value_and_yes_is_no_number() -> None:
    paid = Holds.model_validate(
        {"holds": ["record.pension.contributions.year", {"ref": "today.year"}]}
    )
    assert not holds(paid, scope())
    assert holds(paid, scope(today=date(2025, 5, 1)))
    assert list(names(paid)) == ["record.pension.contributions.year", "today.year"]
    one = Holds.model_validate({"holds": ["list", 1]})
    assert not holds(one, values_scope({"list": [True]}))
    assert holds(one, values_scope({"list": [1]}))


def test_every_name_that_a_definition_may_use_is_answered() -> None:
    allowed = [f"person.{name}" for name in PERSON_NAMES] + [
        f"today.{name}" for name in TODAY_NAMES
    ]
    assert len(allowed) > 8
    assert [name for name in allowed if scope()(name) is None] == []
    assert unknown_names(allowed) == ()


def test_misspelt_names_are_found_and_the_rest_let_pass() -> None:
    good = [
        "person.age", "person.days_to_60", "person.months_to_100", "today.in_90_days", "today.ago_1_days",
        "record.bank.tail", "record.pension.contributions.year.max", "record.family.0.name", "record.phone",
        "record.allowances.count", "record.family.died_on.0", "record.pension.status", "county.elderly_from",
    ]  # fmt: skip
    bad = [
        "person.ages", "person.days_to_999", "today.day", "record.bnk.tail", "record.bank.tail.x",
        "record.pension.contributions.yaer", "record.family.name.x", "county.mayor", "tier", "record.phone.max",
        "record.allowances.count.x",
    ]  # fmt: skip
    assert unknown_names(good + bad, county=["elderly_from"]) == tuple(sorted(bad))
