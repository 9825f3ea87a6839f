"""A centre, two of its devices and a device of another centre, with their codes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.domain.printout import PrintKind
from kiosk.domain.receipt import format_receipt_number
from kiosk.domain.receipt_statement import ReceiptStatement
from kiosk.services.receipt_code import ReceiptCode
from kiosk.services.verify_receipt import VerifyReceipt
from sync.device_certificate import issue_certificate
from sync.signing import DeviceSigner, Purpose, Verifier

AT = datetime(2026, 11, 23, 8, 5, 17, tzinfo=UTC)
REQUEST = "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"
CENTRE = DeviceSigner(bytes(range(32)))
OTHER_CENTRE = DeviceSigner(bytes(range(50, 82)))


@dataclass(frozen=True)
class Machine:
    """A device with its key and prefix."""

    signer: DeviceSigner
    prefix: str
    id: str
    centre: DeviceSigner = CENTRE

    def certificate(self) -> bytes:
        return issue_certificate(self.centre, self.id, self.prefix, self.signer.public_key, AT)

    def code(self, *, has_certificate: bool = True) -> ReceiptCode:
        return ReceiptCode(
            lambda data, _certificate: self.signer.sign(Purpose.RECEIPT, data),
            self.certificate if has_certificate else lambda: b"",
        )

    def text(self, counter: int = 123, *, has_certificate: bool = True) -> str:
        made = self.code(has_certificate=has_certificate)
        return made.text_of_statement(statement(self.prefix, counter))

    def verify(self) -> VerifyReceipt:
        return VerifyReceipt(
            (Verifier(self.centre.public_key),),
            (Verifier(self.signer.public_key),),
            self.prefix,
            self.id,
        )


def statement(
    prefix: str = "A07",
    counter: int = 123,
    kind: PrintKind = PrintKind.RECEIPT,
    service: str = "pension.life_certification",
) -> ReceiptStatement:
    return ReceiptStatement(kind, format_receipt_number(prefix, counter), service, AT, REQUEST)


KIOSK = Machine(DeviceSigner(bytes(range(1, 33))), "A07", "dev-0007")
VAN = Machine(DeviceSigner(bytes(range(2, 34))), "B12", "van-0012")
STRANGER = Machine(DeviceSigner(bytes(range(3, 35))), "A07", "dev-0007", OTHER_CENTRE)
