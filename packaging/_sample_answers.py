"""Random answers of the right shape to every type of question, as a villager's visit gives them."""

import random
from datetime import date, timedelta
from importlib import resources
from typing import Any

from kiosk.county import load_county
from kiosk.domain.citizen_id import check_character
from kiosk.domain.form import Form, Place
from kiosk.domain.form_values import list_items
from kiosk.domain.question import (
    ChoiceQuestion,
    CountyOptions,
    FilesQuestion,
    GroupQuestion,
    ListOptions,
    MoneyQuestion,
    NumberQuestion,
    PhotoQuestion,
)

MOST_STEPS = 80
LATER = {"when": "later"}
FILES_NOW = 0.6
"""Share of papers that are photographed at once; others bring them later."""
_LEAST_PHOTO_BYTES, _LARGEST_PHOTO_BYTES = 60_000, 390_000
_BANKS = ("农村信用社", "农业银行", "邮政储蓄银行", "工商银行", "建设银行", "中国银行")
_TOWNS = (
    "广东省东莞市", "浙江省宁波市", "重庆市永川区", "福建省泉州市", "江苏省苏州市", "广东省深圳市", "四川省成都市",
    "云南省昆明市", "上海市", "新疆石河子市",
)  # fmt: skip
_FIRMS = ("立新", "宏达", "永兴", "华美", "金源", "顺发", "天成", "东方", "新世纪", "恒丰")
_TRADES = (
    "鞋厂",
    "电子厂",
    "制衣厂",
    "建筑公司",
    "家具厂",
    "物流公司",
    "饭店",
    "超市",
    "机械厂",
    "农业合作社",
)
_PLACES = (
    "3号",
    "12号",
    "村口",
    "小学旁",
    "卫生室对面",
    "老屋",
    "新修的房子",
    "桥头",
    "水库边",
    "公路旁",
)


class Answers:
    """Answers the questions of forms with one source of chance."""

    def __init__(self, chance: random.Random, today: date) -> None:
        self._chance = chance
        self._today = today
        county = load_county()
        self._county = county.facts()
        self._villages = [code for code in _codes(county.places) if not code.endswith("000")]
        self._surnames = _words("surnames.txt")
        self._given = _words("given_names.txt")

    def fill(self, form: Form) -> Form:
        """Answer until nothing is left to ask."""
        for _ in range(MOST_STEPS):
            place = form.next_place()
            if place is None:
                return form
            form = self._answer(form, place)
        raise RuntimeError(f"{form.definition.id} asks without end")

    def _answer(self, form: Form, place: Place) -> Form:
        question = form.question_at(place)
        if isinstance(question, GroupQuestion):
            group = form.value_at(place) or {"items": []}
            if len(group["items"]) < question.minimum or (
                len(group["items"]) < min(3, question.maximum) and self._chance.random() < 0.5
            ):
                first = Place(place.step, len(group["items"]), question.fields[0].id)
                return self._answer(form, first)
            return form.group_done(place.step)
        if getattr(question, "is_optional", False) and self._chance.random() < 0.5:
            return form.answered(place, {"is_skipped": True})
        return form.answered(place, self._value(form, place, question))

    def _value(self, form: Form, place: Place, question: Any) -> Any:  # noqa: ANN401 (any type of question)
        if isinstance(question, ChoiceQuestion):
            return self._choice(question, form, place)
        if isinstance(question, FilesQuestion):
            if place.field is not None:
                return self.photos(self._chance.randint(1, min(2, self._most(question, place))))
            is_now = self._chance.random() < FILES_NOW
            return {"when": "now" if is_now else "later", "photos": {}}
        if isinstance(question, PhotoQuestion):
            is_now = self._chance.random() < FILES_NOW or not question.may_follow
            return self.photos(question.minimum) if is_now else dict(LATER)
        if isinstance(question, MoneyQuestion):
            amount = round(10 ** self._chance.uniform(3, 6.5))
            return min(max(amount, question.minimum_fen), question.maximum_fen)
        if isinstance(question, NumberQuestion):
            return self._chance.randint(question.minimum, min(question.maximum, 99))
        return getattr(self, f"_{question.type}")()

    def _choice(self, question: ChoiceQuestion, form: Form, place: Place) -> str:
        lookup = form.lookup_at(place)
        source, values = question.options_from, [option.value for option in question.options]
        if isinstance(source, ListOptions):
            values += [item[source.value] for item in list_items(source, lookup)]
        elif isinstance(source, CountyOptions):
            values += [row["id"] for row in self._county.get(source.county) or []]
        return self._chance.choice(values or ["other"])

    def _most(self, question: FilesQuestion, place: Place) -> int:
        return next(one.maximum for one in question.documents if one.id == place.field)

    def photos(self, count: int) -> list[dict[str, object]]:
        """References to pictures; their digests are pure chance."""
        return [
            {
                "sha256": self._chance.randbytes(32).hex(),
                "size": self._chance.randint(_LEAST_PHOTO_BYTES, _LARGEST_PHOTO_BYTES),
            }
            for _ in range(count)
        ]

    def citizen_id(self) -> str:
        """A number of the county's region, with its check digit."""
        birth = date(1935, 1, 1) + timedelta(days=self._chance.randint(0, 26_000))
        first_17 = f"513022{birth:%Y%m%d}{self._chance.randint(1, 999):03d}"
        return first_17 + check_character(first_17)

    def _citizen_id(self) -> str:
        return self.citizen_id()

    def _name(self) -> str:
        return self._chance.choice(self._surnames[:200]) + self._chance.choice(self._given)

    def _phone(self) -> str:
        return f"1{self._chance.choice('3578')}{self._chance.randint(0, 10**9 - 1):09d}"

    def _bank_card(self) -> dict[str, str]:
        return {"bank": self._chance.choice(_BANKS), "tail": f"{self._chance.randint(0, 9999):04d}"}

    def _address(self) -> dict[str, object]:
        return {
            "region_code": self._chance.choice(self._villages),
            "group": self._chance.randint(1, 9),
            "detail": self._chance.choice(_PLACES),
        }

    def _text(self) -> str:
        town, firm = self._chance.choice(_TOWNS), self._chance.choice(_FIRMS)
        return self._chance.choice((town, town + firm + self._chance.choice(_TRADES), "不清楚"))

    def _date(self) -> str:
        return (self._today - timedelta(days=self._chance.randint(0, 400))).isoformat()

    def _month(self) -> str:
        return self._date()[:7]

    def _year(self) -> int:
        return self._today.year - self._chance.randint(-1, 2)

    def _yes_no(self) -> bool:
        return self._chance.random() < 0.6


def _codes(places: Any) -> list[str]:  # noqa: ANN401 (a tree of nodes)
    found: list[str] = []
    for node in places:
        found += [node.code, *_codes(node.children)]
    return found


def _words(name: str) -> list[str]:
    text = resources.files("assets").joinpath("input", name).read_text("utf-8")
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
