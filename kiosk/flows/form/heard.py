"""A spoken answer on its way to the check that typed answers pass too."""

from kiosk.domain.form import Form, Place
from kiosk.domain.question import ChoiceQuestion, FilesQuestion, YesNoQuestion
from kiosk.flows.form.facts import FormFacts
from kiosk.flows.form.options import offered
from kiosk.flows.form.places import level
from kiosk.flows.form.spoken import SpokenOption, from_speech


def understood(
    place: Place, transcript: str, form: Form, facts: FormFacts, address_path: tuple[str, ...]
) -> str | None:
    """What was said, as a page would give it; None when it was not understood."""
    question = form.question_at(place)
    kind = "choice" if question.type in ("address", "files") else question.type
    return from_speech(kind, transcript, _options(place, form, facts, address_path), facts.today)


def _options(
    place: Place, form: Form, facts: FormFacts, address_path: tuple[str, ...]
) -> tuple[SpokenOption, ...]:
    question = form.question_at(place)
    if isinstance(question, ChoiceQuestion):
        sayings = {option.value: option.sayings for option in question.options}
        return tuple(
            SpokenOption(one.value, one.title, sayings.get(one.value, ()))
            for one in offered(question, form, place, facts.county)
        )
    if isinstance(question, YesNoQuestion):
        return (SpokenOption("yes", question.yes), SpokenOption("no", question.no))
    if isinstance(question, FilesQuestion):
        return (
            SpokenOption("now", "现在拍", ("拍照", "现在交", "带来了")),
            SpokenOption("later", "以后再交", ("没带", "以后", "下次再交")),
        )
    if question.type == "address":
        options = level(facts.county, address_path).options
        return tuple(SpokenOption(one.value, one.title) for one in options)
    return ()
