"""The card reader of a kiosk that has none."""

from kiosk.errors import CardReaderUnavailable
from kiosk.services.ports import Card, DeviceState, PinCheck


class AbsentCardReader:
    """Says at once that there is no reader, so that the resident types the citizen id instead."""

    label = "未配置读卡器"

    def state(self) -> DeviceState:
        """Always absent."""
        return DeviceState.ABSENT

    def read(self) -> Card | None:
        """Refuse.

        Raises:
            CardReaderUnavailable: always.
        """
        raise CardReaderUnavailable("this kiosk has no card reader")

    def verify_pin(self, pin: str) -> PinCheck:
        """Refuse.

        Raises:
            CardReaderUnavailable: always.
        """
        raise CardReaderUnavailable("this kiosk has no card reader")
