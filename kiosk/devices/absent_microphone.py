"""The microphone of a kiosk that has none."""

from kiosk.errors import MicrophoneUnavailable
from kiosk.services.ports import Sound


class AbsentMicrophone:
    """Says at once that there is no microphone, so that the visit goes on without a voice."""

    label = "未配置麦克风"

    def open(self) -> None:
        """Refuse.

        Raises:
            MicrophoneUnavailable: always.
        """
        raise MicrophoneUnavailable("this kiosk has no microphone")

    def read(self) -> Sound:
        """Refuse.

        Raises:
            MicrophoneUnavailable: always.
        """
        raise MicrophoneUnavailable("this kiosk has no microphone")

    def close(self) -> None:
        """Do nothing."""
