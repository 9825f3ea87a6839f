"""The steps of a life certification that many visits share."""

from kiosk.flows.actions import (
    Begin,
    CardPresented,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    FaceAccepted,
    UseCitizenNumber,
)
from kiosk.flows.pages import (
    CitizenNumberPage,
    ConfirmPersonPage,
    ConsentPage,
    FaceCheckPage,
    IdentifyPage,
    ServicesPage,
)
from tests.builders import ZHAO, card

SERVICE = ChooseService("pension.life_certification")
MATCH = FaceAccepted(0.31, "dlib-resnet-v1", 0.40)
BY_CARD = (
    (Begin(), ServicesPage),
    (SERVICE, IdentifyPage),
    (CardPresented(card()), ConfirmPersonPage),
)
BY_NUMBER = (
    (Begin(), ServicesPage),
    (SERVICE, IdentifyPage),
    (UseCitizenNumber(), CitizenNumberPage),
    (CitizenNumberTyped(ZHAO), ConfirmPersonPage),
)
TO_FACE = ((Confirm(), ConsentPage), (Confirm(), FaceCheckPage))


def walk_on(navigator, *actions):  # type: ignore[no-untyped-def]
    page = None
    for action in actions:
        page = navigator.act(action)
    return page
