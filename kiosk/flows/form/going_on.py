"""Where a form goes after each answer, and where the answer is kept."""

from kiosk.domain.form import Form
from kiosk.flows.flow import Destination, Step
from kiosk.flows.form.drafting import keep_draft
from kiosk.flows.page_model import Progress
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

FORM = Progress(3, 4)


def keep(visit: Visit, ports: VisitPorts, form: Form) -> None:
    """Take an answer into the visit, and into the draft before any page changes."""
    visit.form = form
    keep_draft(visit, ports)


def go_on(visit: Visit, ports: VisitPorts) -> Destination:
    """The next open question, else the end of the service."""
    return Destination(form_step(visit, ports))


def form_step(visit: Visit, ports: VisitPorts) -> Step:
    """The step that the form stands at."""
    # The steps know each other: a question leads to the review and the review back to a question.
    from kiosk.flows.form.answer_step import AnswerStep  # noqa: PLC0415
    from kiosk.flows.form.question_step import QuestionStep, form_of  # noqa: PLC0415
    from kiosk.flows.form.review_step import FormReviewStep  # noqa: PLC0415

    form = form_of(visit)
    while visit.to_correct:
        fault, visit.to_correct = visit.to_correct[0], visit.to_correct[1:]
        if fault.step in {entry.question.id for entry in form.entries}:
            return QuestionStep(fault)
    place = form.next_place()
    if place is not None:
        return QuestionStep(place)
    if form.definition.offline == "accepted":
        return FormReviewStep(is_provisional=visit.is_provisional)
    return AnswerStep()
