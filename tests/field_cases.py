"""The fields as the tables of right and wrong inputs mean them: one day, one county, one set of limits."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from kiosk.domain.fields.address import check_address
from kiosk.domain.fields.bank_card import check_bank_card
from kiosk.domain.fields.choice import check_choice, check_yes_no
from kiosk.domain.fields.citizen_number import check_citizen_number
from kiosk.domain.fields.dates import check_date, check_month, check_year
from kiosk.domain.fields.money import check_money
from kiosk.domain.fields.number import check_number
from kiosk.domain.fields.person_name import check_person_name
from kiosk.domain.fields.phone import check_phone
from kiosk.domain.fields.photo import check_photo_reference
from kiosk.domain.fields.signature import check_signature
from kiosk.domain.fields.text import check_text

TODAY = date(2026, 11, 23)
ISSUERS = {"622848": "农业银行", "621700": "建设银行", "6222": "本省农信", "622202": "工商银行"}
VILLAGE, VILLAGE_WITHOUT_GROUPS = "513022104203", "513022104204"


class SamplePlaces:
    """Two villages of one township."""

    _NAMES: Mapping[str, tuple[str, ...]] = {
        "510000000000": ("川西省",),
        "513022000000": ("川西省", "梧桐县"),
        "513022104000": ("川西省", "梧桐县", "柳林镇"),
        VILLAGE: ("川西省", "梧桐县", "柳林镇", "梧桐村"),
        VILLAGE_WITHOUT_GROUPS: ("川西省", "梧桐县", "柳林镇", "新街村"),
    }
    _GROUPS: Mapping[str, int] = {VILLAGE: 8, VILLAGE_WITHOUT_GROUPS: 0}

    def names(self, code: str) -> tuple[str, ...]:
        return self._NAMES.get(code, ())

    def group_count(self, code: str) -> int | None:
        return self._GROUPS.get(code)


PLACES = SamplePlaces()

CHECKS: Mapping[str, Callable[[object], object]] = {
    "citizen_number": lambda raw: check_citizen_number(raw, TODAY),
    "person_name": check_person_name,
    "phone": check_phone,
    "bank_card": lambda raw: check_bank_card(raw, ISSUERS).as_json(),
    "money": lambda raw: check_money(raw, 1, 1_000_000_00),
    "date": lambda raw: check_date(raw, date(1900, 1, 1), TODAY),
    "month": lambda raw: check_month(raw, "2020-01", "2026-12"),
    "year": lambda raw: check_year(raw, 2010, 2026),
    "number": lambda raw: check_number(raw, 0, 120),
    "text": lambda raw: check_text(raw, 30),
    "choice": lambda raw: check_choice(raw, ("a", "b")),
    "yes_no": check_yes_no,
    "address": lambda raw: check_address(raw, PLACES),
    "photo": check_photo_reference,
    "signature": check_signature,
}  # type: ignore[dict-item]

_REPEAT = re.compile(r"@repeat\((\d+)\)(.*)", re.DOTALL)


def decode(field_type: str, written: str) -> object:
    """Read the input column: escapes as in JSON, ``@repeat(n)x`` for long ones, JSON for what is no text."""
    if match := re.fullmatch(r"@(points|strokes)\((\d+)\)", written):
        points = [[number % 1000, number * 7 % 1000] for number in range(int(match[2]))]
        return [points] if match[1] == "points" else [[point] for point in points]
    if field_type in ("address", "signature"):
        return json.loads(written)
    if match := _REPEAT.fullmatch(written):
        return decode(field_type, match[2]) * int(match[1])  # type: ignore[operator]
    return json.loads('"' + written.replace('"', '\\"') + '"')


def read_table(name: str) -> list[tuple[str, str, str]]:
    """The rows of a table beside the unit tests."""
    lines = (Path(__file__).parent / "unit" / name).read_text("utf-8").split("\n")
    rows = [tuple(line.split("\t")) for line in lines[1:] if line]
    assert all(len(row) == 3 for row in rows)
    return rows  # type: ignore[return-value]
