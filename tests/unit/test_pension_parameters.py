import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.data_file import DataFault, parse_data
from kiosk.domain.pension.parameters import PensionParameters
from kiosk.errors import PensionParametersUnusable
from kiosk.parameters import PensionFiles

FILE = Path(__file__).parents[2] / "assets" / "parameters" / "pension-2026-01.json"
DAY = date(2026, 11, 25)


def raw() -> dict[str, Any]:
    return json.loads(FILE.read_text("utf-8"))


def write(folder: Path, name: str, **changes: object) -> None:
    (folder / name).write_text(json.dumps(raw() | changes), "utf-8")


def fault_of(change: Callable[[dict[str, Any]], object]) -> str:
    data = raw()
    change(data)
    with pytest.raises(DataFault) as caught:
        parse_data(PensionParameters, json.dumps(data), "p.json")
    return str(caught.value)


@pytest.mark.parametrize(
    ("age", "months"),
    [(40, 233), (45, 216), (50, 195), (55, 170), (59, 145), (60, 139), (61, 132), (62, 125), (63, 117), (64, 109),
     (65, 101), (66, 93), (67, 84), (68, 75), (69, 65), (70, 56)],
)  # fmt: skip
def test_months_by_age_are_those_of_the_state_council(age: int, months: int) -> None:
    assert PensionFiles().on(DAY).divisor(age) == months


def test_table_holds_at_its_ends_for_ages_beyond_it() -> None:
    parameters = PensionFiles().on(DAY)
    assert parameters.divisor(39) == 233
    assert parameters.divisor(88) == 56


def test_months_of_the_pension_age_count_always_when_the_county_says_so() -> None:
    parameters = PensionFiles().on(DAY).model_copy(update={"divisor_rule": "pension_age"})
    assert [parameters.divisor(age) for age in (60, 65, 80)] == [139, 139, 139]


@pytest.mark.parametrize(
    ("tier_fen", "subsidy_fen"),
    [
        (0, 0),
        (19999, 0),
        (20000, 4000),
        (25000, 4000),
        (50000, 6000),
        (300000, 20000),
        (999999, 20000),
    ],
)
def test_subsidy_is_that_of_the_highest_tier_reached(tier_fen: int, subsidy_fen: int) -> None:
    assert PensionFiles().on(DAY).subsidy(tier_fen) == subsidy_fen


def test_shipped_figures_say_that_they_are_an_example() -> None:
    parameters = PensionFiles().on(DAY)
    assert parameters.has_example_figures
    assert "样例" in parameters.area
    by_name = {name: source.kind for source in parameters.sources for name in source.of}
    assert by_name["basic_fen"] == by_name["tiers"] == "example"
    assert by_name["divisors"] == by_name["retirement"] == "document"


def test_newest_file_that_has_begun_is_chosen(tmp_path: Path) -> None:
    write(tmp_path, "pension-2026-01.json")
    write(tmp_path, "pension-2026-07.json", valid_from="2026-07-01", basic_fen=20000)
    write(tmp_path, "pension-2027-01.json", valid_from="2027-01-01", basic_fen=30000)
    files = PensionFiles(tmp_path)
    assert files.on(date(2026, 6, 30)).basic_fen == 18300
    assert files.on(date(2026, 7, 1)).basic_fen == 20000
    assert files.on(date(2026, 12, 31)).basic_fen == 20000
    assert files.on(date(2027, 1, 1)).basic_fen == 30000


def test_error_names_the_first_day_when_no_file_has_begun(tmp_path: Path) -> None:
    write(tmp_path, "pension-2026-01.json")
    with pytest.raises(PensionParametersUnusable, match="2025-12-31, the first begins 2026-01-01"):
        PensionFiles(tmp_path).on(date(2025, 12, 31))


def test_error_says_what_is_missing_when_the_folder_is_empty_or_gone(tmp_path: Path) -> None:
    with pytest.raises(PensionParametersUnusable, match="there is no file pension-"):
        PensionFiles(tmp_path).on(DAY)
    with pytest.raises(PensionParametersUnusable, match="folder of parameters cannot be read"):
        PensionFiles(tmp_path / "gone").on(DAY)


def test_damaged_file_is_an_error_with_its_place_even_beside_a_sound_one(tmp_path: Path) -> None:
    write(tmp_path, "pension-2026-01.json")
    (tmp_path / "pension-2026-07.json").write_text('{\n"about": ', "utf-8")
    (tmp_path / "pension-2026-08.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PensionParametersUnusable) as caught:
        PensionFiles(tmp_path).on(DAY)
    assert [fault.partition(" ")[0] for fault in caught.value.faults] == [
        "pension-2026-07.json:2:",
        "pension-2026-08.json:",
    ]


def test_two_files_of_one_day_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, "pension-a.json")
    write(tmp_path, "pension-b.json")
    with pytest.raises(PensionParametersUnusable, match="two files begin 2026-01-01"):
        PensionFiles(tmp_path).on(DAY)


def test_files_are_read_once_and_not_before_they_are_needed(tmp_path: Path) -> None:
    files = PensionFiles(tmp_path)
    write(tmp_path, "pension-2026-01.json")
    assert files.on(DAY).basic_fen == 18300
    (tmp_path / "pension-2026-01.json").unlink()
    assert files.on(DAY).basic_fen == 18300


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data["divisors"].pop("61"), "give every age from 40 to 70"),
        (lambda data: data["divisors"].update({"61": 139}), "a later age must have fewer months"),
        (lambda data: data["tiers"].reverse(), "order them by fen"),
        (lambda data: data["tiers"][3].update(subsidy_fen=1), "must not have a smaller subsidy"),
        (lambda data: data["sources"].pop(0), "sources: none for minimum_years, pension_age"),
        (lambda data: data["sources"][0]["of"].append("colour"), "there is no entry colour"),
        (lambda data: data.update(basic_fen=183.5), "basic_fen"),
        (lambda data: data.update(basic_fen="18300"), "basic_fen"),
        (lambda data: data.update(valid_from="2026-02-30"), "valid_from"),
        (lambda data: data.update(colour=1), "colour"),
        (lambda data: data.pop("interest_millionths"), "interest_millionths"),
    ],
)
def test_wrong_figures_are_refused_with_their_place(
    change: Callable[[dict[str, Any]], object], said: str
) -> None:
    assert said in fault_of(change)


def test_key_given_twice_is_refused() -> None:
    text = FILE.read_text("utf-8").replace('"basic_fen":', '"basic_fen": 1, "basic_fen":', 1)
    with pytest.raises(DataFault, match="basic_fen: given more than once"):
        parse_data(PensionParameters, text, "p.json")
