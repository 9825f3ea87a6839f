"""What tests of the ends of a check share: staff, ways in, and looks at what was written down."""

from typing import Any

from kiosk.flows import pages
from kiosk.flows.actions import (
    Answered,
    AskHelp,
    CallStaff,
    Confirm,
    Decline,
    FaceNotAccepted,
    StaffTyped,
)
from kiosk.flows.page_model import PageModel
from tests.builders import World
from tests.storage.sent import sent as body_of

FIRST, SECOND = StaffTyped("2041", "280617"), StaffTyped("2043", "906152")
UNKNOWN = FaceNotAccepted(3, "dlib-resnet-v1", 0.61)
NO_WAY = (
    (Confirm(), pages.ConsentPage),
    (Decline(), pages.CardPage),
    (Decline(), pages.NoticePage),
)
TO_RECEIPT = ((Answered("self"), pages.FormReviewPage), (Confirm(), pages.ReceiptPage))
TO_DESK = ((AskHelp(), pages.HelpPage), (CallStaff(), pages.StaffSignInPage))


def whole_payload(world: World) -> dict[str, Any]:
    """The newest request as the centre gets it."""
    return body_of(world, str(world.rows("outbox")[-1]["id"])).payload


def sent(world: World) -> dict[str, Any]:
    """The part of it that is of the person's check."""
    payload = whole_payload(world)
    return {name: payload[name] for name in ("assurance", "is_provisional", "evidence")}


def audited(world: World, *parts: str) -> list[tuple[object, object]]:
    rows = world.rows("audit")
    return [(row["kind"], row["details"]) for row in rows if str(row["kind"]).startswith(parts)]


def proof_line(page: PageModel) -> str:
    assert isinstance(page, pages.FormReviewPage)
    return page.lines[2].value


def choices(page: PageModel) -> list[str]:
    assert isinstance(page, pages.NoticePage)
    return [choice.choice_id for choice in page.choices]
