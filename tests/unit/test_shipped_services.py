"""The shipped services: all there, all walkable, and short for those whom the roster knows."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.catalogue import ServiceDefinition, parse_definition
from kiosk.domain.form import Form, Place, unmet_requirements
from kiosk.domain.form_values import list_items
from kiosk.domain.json_values import JsonValue
from kiosk.domain.question import (
    AnyQuestion,
    ChoiceQuestion,
    CountyOptions,
    FilesQuestion,
    GroupQuestion,
    ListOptions,
    PhotoQuestion,
    Question,
    YesNoQuestion,
)
from kiosk.parameters import PensionFiles
from tests.people import (
    COUNTY,
    KNOWN_PEOPLE,
    PENSIONER,
    STRANGER,
    TODAY,
    WORKER,
    Person,
    by_example,
    plainly,
    walk,
)

FOLDER = Path(__file__).parents[2] / "assets" / "services"
DEFINITIONS = tuple(
    parse_definition(file.read_text("utf-8"), file.name) for file in sorted(FOLDER.glob("*.json"))
)
each_service = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.id)

DIALECTS = {"xinan", "zhongyuan", "dongbei", "wu", "xiang", "yue", "minnan", "kejia"}


@each_service
def test_example_leads_to_the_end_when_nothing_is_known(definition: ServiceDefinition) -> None:
    assert definition.example is not None
    form, _ = walk(Form(definition, STRANGER.scope()), by_example)
    assert form.is_complete()


@each_service
def test_every_answer_of_the_example_counts(definition: ServiceDefinition) -> None:
    assert definition.example is not None
    answers = definition.example.answers
    form = Form(definition, STRANGER.scope(), answers)
    assert form.is_complete()
    assert answers.items() <= form.payload()["answers"].items()
    # Without floats and the same after a journey, as a draft and the centre need it.
    assert json.loads(json.dumps(answers), parse_float=pytest.fail) == answers


@each_service
def test_at_most_two_questions_are_asked_of_one_whom_the_roster_knows(
    definition: ServiceDefinition,
) -> None:
    people = [
        person
        for person in KNOWN_PEOPLE
        if not unmet_requirements(definition, person.scope()) and _knows_lists(definition, person)
    ]
    assert people
    for person in people:
        _, asked = walk(Form(definition, _known_scope(definition, person)), _usual)
        limit = 2 if definition.assurance else 4  # nobody signs in: three pages fewer
        assert len(asked) <= limit, [place.key for place in asked]


def _knows_lists(definition: ServiceDefinition, person: Person) -> bool:
    """Whether the record has what the service is about: somebody deceased, a treatment, an earlier insurance."""
    sources = [step.options_from for step in definition.steps if isinstance(step, ChoiceQuestion)]
    return all(
        list_items(source, person.scope()) for source in sources if isinstance(source, ListOptions)
    )


def _known_scope(definition: ServiceDefinition, person: Person):  # type: ignore[no-untyped-def]
    return person.scope() if definition.assurance else (lambda name: None)


def _usual(form: Form, place: Place, question: AnyQuestion) -> JsonValue:
    """What somebody answers who is known: the first of the record's own list, else the first choice."""
    if isinstance(question, ChoiceQuestion):
        return _values(form, question)[0]
    return plainly(form, place, question)


def _values(form: Form, step: ChoiceQuestion) -> list[str]:
    listed: list[str] = []
    if isinstance(step.options_from, ListOptions):
        found = list_items(step.options_from, form.scope)
        listed = [item[step.options_from.value] for item in found]
    elif step.options_from is not None:
        listed = ["of_the_county"]
    return [*listed, *(option.value for option in step.options)]


@each_service
@pytest.mark.parametrize("person", [PENSIONER, WORKER, STRANGER], ids=["old", "young", "unknown"])
def test_every_choice_leads_to_the_end(definition: ServiceDefinition, person: Person) -> None:
    covered: Counter[tuple[str, str, JsonValue]] = Counter()
    wanted = _all_options(definition)
    scope = _known_scope(definition, person)
    for _ in range(80):
        form = _one_way(Form(definition, scope), covered)
        assert form.is_complete()
        if wanted <= {key for key in covered if covered[key]}:
            break
    assert wanted <= {key for key in covered if covered[key]}


