import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.county import CountyFile, load_county
from kiosk.domain.county import FACTS
from kiosk.domain.definition_check import COUNTY_TABLES
from kiosk.domain.fields.bank_card import check_bank_card
from kiosk.domain.place import code_length, walk_places
from kiosk.errors import CountyUnusable, PensionParametersUnusable
from kiosk.parameters import PensionFiles

ASSETS = Path(__file__).parents[2] / "assets"
FILE = ASSETS / "county" / "example.json"
WUTONG = "513022104203"


def county_file(today: date = date(2026, 11, 25), file: Path | None = None) -> CountyFile:
    return CountyFile(PensionFiles(), lambda: today, file)


def faults_of(change: Callable[[dict[str, Any]], object], tmp_path: Path) -> str:
    data = json.loads(FILE.read_text("utf-8"))
    change(data)
    file = tmp_path / "county.json"
    file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(CountyUnusable) as caught:
        load_county(file)
    assert all(fault.startswith("county.json: ") for fault in caught.value.faults)
    return " | ".join(caught.value.faults)


def county_node(data: dict[str, Any]) -> dict[str, Any]:
    return data["places"][0]["children"][0]["children"][0]


def test_village_of_the_sample_roster_is_in_the_tree_with_its_groups() -> None:
    tables = county_file()
    assert tables.names(WUTONG) == ("四川省", "川东市", "梧溪县", "青杠镇", "梧桐村")
    assert tables.group_count(WUTONG) == 8
    roster = json.loads((ASSETS / "sample_roster.json").read_text("utf-8"))
    assert tables.names(roster["region_code"])


def test_tree_has_three_townships_of_three_villages_at_least_and_says_it_is_invented() -> None:
    county = load_county()
    paths = list(walk_places(county.places))
    townships = [path[-1] for path in paths if code_length(path[-1].code) == 9]
    assert len(townships) >= 3
    assert min(len(one.children) for one in townships) >= 3
    assert all(child.is_village for one in townships for child in one.children)
    assert "样例" in county.about


def test_village_without_groups_has_none_and_a_township_is_no_village() -> None:
    tables = county_file()
    assert tables.group_count("513022207203") == 0
    assert tables.group_count("513022104000") is None
    assert tables.group_count("999999999999") is None
    assert tables.names("999999999999") == ()


def test_every_table_that_a_definition_may_name_has_choices_that_fit_a_button() -> None:
    tables = county_file()
    for table in COUNTY_TABLES:
        options = tables.options(table)
        assert options
        assert len({value for value, _ in options}) == len(options)
        assert [title for _, title in options if not 2 <= len(title) <= 14] == []


def test_unknown_table_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        county_file().options("mayors")


def test_tiers_are_those_of_the_parameters_of_the_day() -> None:
    assert county_file().options("tiers")[3] == ("50000", "500元（补60元）")
    with pytest.raises(PensionParametersUnusable):
        county_file(today=date(2020, 1, 1)).options("tiers")


def test_medical_tiers_have_their_amount_as_value() -> None:
    assert county_file().options("medical_tiers")[0] == ("40000", "每人每年400元")


@pytest.mark.parametrize(
    ("prefix", "bank"),
    [("622848", "农业银行"), ("621700", "建设银行"), ("622280", "建设银行"), ("622202", "工商银行"), ("621661", "中国银行"),
     ("621785", "中国银行"), ("622188", "邮储银行"), ("621799", "邮储银行")],
)  # fmt: skip
def test_first_digits_of_a_card_give_its_bank(prefix: str, bank: str) -> None:
    issuers = county_file().issuers()
    assert issuers[prefix] == bank
    number = next(
        f"{prefix}000000000{last:04d}"
        for last in range(10)
        if luhn_sum(f"{prefix}000000000{last:04d}") % 10 == 0
    )
    assert check_bank_card(number, issuers).issuer_name == bank


def luhn_sum(digits: str) -> int:
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled)


def test_bank_whose_digits_are_no_public_fact_is_marked() -> None:
    marked = [bank.id for bank in load_county().banks if bank.source == "example"]
    assert marked == ["rural_credit"]


@pytest.mark.parametrize(
    ("age", "fen"), [(79, None), (80, 5000), (89, 5000), (90, 12000), (100, 50000), (111, 50000)]
)
def test_elderly_allowance_is_that_of_the_last_age_reached(age: int, fen: int | None) -> None:
    assert load_county().elderly_fen(age) == fen


def test_facts_are_the_declared_ones_and_plain_json() -> None:
    facts = county_file().facts()
    assert facts.keys() == FACTS
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["name"], facts["elderly_from"]) == ("梧溪县", 80)
    assert facts["elderly_ages"] == [80, 90, 100]
    assert facts["main_hospital"] == "county_people"


def test_keyboard_has_the_most_common_surnames_and_no_double() -> None:
    county = load_county()
    assert county.surnames[:3] == ("王", "李", "张")
    assert len(set(county.surnames)) == len(county.surnames) >= 100
    assert len(set(county.place_words)) == len(county.place_words) >= 20


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: county_node(d)["children"][0]["children"][0].update(code="513022101202"), "513022101202 stands twice"),
        (lambda d: county_node(d)["children"][0]["children"][0].update(code="513022104209"), "does not lie within 513022101000"),
        (lambda d: county_node(d)["children"][0].update(code="513022101001"), "has no code of level 4"),
        (lambda d: county_node(d)["children"].append({"code": "513022300000", "name": "空镇"}), "513022300000 has nothing below it"),
        (lambda d: county_node(d)["children"][0]["children"][0].update(children=[{"code": "513022101201", "name": "院子"}]), "is a village and has places below it"),
        (lambda d: county_node(d).update(groups=3), "has groups but is no village"),
        (lambda d: county_node(d)["children"][0]["children"][0].update(code="5130"), "places.0.children"),
        (lambda d: d.update(code="513099000000"), "own code 513099000000 is not in the tree"),
        (lambda d: d["hospitals"].append(d["hospitals"][0]), "hospitals: county_people stands twice"),
        (lambda d: d["banks"][1]["prefixes"].append("622188"), "banks: 622188 stands twice"),
        (lambda d: d["elderly_allowance"].reverse(), "elderly_allowance: order them by age"),
        (lambda d: d["medical_tiers"].append(d["medical_tiers"][0]), "medical_tiers: one line a category"),
        (lambda d: d["diseases"][0].update(title="长" * 15), "diseases.0.title"),
        (lambda d: d["elderly_allowance"][0].update(monthly_fen=50.5), "elderly_allowance.0.monthly_fen"),
        (lambda d: d.update(mayor="x"), "mayor"),
    ],
)  # fmt: skip
def test_wrong_table_is_refused_with_its_place(
    change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    assert said in faults_of(change, tmp_path)


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["code"] = "513099000000"
        data["elderly_allowance"].reverse()

    said = faults_of(change, tmp_path)
    assert "not in the tree" in said
    assert "order them by age" in said


def test_missing_file_is_a_typed_error_when_it_is_first_needed(tmp_path: Path) -> None:
    tables = county_file(file=tmp_path / "gone.json")
    with pytest.raises(CountyUnusable, match=r"gone\.json: cannot be read"):
        tables.facts()


def test_file_is_read_once(tmp_path: Path) -> None:
    copy = tmp_path / "county.json"
    copy.write_bytes(FILE.read_bytes())
    tables = county_file(file=copy)
    assert tables.names(WUTONG)
    copy.unlink()
    assert tables.issuers()["622848"] == "农业银行"
