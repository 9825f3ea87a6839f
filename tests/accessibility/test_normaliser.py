import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.normaliser import Reading, read_value, speakable
from accessibility.numerals import read_digits, read_integer, read_money

GOLDEN = {
    # quantities
    "205": "二百零五",
    "还可以再试2次": "还可以再试两次",
    "第2步，共5步": "第二步，共五步",
    "10500人": "一万零五百人",
    "2200": "两千二百",
    "200000000": "两亿",
    "3.5": "三点五",
    "-3.5": "负三点五",
    "92%": "百分之九十二",
    "1~3天": "一到三天",
    "1,234,567": "一百二十三万四千五百六十七",
    "3号楼2单元": "三号楼二单元",
    "007": "零零七",
    # money
    "￥205.50": "二百零五元五角",
    "205.50元": "二百零五元五角",
    "￥100元": "一百元",
    "0.05元": "五分",
    "1,234.00元": "一千二百三十四元",
    "每月2元": "每月两元",
    "3.05元": "三元零五分",
    # dates and times
    "2026年11月23日": "二零二六年十一月二十三日",
    "2026-11-23": "二零二六年十一月二十三日",
    "2026年11月": "二零二六年十一月",
    "11月3日": "十一月三日",
    "2026年": "二零二六年",
    "2年": "两年",
    "9:00-17:00": "九点到十七点",
    "上午8：30": "上午八点三十分",
    "2:05": "两点零五分",
    # the working of a sum
    "23,456.00元 ÷ 139": "两万三千四百五十六元除以一百三十九",
    "(500.00元 + 60.00元) × 10": "五百元加六十元，乘十",
    "5.00元 × (22 − 15) = 35.00元": "五元乘，二十二减十五，等于三十五元",
    # numbers that are read digit by digit
    "13812345678": "幺三八，幺二三四，五六七八",
    "0731-84512345": "零七三幺，八四五幺二三四五",
    "请拨12333": "请拨幺二三三三",
    "电话是110": "电话是幺幺零",
    "43010219550307123X": "四三零幺零二，幺九五五，零三零七，幺二三艾克斯",
    "430102********1234": "四三零幺零二，幺二三四",
    "A07-000123-K": "诶零七，零零零幺二三，开",
    "受理号是A07-000123-K。": "受理号是诶零七，零零零幺二三，开。",
    "Ａ０７－０００１": "诶零七，零零零幺",
    # masked names
    "张*国": "张某国",
    "屏幕上是张**。": "屏幕上是张某某。",
    "*国": "某国",
    "买买提·阿不都": "买买提阿不都",
    # punctuation
    "您好！！请进…": "您好！请进。",
    "您还在吗？。要": "您还在吗？要",
    "“确认”按钮（左边）": "确认按钮，左边",
    "一行\n又一行": "一行。又一行",
    "": "",
    "☺ …": "",
}


@pytest.mark.parametrize(("text", "spoken"), GOLDEN.items())
def test_text_is_written_out_in_hanzi(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@pytest.mark.parametrize(
    ("value", "reading", "spoken"),
    [
        ("110", Reading.TEXT, "一百一十"),
        ("110", Reading.DIGITS, "幺幺零"),
        ("6217 0012", Reading.DIGITS, "六二幺七，零零幺二"),
        ("12", Reading.CODE, "幺二"),
        ("a7-k", Reading.CODE, "诶七，开"),
        ("1955", Reading.NUMBER, "一千九百五十五"),
        ("205.5", Reading.MONEY, "二百零五元五角"),
        ("¥2", Reading.MONEY, "两元"),
        ("单*", Reading.NAME, "单某"),
        ("阿依·*", Reading.NAME, "阿依某"),
        ("张三", Reading.NUMBER, "张三"),
    ],
)
def test_value_is_read_as_its_slot_says(value: str, reading: Reading, spoken: str) -> None:
    assert read_value(value, reading) == spoken


@given(st.text(max_size=60))
def test_only_hanzi_and_pauses_reach_the_voice_whatever_the_text(text: str) -> None:
    spoken = speakable(text)
    assert re.fullmatch(r"[\u3007\u3400-\u9fff\U00020000-\U000323af、，。！？]*", spoken)
    assert not re.search(r"[、，][、，。！？]|[。！？]{2}", spoken)
    assert speakable(spoken) == spoken


@given(st.text("0123456789-*.,:/年月日元XA电话第 ", max_size=30))
def test_mixtures_of_digits_and_signs_never_fail(text: str) -> None:
    assert not re.search(r"[0-9A-Za-z*]", speakable(text))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"), (2, "二"), (10, "十"), (12, "十二"), (22, "二十二"), (100, "一百"), (102, "一百零二"),
        (110, "一百一十"),
        (1002, "一千零二"), (1010, "一千零一十"), (2000, "两千"), (10_000, "一万"), (20_002, "两万零二"),
        (100_010, "十万零一十"), (12_003_000, "一千二百万三千"), (100_000_001, "一亿零一"), (-7, "负七"),
        (10**16, "一" + "零" * 16),
    ],
)  # fmt: skip
def test_whole_numbers_are_read_as_quantities(number: int, words: str) -> None:
    assert read_integer(number) == words


def test_telephone_digits_use_yao_for_one() -> None:
    assert (read_digits("101"), read_digits("101", telephone=True)) == ("一零一", "幺零幺")


def test_an_amount_with_three_decimals_is_read_as_a_number() -> None:
    assert read_money("1.005") == "一点零零五元"
