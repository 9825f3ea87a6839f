"""What this machine knows of my face and voice, and the way to have it erased: as easy as it was to agree."""

from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.domain.consent import ConsentKind
from kiosk.errors import FlowError
from kiosk.flows.actions import Action, Choose
from kiosk.flows.flow import Destination
from kiosk.flows.notices import NoticeStep
from kiosk.flows.pages import ChoiceButton, NoticePage
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts

ERASE, KEEP = "erase", "keep"


def has_templates(visit: Visit, ports: VisitPorts) -> bool:
    """Whether anything of this person is enrolled here."""
    return bool(_enrolled(visit, ports))


def _enrolled(visit: Visit, ports: VisitPorts) -> tuple[ConsentKind, ...]:
    if visit.resident is None or ports.withdraw_consent is None:
        return ()
    found = ports.withdraw_consent.enrolled(visit.resident.resident_id)
    return tuple(kind for kind in ConsentKind if kind in found)


@dataclass(frozen=True, slots=True)
class MyTemplatesStep:
    """What is enrolled; reached behind one proof, as everything that is a person's own."""

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """One button for each."""
        kinds = _enrolled(visit, ports)
        choices = tuple(
            ChoiceButton(f"erase_{kind.value}", f"choice.erase_{kind.value}", kind.value)
            for kind in kinds
        )
        return NoticePage(Prompt("my_templates" if kinds else "my_templates.none"), "face", choices)

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Ask once more before anything is erased."""
        for kind in _enrolled(visit, ports):
            if isinstance(action, Choose) and action.choice_id == f"erase_{kind.value}":
                return Destination(EraseTemplateStep(kind))
        raise FlowError(f"my templates do not offer {type(action).__name__}")


@dataclass(frozen=True, slots=True)
class EraseTemplateStep:
    """Really? To keep it is as easy."""

    kind: ConsentKind

    def page(self, visit: Visit, ports: VisitPorts) -> NoticePage:
        """Two answers."""
        return NoticePage(
            Prompt(f"my_templates.erase_{self.kind.value}"),
            self.kind.value,
            (
                ChoiceButton(KEEP, "choice.keep_template", "back"),
                ChoiceButton(ERASE, "choice.erase_template", "remove"),
            ),
        )

    def take(self, visit: Visit, ports: VisitPorts, action: Action) -> Destination:
        """Erase and say so, or go back."""
        if not isinstance(action, Choose) or visit.resident is None:
            raise FlowError(f"erasing does not offer {type(action).__name__}")
        if action.choice_id == KEEP:
            return Destination(MyTemplatesStep(), replaces=True)
        if action.choice_id != ERASE or ports.withdraw_consent is None:
            raise FlowError("erasing does not offer this choice")
        ports.withdraw_consent.withdraw(visit.resident.resident_id, frozenset([self.kind]))
        # What is in memory goes as well: nothing more of this visit is compared with it.
        if self.kind is ConsentKind.FACE:
            visit.face_template = visit.accepted_face = None
        else:
            visit.voice_template = None
        return Destination(
            NoticeStep(Prompt("my_templates.erased"), (), icon="check"), replaces=True
        )
