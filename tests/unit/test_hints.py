import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.county import load_county
from kiosk.domain.citizen_id import Sex
from kiosk.domain.expressions import Lookup
from kiosk.domain.hints import Hint, HintRule, propose
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord
from kiosk.domain.scope import person_scope
from kiosk.errors import HintRulesUnusable
from kiosk.hints import HintFiles

ASSETS = Path(__file__).parents[2] / "assets"
TODAY = date(2026, 11, 25)
RULES = HintFiles().rules
CATALOGUE = PromptCatalogue.load("zh-CN")
FACTS = load_county().facts()

PAID = [{"year": 2026, "fen": 50000}]
RECEIVING = {"pension": {"status": "receiving"}}
CONTRIBUTING = {"pension": {"status": "contributing", "years_paid": 20, "contributions": PAID}}


def scope(
    record: dict[str, Any],
    *,
    born: date = date(1970, 1, 1),
    certified_until: date | None = date(2027, 12, 31),
) -> Lookup:
    return person_scope(
        birth_date=born,
        sex=Sex.FEMALE,
        certified_until=certified_until,
        record=ResidentRecord.model_validate(record),
        today=TODAY,
        county=FACTS,
    )


def hints(
    record: dict[str, Any],
    *,
    born: str = "1970-01-01",
    certified_until: date | None = date(2027, 12, 31),
    opened: tuple[str, ...] = (),
) -> tuple[Hint, ...]:
    lookup = scope(record, born=date.fromisoformat(born), certified_until=certified_until)
    return propose(RULES, lookup, opened)


def ids(*args: Any, **options: Any) -> list[str]:
    return [hint.id for hint in hints(*args, **options)]


def family(died_on: str | None) -> dict[str, Any]:
    member = {"name": "钱二", "citizen_id": "513022193911190314", "relation": "parent"}
    return {"family": [member, {**member, "died_on": died_on}]}


def card(until: str | None, status: str = "normal") -> dict[str, Any]:
    return {"card": {"status": status, "valid_until": until}}


def test_nothing_is_proposed_when_the_roster_knows_only_the_name() -> None:
    assert propose(RULES, scope({}, born=date(1940, 1, 1), certified_until=None), ()) == ()
    assert ResidentRecord.model_validate({}) == NO_RECORD


@pytest.mark.parametrize(
    ("days", "found"),
    [(-400, "certification_overdue"), (-1, "certification_overdue"), (0, "certification_due"),
     (60, "certification_due"), (61, None)],
)  # fmt: skip
def test_certification_is_due_within_60_days_and_overdue_after_its_last_day(
    days: int, found: str | None
) -> None:
    until = TODAY + timedelta(days=days)
    assert ids(RECEIVING, certified_until=until) == ([found] if found else [])


def test_certification_is_not_asked_of_one_who_receives_nothing() -> None:
    assert ids(CONTRIBUTING, certified_until=TODAY) == []
    assert ids({"pension": {"status": "stopped"}}, certified_until=date(2026, 1, 1)) == [
        "certification_overdue"
    ]


@pytest.mark.parametrize(
    ("born", "found"),
    [
        # 60 on 2027-02-23, 90 days from today; the day after is one too many
        ("1967-02-23", ["turning_60"]),
        ("1967-02-24", []),
        ("1966-11-26", ["turning_60"]),
        ("1966-11-25", ["reached_60"]),
        ("1955-05-05", ["reached_60"]),
    ],
)
def test_claim_is_proposed_three_months_before_60_and_from_then_on(
    born: str, found: list[str]
) -> None:
    assert ids(CONTRIBUTING, born=born) == found


def test_one_of_60_who_receives_is_not_told_to_claim() -> None:
    assert ids(RECEIVING, born="1955-05-05") == []


def test_one_with_too_few_years_is_told_how_many_are_missing() -> None:
    record = {"pension": {"status": "contributing", "years_paid": 11, "contributions": PAID}}
    (hint,) = hints(record, born="1966-01-01")
    assert (hint.id, hint.services) == ("too_few_years_at_60", ("pension.contribution",))
    assert hint.values == {"missing": "4"}


def test_turning_60_bundles_claim_card_and_allowance_as_far_as_they_apply() -> None:
    (plain,) = hints(CONTRIBUTING | card("2030-01-01"), born="1966-11-25")
    assert (plain.services, plain.is_life_event) == (("pension.claim",), False)
    first, *_ = hints(CONTRIBUTING | card("2026-12-31"), born="1966-11-25")
    assert first.services == ("pension.claim", "card.application")
    assert first.is_life_event
    first, *_ = hints(CONTRIBUTING | card(None, "lost"), born="1946-11-25")
    assert first.services == ("pension.claim", "card.application", "allowance.elderly")


def test_hint_that_only_repeats_services_of_a_bundle_is_left_out() -> None:
    record = CONTRIBUTING | card("2026-12-31")
    assert ids(record) == ["card_expiring"]
    assert ids(record, born="1966-11-25") == ["reached_60"]


