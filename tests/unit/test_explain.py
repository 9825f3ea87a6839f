import importlib
import pkgutil
import re
from collections import Counter

import pytest

import accessibility
import kiosk
import sync
from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.domain.staff import StaffFault
from kiosk.errors import ConfigError, FaceNotUsable, KioskError, VoiceNotUsable
from kiosk.explain import code_of, explain, explainable, page_text, staff_text, text_ids
from kiosk.models.errors import Facts
from kiosk.services.ports import FaceAdvice
from kiosk.services.voice_ports import VoiceAdvice
from sync.errors import Unreachable

UNIMPORTABLE = {"kiosk.__main__", "accessibility.pyttsx3_worker"}
"""These are run, not imported."""


def import_every_module() -> None:
    """Errors that adapters define join the trees only when their modules are imported."""
    for package in (kiosk, sync, accessibility):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name not in UNIMPORTABLE:
                importlib.import_module(module.name)


import_every_module()
# A test of another folder may make an error class of its own; only shipped ones need words.
CLASSES = sorted(
    (
        c
        for c in explainable()
        if c.__module__.partition(".")[0] in ("kiosk", "sync", "accessibility")
    ),
    key=lambda error_class: error_class.__name__,
)
CATALOGUE = PromptCatalogue.load("zh-CN")
ADVICE_IDS = {f"error.ksk-305.{advice.value}" for advice in FaceAdvice}


def code(error_class: type[Exception]) -> str:
    return str(vars(error_class).get("code", ""))


def test_trees_hold_the_errors_of_every_adapter() -> None:
    names = {error_class.__name__ for error_class in CLASSES}
    assert {"CameraUnavailable", "TimedOut", "AudioUnavailable", "RosterUnusable"} <= names


@pytest.mark.parametrize("error_class", CLASSES, ids=lambda error_class: error_class.__name__)
def test_every_error_says_what_happened_and_what_to_do(error_class: type[Exception]) -> None:
    happened, to_do = (CATALOGUE.label(text_id) for text_id in text_ids(code(error_class)))
    assert happened.endswith("。")
    assert to_do.endswith("。")
    assert len(happened) <= 24
    assert len(to_do) <= 48


def test_codes_are_stable_words_and_no_two_classes_share_one() -> None:
    codes = Counter(code(error_class) for error_class in CLASSES)
    assert [one for one in codes if not re.fullmatch(r"(KSK|SYN|ACC|IDN)-\d{3}", one)] == []
    assert [one for one, count in codes.items() if count > 1] == []


def test_no_text_is_left_without_an_error() -> None:
    known = {text_id for error_class in CLASSES for text_id in text_ids(code(error_class))}
    written = {text_id for text_id in CATALOGUE.labels if text_id.startswith("error.")}
    assert written - known == {
        *ADVICE_IDS,
        *(f"error.idn-100.{name}" for name in Facts.__annotations__),
        *(f"error.idn-403.{advice.value}" for advice in VoiceAdvice),
        *(f"error.idn-501.{fault.value}" for fault in StaffFault),
        "error.idn-403.phrase",
        "error.ksk-305.picture",
        "error.ksk-305.other_person",
        "error.ksk-100.more",
        "error.syn-702.room",
        "error.syn-702.fitting",
    }


def test_unexpected_error_gets_the_general_words() -> None:
    assert code_of(ZeroDivisionError()) == KioskError.code
    assert code_of(Unreachable("x")) == "SYN-101"
    assert code_of(ConfigError(("x",))) == "KSK-100"
    assert staff_text("XYZ-999", CATALOGUE) == staff_text(KioskError.code, CATALOGUE)
    explanation = explain(ZeroDivisionError("division"), CATALOGUE.label)
    assert explanation.code == "KSK-000"
    assert "已受理的事没有丢" in explanation.to_do


def test_every_fault_of_the_settings_is_a_line_of_its_own() -> None:
    explanation = explain(ConfigError(("第一处", "第二处")), CATALOGUE.label)
    assert explanation.lines[0].startswith("KSK-100 设置有错。")
    assert explanation.lines[1:] == ("  第一处", "  第二处")


@pytest.mark.parametrize("advice", FaceAdvice, ids=lambda advice: advice.value)
def test_picture_that_cannot_be_enrolled_is_named_with_what_to_do(advice: FaceAdvice) -> None:
    explanation = explain(FaceNotUsable(1, advice.value), CATALOGUE.label)
    (detail,) = explanation.details
    assert detail.startswith("第2张照片：")
    assert "请" in detail


@pytest.mark.parametrize("advice", VoiceAdvice, ids=lambda advice: advice.value)
def test_phrase_that_cannot_be_enrolled_is_named_with_what_to_do(advice: VoiceAdvice) -> None:
    (detail,) = explain(VoiceNotUsable(2, advice.value), CATALOGUE.label).details
    assert detail.startswith("第3段声音：")
    assert "请" in detail
    assert Prompt(f"voice.advice.{advice.value}") in CATALOGUE.fixed_prompts()


def test_words_hold_no_value_so_that_they_may_be_logged() -> None:
    error = ConfigError(("site.name：不能是 王小明",))
    assert "王小明" not in explain(error, CATALOGUE.label).words


def test_page_shows_the_first_faults_and_how_many_more_there_are() -> None:
    explanation = explain(ConfigError(("一", "二", "三", "四")), CATALOGUE.label)
    lines = page_text(explanation, CATALOGUE.label).splitlines()
    assert lines[0].startswith("设置有错。")
    assert lines[1:] == ["一", "二", "还有2处，运行 xianglin doctor 可以看全。"]
