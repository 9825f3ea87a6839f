"""Readings of the dialect itself, projected on the sounds of Mandarin."""

import pytest

from accessibility.dialects.projection import local_readings, project_jyutping, read_locally
from accessibility.errors import DialectPacksDamaged


@pytest.mark.parametrize(
    ("jyutping", "sounds"),
    [
        ("joeng", "iang"), ("lou", "lou"), ("gam", "gam"), ("zoeng", "ziang"), ("gwo", "guo"), ("wu", "u"), ("jyu", "ü"),
        ("ji", "i"), ("hok", "hok"), ("siu", "siou"), ("ngo", "ngo"), ("m", "m"), ("fui", "fuei"), ("zyun", "zün"),
        ("kwaa", "kua"), ("baat", "bat"), ("seoi", "sei"), ("jau", "iau"),
    ],
)  # fmt: skip
def test_a_cantonese_syllable_has_the_nearest_sounds_of_mandarin(
    jyutping: str, sounds: str
) -> None:
    assert str(project_jyutping(jyutping)) == sounds


@pytest.mark.parametrize("written", ["", "xyz", "zhong", "a1", "joengs"])
def test_what_is_no_jyutping_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no jyutping"):
        project_jyutping(written)


def test_a_phrase_is_read_locally_only_when_each_character_is_known() -> None:
    readings = local_readings("yue")
    assert len(readings) > 3400
    assert [str(one) for one in read_locally("养老金", readings) or ()] == ["iang", "lou", "gam"]
    assert read_locally("养老☃", readings) is None
    assert read_locally("", readings) is None


def test_a_table_that_is_not_there_is_a_fault_of_the_packs() -> None:
    with pytest.raises(DialectPacksDamaged, match="martian"):
        local_readings("martian")
