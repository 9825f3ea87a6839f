"""The estimate as an answer page: the real form, parameters and words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.domain.catalogue import parse_definition
from kiosk.domain.form import Form
from kiosk.domain.scope import values_scope
from kiosk.parameters import PensionFiles
from kiosk.services.answer_sheets import AnswerSheet, AnswerSheets

FILE = Path(__file__).parents[2] / "assets" / "services" / "pension.estimate.json"


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

    def monotonic_s(self) -> float:
        return 0.0


def sheet(born: str, years: int, tier: str, age: int) -> AnswerSheet:
    answers = {"birth_date": born, "years_paid": years, "tier": tier, "age": age}
    return sheet_of({"scheme": "resident", **answers})


def sheet_of(answers: dict[str, object]) -> AnswerSheet:
    definition = parse_definition(FILE.read_text("utf-8"), FILE.name)
    form = Form(definition, values_scope({"today": {"date": "2026-11-25"}}), answers)
    sheets = AnswerSheets(FixedClock(), PromptCatalogue.load("zh-CN").label, PensionFiles().on)
    found = sheets.of(form, None)
    assert found is not None
    return found


def test_headline_is_the_last_sum_of_the_working_when_years_are_missing() -> None:
    # nobody knows the account: 10 x (500.00 + 60.00) = 560000; 5 years of 500.00 are made up:
    # 810000 / 139 = 5827 rest 47; 18300 + 5827 = 24127
    found = sheet("1967-01-20", 10, "50000", 60)
    assert found.figure == "241.27元"
    assert ("每月一共", "183.00元 + 58.27元 = 241.27元") in found.lines
    assert ("补缴的钱", "500.00元 × 5 = 2,500元") in found.lines
    assert "估算" in found.as_of
    assert "2026年1月1日" in found.as_of


@pytest.mark.parametrize(
    ("born", "years", "age"),
    [("1951-01-01", 15, 75), ("1926-01-01", 0, 100), ("2010-05-05", 0, 60), ("1990-01-01", 60, 60),
     ("2026-11-25", 0, 60)],
)  # fmt: skip
def test_every_answer_that_the_form_lets_pass_has_a_figure(born: str, years: int, age: int) -> None:
    found = sheet(born, years, "20000", age)
    assert found.figure.endswith("元")
    assert all(label and value for label, value in found.lines)


@pytest.mark.parametrize(
    ("scheme", "born", "figure", "month"),
    [
        # born 1965-01: the first month of the first step of four, one month later than 60
        ("male", "1965-01-20", "60岁1个月", "2025年2月"),
        # born 1976-09 or later: the whole 36 months
        ("male", "1976-09-01", "63岁", "2039年9月"),
        # born 1975-01: one month later than 50
        ("female_worker", "1975-01-31", "50岁1个月", "2025年2月"),
        # born 1970-01: one month later than 55
        ("female_cadre", "1970-01-01", "55岁1个月", "2025年2月"),
    ],
)
def test_employee_is_told_when_and_not_how_much(
    scheme: str, born: str, figure: str, month: str
) -> None:
    found = sheet_of({"scheme": scheme, "birth_date": born})
    assert (found.figure, found.lines[0][1]) == (figure, month)
    assert "估算" in found.as_of
    assert not any("元" in value for _, value in found.lines)
