"""The 82 dialect packs: all there, sound, honest about what they rest on; and what an accent makes of a syllable."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from accessibility.dialects.accent import AccentCosts, accented, speak
from accessibility.dialects.loader import DialectPacks
from accessibility.dialects.pack import DialectPack
from accessibility.dialects.published_schema import schema_text
from accessibility.dialects.schema import Basis, Confusion, Intent
from accessibility.errors import DialectPacksDamaged
from accessibility.phonetics.syllable import Syllable, parse_syllable, parse_syllables

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def packs() -> dict[str, DialectPack]:
    return {pack.id: pack for pack in DialectPacks().load_all()}


def said(pack: DialectPack, intent: Intent) -> set[str]:
    return {word.said for word in pack.words[intent]}


def test_there_are_82_profiles_of_ten_groups(packs: dict[str, DialectPack]) -> None:
    groups = Counter(pack.titles[-1] for pack in packs.values())
    assert len(packs) == 82
    assert groups == {
        "官话": 35, "吴语": 8, "闽语": 8, "晋语": 7, "客家话": 6, "粤语": 6, "赣语": 5, "湘语": 4, "平话土话": 2, "徽语": 1,
    }  # fmt: skip


def test_every_profile_can_be_chosen_in_a_province_and_answers_every_intent(
    packs: dict[str, DialectPack],
) -> None:
    for pack in packs.values():
        assert pack.provinces, pack.id
        assert set(pack.words) == set(Intent), pack.id
    provinces = {one for pack in packs.values() for one in pack.provinces}
    # all of China but 西藏, which the Language Atlas gives no Chinese dialect of its own
    assert len(provinces) == 33
    assert "西藏" not in provinces


def test_no_pack_claims_a_review_that_nobody_made_and_unreviewed_rows_are_counted(
    packs: dict[str, DialectPack],
) -> None:
    assert {pack.reviewer for pack in packs.values()} == {""}
    assert all(pack.unreviewed for pack in packs.values())
    measured = {pack.id for pack in packs.values() if pack.basis is Basis.DATA}
    assert len(measured) == 44


def test_words_are_taken_over_from_the_area_and_the_group(packs: dict[str, DialectPack]) -> None:
    chengdu = packs["xinan_chengyu"]
    assert chengdu.lineage == ("xinan_chengyu", "xinan", "guanhua", "common")
    assert {"要得", "对头", "是的"} <= said(chengdu, Intent.YES)
    assert {word.said for word in chengdu.digits["2"]} == {"尔", "二"}


def test_a_word_that_means_yes_elsewhere_is_taken_back(packs: dict[str, DialectPack]) -> None:
    assert {"中", "管"} <= said(packs["zhongyuan_zhengkai"], Intent.YES)
    assert not {"中", "管"} & said(packs["zhongyuan_guanzhong"], Intent.YES)
    assert not {"中", "管"} & said(packs["xinan_chengyu"], Intent.YES)


def test_a_group_has_what_its_profiles_have_in_common() -> None:
    assert DialectPacks().load("yue").name == "粤语"


GOOD = """
id = "here"
name = "本地话"
inherits = "common"
provinces = ["四川"]
"""
COMMON = 'id = "common"\nname = "通用"\nis_profile = false\n'


def folder_with(folder: Path, **profiles: str) -> DialectPacks:
    (folder / "groups").mkdir()
    (folder / "groups" / "common.toml").write_text(COMMON, "utf-8")
    for name, text in profiles.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return DialectPacks(folder)


def test_every_fault_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    packs = folder_with(
        tmp_path,
        broken="id = ",
        wrong=GOOD
        + 'colour = "red"\n[words]\nyes = [{ said = "对", basis = "Z", source = "s" }]\n',
        other=GOOD,
        lost=GOOD.replace("here", "lost").replace("common", "nowhere"),
        twice=GOOD.replace("here", "twice")
        + '[words]\nno = [{ said = "冇", basis = "K", source = "s" }, { said = "冇", basis = "K", source = "s" }]\n',
    )
    with pytest.raises(DialectPacksDamaged) as caught:
        packs.load_all()
    faults = "\n".join(caught.value.faults)
    for part in (
        "broken.toml：读不出来",
        "wrong.toml：colour",
        "words.yes.0.basis",
        "other.toml：id",
        "nowhere",
        "冇 写了两遍",
    ):
        assert part in faults, part


@pytest.mark.parametrize(
    "sound", ["initial = 'zz'", 'heard = "x1z"', 'heard = "hng"'], ids=["key", "letters", "final"]
)
def test_a_word_that_cannot_be_pronounced_is_a_fault(tmp_path: Path, sound: str) -> None:
    row = f'[words]\nyes = [{{ said = "对", {sound}, basis = "K", source = "s" }}]\n'
    with pytest.raises(DialectPacksDamaged, match=r"words\.yes\.0"):
        folder_with(tmp_path, here=GOOD + row).load("here")


def test_packs_that_inherit_from_each_other_are_a_fault(tmp_path: Path) -> None:
    packs = folder_with(
        tmp_path,
        here=GOOD.replace("common", "there"),
        there=GOOD.replace("here", "there").replace("common", "here"),
    )
    with pytest.raises(DialectPacksDamaged, match="绕了圈"):
        packs.load("here")


def test_an_empty_or_missing_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DialectPacksDamaged, match="没有方言包"):
        DialectPacks(tmp_path / "none").load_all()


def test_the_published_schema_is_the_loader_s() -> None:
    file = ROOT / "assets" / "schema" / "dialect.schema.json"
    assert file.read_text("utf-8") == schema_text(), "run: python3 packaging/tasks.py schema"


def spoken_all(pack: DialectPack, written: str) -> str:
    always = [rule.model_copy(update={"share": 1.0}) for rule in pack.confusions]
    return " ".join(map(str, speak(parse_syllables(written), always, Random(1))))


@pytest.mark.parametrize(
    ("pack_id", "standard", "spoken"),
    [
        ("xinan_chengyu", "nan hua hu zheng ming", "lan fa fu zen min"),
        ("zhongyuan_shangfu", "shui", "fei"),
        ("dongbei_jishen", "rou ren ri", "iou in i"),
        ("xinan_qianzhong", "yu quan", "i qian"),
        ("wu_suhujia", "huang zhong", "uang zong"),
        ("min_quanzhang", "fei jia", "huei gia"),
        ("jianghuai_huangxiao", "shu", "xü"),
        ("zhongyuan_qinlong", "tian", "qian"),
        ("beijing_jingcheng", "nan hua zheng", "nan hua zheng"),
    ],
)
def test_a_pack_speaks_as_its_features_say(
    packs: dict[str, DialectPack], pack_id: str, standard: str, spoken: str
) -> None:
    assert spoken_all(packs[pack_id], standard) == spoken


def test_what_a_place_mixes_costs_it_less_than_others(packs: dict[str, DialectPack]) -> None:
    at_home = AccentCosts(packs["xinan_chengyu"].confusions)
    nowhere = AccentCosts(())
    hua, fa = parse_syllable("hua"), parse_syllable("fa")
    assert at_home(hua, fa) == pytest.approx(0.03)
    assert nowhere(hua, fa) == pytest.approx(0.5)
    assert at_home(hua, hua) == 0


def test_a_rule_with_share_0_takes_the_group_s_rule_back() -> None:
    rule = Confusion(
        part="initial", standard="n", spoken="l", weight=0.02, share=0, basis=Basis.DATA, source="s"
    )
    assert speak([parse_syllable("nan")], [rule], Random(1)) == (parse_syllable("nan"),)
    assert AccentCosts([rule]).variants(parse_syllable("nan")) == ((parse_syllable("nan"), 0.0),)


def test_a_rule_leaves_alone_what_it_does_not_concern() -> None:
    rule = Confusion(
        part="initial", standard="h", spoken="f", openings=("u",), medial="", weight=0.02, share=1,
        basis=Basis.KNOWLEDGE, source="s",
    )  # fmt: skip
    assert accented(rule, parse_syllable("hai")) is None
    assert accented(rule, parse_syllable("huai")) == Syllable("f", "", "a", "i")
