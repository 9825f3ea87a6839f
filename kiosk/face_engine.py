"""Chooses among the face engines whose models are installed, and builds them as the settings say."""

import logging
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.config import AUTO, KioskConfig
from kiosk.errors import CalibrationUnusable, ModelUnavailable
from kiosk.identity.alignment import ArcFace112Aligner, Dlib150Aligner
from kiosk.identity.calibration import Calibrator, calibrators
from kiosk.identity.calibration_file import shipped_calibration
from kiosk.identity.embedded_engine import EmbeddedFaceEngine, FaceParts
from kiosk.identity.face_detector import FaceDetector
from kiosk.identity.face_embedder import ArcFaceOnnxEmbedder
from kiosk.identity.face_matcher import FaceMatcher
from kiosk.identity.face_network import FaceNetworkLoader
from kiosk.identity.face_tracker import FaceTracker
from kiosk.identity.hog_detector import HogDetector
from kiosk.identity.judge import CalibratedJudge, load_calibration
from kiosk.identity.processor import require_avx
from kiosk.identity.yunet_detector import YunetDetector
from kiosk.models.manifest import EMBEDDING_MODEL, YUNET, ModelEntry
from kiosk.models.store import ModelStore

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class FaceEngines:
    """The engines of one machine: one makes new templates, and each compares its own."""

    config: KioskConfig
    cache_dir: Path | None = None
    """Where the converted network is kept; None for the state folder's ``models``."""
    models: ModelStore | None = None
    """None for the models folder of the settings."""
    _made: dict[str, EmbeddedFaceEngine] = field(default_factory=dict)
    _best: EmbeddedFaceEngine | None = None
    _judge: CalibratedJudge | None = None

    def best(self) -> EmbeddedFaceEngine:
        """The engine for new templates; loads nothing yet.

        Every calibrated one of the ArcFace family comes before dlib's, which at a limit that keeps strangers out turns
        away more than a third of single portraits; see ``kiosk/identity/thresholds.py``.
        """
        if self._best is not None:
            return self._best
        entries = self.entries()
        wanted = self.config.identity.face_engine
        if wanted != AUTO and wanted not in entries:
            _log.warning("the face engine of the settings is not installed")
        order = sorted(entries, key=lambda name: name != wanted)
        name = next((one for one in order if self._calibrator(one) is not None), order[-1])
        self._best = self.make(entries[name])
        return self._best

    def of(self, engine_id: str) -> EmbeddedFaceEngine | None:
        """The engine that made a template; None when its models are not installed, or it is not calibrated."""
        entry = self.entries().get(engine_id)
        if entry is None or self._calibrator(engine_id) is None:
            return None
        return self.make(entry)

    def judge(self) -> CalibratedJudge:
        """What comparisons are worth, by the file that the settings name.

        It is read once, so that scores are always judged by the file that they were compared by.
        """
        if self._judge is None:
            try:
                self._judge = CalibratedJudge.of(load_calibration(self.config.identity.calibration))
            except CalibrationUnusable as error:
                # The doctor says it; a second factor is asked for meanwhile.
                _log.warning("no calibration code=%s", error.code)
                self._judge = CalibratedJudge({})
        return self._judge

    def limit(self, engine_id: str) -> float | None:
        """The similarity from which a comparison counts as a proof; None where the engine is not calibrated."""
        if self._calibrator(engine_id) is None:
            return None
        return self._matcher(engine_id).least_similarity

    @property
    def store(self) -> ModelStore:
        """Where the models are."""
        return self.models or ModelStore(self.config.models_folder)

    def entries(self) -> dict[str, ModelEntry]:
        """The embedders that are installed, calibrated or not, by engine; dlib's last."""
        store = self.store
        family = [
            entry
            for entry in store.manifest.values()
            if entry.kind == "face_embedder" and entry.alignment == "arcface112"
        ]
        # Their alignment needs the corners of the mouth, which only YuNet finds.
        usable = [entry for entry in family if store.has(YUNET) and store.has(entry.id)]
        return {entry.engine_id: entry for entry in (*usable, store.manifest[EMBEDDING_MODEL])}

    def make(self, entry: ModelEntry) -> EmbeddedFaceEngine:
        """The engine around an embedder, always the same one; one without calibration only describes."""
        if entry.engine_id not in self._made:
            self._made[entry.engine_id] = EmbeddedFaceEngine(
                entry, lambda: self._load(entry), lambda: self._matcher(entry.engine_id)
            )
        return self._made[entry.engine_id]

    def _matcher(self, engine_id: str) -> FaceMatcher:
        calibrator = self._calibrator(engine_id)
        if calibrator is None:
            raise ModelUnavailable(f"the engine {engine_id} is not calibrated")
        return FaceMatcher.of(calibrator, self.config.identity.face_threshold)

    def _calibrator(self, engine_id: str) -> Calibrator | None:
        """This county's, else the shipped one: without any, nothing can be compared at all.

        A shipped limit makes a face one proof among others; what a face is worth alone, only ``judge`` says.
        """
        own = self.judge().by_engine.get(engine_id)
        return own or calibrators(shipped_calibration()).get(engine_id)

    def _load(self, entry: ModelEntry) -> FaceParts:
        store = self.store
        if entry.alignment == "arcface112":
            embedder = ArcFaceOnnxEmbedder(store.checked_path(entry.id), entry)
            yunet = YunetDetector(store.checked_path(YUNET))
            return FaceParts(FaceTracker(yunet), ArcFace112Aligner(), embedder)
        require_avx()
        network = FaceNetworkLoader(store, self.cache_dir or self.config.state_dir / "models")
        return FaceParts(FaceTracker(choose_detector(store)), Dlib150Aligner(store), network.load())


def make_face_engine(config: KioskConfig, cache_dir: Path | None = None) -> EmbeddedFaceEngine:
    """The best engine, with the same weights and limit wherever a face is compared, examined or measured.

    Args:
        config: the settings.
        cache_dir: where the converted network is kept; None for the state folder's ``models``.
    """
    return FaceEngines(config, cache_dir).best()


def choose_detector(store: ModelStore) -> FaceDetector:
    """YuNet where its model is installed and good, else what comes with the program."""
    if store.has(YUNET):
        try:
            return YunetDetector(store.checked_path(YUNET))
        except ModelUnavailable as error:
            # The doctor names the damaged file; what comes with the program finds faces too.
            _log.warning("YuNet cannot be used code=%s", error.code)
    return HogDetector()
