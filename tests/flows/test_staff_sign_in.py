"""Staff come to the machine through the help page."""

from kiosk.flows.actions import AskHelp, Begin, CallStaff, GoBack, StaffTyped
from kiosk.flows.pages import HelpPage, NoticePage, ServicesPage, StaffSignInPage
from tests.builders import World
from tests.flows.walk import walk

TO_SIGN_IN = (
    (Begin(), ServicesPage),
    (AskHelp(), HelpPage),
    (CallStaff(), StaffSignInPage),
)


def test_help_offers_the_sign_in_only_where_somebody_can_sign_in(world: World) -> None:
    page = walk(world.navigator(), *TO_SIGN_IN[:2])
    assert isinstance(page, HelpPage)
    assert not page.has_staff
    world.add_staff()
    page = walk(world.navigator(), *TO_SIGN_IN[:2])
    assert isinstance(page, HelpPage)
    assert page.has_staff


def test_staff_sign_in_and_come_back_to_where_the_visit_was(world: World) -> None:
    world.add_staff()
    navigator = world.navigator()
    page = walk(navigator, *TO_SIGN_IN, (StaffTyped("2041", "280617"), NoticePage))
    assert (page.prompt.id, page.prompt.values["number"]) == ("staff.desk.nobody", "2041")
    assert isinstance(navigator.act(GoBack()), ServicesPage)


def test_wrong_entry_is_asked_again_and_then_rests_while_the_services_go_on(world: World) -> None:
    world.add_staff()
    navigator = world.navigator()
    walk(navigator, *TO_SIGN_IN)
    for _ in range(5):
        page = navigator.act(StaffTyped("2041", "906152"))
        assert page.prompt.id == "staff.sign_in.wrong"
    page = navigator.act(StaffTyped("2041", "280617"))
    assert (page.prompt.id, page.prompt.values["minutes"]) == ("staff.sign_in.resting", "15")
    assert isinstance(navigator.act(GoBack()), ServicesPage)


def test_nothing_of_the_entry_is_kept_on_the_page(world: World) -> None:
    assert "280617" not in repr(StaffTyped("2041", "280617"))
