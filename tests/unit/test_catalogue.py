import json
from pathlib import Path

import pytest

from kiosk.catalogue_sources import load_catalogue
from kiosk.domain.catalogue import Catalogue, CatalogueError, parse_definition

FILE = Path(__file__).parents[2] / "assets" / "services" / "pension.life_certification.json"


def test_definition_pins_version_and_digest_when_it_loads() -> None:
    definition = parse_definition(FILE.read_text("utf-8"), FILE.name)
    assert (definition.id, definition.version, len(definition.digest)) == (
        "pension.life_certification",
        1,
        64,
    )


def test_digest_changes_when_any_value_changes_and_not_when_the_layout_does() -> None:
    raw = json.loads(FILE.read_text("utf-8"))
    first = parse_definition(json.dumps(raw), "a").digest
    assert parse_definition(json.dumps(raw, indent=4), "a").digest == first
    raw["title"] = "养老认证"
    assert parse_definition(json.dumps(raw), "a").digest != first


def test_definition_is_the_same_when_it_is_read_from_its_canonical_text() -> None:
    definition = parse_definition(FILE.read_text("utf-8"), FILE.name)
    assert parse_definition(definition.canonical, "again") == definition


def test_every_fault_is_listed_when_a_definition_is_wrong() -> None:
    raw = json.loads(FILE.read_text("utf-8")) | {"priority": 9, "colour": "red", "title": "长" * 15}
    with pytest.raises(CatalogueError) as caught:
        parse_definition(json.dumps(raw), "bad.json")
    assert sorted(caught.value.faults) == [
        "bad.json: colour: 没有 'colour' 这个键；请去掉",
        "bad.json: priority: 9 太大；最大是 3",
        "bad.json: title: 有 15 个字，最多 14 个；请缩短 1 个字",
    ]


def test_line_is_named_when_the_file_is_not_json() -> None:
    with pytest.raises(CatalogueError, match=r"bad.json:2: "):
        parse_definition('{\n"id": }', "bad.json")


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"id": "\\ud800.x"}', "[]", "null", "3", '""', ""],
    ids=["deep", "half a letter", "list", "null", "number", "text", "nothing"],
)
def test_hostile_text_is_a_fault_and_nothing_else(text: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_definition(text, "bad.json")
    assert len(caught.value.faults) == 1


def test_catalogue_refuses_two_definitions_of_one_service() -> None:
    definition = parse_definition(FILE.read_text("utf-8"), FILE.name)
    with pytest.raises(CatalogueError, match="有两份定义"):
        Catalogue((definition, definition))


def test_misspelt_county_fact_is_found_when_the_definition_loads() -> None:
    raw = json.loads((FILE.parent / "medical.chronic_disease.json").read_text("utf-8"))
    parse_definition(json.dumps(raw), "good.json")
    text = json.dumps(raw).replace("county.main_hospital", "county.main_hospitl")
    with pytest.raises(CatalogueError, match=r"county\.main_hospitl"):
        parse_definition(text, "bad.json")


def test_site_hides_services_and_puts_some_first() -> None:
    catalogue = load_catalogue()
    arranged = catalogue.arranged(
        frozenset({"pension.transfer"}), ("pension.estimate", "pension.claim")
    )
    ids = [one.id for one in arranged.services("pension")]
    assert ids[:2] == ["pension.estimate", "pension.claim"]
    assert "pension.transfer" not in ids
    assert len(ids) == len(catalogue.services("pension")) - 1
    # What was begun before it was hidden can still be finished.
    transfer = catalogue.find("pension.transfer")
    assert transfer is not None
    assert arranged.pinned(transfer.digest) is transfer


def test_site_that_names_an_unknown_service_is_told_which() -> None:
    with pytest.raises(CatalogueError) as raised:
        load_catalogue().arranged(frozenset({"pension.nothing"}), ())
    assert raised.value.faults == ("没有 pension.nothing 这项业务",)


def test_older_definitions_are_kept_when_more_come() -> None:
    catalogue = load_catalogue()
    claim = catalogue.find("pension.claim")
    assert claim is not None
    older = claim.model_copy(update={"digest": "a" * 64})
    oldest = claim.model_copy(update={"digest": "b" * 64})
    grown = catalogue.with_older((older,)).with_older((oldest,))
    assert grown.pinned("a" * 64) is older
    assert grown.pinned("b" * 64) is oldest
    assert grown.find("pension.claim") is claim
