import json

import pytest

from accessibility.catalogue_lint import lint_strings
from accessibility.errors import CatalogueDamaged, PromptMissing
from accessibility.normaliser import speakable
from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue

STRINGS = {
    "prompts": {
        "welcome": {"title": "您好", "sentence": "请点一下屏幕。"},
        "ask": {"title": "您还在吗？", "sentence": "请点继续。"},
        "call": {"title": "打电话", "sentence": "请拨{number:digits}，找{helper}。"},
        "bare": {"title": "谢谢"},
    },
    "texts": {"back": "返回", "waiting": "还有{count}件没有送出"},
}


def catalogue(strings: object = STRINGS) -> PromptCatalogue:
    return PromptCatalogue.parse(json.dumps(strings, ensure_ascii=False), "zh-CN")


def test_caption_is_title_full_stop_sentence() -> None:
    assert catalogue().text(Prompt("welcome")).caption == "您好。请点一下屏幕。"


def test_caption_keeps_the_end_mark_of_a_question() -> None:
    assert catalogue().text(Prompt("ask")).caption == "您还在吗？请点继续。"


def test_caption_is_the_title_when_there_is_no_sentence() -> None:
    assert catalogue().text(Prompt("bare")).caption == "谢谢"


def test_slot_shows_the_value_and_speaks_its_reading() -> None:
    text = catalogue().text(Prompt("call", {"number": "110", "helper": "张*国"}))
    assert text.caption == "打电话。请拨110，找张*国。"
    assert text.reading == "打电话。请拨幺幺零，找张某国。"


def test_a_value_with_braces_is_shown_as_it_is() -> None:
    text = catalogue().text(Prompt("call", {"number": "1", "helper": "{number}"}))
    assert text.sentence == "请拨1，找{number}。"


@pytest.mark.parametrize(
    ("prompt", "slot"), [(Prompt("nowhere"), None), (Prompt("call", {"number": "1"}), "helper")]
)
def test_prompt_missing_names_id_and_slot(prompt: Prompt, slot: str | None) -> None:
    with pytest.raises(PromptMissing) as caught:
        catalogue().text(prompt)
    assert (caught.value.prompt_id, caught.value.slot, caught.value.code) == (
        prompt.id,
        slot,
        "ACC-101",
    )


def test_label_is_filled_and_missing_ones_are_named() -> None:
    assert catalogue().label("back") == "返回"
    assert catalogue().label("waiting", count=3) == "还有3件没有送出"
    with pytest.raises(PromptMissing):
        catalogue().label("forward")
    with pytest.raises(PromptMissing):
        catalogue().label("waiting")
    with pytest.raises(PromptMissing):
        catalogue().slots("nowhere")


def test_fixed_prompts_are_those_without_slots() -> None:
    assert {prompt.id for prompt in catalogue().fixed_prompts()} == {"welcome", "ask", "bare"}


def test_a_prompt_with_values_is_personal_unless_it_is_said_not_to_be() -> None:
    assert Prompt("a", {"name": "张*国"}).is_personal
    assert not Prompt("a").is_personal
    assert not Prompt("a", {"seconds": "30"}, is_personal=False).is_personal


def test_prompts_are_values_and_their_repr_hides_what_they_say() -> None:
    values = {"name": "张*国"}
    prompt = Prompt("a", values)
    values["name"] = "李*"
    assert prompt == Prompt("a", {"name": "张*国"})
    assert hash(prompt) == hash(Prompt("a", {"name": "张*国"}))
    assert prompt != Prompt("a", {"name": "李*"})
    assert "张" not in repr(prompt)


def test_lint_names_every_fault_at_once() -> None:
    text = """{
      "prompts": {
        "a": {"title": "一二三四五六七八九十一二三四五", "sentence": ""},
        "b": {"title": "短", "sentence": "%s"},
        "c": {"title": "短{name", "sentence": "看{0}"},
        "d": {"title": "短", "sentence": "看{x:loud}"},
        "e": {"title": " "},
        "f": "短",
        "g": {"title": "短", "hint": "看"},
        "Bad Id": {"title": "短"},
        "a2": {"title": "短"}, "a2": {"title": "短"}
      },
      "texts": {"t": 3, "u": "{"},
      "more": {}
    }""" % ("长" * 41)
    faults = lint_strings(text)
    assert [fault.partition(":")[0] for fault in faults] == [
        "a2", "more", "a", "b", "c", "c", "d", "e", "f", "g", "Bad Id", "t", "u",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000])
def test_a_file_that_is_no_catalogue_is_refused_without_a_traceback(text: str) -> None:
    with pytest.raises(CatalogueDamaged) as caught:
        PromptCatalogue.parse(text, "zh-CN")
    assert caught.value.code == "ACC-102"


def test_a_locale_that_is_not_there_is_refused() -> None:
    with pytest.raises(CatalogueDamaged):
        PromptCatalogue.load("xx-XX")


def test_the_product_catalogue_has_no_fault_and_speaks_what_it_shows() -> None:
    products = PromptCatalogue.load("zh-CN")
    assert products.prompts
    for prompt in products.fixed_prompts():
        text = products.text(prompt)
        assert text.reading == speakable(text.caption)
        assert text.reading
