"""Every fault of every field has its own words."""

import ast
from pathlib import Path

import pytest

from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.domain.fields.base import FAULTS, FieldFault

CATALOGUE = PromptCatalogue.load("zh-CN")
CODES = [(field_type, code) for field_type, codes in FAULTS.items() for code in codes]


@pytest.mark.parametrize(("field_type", "code"), CODES)
def test_a_fault_has_a_title_and_one_sentence_with_the_slots_it_brings(
    field_type: str, code: str
) -> None:
    prompt_id = f"field.{field_type}.{code}"
    assert CATALOGUE.slots(prompt_id) == FAULTS[field_type][code]
    text = CATALOGUE.text(Prompt(prompt_id, dict.fromkeys(FAULTS[field_type][code], "2")))
    assert text.title
    assert text.sentence.endswith("。")
    assert text.sentence.count("。") == 1


def test_no_two_faults_of_a_type_say_the_same() -> None:
    for field_type, codes in FAULTS.items():
        titles = {CATALOGUE.prompts[f"field.{field_type}.{code}"].title.parts for code in codes}
        assert len(titles) == len(codes), field_type


def test_the_catalogue_holds_no_message_of_a_fault_that_nobody_raises() -> None:
    known = {f"field.{field_type}.{code}" for field_type, code in CODES}
    assert {name for name in CATALOGUE.prompts if name.startswith("field.")} == known


def test_a_fault_names_its_prompt_and_nothing_of_what_was_entered() -> None:
    fault = FieldFault("money", "too_large", limit="100元")
    assert (fault.prompt_id, str(fault)) == ("field.money.too_large", "field.money.too_large")
    assert repr(fault) == "FieldFault('field.money.too_large')"
    assert fault.values == {"limit": "100元"}


@pytest.mark.parametrize(
    ("field_type", "code", "values"),
    [
        ("money", "too_large", {}),
        ("money", "empty", {"limit": "1"}),
        ("money", "nowhere", {}),
        ("x", "empty", {}),
    ],
)
def test_a_fault_that_the_table_does_not_have_cannot_be_made(
    field_type: str, code: str, values: dict[str, str]
) -> None:
    with pytest.raises(LookupError):
        FieldFault(field_type, code, **values)


def test_every_code_of_the_table_stands_in_the_module_of_its_type() -> None:
    folder = Path(__file__).parents[2] / "kiosk/domain/fields"
    strings = {
        node.value
        for path in folder.glob("*.py")
        if path.name != "base.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    of_the_citizen_id = {"wrong_length", "wrong_character", "unknown_region", "impossible_date"}
    of_the_form = {"own_number"}
    found = strings | of_the_citizen_id | of_the_form
    assert [code for _, code in CODES if code not in found] == []
