"""First packs are written from two tables; what is edited by hand is left alone."""

import sys
from pathlib import Path

import build_dialects
import pytest
from _dialect_features import rules_of
from _dialect_words import align

from accessibility.dialects.loader import DialectPacks
from accessibility.dialects.schema import Basis

HEAD = "id,name,group,area,cluster,point,provinces,features,ccr_stats,feature_basis\n"
PROFILES = HEAD + (
    "xinan_here,本地话,官话,西南官话,片,点,四川;重庆,n/l不分;平翘舌不分;hu读fu,n_l=0.96;zh_z=0.02,CCR\n"
    "min_there,那边话,闽语,,闽南片,点,福建,无f(飞=灰),,handbook\n"
)
WORDS = "intent,dialects,words,heard_as_pinyin,basis\nyes,西南官话,要得/是嘞,si lei,K\nno,闽南,毋是/无,m si;bo,L(無 bo)\n"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dialects"
    monkeypatch.setattr(build_dialects, "FOLDER", folder)
    (tmp_path / "profiles.csv").write_text(PROFILES, "utf-8")
    (tmp_path / "words.csv").write_text(WORDS, "utf-8")
    tables = [str(tmp_path / "profiles.csv"), str(tmp_path / "words.csv")]
    monkeypatch.setattr(sys, "argv", ["build_dialects.py", *tables])
    assert build_dialects.main() == 0
    return folder


def test_tables_become_packs_that_load(built: Path) -> None:
    packs = {pack.id: pack for pack in DialectPacks(built).load_all()}
    here, there = packs["xinan_here"], packs["min_there"]
    assert here.lineage == ("xinan_here", "xinan", "guanhua", "common")
    assert there.lineage == ("min_there", "minnan", "min", "common")
    shares = {(rule.standard, rule.spoken): (rule.share, rule.basis) for rule in here.confusions}
    assert shares["n", "l"] == (0.96, Basis.DATA)
    assert shares["h", "f"] == (0.9, Basis.KNOWLEDGE)
    # the group says zh is z, the readings of the place say it is not
    assert shares["zh", "z"] == (0.02, Basis.DATA)
    assert not here.reviewer


def test_only_the_word_that_the_note_names_is_attested(built: Path) -> None:
    words = {
        word.said: word
        for words in DialectPacks(built).load("minnan").words.values()
        for word in words
    }
    assert words["无"].basis is Basis.LITERATURE
    assert words["毋是"].basis is Basis.KNOWLEDGE
    assert words["毋是"].heard == "m si"


def test_a_pack_that_is_there_is_left_alone(built: Path) -> None:
    (built / "xinan_here.toml").write_text("by hand", "utf-8")
    build_dialects.main()
    assert (built / "xinan_here.toml").read_text("utf-8") == "by hand"


def test_sounds_go_to_the_words_that_they_fit() -> None:
    assert align(["是", "要得", "是嘞"], "si lei") == ["", "", "si lei"]
    assert align(["大声", "好"], "hao") == ["", ""]


def test_a_feature_that_nobody_measured_is_a_guess_and_says_so() -> None:
    rows = dict(
        (row["spoken"], (row["share"], words)) for row, words in rules_of("部分点分尖团", {})
    )
    assert rows["z"] == (0.5, "部分点分尖团")
