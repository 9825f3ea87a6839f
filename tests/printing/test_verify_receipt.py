"""Papers are checked without a network; whoever changes one is found out."""

import base64
from dataclasses import replace

import pytest
import segno
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.domain.printout import PrintKind
from kiosk.domain.receipt_statement import (
    HEAD,
    CodeUnreadable,
    ReceiptStatement,
    code_text,
    read_code,
    statement_bytes,
)
from kiosk.services.verify_receipt import ReceiptCheck, ReceiptVerdict, VerifyReceipt
from sync.signing import DeviceSigner, Purpose, Verifier
from tests.printing.codes import AT, CENTRE, KIOSK, REQUEST, STRANGER, VAN, statement

GENUINE, CHANGED = ReceiptVerdict.GENUINE, ReceiptVerdict.CHANGED
UNKNOWN, NOT_YET = ReceiptVerdict.UNKNOWN, ReceiptVerdict.NOT_YET


def verdict(text: str, at: VerifyReceipt | None = None) -> ReceiptVerdict:
    check = (at or VAN.verify()).check(text)
    assert (check.statement is None) == (check.verdict is not GENUINE)
    return check.verdict


def parts(text: str) -> tuple[bytes, bytes, bytes]:
    code = read_code(text)
    return code.signed, code.signature, code.certificate


def test_any_terminal_of_the_centre_finds_the_paper_genuine() -> None:
    expected = ReceiptCheck(GENUINE, statement(), "dev-0007")
    assert VAN.verify().check(KIOSK.text()) == expected
    assert KIOSK.verify().check(KIOSK.text()) == expected


def test_statement_comes_back_as_it_was_signed() -> None:
    for kind in PrintKind:
        one = statement(kind=kind, counter=999_999_999, service="a" * 64)
        code = read_code(KIOSK.code().text_of_statement(one))
        assert code.statement == one


def test_code_is_small_enough_for_the_narrow_roll() -> None:
    sizes = {
        "usual": KIOSK.text(),
        "longest": replace(KIOSK, id="d" * 40)
        .code()
        .text_of_statement(statement(service="unemployment.registration_of_people")),
        "bare": KIOSK.text(has_certificate=False),
    }
    versions = {name: segno.make(text, error="m").version for name, text in sizes.items()}
    assert {name: len(text) for name, text in sizes.items()} == {
        "usual": 387,
        "longest": 453,
        "bare": 194,
    }
    assert versions == {"usual": 12, "longest": 13, "bare": 8}


def test_paper_of_a_device_without_certificate_cannot_be_checked_elsewhere_yet() -> None:
    bare = KIOSK.text(has_certificate=False)
    assert verdict(bare) is NOT_YET
    assert KIOSK.verify().check(bare) == ReceiptCheck(GENUINE, statement(), "dev-0007")


def test_paper_of_another_centre_is_unknown_and_not_called_a_forgery() -> None:
    assert verdict(STRANGER.text()) is UNKNOWN
    assert verdict(KIOSK.text(), replace(VAN.verify(), centres=())) is UNKNOWN


def test_number_of_another_paper_is_found_out() -> None:
    signed, signature, certificate = parts(KIOSK.text(123))
    other = statement_bytes(statement(counter=124))
    assert len(other) == len(signed)
    assert verdict(code_text(other, signature, certificate)) is CHANGED


def test_paper_signed_anew_by_another_device_is_found_out() -> None:
    own = statement_bytes(statement("A07"))
    forged = VAN.signer.sign(Purpose.RECEIPT, own)
    assert verdict(code_text(own, forged, KIOSK.certificate())) is CHANGED
    # With its own certificate the prefix gives it away: A07 is not the van's.
    assert verdict(code_text(own, forged, VAN.certificate())) is CHANGED


def test_paper_with_a_home_made_certificate_is_found_out() -> None:
    forger = DeviceSigner.generate()
    certificate = bytearray(KIOSK.certificate())
    certificate[16:48] = forger.public_key
    own = statement_bytes(statement())
    text = code_text(own, forger.sign(Purpose.RECEIPT, own), bytes(certificate))
    assert verdict(text) is CHANGED
    # A stranger who writes our centre's id into his own certificate.
    strange = bytearray(STRANGER.certificate())
    strange[1:9] = bytes.fromhex(CENTRE.key_id)
    stranger = code_text(own, STRANGER.signer.sign(Purpose.RECEIPT, own), bytes(strange))
    assert verdict(stranger) is CHANGED


