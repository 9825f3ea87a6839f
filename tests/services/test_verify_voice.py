import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from kiosk.domain.identity_evidence import Score
from kiosk.errors import ModelUnavailable, VoiceNotUsable
from kiosk.services.enrol_voice import EnrolVoice, VoiceEnrolmentResult
from kiosk.services.hear_digits import PAUSE_S, START_TIME_S, VoiceView
from kiosk.services.ports import VoiceTemplate
from kiosk.services.verify_voice import CHECK_DIGITS, VoiceCheck, VoiceCheckResult
from kiosk.services.voice_ports import BLOCK_S, VoiceAdvice
from tests.services.voices import Phrase, Stage

TEMPLATE = VoiceTemplate("e", bytes(4), 3, 9.0)
WRONG = "000000"


def check(
    stage: Stage,
    stop: threading.Event | None = None,
    floor: "Guide | None" = None,
    is_match: Callable[[Score], bool] = lambda _score: True,
) -> tuple[VoiceCheckResult, list[VoiceView]]:
    views: list[VoiceView] = []

    def show(view: VoiceView) -> None:
        stage.see(view.challenge.digits)
        views.append(view)

    run = VoiceCheck(stage.listener(), TEMPLATE, random.Random(4).choice, is_match)
    return run.run(show, stop or threading.Event(), floor), views


@dataclass
class Guide:
    """Speaks before each try, and between two blocks when somebody asks to hear it again."""

    stage: Stage
    again_at: range = range(0)
    """Blocks of the microphone, counted over all, into which it speaks."""
    said: list[tuple[str, VoiceAdvice | None]] = field(default_factory=list)
    looks: int = 0

    def ask(self, digits: str, advice: VoiceAdvice | None, stop: threading.Event) -> None:
        assert not self.stage.is_open, "the microphone hears the guide"
        self.said.append((digits, advice))

    def is_guide_speaking(self) -> bool:
        self.looks += 1
        return self.looks in self.again_at


def enrol(stage: Stage) -> tuple[VoiceEnrolmentResult, list[VoiceView]]:
    views: list[VoiceView] = []

    def show(view: VoiceView) -> None:
        stage.see(view.challenge.digits)
        views.append(view)

    return EnrolVoice(stage.listener()).run(show, threading.Event()), views


def test_check_scores_one_phrase_when_it_is_fresh_and_long_enough() -> None:
    stage = Stage([Phrase(3.5)], cosine=0.83)
    result, views = check(stage)
    assert (result.kind, result.similarity, result.engine_id) == ("scored", 0.83, "e")
    assert result.speech_s == pytest.approx(3.5, abs=BLOCK_S)
    assert (result.attempts, stage.opened, stage.is_open) == (1, 1, False)
    assert result.llr(lambda score: 10 * score.similarity) == pytest.approx(8.3)
    assert len(views[0].challenge.digits) == CHECK_DIGITS


def test_check_shows_the_meter_the_seconds_and_the_next_digit() -> None:
    _, views = check(Stage([Phrase(4.0)]))
    assert views[0].level == 0
    assert max(view.level for view in views) > 0.3
    assert [view.speech_s for view in views] == sorted(view.speech_s for view in views)
    assert [view.next_place for view in views] == sorted(view.next_place for view in views)
    assert {view.next_place for view in views} == set(range(CHECK_DIGITS + 1))


def test_check_joins_two_short_phrases_and_asks_other_digits_each_time() -> None:
    stage = Stage([Phrase(1.8), Phrase(1.8)])
    result, views = check(stage)
    assert (result.kind, result.attempts, stage.embedded) == ("scored", 2, [2])
    assert result.speech_s == pytest.approx(3.6, abs=2 * BLOCK_S)
    assert len(set(stage.asked)) == 2
    assert next(view.advice for view in views if view.attempt == 2) is VoiceAdvice.TOO_SHORT


@pytest.mark.parametrize(
    ("phrases", "advice", "expected"),
    [
        ([Phrase(4, WRONG)] * 3, (), VoiceAdvice.OTHER_DIGITS),
        ([Phrase(4)] * 3, [VoiceAdvice.NOISY] * 3, VoiceAdvice.NOISY),
        ([Phrase(4)] * 3, [VoiceAdvice.TOO_LOUD] * 3, VoiceAdvice.TOO_LOUD),
        ([Phrase(0.9)] * 3, (), VoiceAdvice.TOO_SHORT),
        ([], (), VoiceAdvice.NOTHING_HEARD),
    ],
)
def test_check_abstains_with_a_reason_and_never_refuses(
    phrases: Sequence[Phrase], advice: Sequence[VoiceAdvice], expected: VoiceAdvice
) -> None:
    stage = Stage(phrases, advice)
    result, _ = check(stage)
    assert (result.kind, result.advice, result.attempts) == ("abstained", expected, 3)
    assert result.llr(lambda score: -99.0) == 0
    assert stage.embedded == []


def test_phrase_with_other_digits_is_not_counted_to_the_voice() -> None:
    stage = Stage([Phrase(4, WRONG), Phrase(4)])
    result, _ = check(stage)
    assert (result.kind, result.attempts, stage.embedded) == ("scored", 2, [1])


