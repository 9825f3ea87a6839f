"""Whole visits without pixels: a list of what the person does and which page must follow."""

from kiosk.flows.actions import Action
from kiosk.flows.navigator import Navigator
from kiosk.flows.page_model import PageModel


def walk(navigator: Navigator, *steps: tuple[Action, type]) -> PageModel:
    """Do each action and check the page that follows it; gives the last page."""
    page = navigator.start()
    for number, (action, expected) in enumerate(steps, start=1):
        page = navigator.act(action)
        assert type(page) is expected, (
            f"step {number}: {type(action).__name__} led to {type(page).__name__} "
            f"({page.prompt.id}), not {expected.__name__}"
        )
    return page
