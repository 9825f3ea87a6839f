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


def test_every_fault_is_listed_when_a_definition_is_wrong() -> None:
    raw = json.loads(FILE.read_text("utf-8")) | {"priority": 9, "colour": "red", "title": "长" * 15}
    with pytest.raises(CatalogueError) as caught:
        parse_definition(json.dumps(raw), "bad.json")
    assert len(caught.value.faults) == 3
    assert all(fault.startswith("bad.json: ") for fault in caught.value.faults)


def test_line_is_named_when_the_file_is_not_json() -> None:
    with pytest.raises(CatalogueError, match=r"bad.json:2: "):
        parse_definition('{\n"id": }', "bad.json")


def test_catalogue_refuses_two_definitions_of_one_service() -> None:
    definition = parse_definition(FILE.read_text("utf-8"), FILE.name)
    with pytest.raises(CatalogueError, match="two definitions"):
        Catalogue((definition, definition))


def test_misspelt_county_fact_is_found_when_the_definition_loads() -> None:
    raw = json.loads((FILE.parent / "medical.chronic_disease.json").read_text("utf-8"))
    parse_definition(json.dumps(raw), "good.json")
    text = json.dumps(raw).replace("county.main_hospital", "county.main_hospitl")
    with pytest.raises(CatalogueError, match=r"county\.main_hospitl"):
        parse_definition(text, "bad.json")
