"""The end of an enrolment: read back, stored in one piece, printed."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose, Confirm
from kiosk.flows.flow import Destination
from kiosk.flows.form_pages import AnswerLine, FormReviewPage
from kiosk.flows.notices import NoticeStep, Way
from kiosk.flows.pages import ChoiceButton, NoticePage, Progress
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.enrol_at_kiosk import Enrolment

LAST = Progress(5, 5)
PRINT = "print_enrolment"
NEXT_PERSON = "enrol_another"


def kept_lines(enrolment: Enrolment, ports: VisitPorts) -> tuple[tuple[str, str, str], ...]:
    """Label, value and icon of everything that was asked."""
    label = ports.label
    face, voice = enrolment.face, enrolment.voice
    shown = {True: "yes", False: "no", None: "not_asked"}
    return (
        (
            label("enrol.line.face"),
            label("enrol.kept.face", count=len(face.vectors)) if face else label("enrol.none"),
            "face",
        ),
        (
            label("enrol.line.voice"),
            label("enrol.kept.voice", count=voice.phrases) if voice else label("enrol.none"),
            "voice",
        ),
        (label("enrol.line.card"), label(f"enrol.card.{shown[enrolment.has_card]}"), "card"),
        (label("enrol.line.pin"), label(f"enrol.pin.{shown[enrolment.has_pin]}"), "pin"),
    )


@dataclass(frozen=True, slots=True)
class EnrolReviewStep:
    """What will be kept; nothing has been stored yet."""

    def page(self, visit: Visit, ports: VisitPorts) -> FormReviewPage:
        """One line for each part."""
        enrolment, resident = visit.enrolment, visit.resident
        if enrolment is None or resident is None:
            raise FlowError("no enrolment is under way")
        name = AnswerLine(ports.label("review.name"), resident.masked_name, "person")
        lines = (AnswerLine(*line) for line in kept_lines(enrolment, ports))
        return FormReviewPage(Prompt("enrol.review"), (name, *lines), progress=LAST)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Store it, and print the confirmation where there is a printer."""
        enrolment, resident = visit.enrolment, visit.resident
        if not isinstance(action, Confirm) or enrolment is None or resident is None:
            raise FlowError(f"enrolment review does not offer {type(action).__name__}")
        if ports.enrol is None:
            raise FlowError("nothing can be enrolled here")
        ports.enrol.keep.keep(resident, enrolment)
        done = EnrolDoneStep(resident.masked_name, _pairs(enrolment, ports))
        visit.end_enrolment()
        if ports.printing.can_print():
            visit.print_job = ports.printing.print_enrolment(done.name, done.lines)
        return Destination(done, clears_history=True)


def _pairs(enrolment: Enrolment, ports: VisitPorts) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value, _icon in kept_lines(enrolment, ports))


@dataclass(frozen=True, slots=True)
class EnrolDoneStep:
    """It is kept; the paper goes to the resident."""

    name: str
    """Masked."""
    lines: tuple[tuple[str, str], ...]

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """Print again, or the next person."""
        can_print = ports.printing.can_print()
        ids = (NEXT_PERSON, PRINT) if can_print else (NEXT_PERSON,)
        buttons = tuple(ChoiceButton(way, f"choice.{way}", way) for way in ids)
        which = "enrol.done.printing" if visit.print_job else "enrol.done"
        prompt = Prompt(which, {"name": self.name}, is_personal=True)
        return NoticePage(
            prompt, "check", buttons, "receipt.finish", progress=LAST, can_go_back=False
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Print once more, or begin with somebody else."""
        if isinstance(action, Choose) and action.choice_id == PRINT:
            visit.print_job = ports.printing.print_enrolment(self.name, self.lines)
            return Destination(self, replaces=True)
        if isinstance(action, Choose) and action.choice_id == NEXT_PERSON:
            # Imported here: the beginning leads to this end.
            from kiosk.flows.enrolment.start import enrol_entry  # noqa: PLC0415

            return Destination(enrol_entry(), clears_history=True)
        raise FlowError(f"the end of an enrolment does not offer {type(action).__name__}")


def nobody_there(prompt_id: str, again: Way) -> NoticeStep:
    """The roster does not know this person: nothing can be enrolled."""
    return NoticeStep(Prompt(prompt_id), (again,), progress=Progress(1, 5))
