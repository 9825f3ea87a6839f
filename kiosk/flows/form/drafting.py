"""Drafts in a visit: whose they are, kept with each answer, found again by card or slip."""

import logging
import secrets

from accessibility.prompt import Prompt
from kiosk.errors import FlowError, StorageError
from kiosk.flows.flow import Step
from kiosk.flows.notices import NoticeStep
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts
from kiosk.services.drafts import CODE_DIGITS, Draft, DraftOwner

_log = logging.getLogger(__name__)


def card_owner(visit: Visit) -> DraftOwner | None:
    """The owner by card, once a card was on the reader; a typed number alone seals and opens nothing."""
    if visit.citizen_id is None or not visit.card_number:
        return None
    return DraftOwner("card", f"{visit.citizen_id.value}|{visit.card_number}")


def slip_owner(visit: Visit, code: str) -> DraftOwner | None:
    """The owner by the code of a slip, together with who they are."""
    if visit.citizen_id is None:
        return None
    return DraftOwner("slip", f"{visit.citizen_id.value}|{code}")


def keep_draft(visit: Visit, ports: VisitPorts) -> None:
    """Write down what was filled in. A failure costs the draft, never the visit."""
    owner = visit.draft_owner or card_owner(visit)
    if ports.drafts is None or owner is None or visit.form is None or not visit.form.given:
        return
    try:
        ports.drafts.keep(owner, visit.form, visit.attachments)
    except StorageError as error:
        _log.warning("draft not kept code=%s", error.code)


def found_draft(visit: Visit, ports: VisitPorts) -> tuple[DraftOwner, Draft] | None:
    """The newest draft that this person brought the key of."""
    if ports.drafts is None:
        return None
    owners = [card_owner(visit)]
    if visit.slip_code:
        owners.insert(0, slip_owner(visit, visit.slip_code))
    for owner in owners:
        for draft in ports.drafts.find(owner) if owner else ():
            if ports.catalogue.pinned(draft.digest) is not None:
                assert owner is not None  # noqa: S101 (the loop over nothing does not run)
                return owner, draft
    return None


def save_for_later(visit: Visit, ports: VisitPorts) -> Step:
    """Keep the form and say how to open it again: with the card, or with a code on a slip.

    Raises:
        FlowError: there is nothing to keep.
        StorageError: it could not be written.
    """
    if ports.drafts is None or visit.form is None or visit.citizen_id is None:
        raise FlowError("there is nothing to keep")
    owner = card_owner(visit)
    prompt = Prompt("draft.saved_with_card")
    if owner is None:
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        owner = slip_owner(visit, code)
        shown = f"{code[:4]} {code[4:]}"
        prompt = Prompt("draft.saved_with_code", {"code": shown}, is_personal=True)
        ports.printing.print_slip(shown, visit.form.definition.title)
    assert owner is not None  # noqa: S101 (there is a citizen id)
    ports.drafts.keep(owner, visit.form, visit.attachments)
    visit.forget_form()
    return NoticeStep(prompt, (), icon="draft", can_go_back=False)
