"""What the steps of a voice check may ask."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.identity_evidence import Score
from kiosk.domain.resident import Resident
from kiosk.services.ports import VoiceTemplate
from kiosk.services.verify_voice import VoiceCheckRun


class ConsentBook(Protocol):
    """The answers to one consent page."""

    def record(self, resident: Resident, *, is_granted: bool) -> None:
        """Store one answer.

        Raises:
            StorageError.
        """

    def is_on_file(self, resident: Resident) -> bool:
        """Whether the resident agreed before and need not be asked again.

        Raises:
            StorageError.
        """


@dataclass(frozen=True, slots=True)
class VoiceWays:
    """Of a kiosk with a microphone, the models, and figures of what a voice is worth."""

    template: Callable[[str], VoiceTemplate | None]
    """The enrolled template of a resident that the running engine can use, or None."""
    consent: ConsentBook
    start_check: Callable[[VoiceTemplate], VoiceCheckRun]
    is_match: Callable[[Score], bool]
    """Whether a comparison counts as one proof among others; False where nobody has measured it."""
    adds_to: Callable[[Score], bool] = lambda _face: False
    """Whether the calibration can show that this face and a voice together are enough alone."""
