"""The text of a receipt's QR: number, service and time, signed by the device; nothing about the person.

Anybody with the device's public key can check offline that this kiosk accepted the request.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass

import segno

from kiosk.domain.service_request import ServiceRequest

_HEAD = "XL1"


@dataclass(frozen=True, slots=True)
class ReceiptCode:
    """Makes receipt codes."""

    sign: Callable[[bytes], bytes]
    """The device's signature over a receipt statement, 64 bytes."""

    def text_of(self, request: ServiceRequest) -> str:
        """The signed statement, fields parted by ``|``, the signature in URL-safe base 64."""
        accepted = request.accepted_at.isoformat(timespec="seconds")
        statement = "|".join(
            (_HEAD, request.receipt_number, request.service_id, accepted, request.request_id)
        )
        signature = base64.urlsafe_b64encode(self.sign(statement.encode())).decode().rstrip("=")
        return f"{statement}|{signature}"

    def rows_of(self, request: ServiceRequest) -> tuple[str, ...]:
        """The QR symbol: a string of 0 and 1 for each row, without quiet zone."""
        symbol = segno.make(self.text_of(request), error="m", micro=False)
        return tuple("".join(str(module) for module in row) for row in symbol.matrix)