def _all_options(definition: ServiceDefinition) -> set[tuple[str, str, JsonValue]]:
    found: set[tuple[str, str, JsonValue]] = set()
    for step in definition.steps:
        for part in (step, *(step.fields if isinstance(step, GroupQuestion) else ())):
            if isinstance(part, ChoiceQuestion):
                found |= {(step.id, part.id, option.value) for option in part.options}
            if isinstance(part, YesNoQuestion):
                found |= {(step.id, part.id, True), (step.id, part.id, False)}
    return found


def _one_way(form: Form, covered: Counter[tuple[str, str, JsonValue]]) -> Form:
    """Answer every question that counts, known or not; choices take what was chosen least so far."""

    def answer(form: Form, place: Place, question: AnyQuestion) -> JsonValue:
        values: list[JsonValue]
        if isinstance(question, ChoiceQuestion):
            values = list(_values(form, question))
        elif isinstance(question, YesNoQuestion):
            values = [True, False]
        else:
            return plainly(form, place, question)
        chosen = min(values, key=lambda value: covered[place.step, question.id, value])
        covered[place.step, question.id, chosen] += 1
        return chosen

    for step in form.definition.steps:
        form, _ = walk(form, answer) if not isinstance(step, Question) else (form, ())
        if isinstance(step, ChoiceQuestion | YesNoQuestion) and form.is_asked(Place(step.id)):
            form = form.answered(Place(step.id), answer(form, Place(step.id), step))
        if isinstance(step, GroupQuestion) and form.is_asked(Place(step.id)):
            for part in step.fields:
                place = Place(step.id, 0, part.id)
                form = form.answered(place, answer(form, place, part))
    return walk(form, answer)[0]


@each_service
def test_it_can_be_asked_for_in_every_group_of_dialects(definition: ServiceDefinition) -> None:
    assert set(definition.sayings) == {"zh-CN", *DIALECTS}
    assert len(definition.sayings["zh-CN"]) >= 6
    for group, sayings in definition.sayings.items():
        assert len(set(sayings)) == len(sayings) >= 1, group
        assert all(2 <= len(saying) <= 16 for saying in sayings), group


def test_no_saying_means_two_services() -> None:
    meanings: dict[str, set[str]] = {}
    for definition in DEFINITIONS:
        for sayings in definition.sayings.values():
            for saying in sayings:
                meanings.setdefault(saying, set()).add(definition.id)
    assert {saying: ids for saying, ids in meanings.items() if len(ids) > 1} == {}


@each_service
def test_papers_can_always_be_brought_later(definition: ServiceDefinition) -> None:
    for step in definition.steps:
        if isinstance(step, PhotoQuestion):
            assert step.may_follow
        if isinstance(step, FilesQuestion):
            assert all(len(document.title) <= 10 for document in step.documents)


TIERS = {str(tier.fen) for tier in PensionFiles().on(TODAY).tiers}


@each_service
def test_example_answers_are_choices_that_exist(definition: ServiceDefinition) -> None:
    assert definition.example is not None
    for step in definition.steps:
        value = definition.example.answers.get(step.id)
        if isinstance(step, ChoiceQuestion) and value is not None:
            fixed = {option.value for option in step.options}
            assert value in fixed | _of_county(step.options_from)


def _of_county(source: object) -> set[str]:
    if not isinstance(source, CountyOptions):
        return set()
    if source.county == "tiers":
        return TIERS
    return {value for value, _ in COUNTY.options(source.county)}


@each_service
def test_every_picture_that_it_names_is_there(definition: ServiceDefinition) -> None:
    icons = FOLDER.parent / "icons"
    named = {definition.icon, *_icons(definition.model_dump(mode="json", by_alias=True))} - {""}
    assert {name for name in named if not (icons / f"{name}.svg").is_file()} == set()


def _icons(node: JsonValue) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "icon" else _icons(value)
    elif isinstance(node, list):
        for value in node:
            yield from _icons(value)
