import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.normaliser import Reading, read_value, speakable
from kiosk.domain.fields.show import READINGS, TYPES, Wording, show
from kiosk.flows.form.spoken import SpokenOption, from_speech
from tests.field_cases import CHECKS, read_table

TODAY = date(2026, 11, 23)
TIERS = (
    SpokenOption("200", "每年200元"),
    SpokenOption("500", "每年500元"),
    SpokenOption("1000", "每年1000元"),
    SpokenOption("bank", "银行代扣", ("从卡里扣",)),
    SpokenOption("counter", "柜台缴费"),
)
NESTED = (SpokenOption("short", "缴费"), SpokenOption("long", "银行缴费"))
BUTTONS = (SpokenOption("yes", "本人来办"), SpokenOption("no", "代别人办"))


@pytest.mark.parametrize(
    ("field_type", "said", "raw"),
    [
        ("money", "嗯 一百二十三块五毛", "123.50"),
        ("money", "两百块钱吧", "200"),
        ("money", "很多钱", None),
        ("number", "十五年", "15"),
        ("number", "五口人", "5"),
        ("number", "三四个", None),
        ("date", "去年 三月 五号", "2025-03-05"),
        ("date", "正月初五", None),
        ("month", "上个月", "2026-10"),
        ("year", "前年", "2024"),
        ("year", "二零二五年", "2025"),
        ("phone", "我的手机号是幺三八 零零零零 幺二三四", "13800001234"),
        ("phone", "一百三十八", None),
        ("bank_card", "卡号六二二八 四八幺二", "62284812"),
        ("citizen_id", "幺幺零幺零五幺九四九幺二三幺零零二艾克斯", "11010519491231002X"),
        ("citizen_id", "身份证号码是幺幺零叉", "110X"),
        ("citizen_id", "叉", None),
        ("name", "我叫王芳", "王芳"),
        ("name", "名字是 欧阳 娜娜", "欧阳娜娜"),
        ("name", "嗯，姓名王芳", "王芳"),
        ("name", "额尔德尼", "额尔德尼"),
        ("name", "他叫努尔哈", "努尔哈"),
        ("text", "县 人民 医院", "县人民医院"),
        ("photo", "拍好了", None),
        ("signature", "王芳", None),
        ("nowhere", "王芳", None),
        ("money", "", None),
        ("text", "字" * 121, None),
    ],
)
def test_an_answer_is_understood_as_the_page_would_give_it(
    field_type: str, said: str, raw: str | None
) -> None:
    assert from_speech(field_type, said, (), TODAY) == raw


@pytest.mark.parametrize(
    "said",
    ["是的", "对的", "对对对", "没错", "没有错", "嗯，是的", "好的", "我愿意", "对的 是的", "是我"],
)
def test_yes_is_understood_when_it_is_a_phrase(said: str) -> None:
    assert from_speech("yes_no", said, (), TODAY) == "yes"


@pytest.mark.parametrize(
    "said", ["不是", "没有", "不是的", "不对", "我不愿意", "不要不要", "错了", "不是我"]
)
def test_no_is_understood_when_it_is_a_phrase(said: str) -> None:
    assert from_speech("yes_no", said, (), TODAY) == "no"


@pytest.mark.parametrize(
    "said",
    [
        "是",
        "不",
        "对",
        "嗯",
        "好",
        "有",
        "没",
        "是不是",
        "对不对",
        "有没有",
        "不是 是的",
        "不错",
        "是的但是",
        "谢谢",
        "了",
        "我",
    ],
)
def test_neither_is_understood_when_a_word_could_be_anything(said: str) -> None:
    assert from_speech("yes_no", said, (), TODAY) is None


@pytest.mark.parametrize(
    ("said", "raw"),
    [("本人来办", "yes"), ("代别人办", "no"), ("第二个", "no"), ("本人", "yes"), ("办", None)],
)
def test_the_words_of_the_two_buttons_count_too(said: str, raw: str | None) -> None:
    assert from_speech("yes_no", said, BUTTONS, TODAY) == raw


@pytest.mark.parametrize(
    ("said", "raw"),
    [
        ("每年两百元", "200"),
        ("每年五百块", "500"),
        ("两百块", "200"),
        ("一千", "1000"),
        ("一千块钱的那个", "1000"),
        ("第二个", "500"),
        ("选第 一 个", "200"),
        ("第四项", "bank"),
        ("最后一个", "counter"),
        ("银行", "bank"),
        ("从卡里扣吧", "bank"),
        ("嗯我要柜台缴费", "counter"),
        ("不要银行代扣", None),
        ("每年", None),
        ("第九个", None),
        ("第零个", None),
        ("银行代扣还是柜台缴费", None),
        ("元", None),
        ("2", None),
        ("天气很好", None),
    ],
)  # fmt: skip
def test_an_option_is_found_by_title_place_part_or_number(said: str, raw: str | None) -> None:
    assert from_speech("choice", said, TIERS, TODAY) == raw


@pytest.mark.parametrize(
    ("said", "raw"), [("缴费", "short"), ("银行缴费", "long"), ("我要银行缴费", "long")]
)
def test_the_longer_title_wins_when_it_holds_the_shorter(said: str, raw: str) -> None:
    assert from_speech("choice", said, NESTED, TODAY) == raw


def test_nothing_is_picked_when_two_options_have_one_title() -> None:
    twins = (SpokenOption("a", "第一医院"), SpokenOption("b", "第一医院"))
    assert from_speech("choice", "第一医院", twins, TODAY) is None


@pytest.mark.parametrize(
    ("check", "field_type"),
    [
        ("citizen_number", "citizen_id"),
        ("phone", "phone"),
        ("money", "money"),
        ("date", "date"),
        ("month", "month"),
        ("year", "year"),
        ("number", "number"),
    ],
)
def test_what_the_kiosk_reads_back_is_the_same_answer_when_it_is_said_again(
    check: str, field_type: str
) -> None:
    values = [
        json.loads(value) for kind, _, value in read_table("good_values.tsv") if kind == check
    ]
    assert values
    for value in values:
        shown = show(field_type, value, Wording(is_masked=False))
        said = speakable(read_value(shown, Reading(READINGS.get(field_type, "text"))))
        raw = from_speech(field_type, said, (), TODAY)
        assert CHECKS[check](raw) == value


@given(
    st.sampled_from([*TYPES, "files"]),
    st.text(st.characters(codec=None), max_size=130)
    | st.text("零一二三百第个不是的我要元块每年银行代扣\ud800²", max_size=12),
    st.lists(st.builds(SpokenOption, st.text(max_size=3), st.text(max_size=8)), max_size=4),
)
def test_understanding_never_fails_whatever_was_heard(
    field_type: str, said: str, options: list[SpokenOption]
) -> None:
    raw = from_speech(field_type, said, options, TODAY)
    assert raw is None or isinstance(raw, str)
    if field_type == "choice" and raw is not None:
        assert raw in {option.value for option in options}
