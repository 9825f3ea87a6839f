"""One item of a group in one line."""

from kiosk.domain.form import Form
from kiosk.domain.form_values import Place
from kiosk.domain.question import GroupQuestion, NameQuestion
from kiosk.domain.resident import mask_name
from kiosk.flows.form.facts import FormFacts
from kiosk.flows.form.read_back import shown

MOST_FIELDS = 3
"""Of an item in its line: more would not be read."""


def item_line(group: GroupQuestion, number: int, form: Form, facts: FormFacts) -> str:
    """The first answers of an item, such as ``张建国，儿子``."""
    words: list[str] = []
    is_typed = group.id in form.given
    for field in group.fields:
        place = Place(group.id, number, field.id)
        value = form.value_at(place)
        if value is not None and len(words) < MOST_FIELDS:
            text = shown(field, value, form, place, facts)
            is_name = isinstance(field, NameQuestion) and not is_typed
            words.append(mask_name(text) if is_name else text)
    return "，".join(words)
