import pytest

from kiosk.flows.actions import TurnPage
from kiosk.flows.form.answer_step import AnswerStep
from kiosk.flows.form.review_step import FormReviewStep


@pytest.mark.parametrize("step", [FormReviewStep(page_number=2), AnswerStep(page_number=2)])
def test_page_is_turned_on_and_back(step):
    on = step.take(None, None, TurnPage())
    back = step.take(None, None, TurnPage(is_back=True))
    assert (on.step.page_number, back.step.page_number) == (3, 1)
    assert (on.replaces, back.replaces) == (True, True)
