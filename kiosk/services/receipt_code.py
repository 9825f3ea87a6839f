"""The code of a receipt: number, service and time, signed by the device, with the centre's word for its key.

Anybody who knows the centre's public key can check offline that a device of this centre printed it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import segno

from kiosk.domain.printout import PrintKind
from kiosk.domain.receipt_statement import ReceiptStatement, code_text, statement_bytes
from kiosk.domain.service_request import ServiceRequest


def _no_certificate() -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """Makes the codes of this device."""

    sign: Callable[[bytes, bytes], bytes]
    """The device's signature over a receipt statement, 64 bytes, by the key that the certificate (the second argument)
    speaks of: a device may just be changing its key."""
    certificate: Callable[[], bytes] = _no_certificate
    """The centre's word for the device's key; empty bytes while there is none."""

    def text_of(self, request: ServiceRequest) -> str:
        """The code of an accepted request."""
        return self.text_of_statement(
            ReceiptStatement(
                PrintKind.RECEIPT,
                request.receipt_number,
                request.service_id,
                request.accepted_at,
                request.request_id,
            )
        )

    def text_of_statement(self, statement: ReceiptStatement) -> str:
        """The code of any paper, such as a proof."""
        signed = statement_bytes(statement)
        certificate = self.certificate()
        return code_text(signed, self.sign(signed, certificate), certificate)

    def rows_of(self, request: ServiceRequest) -> tuple[str, ...]:
        """The QR symbol: a string of 0 and 1 for each row, without quiet zone."""
        symbol = segno.make(self.text_of(request), error="m", micro=False)
        return tuple("".join(str(module) for module in row) for row in symbol.matrix)
