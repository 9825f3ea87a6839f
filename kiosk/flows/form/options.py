"""The choices of a question: fixed ones, those of the person's record, those of the county's tables."""

from kiosk.domain.expressions import holds
from kiosk.domain.form import Form
from kiosk.domain.form_values import Place, item_title, list_items
from kiosk.domain.question import ChoiceQuestion, CountyOptions, ListOptions
from kiosk.flows.county_tables import CountyTables
from kiosk.flows.form_pages import OptionButton

MOST_ON_PAGE = 6
"""Buttons, that of a question that may be skipped included; the one that turns the page takes another's place."""


def offered(
    question: ChoiceQuestion, form: Form, place: Place, county: CountyTables
) -> tuple[OptionButton, ...]:
    """Every choice that the person has, in order."""
    lookup = form.lookup_at(place)
    fixed = [
        (option.is_first, OptionButton(option.value, option.title, option.icon))
        for option in question.options
        if option.when is None or holds(option.when, lookup)
    ]
    found = [button for is_first, button in fixed if is_first]
    source = question.options_from
    if isinstance(source, ListOptions):
        found += [
            OptionButton(item[source.value], item_title(source.title, item), question.icon)
            for item in list_items(source, form.scope)
        ]
    if isinstance(source, CountyOptions):
        found += [
            OptionButton(value, title, question.icon)
            for value, title in county.options(source.county)
        ]
    found += [button for is_first, button in fixed if not is_first]
    return tuple(found)


def page_of(
    options: tuple[OptionButton, ...], page_number: int, most: int = MOST_ON_PAGE
) -> tuple[tuple[OptionButton, ...], int, int]:
    """The choices of one page, its number from 1, and how many pages there are; numbers run in a circle.

    Args:
        options: all of them.
        page_number: any.
        most: buttons that a page has room for.
    """
    if len(options) <= most:
        return options, 1, 1
    size = most - 1
    count = -(-len(options) // size)
    number = (page_number - 1) % count
    return options[number * size : (number + 1) * size], number + 1, count


def page_with(options: tuple[OptionButton, ...], value: str, most: int = MOST_ON_PAGE) -> int:
    """The page that the present answer stands on."""
    places = [place for place, option in enumerate(options) if option.value == value]
    if not places or len(options) <= most:
        return 1
    return places[0] // (most - 1) + 1
