"""Everything read back; nothing is promised before the confirmation is stored."""

from dataclasses import dataclass, field, replace

from accessibility.prompt import Prompt
from kiosk.domain.form import Place
from kiosk.domain.identity_outcome import Outcome, outcome_of
from kiosk.domain.identity_policy import Factor
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Confirm, EditLine, TurnPage
from kiosk.flows.conclusion import ReceiptStep
from kiosk.flows.flow import Destination
from kiosk.flows.form.facts import form_facts
from kiosk.flows.form.going_on import FORM, go_on
from kiosk.flows.form.question_step import QuestionStep, form_of
from kiosk.flows.form.read_back import answer_lines
from kiosk.flows.form.submission import submit
from kiosk.flows.form_pages import AnswerLine, FormReviewPage
from kiosk.flows.template_refresh import refresh_template
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from sync.identifiers import new_event_id

LINES_ON_PAGE = 5


@dataclass(frozen=True, slots=True)
class FormReviewStep:
    """All lines, page by page; submitting is offered on the last one."""

    is_provisional: bool = False
    """The resident goes on with fewer proofs: staff or the centre verify later."""
    request_id: str = field(default_factory=new_event_id)
    """Made with the page: confirming twice, or again after a failure, is one request."""
    page_number: int = 1

    def page(self, visit: Visit, ports: VisitPorts) -> FormReviewPage:
        """What will be submitted."""
        lines = (
            *self._head(visit, ports),
            *answer_lines(form_of(visit), form_facts(visit, ports), ports.label),
        )
        count = max(1, -(-len(lines) // LINES_ON_PAGE))
        number = (self.page_number - 1) % count + 1
        here = lines[(number - 1) * LINES_ON_PAGE : number * LINES_ON_PAGE]
        prompt = "review" if number == count else "review.more"
        return FormReviewPage(Prompt(prompt), here, number, count, progress=FORM)

    def _head(self, visit: Visit, ports: VisitPorts) -> tuple[AnswerLine, ...]:
        label = ports.label
        definition = form_of(visit).definition
        name = visit.resident.masked_name if visit.resident else label("review.name_unknown")
        number = visit.citizen_id.masked if visit.citizen_id else ""
        return (
            AnswerLine(label("review.service"), definition.title, definition.icon),
            AnswerLine(label("review.name"), name, "person", note=number),
            AnswerLine(label("review.proof"), self._proof(visit, ports), "shield"),
        )

    def _proof(self, visit: Visit, ports: VisitPorts) -> str:
        outcome = outcome_of(visit.evidence, visit.wanted)
        given = visit.evidence.attestation
        if outcome is Outcome.PROVISIONAL and given is not None:
            return ports.label("review.proof_attested", staff="、".join(given.staff))
        if outcome is Outcome.CANNOT_BE_MODELLED:
            return ports.label("review.proof_not_modelled")
        proved = [factor for factor in Factor if factor in visit.evidence.factors]
        if self.is_provisional or not proved:
            return ports.label("review.proof_later" if self.is_provisional else "review.proof_none")
        return "、".join(ports.label(f"factor.{factor.value}") for factor in proved)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Submit, change a line or turn the page; a failure raises and promises nothing."""
        if isinstance(action, TurnPage):
            return Destination(
                replace(self, page_number=self.page_number + action.step), replaces=True
            )
        if isinstance(action, EditLine):
            return self._edit(visit, ports, action.key)
        page = self.page(visit, ports)
        if not isinstance(action, Confirm) or page.page_number != page.page_count:
            raise FlowError(f"review does not offer {type(action).__name__}")
        if not form_of(visit).is_complete():
            # Somebody went back out of a change that opened another question.
            return go_on(visit, ports)
        request = submit(visit, ports, self.request_id)
        refresh_template(visit, ports)
        return Destination(ReceiptStep(request), clears_history=True)

    def _edit(self, visit: Visit, ports: VisitPorts, key: str) -> Destination:
        form = form_of(visit)
        place = Place.parse(key)
        if not form.is_asked(place):
            raise FlowError("this line cannot be changed")
        return Destination(QuestionStep(place))
