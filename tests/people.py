"""Invented residents of whom the roster knows all, and the walk of a form that they fill in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.county import load_county
from kiosk.domain.citizen_id import Sex
from kiosk.domain.expressions import Lookup
from kiosk.domain.form import Form, Place
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import AnyQuestion
from kiosk.domain.resident_record import ResidentRecord
from kiosk.domain.scope import person_scope

TODAY = date(2026, 11, 25)

ADDRESS = {"region_code": "513022104203", "group": 3, "detail": "十二号"}
BANK = {"bank": "农村信用社", "tail": "3606"}
PHONE = "13808182026"
SPOUSE = "513022195108271130"
LATE_FATHER = "513022193911190314"

COUNTY = load_county()
"""The shipped example."""


@dataclass(frozen=True)
class Person:
    """A resident as a visit knows them."""

    birth_date: date
    sex: Sex
    record: ResidentRecord
    certified_until: date | None = None

    def scope(self, today: date = TODAY) -> Lookup:
        """What a form may ask for by name."""
        return person_scope(
            birth_date=self.birth_date,
            sex=self.sex,
            certified_until=self.certified_until,
            record=self.record,
            today=today,
            county=COUNTY.facts(),
        )


def _record(**parts: object) -> ResidentRecord:
    common: dict[str, object] = {
        "phone": PHONE,
        "address": ADDRESS,
        "bank": BANK,
        "guardian": "钱小雨",
        "family": [
            {"name": "钱德福", "citizen_id": SPOUSE, "relation": "spouse"},
            {
                "name": "李长庚",
                "citizen_id": LATE_FATHER,
                "relation": "parent",
                "died_on": "2026-10-02",
            },
        ],
        "medical": {
            "status": "enrolled",
            "account_fen": 32_050,
            "treatments": [
                {
                    "id": "t-1",
                    "hospital": "梧溪县人民医院",
                    "kind": "inpatient",
                    "from_date": "2026-10-08",
                    "until_date": "2026-10-15",
                    "total_fen": 624_380,
                },
                {
                    "id": "t-2",
                    "hospital": "柳林镇卫生院",
                    "kind": "outpatient",
                    "from_date": "2026-11-02",
                    "until_date": "2026-11-02",
                    "total_fen": 8_600,
                },
            ],
        },
    }
    return ResidentRecord.model_validate(common | parts)


PENSIONER = Person(
    date(1943, 3, 12),
    Sex.FEMALE,
    _record(
        pension={
            "status": "receiving",
            "years_paid": 15,
            "monthly_fen": 21_300,
            "payments": [{"month": "2026-11", "fen": 21_300, "paid_on": "2026-11-15"}],
        },
        card={"status": "expired", "valid_until": "2026-06-30", "bank": "农村信用社"},
        employment={"status": "retired"},
    ),
    certified_until=date(2026, 12, 31),
)
"""Eighty-three, receives a pension; the card has run out."""

WORKER = Person(
    date(1980, 7, 4),
    Sex.MALE,
    _record(
        pension={
            "status": "contributing",
            "tier_fen": 50_000,
            "years_paid": 9,
            "earlier": [
                {
                    "place": "广东省东莞市",
                    "kind": "employee",
                    "from_month": "2012-03",
                    "until_month": "2016-08",
                }
            ],
        },
        card={"status": "normal", "valid_until": "2031-06-30", "bank": "农村信用社"},
        employment={
            "status": "unemployed",
            "employer": "东莞某鞋厂",
            "ended_on": "2026-09-30",
            "end_reason": "单位关门",
            "has_unemployment_insurance": True,
        },
    ),
)
"""Forty-six, lost the work in the city, pays in at home."""

TURNING_SIXTY = Person(
    date(1966, 12, 20),
    Sex.FEMALE,
    _record(
        pension={"status": "contributing", "tier_fen": 20_000, "years_paid": 16},
        card={"status": "lost", "valid_until": "2027-06-30", "bank": "农村信用社"},
        employment={"status": "farming"},
    ),
)
"""Sixty in a month."""

NEWCOMER = Person(
    date(1998, 5, 17),
    Sex.MALE,
    _record(
        pension={"status": "none"},
        medical={"status": "none"},
        card={"status": "none"},
        employment={"status": "farming"},
    ),
)
"""Twenty-eight, in no insurance yet."""

KNOWN_PEOPLE = (PENSIONER, WORKER, TURNING_SIXTY, NEWCOMER)

STRANGER = Person(date(1950, 1, 1), Sex.FEMALE, ResidentRecord())
"""Of whom the roster knows no more than name and number."""


Answer = Callable[[Form, Place, AnyQuestion], JsonValue]


def walk(form: Form, answer: Answer, limit: int = 60) -> tuple[Form, list[Place]]:
    """Answer what is asked until nothing is; gives the places in the order of asking."""
    asked: list[Place] = []
    while (place := form.next_place()) is not None:
        assert len(asked) < limit, f"{form.definition.id} never ends at {place.key}"
        asked.append(place)
        question = form.question_at(place)
        if question.type == "group" and place.item is None:
            form = form.group_done(place.step)
        else:
            form = form.answered(place, answer(form, place, question))
    return form, asked


def by_example(form: Form, place: Place, question: AnyQuestion) -> JsonValue:
    """The example's own answer."""
    assert form.definition.example is not None
    value = form.definition.example.answers[place.step]
    if place.item is not None:
        return value["items"][place.item][place.field]
    return value["photos"][place.field] if place.field else value


_PLAIN: Mapping[str, Any] = {
    "yes_no": True,
    "citizen_id": "51302219460105248X",
    "name": "孙秀英",
    "phone": PHONE,
    "bank_card": {"bank": "农村信用社", "tail": "0018", "number": "6217000000000000018"},
    "money": 12_345,
    "date": "2026-11-02",
    "month": "2026-11",
    "year": 2026,
    "number": 61,
    "address": ADDRESS,
    "text": "梧溪县",
    "signature": [[[0, 0], [900, 400]]],
    "photo": {"when": "later"},
    "files": {"when": "later", "photos": {}},
}


def plainly(form: Form, place: Place, question: AnyQuestion) -> JsonValue:
    """Some answer of the right shape."""
    if question.type == "choice":
        return question.options[-1].value if question.options else "any"
    return _PLAIN[question.type]
