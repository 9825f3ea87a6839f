"""What a person typed, chose or said becomes an answer, or a fault that says what to do."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from kiosk.domain.expressions import Expression, evaluate
from kiosk.domain.fields.address import check_address
from kiosk.domain.fields.bank_card import check_bank_card
from kiosk.domain.fields.base import FieldFault
from kiosk.domain.fields.choice import check_choice, check_yes_no
from kiosk.domain.fields.citizen_number import check_citizen_number
from kiosk.domain.fields.dates import check_date, check_month, check_year
from kiosk.domain.fields.money import check_money
from kiosk.domain.fields.number import check_number
from kiosk.domain.fields.person_name import check_person_name
from kiosk.domain.fields.phone import check_phone
from kiosk.domain.fields.signature import check_signature
from kiosk.domain.fields.text import check_text
from kiosk.domain.form import Form
from kiosk.domain.form_values import Place
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import (
    ChoiceQuestion,
    CitizenIdQuestion,
    DateQuestion,
    MonthQuestion,
    Question,
    YearQuestion,
)
from kiosk.flows.form.facts import FormFacts
from kiosk.flows.form.options import offered

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
"""Of questions that state no limits."""


def check_answer(place: Place, raw: object, form: Form, facts: FormFacts) -> JsonValue:
    """Check an answer to the question of a place.

    Args:
        raw: as the page gives it: text, the value of a choice, strokes, an address. It is hostile input.
    Returns:
        the canonical value.
    Raises:
        FieldFault: says what is wrong; nothing changed.
    """
    question = form.question_at(place)
    if question.type == "signature":
        return check_signature(raw)
    if question.type == "address":
        return check_address(raw if isinstance(raw, Mapping) else {}, facts.county)
    # A page gives texts; whatever else comes is as good as nothing.
    return _CHECKS[question.type](
        question, raw if isinstance(raw, str) else "", _Asked(place, form, facts)
    )


class _Asked:
    """What a check may look at."""

    def __init__(self, place: Place, form: Form, facts: FormFacts) -> None:
        self.place = place
        self.form = form
        self.facts = facts

    def limit(self, expression: Expression | None) -> str:
        """A limit as text; "" where there is none or it is not known."""
        if expression is None:
            return ""
        value = evaluate(expression, self.form.lookup_at(self.place))
        return "" if value is None else str(value)


_Check = Callable[[Any, str, _Asked], JsonValue]


def _choice(question: ChoiceQuestion, raw: str, asked: _Asked) -> JsonValue:
    options = offered(question, asked.form, asked.place, asked.facts.county)
    return check_choice(raw, [option.value for option in options])


def _citizen_id(question: CitizenIdQuestion, raw: str, asked: _Asked) -> JsonValue:
    number = check_citizen_number(raw, asked.facts.today)
    if question.is_other_person and number == asked.facts.own_number:
        raise FieldFault("citizen_number", "own_number")
    return number


def _date(question: DateQuestion, raw: str, asked: _Asked) -> JsonValue:
    earliest, latest = (asked.limit(limit) for limit in (question.earliest, question.latest))
    return check_date(
        raw,
        date.fromisoformat(earliest) if earliest else EARLIEST,
        date.fromisoformat(latest) if latest else LATEST,
    )


def _month(question: MonthQuestion, raw: str, asked: _Asked) -> JsonValue:
    earliest, latest = (asked.limit(limit) for limit in (question.earliest, question.latest))
    return check_month(raw, earliest or f"{EARLIEST.year}-01", latest or f"{LATEST.year}-12")


def _year(question: YearQuestion, raw: str, asked: _Asked) -> JsonValue:
    earliest, latest = (asked.limit(limit) for limit in (question.earliest, question.latest))
    return check_year(raw, int(earliest or EARLIEST.year), int(latest or LATEST.year))


def _bank_card(_question: Question, raw: str, asked: _Asked) -> JsonValue:
    card = check_bank_card(raw, asked.facts.county.issuers())
    return {"bank": card.issuer_name, "tail": card.tail, "number": card.number}


_CHECKS: Mapping[str, _Check] = {
    "choice": _choice,
    "yes_no": lambda _question, raw, _asked: check_yes_no(raw),
    "citizen_id": _citizen_id,
    "name": lambda _question, raw, _asked: check_person_name(raw),
    "phone": lambda _question, raw, _asked: check_phone(raw),
    "bank_card": _bank_card,
    "money": lambda question, raw, _asked: check_money(
        raw, question.minimum_fen, question.maximum_fen
    ),
    "date": _date,
    "month": _month,
    "year": _year,
    "number": lambda question, raw, _asked: check_number(raw, question.minimum, question.maximum),
    "text": lambda question, raw, _asked: check_text(raw, question.maximum),
    "files": lambda _question, raw, _asked: {
        "when": check_choice(raw, ("now", "later")),
        "photos": {},
    },
}
