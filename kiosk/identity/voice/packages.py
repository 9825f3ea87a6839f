"""Loads the packages of speech engines, which are an extra: a kiosk without them serves all the same."""

import importlib
from typing import Any

from kiosk.errors import VoiceEngineMissing


def load_package(name: str) -> Any:  # noqa: ANN401 (none of them has types)
    """Import a package when it is first needed.

    Raises:
        VoiceEngineMissing: it is not installed, or one of its libraries does not load here.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError, TypeError) as error:
        # vosk raises TypeError on a platform for which it has no library.
        raise VoiceEngineMissing(f"the package {name} cannot be used: {error}") from error
