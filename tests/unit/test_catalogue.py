import json
from pathlib import Path

import pytest

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
