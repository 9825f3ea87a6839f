from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.county import load_county
from kiosk.domain.citizen_id import Sex
from kiosk.domain.expressions import Lookup
from kiosk.domain.hints import propose
from kiosk.domain.resident_record import ResidentRecord
from kiosk.domain.scope import person_scope
from kiosk.hints import HintFiles

RULES = HintFiles().rules
FACTS = load_county().facts()
CATALOGUE = PromptCatalogue.load("zh-CN")
SERVICES = sorted({step.service for rule in RULES for step in rule.steps})

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
YEARS = st.lists(
    st.fixed_dictionaries({"year": st.integers(2024, 2028), "fen": st.just(50000)}), max_size=3
)


def maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


RECORDS = st.fixed_dictionaries(
    {
        "pension": maybe(
            st.fixed_dictionaries(
                {
                    "status": st.sampled_from(["none", "contributing", "receiving", "stopped"]),
                    "years_paid": st.integers(0, 40),
                    "contributions": YEARS,
                }
            )
        ),
        "medical": maybe(
            st.fixed_dictionaries(
                {"status": st.sampled_from(["none", "enrolled"]), "contributions": YEARS}
            )
        ),
        "card": maybe(
            st.fixed_dictionaries(
                {
                    "status": st.sampled_from(["none", "normal", "lost", "expired"]),
                    "valid_until": maybe(DAYS.map(date.isoformat)),
                }
            )
        ),
        "family": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.just("钱二"),
                    "citizen_id": st.just("513022193911190314"),
                    "relation": st.just("parent"),
                    "died_on": maybe(DAYS.map(date.isoformat)),
                }
            ),
            max_size=3,
        ),
        "employment": maybe(
            st.fixed_dictionaries(
                {
                    "status": st.sampled_from(["employed", "unemployed", "retired"]),
                    "has_unemployment_insurance": st.booleans(),
                }
            )
        ),
        "allowances": st.lists(st.sampled_from(["elderly", "death_benefit", "unemployment"])),
    }
)


@st.composite
def scopes(draw: st.DrawFn) -> Lookup:
    return person_scope(
        birth_date=draw(maybe(st.dates(date(1915, 1, 1), date(2010, 1, 1)))),
        sex=Sex.MALE,
        certified_until=draw(maybe(DAYS)),
        record=ResidentRecord.model_validate(draw(RECORDS)),
        today=draw(DAYS),
        county=FACTS,
    )


@given(scopes(), st.sets(st.sampled_from(SERVICES)), st.randoms(use_true_random=False))
def test_at_most_three_hints_none_of_a_service_under_way_whatever_the_order(
    lookup: Lookup, opened: set[str], random: object
) -> None:
    shuffled = list(RULES)
    random.shuffle(shuffled)
    found = propose(RULES, lookup, opened)
    assert [(one.id, one.values, one.services) for one in found] == [
        (one.id, one.values, one.services) for one in propose(shuffled, lookup, opened)
    ]
    assert len(found) <= 3
    for hint in found:
        assert hint.services
        assert not opened & set(hint.services)


@given(scopes())
def test_every_hint_can_be_said_in_full(lookup: Lookup) -> None:
    found = propose(RULES, lookup, (), limit=99)
    for hint in found:
        text = CATALOGUE.text(Prompt(hint.prompt_id, dict(hint.values)))
        assert all(hint.values.values())
        assert len(text.title) <= 14
        assert "{" not in text.sentence


@given(scopes(), st.integers(0, 5))
def test_fewer_hints_are_the_first_of_more(lookup: Lookup, limit: int) -> None:
    more = [hint.id for hint in propose(RULES, lookup, (), limit=99)]
    assert [hint.id for hint in propose(RULES, lookup, (), limit=limit)] == more[:limit]
