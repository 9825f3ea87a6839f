import pytest

from kiosk.flows.actions import TurnPage
from kiosk.flows.form.answer_step import AnswerStep, answer_line
from kiosk.flows.form.options import page_of, page_with
from kiosk.flows.form.review_step import FormReviewStep
from kiosk.flows.form_pages import AnswerLine, OptionButton


@pytest.mark.parametrize("step", [FormReviewStep(page_number=2), AnswerStep(page_number=2)])
def test_page_is_turned_on_and_back(step):
    on = step.take(None, None, TurnPage())
    back = step.take(None, None, TurnPage(is_back=True))
    assert (on.step.page_number, back.step.page_number) == (3, 1)
    assert (on.replaces, back.replaces) == (True, True)


def options(count):
    return tuple(OptionButton(str(number), f"第{number}个") for number in range(1, count + 1))


def values(page):
    return [option.value for option in page[0]], page[1:]


def test_six_choices_stand_on_one_page_and_seven_on_two():
    assert values(page_of(options(6), 1)) == (["1", "2", "3", "4", "5", "6"], (1, 1))
    assert values(page_of(options(7), 1)) == (["1", "2", "3", "4", "5"], (1, 2))
    assert values(page_of(options(7), 2)) == (["6", "7"], (2, 2))
    assert values(page_of(options(7), 3)) == (["1", "2", "3", "4", "5"], (1, 2))


def test_button_for_nothing_takes_the_place_of_a_choice():
    assert values(page_of(options(5), 1, 5)) == (["1", "2", "3", "4", "5"], (1, 1))
    assert values(page_of(options(6), 2, 5)) == (["5", "6"], (2, 2))
    assert page_with(options(6), "5", 5) == 2
    assert page_with(options(6), "6") == 1


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("正常发放", AnswerLine("状态", "正常发放")),
        (
            "(400.00元 + 50.00元) × 27 = 12,150元",
            AnswerLine("状态", "12,150元", note="(400.00元 + 50.00元) × 27"),
        ),
    ],
)
def test_result_of_a_calculation_is_large_and_its_working_small(value, line):
    assert answer_line("状态", value) == line
