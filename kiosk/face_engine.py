"""The embedded face engine as the settings describe it."""

from pathlib import Path

from kiosk.config import KioskConfig
from kiosk.identity.dlib_engine import DlibFaceEngine
from kiosk.models.store import ModelStore


def make_face_engine(config: KioskConfig, cache_dir: Path | None = None) -> DlibFaceEngine:
    """The same weights and the same limit wherever a face is compared, examined or measured; loads nothing yet.

    Args:
        config: the settings.
        cache_dir: where the converted network is kept; None for the state folder's ``models``.
    Raises:
        ConfigError: the threshold would accept strangers.
    """
    return DlibFaceEngine(
        config.identity.face_threshold,
        cache_dir=cache_dir or config.state_dir / "models",
        models=ModelStore(config.models_folder),
    )
