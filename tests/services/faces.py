"""A face engine whose faces are points: near is alike."""

from dataclasses import dataclass

import numpy as np

from kiosk.errors import TemplateUnusable
from kiosk.services.ports import (
    Embedding,
    FaceComparison,
    FaceObservation,
    FaceTemplate,
    Frame,
)
from kiosk.services.template_seal import TemplateContent, TemplatePlace


def point(*values: float) -> Embedding:
    return np.array(values, np.float32)


def template(*points: Embedding, engine_id: str = "points-v1") -> FaceTemplate:
    return FaceTemplate(engine_id, tuple(one.astype("<f4").tobytes() for one in points))


@dataclass(frozen=True, slots=True)
class PointEngine:
    """Compares with the mean of the enrolled points."""

    engine_id: str = "points-v1"
    threshold: float = 0.4

    def warm_up(self) -> None:
        """Nothing to load."""

    def observe(self, frame: Frame) -> FaceObservation:
        raise NotImplementedError

    def embed(self, frame: Frame, seen: FaceObservation) -> Embedding:
        raise NotImplementedError

    def enrol(self, frames: tuple[Frame, ...]) -> FaceTemplate:
        raise NotImplementedError

    def compare(self, probe: Embedding, template: FaceTemplate) -> FaceComparison:
        points = [np.frombuffer(one, "<f4") for one in template.vectors]
        if template.engine_id != self.engine_id or {len(one) for one in points} != {len(probe)}:
            raise TemplateUnusable("of another engine")
        score = float(np.linalg.norm(probe - np.mean(points, axis=0)))
        return FaceComparison(score, score <= self.threshold)


class OpenSeal:
    """Keeps templates to the last bit, for tests that measure distances of a few hundredths."""

    def seal(self, place: TemplatePlace, content: TemplateContent) -> bytes:
        return b"|".join(one.hex().encode() for one in content.vectors)

    def open(self, place: TemplatePlace, sealed: bytes) -> TemplateContent:
        try:
            return TemplateContent(tuple(bytes.fromhex(one.decode()) for one in sealed.split(b"|")))
        except ValueError as error:
            raise TemplateUnusable("damaged") from error
