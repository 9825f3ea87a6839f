"""What the roster or a calculation says, or that it does not say it."""

from dataclasses import dataclass, replace

from accessibility.prompt import Prompt
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose, PrintPage, TurnPage
from kiosk.flows.flow import Destination
from kiosk.flows.form.going_on import FORM
from kiosk.flows.form.question_step import form_of
from kiosk.flows.form_pages import AnswerLine, AnswerPage
from kiosk.flows.page_model import ChoiceButton, PageModel
from kiosk.flows.pages import NoticePage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

LINES_ON_PAGE = 5
EQUALS = " = "
"""Between the working of a line of a calculation and its result."""
ASK = ChoiceButton("ask_centre", "choice.ask_centre", "ask_centre")


def answer_line(label: str, value: str) -> AnswerLine:
    """A line as the page shows it: of a calculation the result, with its working small below."""
    working, _, result = value.rpartition(EQUALS)
    return AnswerLine(label, result, note=working)


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """The end of a service that the kiosk answers by itself."""

    page_number: int = 1

    def page(self, visit: Visit, ports: VisitPorts) -> PageModel:
        """The answer with its date, or a notice that there is none here and whom to ask."""
        form = form_of(visit)
        sheet = ports.answer_sheet(form, visit.resident)
        if ports.practice is not None:
            ports.practice.mark_done(form.definition.id)
        title = form.definition.title
        if sheet is None:
            prompt = Prompt("answer.unknown", {"service": title}, is_personal=False)
            return NoticePage(prompt, "notice", (ASK,), progress=FORM)
        count = max(1, -(-len(sheet.lines) // LINES_ON_PAGE))
        number = (self.page_number - 1) % count + 1
        here = sheet.lines[(number - 1) * LINES_ON_PAGE : number * LINES_ON_PAGE]
        return AnswerPage(
            Prompt(f"answer.{form.definition.answer}"),
            service_title=title,
            figure_label=sheet.figure_label,
            figure=sheet.figure,
            lines=tuple(answer_line(label, value) for label, value in here),
            as_of=sheet.as_of,
            page_number=number,
            page_count=count,
            can_print=ports.printing.can_print(),
            print_state=ports.printing.state_of(visit.print_job),
            choices=(ASK,) if form.definition.offline == "roster" else (),
            progress=FORM,
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Turn the page, print, or ask the centre."""
        # The enquiry belongs to the start of a service, which knows this step.
        from kiosk.flows.form.start import EnquiryStep  # noqa: PLC0415

        if isinstance(action, TurnPage):
            return Destination(
                replace(self, page_number=self.page_number + action.step), replaces=True
            )
        if isinstance(action, Choose) and action.choice_id == ASK.choice_id:
            return Destination(EnquiryStep())
        if isinstance(action, PrintPage):
            form = form_of(visit)
            sheet = ports.answer_sheet(form, visit.resident)
            if sheet is None:
                raise FlowError("there is nothing to print")
            visit.print_job = ports.printing.print_answer(form, sheet, visit.resident)
            return Destination(self, replaces=True)
        raise FlowError(f"answer does not offer {type(action).__name__}")
