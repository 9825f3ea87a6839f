"""Loads Vosk's models by path only: by name or language the package would fetch them from the internet."""

from pathlib import Path
from typing import Any

from kiosk.errors import ModelUnavailable
from kiosk.identity.voice.packages import load_package

_PACKAGE = "vosk"
_SILENT = -1


def load_vosk() -> Any:  # noqa: ANN401 (vosk has no types)
    """Import vosk and keep its log off standard error.

    Raises:
        VoiceEngineMissing: it is not installed, or has no library for this machine.
    """
    vosk = load_package(_PACKAGE)
    vosk.SetLogLevel(_SILENT)
    return vosk


def load_model(kind: str, folder: Path) -> Any:  # noqa: ANN401
    """Load a model.

    Args:
        kind: ``Model`` for speech, ``SpkModel`` for voices.
        folder: of the model.
    Raises:
        ModelUnavailable: the folder is missing or holds no such model.
        VoiceEngineMissing: see ``load_vosk``.
    """
    vosk = load_vosk()
    if not folder.is_dir():
        raise ModelUnavailable(f"there is no folder {folder.name}")
    try:
        return getattr(vosk, kind)(str(folder))
    except Exception as error:
        # vosk raises bare Exceptions
        raise ModelUnavailable(f"{folder.name} is no {kind} of Vosk") from error
