"""Somebody who fills in any service: reads a page's view model and answers it, well or badly."""

from datetime import date, timedelta
from random import Random

from kiosk.flows import pages
from kiosk.flows.actions import (
    Action,
    Answered,
    Choose,
    Confirm,
    Decline,
    EditLine,
    PhotoTaken,
    TurnPage,
)
from tests.builders import citizen_number

NAMES = ("张建国", "欧阳修远", "阿依古丽·买买提", "王芳", "𠮷田")
BAD = (
    "",
    "abc",
    "１２３",
    "-1",
    "99999999999999999999",
    "😀",
    "0",
    "2023-02-29",
    "x" * 10_000,
    "'; DROP TABLE x",
)
CARDS = ("6228480402564890018", "6217000000000000000")


class Walker:
    """One person with a mood of their own."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def answer(self, page: pages.PageModel) -> Action:  # noqa: C901 (one case a page)
        """A right answer, so that the visit goes on."""
        if isinstance(page, pages.ChoicePage):
            return Answered(self.random.choice(page.options).value)
        if isinstance(page, pages.DigitsPage):
            return Answered(self._digits(page))
        if isinstance(page, pages.TextPage):
            return Answered(self.random.choice(NAMES[:-1]) if page.kind == "name" else "柳树旁边")
        if isinstance(page, pages.DatePage):
            return Answered(self._date(page))
        if isinstance(page, pages.PhotoPage):
            return self._photo(page)
        if isinstance(page, pages.SignaturePage):
            return Answered([[[100, 100], [400, 500], [700, 200], [300, 800]]])
        if isinstance(page, pages.FilesPage):
            return Answered(self.random.choice(("now", "later")))
        if isinstance(page, pages.GroupPage):
            return Choose("done" if page.can_finish else "add")
        if isinstance(page, pages.FormReviewPage):
            return Confirm() if page.page_number == page.page_count else TurnPage()
        if isinstance(page, pages.NoticePage) and page.choices:
            return Choose(page.choices[0].choice_id)
        raise AssertionError(f"no answer to {page.page_id} {page.prompt.id}")

    def whim(self, page: pages.PageModel) -> Action:
        """Anything that the page offers, a wrong answer included."""
        if isinstance(page, pages.FormReviewPage):
            keys = [line.key for line in page.lines if line.key]
            return EditLine(self.random.choice(keys)) if keys else TurnPage()
        if isinstance(page, pages.GroupPage):
            offered = (
                ["add"] * page.can_add + ["done"] * page.can_finish + ["remove"] * bool(page.items)
            )
            return Choose(self.random.choice(offered))
        if isinstance(page, pages.PhotoPage) and page.may_follow and self.random.random() < 0.5:
            return Decline()
        if (
            isinstance(page, pages.QuestionModel)
            and page.is_optional
            and self.random.random() < 0.5
        ):
            return Decline()
        if (
            isinstance(page, pages.ChoicePage)
            and page.page_count > 1
            and self.random.random() < 0.5
        ):
            return TurnPage()
        if isinstance(page, pages.DigitsPage | pages.TextPage | pages.DatePage | pages.ChoicePage):
            return Answered(self.random.choice(BAD))
        if isinstance(page, pages.NoticePage) and page.choices:
            return Choose(self.random.choice(page.choices).choice_id)
        return self.answer(page)

    def _digits(self, page: pages.DigitsPage) -> str:
        if page.kind == "citizen_id":
            return citizen_number(
                f"19{self.random.randrange(30, 99)}0{self.random.randrange(1, 9)}1{self.random.randrange(0, 9)}",
                "117",
            )
        if page.kind == "phone":
            return f"138{self.random.randrange(10**8):08d}"
        if page.kind == "bank_card":
            return CARDS[0]
        if page.kind == "money":
            return f"{self.random.randrange(1, 5000)}.{self.random.randrange(100):02d}"
        return str(
            self.random.randrange(60, 70) if page.unit == "岁" else self.random.randrange(1, 40)
        )

    def _date(self, page: pages.DatePage) -> str:
        if page.kind == "year":
            return str(self.random.randint(int(page.earliest), int(page.latest)))
        if page.kind == "month":
            first, last = (
                int(text[:4]) * 12 + int(text[5:]) - 1 for text in (page.earliest, page.latest)
            )
            number = self.random.randint(first, max(first, last))
            return f"{number // 12:04d}-{number % 12 + 1:02d}"
        first_day, last_day = date.fromisoformat(page.earliest), date.fromisoformat(page.latest)
        return (
            first_day + timedelta(days=self.random.randint(0, max(0, (last_day - first_day).days)))
        ).isoformat()

    def _photo(self, page: pages.PhotoPage) -> Action:
        if page.can_finish:
            return Answered(None)
        if not page.has_camera and page.may_follow:
            return Decline()
        return PhotoTaken(b"\xff\xd8" + self.random.randbytes(20))