def test_phrase_ends_soon_after_the_last_digit_and_late_before_it() -> None:
    complete, unfinished = Stage([Phrase(3.5)]), Stage([Phrase(3.5, "1234"), Phrase(3.5)])
    check(complete)
    _, views = check(unfinished)
    assert complete.heard * BLOCK_S == pytest.approx(0.5 + 3.5 + 0.8, abs=0.1)
    first = [view for view in views if view.attempt == 1]
    assert len(first) * BLOCK_S == pytest.approx(0.5 + 3.5 + PAUSE_S, abs=0.1)


def test_check_waits_for_the_first_word_and_then_asks_again() -> None:
    _, views = check(Stage([Phrase(0), Phrase(4)]))
    waited = [view for view in views if view.attempt == 1]
    assert len(waited) * BLOCK_S == pytest.approx(START_TIME_S, abs=0.1)


def test_check_stops_at_once_when_the_person_leaves() -> None:
    stage, stop = Stage([Phrase(4)]), threading.Event()
    stop.set()
    result, _ = check(stage, stop)
    assert (result.kind, stage.is_open, stage.heard) == ("stopped", False, 0)


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (Stage([Phrase(4)], dies_at=20), "IDN-401"),
        (Stage([Phrase(4)], fault=ModelUnavailable("gone")), "KSK-302"),
    ],
)
def test_fault_is_a_result_and_the_microphone_is_closed(stage: Stage, code: str) -> None:
    result, _ = check(stage)
    assert (result.kind, result.code, stage.is_open) == ("unavailable", code, False)
    assert result.llr(lambda score: 5.0) == 0


def test_guide_reads_the_digits_once_before_the_microphone_opens() -> None:
    stage = Stage([Phrase(4, WRONG), Phrase(4)])
    guide = Guide(stage)
    _, views = check(stage, floor=guide)
    assert guide.said == [(stage.asked[0], None), (stage.asked[1], VoiceAdvice.OTHER_DIGITS)]
    before = [view for view in views if not view.is_listening]
    assert [view.challenge.digits for view in before] == stage.asked
    assert [view.level for view in before] == [0, 0]


def test_what_the_guide_says_into_the_microphone_is_not_heard() -> None:
    stage = Stage([Phrase(6.0)])
    result, views = check(stage, floor=Guide(stage, range(30, 60)))
    # 16 blocks of quiet and 13 of speech came before; they are forgotten with the 30 of the guide.
    assert (result.kind, result.attempts) == ("scored", 1)
    assert result.speech_s == pytest.approx(6.0 - 43 * BLOCK_S, abs=2 * BLOCK_S)
    assert views[-1].speech_s == result.speech_s


def test_voice_that_is_not_known_is_heard_again_and_the_end_is_a_score_not_a_refusal() -> None:
    stage = Stage([Phrase(3.5)] * 3, cosine=0.4)
    result, views = check(stage, is_match=lambda score: score.similarity > 0.6)
    assert (result.kind, result.similarity, result.attempts) == ("scored", 0.4, 3)
    assert stage.embedded == [1, 2, 3]
    assert result.score == Score("e", 0.4, TEMPLATE.phrases)
    assert [view.advice for view in views if not view.is_listening] == [
        None,
        VoiceAdvice.TOO_SHORT,
        VoiceAdvice.TOO_SHORT,
    ]


def test_hint_says_while_somebody_speaks_what_can_be_mended() -> None:
    _, views = check(Stage([Phrase(4), Phrase(4)], [VoiceAdvice.TOO_QUIET]))
    hints = [view.hint for view in views if view.attempt == 1]
    assert hints[0] is None
    assert hints[-1] is VoiceAdvice.TOO_QUIET
    assert {view.hint for view in views if view.attempt == 2} == {None}


def test_enrolment_makes_a_template_of_three_phrases_that_hold_all_digits() -> None:
    stage = Stage([Phrase(2.5)] * 3)
    result, views = enrol(stage)
    assert result.kind == "enrolled"
    assert result.template is not None
    assert (result.template.phrases, result.template.engine_id) == (3, "e")
    assert [len(digits) for digits in stage.asked] == [6, 6, 6]
    assert set("".join(stage.asked)) == set("0123456789")
    assert {view.phrase for view in views} == {1, 2, 3}


def test_enrolment_repeats_a_phrase_with_the_same_digits() -> None:
    stage = Stage([Phrase(2.5), Phrase(2.5, WRONG), Phrase(1.0), Phrase(2.5), Phrase(2.5)])
    result, views = enrol(stage)
    assert (result.kind, len(stage.asked)) == ("enrolled", 3)
    told = [view.advice for view in views if view.level == 0 and view.speech_s == 0]
    assert {VoiceAdvice.OTHER_DIGITS, VoiceAdvice.TOO_SHORT} < set(told)


def test_enrolment_ends_without_a_template_after_three_tries_of_a_phrase() -> None:
    result, _ = enrol(Stage([Phrase(2.5), *[Phrase(2.5, WRONG)] * 3]))
    assert result == VoiceEnrolmentResult("not_enrolled", None, 2, VoiceAdvice.OTHER_DIGITS)


def test_enrolment_names_the_phrase_of_another_voice() -> None:
    result, _ = enrol(Stage([Phrase(2.5)] * 3, enrol_fault=VoiceNotUsable(1, "other_voice")))
    assert result == VoiceEnrolmentResult("not_enrolled", None, 2, VoiceAdvice.OTHER_VOICE)


def test_enrolment_reports_a_fault_as_a_result() -> None:
    result, _ = enrol(Stage([Phrase(2.5)], dies_at=5))
    assert (result.kind, result.code) == ("unavailable", "IDN-401")
