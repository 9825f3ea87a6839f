"""What each expected failure means in plain words: what happened, and what to do about it.

Residents see a notice with ways on; these words are for staff, on the screen that says that the machine is out of
service and in ``xianglin doctor``.
"""

from dataclasses import dataclass

from kiosk import errors
from kiosk.ui.kit import Texts


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """Text ids of one failure."""

    happened: str
    """What is wrong."""
    to_do: str
    """What staff should do now."""


def _message(error_class: type[errors.KioskError]) -> ErrorMessage:
    stem = f"error.{error_class.code.lower()}"
    return ErrorMessage(f"{stem}.happened", f"{stem}.to_do")


MESSAGES: dict[str, ErrorMessage] = {
    error_class.code: _message(error_class)
    for error_class in (
        errors.KioskError,
        errors.ConfigError,
        errors.StorageError,
        errors.StorageFull,
        errors.StorageDamaged,
        errors.StorageKeyWrong,
        errors.StorageBusy,
        errors.IdentityError,
        errors.CameraUnavailable,
        errors.ModelUnavailable,
        errors.TemplateUnusable,
        errors.ProcessorUnsupported,
        errors.FaceNotUsable,
        errors.DeviceError,
        errors.CardReaderUnavailable,
        errors.FlowError,
    )
}
"""By error code; a new error class without an entry fails a test."""


def staff_text(code: str, texts: Texts) -> str:
    """Say for staff what happened and what to do; an unknown code gets the general words."""
    message = MESSAGES.get(code, MESSAGES[errors.KioskError.code])
    return texts.label(message.happened) + texts.label(message.to_do)
