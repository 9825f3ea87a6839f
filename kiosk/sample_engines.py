"""The engines that can be measured on a folder of files, by their ids; the kiosk's own first."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from kiosk.config import KioskConfig
from kiosk.devices.picture import PictureUnreadable, letter_box, read_picture
from kiosk.face_engine import FaceEngines
from kiosk.identity.evaluation.attacks import AttackDetector
from kiosk.identity.evaluation.samples import (
    UNREADABLE,
    FaceSamples,
    SampleEmbedder,
    SampleUnusable,
)
from kiosk.identity.liveness.passive import (
    PassiveDetector,
    PictureDetector,
    has_passive_models,
)
from kiosk.identity.score_space import Metric
from kiosk.models.manifest import ModelEntry
from kiosk.models.store import ModelStore
from kiosk.services.ports import Frame

CAMERA_SIZE = (640, 480)
"""Pictures are letter-boxed to what a kiosk's camera gives, so that the quality gate means the same."""

Maker = Callable[[KioskConfig], SampleEmbedder]


def engine_names(config: KioskConfig) -> tuple[str, ...]:
    """Ids of the engines that this machine has."""
    return tuple(_makers(config))


def make_engine(config: KioskConfig, engine_id: str) -> SampleEmbedder:
    """One of them, not loaded yet.

    Raises:
        KeyError: there is none of this id.
    """
    return _makers(config)[engine_id](config)


def camera_frame(path: Path) -> Frame:
    """A picture file as a kiosk's camera would show it.

    Raises:
        SampleUnusable: it cannot be read.
    """
    return letter_box(_whole_picture(path), *CAMERA_SIZE)


def make_detector(config: KioskConfig) -> AttackDetector | None:
    """What judges the attacks of a folder; None where the networks for it are not installed.

    Raises:
        ModelUnavailable: they are damaged.
    """
    models = ModelStore(config.models_folder)
    if not has_passive_models(models):
        return None
    return PictureDetector(FaceEngines(config).best(), PassiveDetector.load(models), _whole_picture)


def _whole_picture(path: Path) -> Frame:
    """As it is: black bars beside a face would be seen by the networks."""
    try:
        return read_picture(path)
    except PictureUnreadable as error:
        raise SampleUnusable(UNREADABLE) from error


def _makers(config: KioskConfig) -> Mapping[str, Maker]:
    """By id, what makes a ``SampleEmbedder`` of the settings."""
    engines = FaceEngines(config)
    entries = engines.entries()
    best = engines.best().engine_id
    order = sorted(entries, key=lambda name: name != best)
    return {name: partial(_face_samples, engines, entries[name]) for name in order}


def _face_samples(engines: FaceEngines, entry: ModelEntry, _config: KioskConfig) -> SampleEmbedder:
    return FaceSamples(engines.make(entry), camera_frame, Metric(entry.metric))
