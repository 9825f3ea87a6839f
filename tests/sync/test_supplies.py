"""Receipt numbers and certificates from the centre to the device, whatever is lost on the way."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sync.connectivity import LinkState
from sync.device_certificate import (
    MAXIMUM_CERTIFICATE_BYTES,
    CertificateMalformed,
    issue_certificate,
    read_certificate,
)
from sync.engine import SyncEngine
from sync.errors import ServerFault, SyncError, Unreachable
from sync.http_transport import HttpTransport
from sync.signing import DeviceSigner, Purpose, Verifier
from tests.sync.sync_parts import DEVICE, NOW, Centre, Kiosk, event

CENTRE = DeviceSigner(bytes(range(32)))
OWN = DeviceSigner(bytes(range(1, 33)))


@dataclass
class Supplies:
    """A device that notes what it gets."""

    after: int | None = 2000
    wants_certificate: bool = True
    blocks: list[tuple[int, int]] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    refuses: bool = False

    def receipts_wanted_after(self, database) -> int | None:
        return self.after

    def receipts_allotted(self, database, first: int, last: int) -> None:
        if self.refuses:
            raise ValueError("impossible")
        self.blocks.append((first, last))
        self.after = None

    def is_certificate_wanted(self, database) -> bool:
        return self.wants_certificate

    def certificate_came(self, database, certificate: bytes) -> None:
        self.certificates.append(certificate)
        self.wants_certificate = False


def engine(kiosk: Kiosk, transport: object, supplies: Supplies) -> SyncEngine:
    return SyncEngine(
        kiosk.database, kiosk.outbox, transport, kiosk.listener, kiosk.clock, supplies
    )


def test_same_question_gets_the_same_block_and_the_next_one_the_next(transport: HttpTransport):
    first = transport.receipt_block(2000)
    assert (first.after, first.first, first.last) == (2000, 2001, 4000)
    again = transport.receipt_block(2000)
    assert (again.first, again.last) == (2001, 4000)
    following = transport.receipt_block(4000)
    assert (following.first, following.last) == (4001, 6000)
    assert (transport.receipt_block(2000).first, transport.receipt_block(4000).first) == (
        2001,
        4001,
    )


def test_device_without_any_number_gets_the_first_block(transport: HttpTransport):
    answer = transport.receipt_block(0)
    assert (answer.first, answer.last) == (1, 2000)


def test_device_that_helped_itself_gets_numbers_behind_its_own(transport: HttpTransport):
    transport.receipt_block(2000)
    beyond = transport.receipt_block(4500)
    assert (beyond.first, beyond.last) == (4501, 6500)


def test_lost_answers_cost_no_numbers_however_often_they_are_lost(
    centre: Centre, kiosk: Kiosk, transport: HttpTransport
):
    for _ in range(20):
        transport.receipt_block(2000)
    assert transport.receipt_block(4000).first == 4001


def test_numbers_end_at_nine_digits_and_the_kiosk_is_told(transport: HttpTransport):
    last = transport.receipt_block(999_998_500)
    assert (last.first, last.last) == (999_998_501, 999_999_999)
    with pytest.raises(SyncError, match="409"):
        transport.receipt_block(999_999_999)


def test_each_device_has_blocks_of_its_own(centre: Centre, transport: HttpTransport):
    transport.receipt_block(2000)
    other = DeviceSigner.generate()
    centre.enrol(other, "dev-0008", "B08")
    second = centre.transport(other, "dev-0008")
    try:
        assert second.receipt_block(2000).first == 2001
    finally:
        second.close()


def test_certificate_names_the_device_and_is_the_centres(
    centre: Centre, kiosk: Kiosk, transport: HttpTransport
):
    certificate = read_certificate(transport.device_certificate().certificate_bytes())
    assert (certificate.device, certificate.receipt_prefix) == (DEVICE, "A07")
    assert certificate.public_key == kiosk.signer.public_key
    assert certificate.is_signed_by(Verifier(centre.admin.centre_public_key()))


def test_one_run_brings_what_is_missing_and_the_next_asks_for_nothing(
    kiosk: Kiosk, transport: HttpTransport
):
    supplies = Supplies()
    report = engine(kiosk, transport, supplies).run_once()
    assert supplies.blocks == [(2001, 4000)]
    assert len(supplies.certificates) == 1
    assert report.error_code == ""
    quiet = engine(kiosk, transport, supplies).run_once()
    assert (len(supplies.blocks), len(supplies.certificates)) == (1, 1)
    assert quiet.answers == report.answers - 2


class BrokenSupplies:
    """A centre that answers everything but the supplies."""

    def __init__(self, inner: HttpTransport, error: Exception) -> None:
        self._inner = inner
        self._error = error

    def receipt_block(self, after: int):
        raise self._error

    def device_certificate(self):
        raise self._error

    def __getattr__(self, name: str):
        return getattr(self._inner, name)


@pytest.mark.parametrize("error", [Unreachable("x"), ServerFault("x")])
def test_centre_that_gives_no_supplies_holds_up_no_event(
    kiosk: Kiosk, transport: HttpTransport, error: Exception
):
    kiosk.append(event())
    report = engine(kiosk, BrokenSupplies(transport, error), Supplies()).run_once()
    assert (report.acknowledged, report.roster_changes, report.error_code) == (1, 3, "")
    assert report.link is LinkState.ONLINE


def test_block_that_the_device_refuses_does_not_keep_the_certificate_away(
    kiosk: Kiosk, transport: HttpTransport
):
    supplies = Supplies(refuses=True)
    report = engine(kiosk, transport, supplies).run_once()
    assert len(supplies.certificates) == 1
    assert report.error_code == ""


def test_certificate_is_read_as_it_was_issued():
    issued = issue_certificate(CENTRE, "dev-0007", "A07", OWN.public_key, NOW)
    assert len(issued) == 121
    certificate = read_certificate(issued)
    assert (certificate.device, certificate.receipt_prefix) == ("dev-0007", "A07")
    assert (certificate.public_key, certificate.issued_at) == (OWN.public_key, NOW)
    assert certificate.wire == issued
    assert certificate.is_signed_by(Verifier(CENTRE.public_key))
    assert not certificate.is_signed_by(Verifier(OWN.public_key))


def test_every_changed_byte_is_found():
    issued = issue_certificate(CENTRE, "dev-0007", "A07", OWN.public_key, NOW)
    centre = Verifier(CENTRE.public_key)
    for place in range(len(issued)):
        changed = bytearray(issued)
        changed[place] ^= 1
        try:
            assert not read_certificate(bytes(changed)).is_signed_by(centre), place
        except CertificateMalformed:
            continue


def test_certificate_that_is_cut_or_longer_is_refused():
    issued = issue_certificate(CENTRE, "d" * 64, "A07", OWN.public_key, NOW)
    assert len(issued) == MAXIMUM_CERTIFICATE_BYTES
    for data in [issued[:end] for end in range(len(issued))] + [issued + b"\x00"]:
        with pytest.raises(CertificateMalformed):
            read_certificate(data)


@pytest.mark.parametrize(
    ("device", "prefix"),
    [("", "A07"), ("d" * 65, "A07"), ("a b", "A07"), ("d", "a07"), ("d", "A0")],
)
def test_certificate_is_not_issued_for_impossible_names(device: str, prefix: str):
    with pytest.raises(CertificateMalformed):
        issue_certificate(CENTRE, device, prefix, OWN.public_key, NOW)


def test_signature_for_another_purpose_is_no_certificate():
    issued = issue_certificate(CENTRE, "dev-0007", "A07", OWN.public_key, NOW)
    signed = read_certificate(issued).signed
    forged = signed + CENTRE.sign(Purpose.PROBE, signed)
    assert not read_certificate(forged).is_signed_by(Verifier(CENTRE.public_key))


def test_block_survives_a_restart_of_the_centre(tmp_path: Path):
    from tests.sync.sync_parts import make_centre

    signer = DeviceSigner.generate()
    answers = []
    for after in (2000, 2000, 4000):
        with make_centre(tmp_path / "centre") as centre:
            centre.enrol(signer)
            transport = centre.transport(signer)
            answers.append(transport.receipt_block(after).first)
            transport.close()
    assert answers == [2001, 2001, 4001]