def test_signature_for_another_purpose_is_found_out() -> None:
    own = statement_bytes(statement())
    item = KIOSK.signer.sign(Purpose.ITEM, own)
    assert verdict(code_text(own, item, KIOSK.certificate())) is CHANGED


def test_every_changed_bit_is_found() -> None:
    packed = b"".join(parts(KIOSK.text()))
    for place in range(len(packed)):
        changed = bytearray(packed)
        changed[place] ^= 1 << (place % 8)
        text = HEAD + base64.b32encode(bytes(changed)).decode().rstrip("=")
        assert verdict(text) is not GENUINE, place


def test_cut_code_is_not_genuine_at_any_length() -> None:
    text = KIOSK.text()
    for end in range(len(text)):
        assert verdict(text[:end]) is not GENUINE
    assert verdict(text[:-16]) is UNKNOWN
    assert verdict(text[:60]) is UNKNOWN
    assert verdict(text + "A") is not GENUINE
    assert verdict(text + text) is not GENUINE


def test_scanners_line_feed_and_small_letters_do_no_harm() -> None:
    text = KIOSK.text()
    for typed in (text + "\r\n", "  " + text, text.lower(), text.swapcase()):
        assert verdict(typed) is GENUINE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "XL2",
        "XL1|A07-000123-K|pension|2026",
        "A07-000123-K",
        "https://example.invalid/XL2AAAA",
        "XL2" + "A" * 10_000,
        "XL2" + "A" * 996,
        "ＸＬ２ＡＢＣＤ",
        "XL2" + "é" * 40,
        "XL2\x00\x1b[2J",
        "XL2" + "1" * 80,
        "'; DROP TABLE receipt; --",
        "\ud800",
        "XL2ABCD\nXL2ABCD",
        "İ" * 40,
    ],
    ids=range(15),
)
def test_whatever_else_a_scanner_types_is_unknown(text: str) -> None:
    assert verdict(text) is UNKNOWN


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
@example(b"\x00" * 200)
@example(b"\xff" * 200)
def test_any_bytes_are_judged_without_an_error(data: bytes) -> None:
    assert verdict(HEAD + base64.b32encode(data).decode().rstrip("=")) is not GENUINE


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert verdict(text) is UNKNOWN


def test_other_spelling_of_the_last_letter_is_refused() -> None:
    text = KIOSK.text()
    # The last letter has bits to spare.
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567":
        other = text[:-1] + letter
        assert (verdict(other) is GENUINE) == (other == text)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(statement(), number="A07-000123-0"),
        replace(statement(), service_id="养老"),
        replace(statement(), service_id=""),
        replace(statement(), service_id="s" * 65),
        replace(statement(), request_id="no-uuid"),
    ],
)
def test_impossible_statement_is_not_signed(wrong: ReceiptStatement) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each value has its own words)
        statement_bytes(wrong)


def test_kind_of_a_newer_version_is_unreadable() -> None:
    signed, signature, certificate = parts(KIOSK.text())
    newer = bytes([7]) + signed[1:]
    with pytest.raises(CodeUnreadable):
        read_code(code_text(newer, signature, certificate))


def test_number_with_a_counter_of_zero_is_unreadable() -> None:
    signed, signature, certificate = parts(KIOSK.text())
    zero = signed[:4] + bytes(4) + signed[8:]
    with pytest.raises(CodeUnreadable):
        read_code(code_text(zero, signature, certificate))


def test_own_prefix_signed_with_an_older_key_is_left_to_the_centre() -> None:
    replaced = VerifyReceipt(
        (Verifier(CENTRE.public_key),), (Verifier(VAN.signer.public_key),), "A07", "dev-0007"
    )
    assert verdict(KIOSK.text(has_certificate=False), replaced) is NOT_YET


def test_statement_holds_nothing_about_the_person() -> None:
    assert statement_bytes(statement()) == (
        b"\x00A07"
        + (123).to_bytes(4, "big")
        + int(AT.timestamp()).to_bytes(4, "big")
        + bytes.fromhex(REQUEST.replace("-", ""))
        + b"\x1apension.life_certification"
    )
