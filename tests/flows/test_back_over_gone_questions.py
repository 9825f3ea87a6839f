"""返回 never leads to a question that another answer has taken away: nobody would get on from there."""

import pytest

from kiosk.domain.form import Form, Place
from kiosk.domain.json_values import JsonValue
from kiosk.flows import pages
from kiosk.flows.actions import Answered, Decline, EditLine, GoBack
from kiosk.flows.visit_ports import VisitPorts
from tests.builders import STRANGER, resident
from tests.flows.test_random_walks import SERVICES, begun, ports  # noqa: F401 (a fixture)

FAMILY: JsonValue = {"items": [{"name": "钱德福"}], "is_done": False}
NOW: JsonValue = {"when": "now", "photos": {}}
BY_ID = {service.id: service for service in SERVICES}


def test_picture_together_is_passed_over_once_it_is_for_oneself(ports: VisitPorts) -> None:  # noqa: F811
    service = BY_ID["pension.life_certification"]
    navigator, _, page = begun(ports, service, resident().record, is_proved=True)
    prompts = [page.prompt.id]
    while not isinstance(page, pages.PhotoPage):
        page = navigator.act(Answered(_for_somebody_else(page)))
        prompts.append(page.prompt.id)
    assert isinstance(navigator.act(Decline()), pages.FormReviewPage)
    navigator.act(EditLine("who"))
    page = navigator.act(Answered("self"))
    assert isinstance(page, pages.FormReviewPage)
    seen = [navigator.act(GoBack()).prompt.id for _ in range(4)]
    # The edit, the review that it was begun from, then the first question and not those of the other person.
    assert seen == [prompts[0], "review", prompts[0], "welcome"]


def _for_somebody_else(page: pages.PageModel) -> str:
    if isinstance(page, pages.ChoicePage):
        other = [one.value for one in page.options if one.value == "other"]
        return other[0] if other else page.options[0].value
    if isinstance(page, pages.DigitsPage):
        return STRANGER
    return "张建国"


@pytest.mark.parametrize(
    ("service", "given", "place", "still"),
    [
        ("pension.life_certification", {"who": "self"}, Place("photo_together"), False),
        ("pension.life_certification", {"who": "other"}, Place("photo_together"), True),
        (
            "medical.enrolment",
            {"with_family": True, "family": FAMILY},
            Place("family", 1, "name"),
            True,
        ),
        (
            "medical.enrolment",
            {"with_family": True, "family": FAMILY},
            Place("family", 2, "name"),
            False,
        ),
        (
            "medical.reimbursement",
            {"kind": "outpatient", "papers": NOW},
            Place("papers", None, "invoices"),
            True,
        ),
        (
            "medical.reimbursement",
            {"kind": "outpatient", "papers": NOW},
            Place("papers", None, "discharge_note"),
            False,
        ),
    ],
)
def test_question_is_there_as_long_as_the_answers_ask_for_it(
    service: str, given: dict[str, JsonValue], place: Place, still: bool
) -> None:
    assert Form(BY_ID[service], lambda _: None, given).still_has(place) is still
