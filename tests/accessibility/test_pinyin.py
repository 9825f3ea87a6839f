import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.errors import PronunciationDamaged
from accessibility.phrase_dictionary import PhraseDictionary
from accessibility.pinyin import PinyinReader
from accessibility.prompt_catalogue import PromptCatalogue

READER = PinyinReader(PhraseDictionary.load())
GOLDEN = {
    "银行": "yin2 hang2",
    "处长": "chu4 zhang3",
    "大夫": "dai4 fu5",
    "重庆": "chong2 qing4",
    "乡邻": "xiang1 lin2",
    "社保": "she4 bao3",
    "受理": "shou4 li3",
    "会计": "kuai4 ji4",
    "长按": "chang2 an4",
    "用不了": "yong4 bu4 liao3",
    "女律师": "nv3 lv4 shi1",
    # 不 and 一 follow their neighbours
    "不是": "bu2 shi4",
    "不能": "bu4 neng2",
    "一个人": "yi2 ge4 ren2",
    "一样": "yi2 yang4",
    "一点": "yi4 dian3",
    "看一看": "kan4 yi5 kan4",
    "第一步": "di4 yi1 bu4",
    "十一月二十一日": "shi2 yi1 yue4 er4 shi2 yi1 ri4",
    "一百一十": "yi4 bai3 yi1 shi2",
    "二零一六年": "er4 ling2 yi1 liu4 nian2",
    # third tones within a word
    "可以": "ke2 yi3",
    "处理": "chu2 li3",
    "所长": "suo2 zhang3",
    # neutral tones
    "我们看看": "wo3 men5 kan4 kan5",
    "您好吗": "nin2 hao3 ma5",
    # a masked name has its surname's own reading, elsewhere the character has the usual one
    "任某国，任务": "ren2 mou3 guo2，ren4 wu4",
    "单某，单位": "shan4 mou3，dan1 wei4",
    "长孙某": "zhang3 sun1 mou3",
    # a character that no dictionary has is said as "some"
    "\U0002b820某": "mou3 mou3",
    "请放卡。谢谢！": "qing3 fang4 ka3。xie4 xie5！",
    "": "",
}


@pytest.mark.parametrize(("hanzi", "pinyin"), GOLDEN.items())
def test_hanzi_are_read_in_context(hanzi: str, pinyin: str) -> None:
    assert READER.read(hanzi) == pinyin


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=12))
def test_every_character_gives_exactly_one_syllable(hanzi: str) -> None:
    syllables = READER.read(hanzi).split()
    assert len(syllables) == len(hanzi)
    assert all(re.fullmatch(r"[a-zêü]+[1-5]", syllable) for syllable in syllables)


def test_every_fixed_prompt_of_the_product_is_pinyin_and_pauses_only() -> None:
    catalogue = PromptCatalogue.load("zh-CN")
    for prompt in catalogue.fixed_prompts():
        spoken = READER.read(catalogue.text(prompt).reading)
        assert re.fullmatch(r"([a-z]+[1-5]|[、，。！？ ])+", spoken), prompt.id


def test_every_fault_of_a_pronunciation_list_is_named_at_once() -> None:
    phrases = "银行\tyin2 hang2\n银行\tyin2 xing2\n社保\tshe4\n医保\tyī bǎo\n# 说明\n\n单\n"
    with pytest.raises(PronunciationDamaged) as caught:
        PhraseDictionary.parse(phrases, "任\tren\n")
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "phrases line 2",
        "phrases line 3",
        "phrases line 4",
        "phrases line 7",
        "surnames line 1",
    ]
