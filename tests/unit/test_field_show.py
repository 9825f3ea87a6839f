"""What the review page reads back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accessibility.normaliser import Reading, read_value, speakable
from kiosk.domain.fields.show import READINGS, TYPES, Wording, masked, show
from tests.field_cases import PLACES, VILLAGE

OPEN = Wording(is_masked=False)


@pytest.mark.parametrize(
    ("field_type", "value", "wording", "shown"),
    [
        ("money", 123450, Wording(), "1,234.50元"),
        ("money", 20000, Wording(), "200元"),
        ("money", 5, Wording(), "0.05元"),
        ("money", 0, Wording(), "0元"),
        ("money", -123450, Wording(), "-1,234.50元"),
        ("date", "2026-01-05", Wording(), "2026年1月5日"),
        ("month", "2026-01", Wording(), "2026年1月"),
        ("year", 2026, Wording(), "2026年"),
        ("number", 15, Wording(unit="年"), "15年"),
        ("number", 0, Wording(), "0"),
        ("phone", "13800001234", Wording(), "*******1234"),
        ("phone", "13800001234", OPEN, "138 0000 1234"),
        ("phone", "010-82334455", Wording(), "*******4455"),
        ("phone", "010-82334455", OPEN, "010-82334455"),
        ("citizen_id", "11010519491231002X", Wording(), "**************002X"),
        ("citizen_id", "11010519491231002X", OPEN, "11010519491231002X"),
        ("bank_card", {"bank": "农业银行", "tail": "1234", "number": "6"}, OPEN, "农业银行 尾号1234"),
        ("bank_card", {"bank": "农业银行"}, Wording(), "农业银行"),
        ("name", "阿卜杜拉·买买提", Wording(), "阿卜杜拉·买买提"),
        ("text", "县人民医院", Wording(), "县人民医院"),
        ("yes_no", True, Wording(), "是"),
        ("yes_no", False, Wording(), "不是"),
        ("yes_no", False, Wording(titles={"yes": "本人来", "no": "代办"}), "代办"),
        ("choice", "a", Wording(titles={"a": "第一档"}), "第一档"),
        ("choice", "b", Wording(titles={"a": "第一档"}), ""),
        ("photo", ["a", "b"], Wording(), "2张"),
        ("photo", [], Wording(), ""),
        ("signature", [[[1, 2]]], Wording(), "已签名"),
        ("signature", [], Wording(), ""),
        (
            "address",
            {"region_code": VILLAGE, "group": 3, "detail": "12号"},
            Wording(places=PLACES),
            "川西省梧桐县柳林镇梧桐村3组12号",
        ),
        ("address", {"region_code": VILLAGE, "group": 0, "detail": ""}, Wording(places=PLACES),
         "川西省梧桐县柳林镇梧桐村"),
        ("address", {"region_code": "9", "group": 0, "detail": ""}, Wording(places=PLACES), ""),
        ("money", "1", Wording(), ""),
        ("money", True, Wording(), ""),
        ("date", "2026-02-30", Wording(), ""),
        ("date", "2026-W01-1", Wording(), ""),
        ("nowhere", "x", Wording(), ""),
    ],
)  # fmt: skip
def test_a_value_is_shown_as_people_write_it(
    field_type: str, value: object, wording: Wording, shown: str
) -> None:
    assert show(field_type, value, wording) == shown


@pytest.mark.parametrize(
    ("digits", "shown"), [("", ""), ("123", "***"), ("1234", "****"), ("12345", "*2345")]
)
def test_a_masked_number_never_shows_more_than_its_last_four_signs(digits: str, shown: str) -> None:
    assert masked(digits) == shown


@pytest.mark.parametrize(
    ("field_type", "value", "wording", "spoken"),
    [
        ("money", 20550, Wording(), "二百零五元五角"),
        ("money", 5, Wording(), "五分"),
        ("date", "2026-01-05", Wording(), "二零二六年一月五日"),
        ("phone", "13800001234", OPEN, "幺三八，零零零零，幺二三四"),
        (
            "citizen_id",
            "11010519491231002X",
            OPEN,
            "幺幺零幺零五，幺九四九，幺二三幺，零零二艾克斯",
        ),
        ("bank_card", {"bank": "农业银行", "tail": "1204"}, Wording(), "农业银行尾号幺二零四"),
        ("year", 2026, Wording(), "二零二六年"),
        ("name", "王芳", Wording(), "王芳"),
    ],
)
def test_a_shown_value_is_read_as_people_say_it(
    field_type: str, value: object, wording: Wording, spoken: str
) -> None:
    reading = Reading(READINGS.get(field_type, "text"))
    assert speakable(read_value(show(field_type, value, wording), reading)) == spoken


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["bank", "tail", "number", "region_code", "group", "detail"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from([*TYPES, "nowhere"]), JSON, st.booleans())
def test_showing_never_fails_whatever_the_value(
    field_type: str, value: object, is_masked: bool
) -> None:
    assert isinstance(show(field_type, value, Wording(places=PLACES, is_masked=is_masked)), str)


def test_showing_never_fails_on_a_number_of_ten_thousand_digits() -> None:
    assert [show(kind, 10**10_000) for kind in ("money", "number", "year")] == ["", "", ""]