@pytest.mark.parametrize(
    ("born", "allowances", "found"),
    [
        ("1946-11-25", [], ["elderly_allowance"]),
        ("1946-11-26", [], []),
        ("1936-01-01", ["other"], ["elderly_allowance"]),
        ("1926-01-01", ["elderly"], []),
    ],
)
def test_elderly_allowance_is_proposed_from_80_on_when_it_is_not_paid(
    born: str, allowances: list[str], found: list[str]
) -> None:
    assert ids(RECEIVING | {"allowances": allowances}, born=born) == found


def test_contributions_of_this_year_are_missed_but_not_those_paid_already() -> None:
    old = [{"year": 2025, "fen": 1}]
    record = {
        "pension": {"status": "contributing", "years_paid": 3, "contributions": old},
        "medical": {"status": "enrolled", "contributions": [{"year": 2027, "fen": 1}, *old]},
    }
    found = hints(record)
    assert [hint.id for hint in found] == ["medical_contribution", "pension_contribution"]
    assert [hint.values for hint in found] == [{"year": "2026年"}, {"year": "2026年"}]
    record["medical"]["contributions"] = PAID
    assert ids(record) == ["pension_contribution"]


def test_contribution_is_not_asked_of_one_who_is_60() -> None:
    record = {"pension": {"status": "contributing", "years_paid": 15}}
    assert ids(record, born="1960-01-01") == ["reached_60"]


@pytest.mark.parametrize(
    ("until", "status", "found"),
    [
        ("2026-11-24", "normal", ["card_expired"]),
        ("2026-11-25", "normal", ["card_expiring"]),
        ("2027-02-23", "normal", ["card_expiring"]),
        ("2027-02-24", "normal", []),
        (None, "expired", ["card_expired"]),
        (None, "normal", []),
        ("2020-01-01", "lost", []),
    ],
)
def test_card_is_renewed_once_expired_or_in_its_last_90_days(
    until: str | None, status: str, found: list[str]
) -> None:
    assert ids(card(until, status)) == found


def test_unsettled_treatments_are_counted() -> None:
    stay = {
        "id": "t1", "hospital": "县医院", "kind": "inpatient",
        "from_date": "2026-10-01", "until_date": "2026-10-09", "total_fen": 512300,
    }  # fmt: skip
    record = {
        "medical": {
            "status": "enrolled",
            "contributions": PAID,
            "treatments": [stay, stay | {"id": "t2"}],
        }
    }
    (hint,) = hints(record)
    assert (hint.id, hint.values) == ("unsettled_treatments", {"count": "2"})
    record["medical"]["treatments"] = []
    assert ids(record) == []


@pytest.mark.parametrize(
    ("status", "insured", "allowances", "found"),
    [
        ("unemployed", True, [], ["unemployment"]),
        ("unemployed", True, ["unemployment"], []),
        ("unemployed", False, [], []),
        ("employed", True, [], []),
    ],
)
def test_unemployment_money_needs_an_insurance_and_no_claim(
    status: str, insured: bool, allowances: list[str], found: list[str]
) -> None:
    employment = {"status": status, "has_unemployment_insurance": insured}
    assert ids({"employment": employment, "allowances": allowances}) == found


@pytest.mark.parametrize(
    ("died_on", "found"),
    [
        ("2026-11-25", ["death_in_family"]),
        ("2025-11-25", ["death_in_family"]),
        ("2025-11-24", []),
        (None, []),
    ],
)
def test_death_in_the_family_is_a_life_event_for_a_year(
    died_on: str | None, found: list[str]
) -> None:
    assert ids(family(died_on)) == found


def test_death_benefit_that_is_paid_or_under_way_is_not_proposed_again() -> None:
    (hint,) = hints(family("2026-10-02"))
    assert hint.services == ("pension.death_benefit", "profile.update")
    assert ids(family("2026-10-02") | {"allowances": ["death_benefit"]}) == []
    assert ids(family("2026-10-02"), opened=("pension.death_benefit",)) == []


def test_open_request_leaves_its_service_out_of_a_bundle() -> None:
    (hint,) = hints(
        CONTRIBUTING | card("2026-12-31"), born="1966-11-25", opened=("card.application",)
    )
    assert hint.services == ("pension.claim",)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_silent_while_its_service_is_open(rule: HintRule) -> None:
    assert rule.steps[0].service in rule.not_if_open


def test_every_service_of_a_rule_is_in_the_shipped_catalogue() -> None:
    services = {step.service for rule in RULES for step in rule.steps}
    shipped = {file.stem for file in (ASSETS / "services").glob("*.json")}
    assert services
    assert services - shipped == set()


def test_one_of_60_without_any_insurance_is_told_unless_in_work_or_retired() -> None:
    none = {"pension": {"status": "none"}}
    assert ids(none, born="1960-01-01") == ["not_enrolled_at_60"]
    assert ids(none | {"employment": {"status": "retired"}}, born="1960-01-01") == []
    assert ids(none, born="1990-01-01") == []


CROWDED = {
    **family("2026-10-02"),
    **RECEIVING,
    **card("2020-01-01"),
    "medical": {"status": "enrolled", "contributions": []},
}


