from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kiosk.domain.identity_policy import Assurance, Evidence, Factor
from kiosk.domain.service_request import RequestState, ServiceRequest, evidence_record

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

REQUEST = ServiceRequest(
    "id-1",
    "r-1",
    "pension.life_certification",
    1,
    "d",
    "A07-000001-X",
    NOW,
    Assurance.VERIFIED,
    False,
)


def test_request_moves_through_its_states_when_answers_come_in_order() -> None:
    delivered = REQUEST.delivered(LATER)
    assert (delivered.state, delivered.delivered_at) == (RequestState.DELIVERED, LATER)
    done = delivered.decided(RequestState.DECIDED, "certified", "认证通过", LATER)
    assert (done.state, done.decision_text, done.decided_at) == (
        RequestState.DECIDED,
        "认证通过",
        LATER,
    )


def test_request_stays_decided_when_an_old_answer_comes_late() -> None:
    done = REQUEST.decided(RequestState.DECIDED, "certified", "认证通过", LATER)
    assert done.delivered_at == LATER
    assert done.delivered(LATER + timedelta(days=1)) == done
    assert done.decided(RequestState.NEEDS_CORRECTION, "x", "y", LATER) == done


def test_request_may_be_decided_after_a_correction() -> None:
    asked = REQUEST.decided(RequestState.NEEDS_CORRECTION, "photo", "照片不清楚", LATER)
    assert (
        asked.decided(RequestState.DECIDED, "certified", "认证通过", LATER).state
        is RequestState.DECIDED
    )


def test_delivered_twice_keeps_the_first_time() -> None:
    once = REQUEST.delivered(NOW)
    assert once.delivered(LATER) == once


def test_evidence_record_holds_integers_and_names_only() -> None:
    proof = Evidence(True, frozenset({Factor.FACE, Factor.CARD}), 0.31, "dlib-resnet-v1", 0.40)
    assert evidence_record(proof) == {
        "factors": ["card", "face"],
        "face": {
            "engine": "dlib-resnet-v1",
            "score_millionths": 310_000,
            "threshold_millionths": 400_000,
        },
    }
    assert evidence_record(replace(proof, face_score=None)) == {"factors": ["card", "face"]}


def test_second_correction_with_other_words_is_taken() -> None:
    asked = REQUEST.decided(RequestState.NEEDS_CORRECTION, "photo", "照片不清楚", NOW)
    again = asked.decided(RequestState.NEEDS_CORRECTION, "card", "卡号不对", LATER)
    assert (again.decision_code, again.decision_text) == ("card", "卡号不对")
    assert again.decided(RequestState.NEEDS_CORRECTION, "card", "卡号不对", LATER) == again