def test_at_most_three_are_proposed_the_most_pressing_first_in_any_order_of_rules() -> None:
    lookup = scope(CROWDED, born=date(1940, 1, 1), certified_until=date(2026, 1, 1))
    found = propose(RULES, lookup, ())
    assert [hint.id for hint in found] == [
        "certification_overdue",
        "death_in_family",
        "elderly_allowance",
    ]
    assert propose(tuple(reversed(RULES)), lookup, ()) == found
    assert len(propose(RULES, lookup, (), limit=1)) == 1
    assert [hint.id for hint in propose(RULES, lookup, (), limit=9)][3:] == [
        "card_expired",
        "medical_contribution",
    ]


def test_service_that_this_kiosk_does_not_offer_is_not_proposed() -> None:
    lookup = scope(CROWDED, born=date(1940, 1, 1), certified_until=date(2026, 1, 1))
    found = propose(RULES, lookup, (), offered={"card.application", "profile.update"})
    assert [(hint.id, hint.services) for hint in found] == [("card_expired", ("card.application",))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_words_of_a_rule_exist_and_ask_for_no_other_slot(rule: HintRule) -> None:
    assert CATALOGUE.slots(rule.prompt_id) == rule.values.keys()
    text = CATALOGUE.text(Prompt(rule.prompt_id, {name: "9" for name in rule.values}))
    assert len(text.title) <= 14
    assert text.sentence.endswith("。")


def test_no_words_are_left_without_a_rule() -> None:
    written = {name for name in CATALOGUE.prompts if name.startswith("hint.")}
    assert written == {rule.prompt_id for rule in RULES}


def test_hint_is_read_as_people_speak() -> None:
    (hint,) = hints(RECEIVING, certified_until=date(2026, 12, 31))
    text = CATALOGUE.text(Prompt(hint.prompt_id, dict(hint.values)))
    assert text.sentence == "养老资格到2026年12月31日为止，今天认证，就不用再来。"
    assert "二零二六年十二月三十一日" in text.reading


def test_repr_tells_nothing_about_the_person() -> None:
    assert repr(hints(family("2026-10-02"))) == "(Hint(…),)"


def rules_folder(folder: Path, *rules: dict[str, Any]) -> HintFiles:
    (folder / "a.json").write_text(json.dumps({"about": "x", "rules": list(rules)}), "utf-8")
    return HintFiles(folder)


RULE = {
    "id": "one",
    "priority": 1,
    "when": {"known": "record.phone"},
    "steps": [{"service": "pension.claim"}],
}


def test_rule_without_a_known_value_makes_no_hint(tmp_path: Path) -> None:
    rule = RULE | {
        "values": {"date": {"value": {"ref": "record.card.valid_until"}, "shown_as": "date"}}
    }
    rules = rules_folder(tmp_path, rule).rules
    known = {"phone": "13800138000"}
    assert propose(rules, scope(known), ()) == ()
    assert len(propose(rules, scope(known | card("2026-12-31")), ())) == 1


def test_of_two_rules_that_press_alike_the_first_by_id_stands_first(tmp_path: Path) -> None:
    other = RULE | {"id": "an_earlier", "steps": [{"service": "pension.enrolment"}]}
    rules = rules_folder(tmp_path, RULE, other).rules
    found = propose(rules, scope({"phone": "13800138000"}), ())
    assert [hint.id for hint in found] == ["an_earlier", "one"]


def test_two_reasons_for_one_service_are_one_hint(tmp_path: Path) -> None:
    rules = rules_folder(tmp_path, RULE, RULE | {"id": "two", "priority": 2}).rules
    found = propose(rules, scope({"phone": "13800138000"}), ())
    assert [hint.id for hint in found] == ["one"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([RULE, RULE], "one: stands twice"),
        ([RULE | {"when": {"known": "record.phnoe"}}], "one: nothing is called 'record.phnoe'"),
        ([RULE | {"when": {"known": "county.mayor"}}], "one: nothing is called 'county.mayor'"),
        ([RULE | {"values": {"x": {"value": {"ref": "person.agee"}}}}], "nothing is called 'person.agee'"),
        ([RULE | {"steps": [{"service": "card.application", "when": {"known": "x"}}]}], "nothing is called 'x'"),
        ([RULE | {"when": {"eval": "1"}}], "a.json: rules.0.when"),
        ([RULE | {"steps": []}], "a.json: rules.0.steps"),
        ([], "a.json: rules"),
    ],
)  # fmt: skip
def test_wrong_rule_is_refused_with_its_place(
    rules: list[dict[str, Any]], said: str, tmp_path: Path
) -> None:
    with pytest.raises(HintRulesUnusable) as caught:
        _ = rules_folder(tmp_path, *rules).rules
    assert said in str(caught.value)


def test_missing_rules_are_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(HintRulesUnusable, match="no file of hint rules"):
        _ = HintFiles(tmp_path).rules
    with pytest.raises(HintRulesUnusable, match="cannot be read"):
        _ = HintFiles(tmp_path / "gone").rules
