"""The calibration file: what was measured with which set, in a form that a kiosk reads and a person can check."""

import base64
import re
from datetime import date
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kiosk.domain.data_file import DataFault, parse_data
from kiosk.errors import CalibrationUnusable
from kiosk.identity.score_space import MINIMUM_COHORT, Float64Array, Metric, ScoreSpace
from sync.safe_file import replace_file

SHIPPED = ("calibration", "default.json")
"""Below ``assets``: figures of public photographs, no vectors."""
MAXIMUM_BYTES = 8 << 20
"""Figures are some kilobytes; a cohort of a thousand people half a megabyte."""
Rate = Annotated[float, Field(ge=0.0, le=1.0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BoundRow(_Strict):
    """One threshold: what was counted there, and what that demonstrates."""

    similarity: Finite
    llr: Finite
    """Of this similarity, not capped."""
    false_accepts: Count
    far: Rate
    far_bound: Rate
    """The FAR is below it with 95 % confidence: the worst of three ways of counting, see ``evaluation.bounds``."""
    far_bound_fused: Rate
    """The same with 97.5 %, so that two engines together hold with 95 %."""
    false_rejects: Count
    frr: Rate
    frr_low: Rate
    frr_high: Rate


class EngineCalibration(_Strict):
    """One engine, as it was measured."""

    engine_id: Annotated[str, Field(min_length=1, max_length=80)]
    modality: Literal["face", "voice"]
    metric: Literal["euclidean", "cosine"]
    template_samples: Annotated[int, Field(ge=1, le=50)]
    """How many samples a template was made of; the figures hold for templates of just so many."""
    dataset: Annotated[str, Field(min_length=1, max_length=300)]
    """Which set it was measured with."""
    made_at: date
    people: Count
    """0 where nobody knows: scores that kiosks logged name no people."""
    pairs_of_people: Count
    genuine: Count
    impostor: Count
    equal_error_rate: Rate
    slope: Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
    """LLR = slope * similarity + offset, natural logarithm."""
    offset: Finite
    factor_similarity: Finite
    """At least so much similarity counts as one proof among others; never as enough alone."""
    rows: Annotated[tuple[BoundRow, ...], Field(max_length=200)]
    """Loosest first; none where no bound can be shown."""
    centre: str | None = None
    """Mean embedding of the people of the set, float32 little-endian, base64."""
    cohort: str | None = None
    """Embeddings of other people for AS-norm, the same, one after another."""

    @field_validator("rows")
    @classmethod
    def _rows_rise(cls, rows: tuple[BoundRow, ...]) -> tuple[BoundRow, ...]:
        for one, other in pairwise(rows):
            is_stricter = one.similarity < other.similarity
            if not is_stricter or one.far_bound < other.far_bound or one.frr > other.frr:
                raise ValueError("the rows stand in the order of their thresholds, bounds falling")
        return rows

    @model_validator(mode="after")
    def _line_agrees(self) -> "EngineCalibration":
        for row in self.rows:
            if abs(self.slope * row.similarity + self.offset - row.llr) > 1e-3:
                raise ValueError("a row's llr is not that of its similarity")
            if row.far > row.far_bound or row.far_bound > row.far_bound_fused + 1e-12:
                raise ValueError("a bound lies below what was counted")
        return self

    def space(self) -> ScoreSpace:
        """How two embeddings become the similarity that the figures are of.

        Raises:
            CalibrationUnusable: a vector cannot be read.
        """
        centre = None if self.centre is None else unpack_vectors(self.centre)[0]
        cohort = None if self.cohort is None else unpack_vectors(self.cohort)
        if cohort is not None and len(cohort) < MINIMUM_COHORT:
            raise CalibrationUnusable((f"cohort：少于{MINIMUM_COHORT}人，不能用来归一",))
        return ScoreSpace(Metric(self.metric), centre, cohort)


class CalibrationFile(_Strict):
    """Every engine that was measured."""

    version: Literal[1]
    engines: Annotated[tuple[EngineCalibration, ...], Field(max_length=20)]

    @field_validator("engines")
    @classmethod
    def _each_once(cls, engines: tuple[EngineCalibration, ...]) -> tuple[EngineCalibration, ...]:
        names = [engine.engine_id for engine in engines]
        if len(set(names)) != len(names):
            raise ValueError("an engine stands there twice")
        return engines

    def with_engine(self, engine: EngineCalibration) -> "CalibrationFile":
        """The same with one engine measured anew."""
        others = [one for one in self.engines if one.engine_id != engine.engine_id]
        ordered = sorted([*others, engine], key=lambda one: (one.modality, one.engine_id))
        return CalibrationFile(version=1, engines=tuple(ordered))


def shipped_calibration() -> CalibrationFile:
    """What comes with the kiosk.

    Raises:
        CalibrationUnusable: the installation is damaged.
    """
    place = resources.files("assets").joinpath(*SHIPPED)
    try:
        return _parse(place.read_text("utf-8"), "/".join(SHIPPED))
    except OSError as error:
        raise CalibrationUnusable((f"{'/'.join(SHIPPED)}：读不出来",)) from error


def read_calibration(path: Path) -> CalibrationFile:
    """Read and check a county's own file.

    Raises:
        CalibrationUnusable: missing, too large or wrong; every fault is named.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise CalibrationUnusable((f"{path.name}：读不出来（{error.strerror}）",)) from error
    if len(content) > MAXIMUM_BYTES:
        raise CalibrationUnusable((f"{path.name}：太大，不是校准文件",))
    try:
        return _parse(content.decode("utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise CalibrationUnusable((f"{path.name}：不是 UTF-8 文字",)) from error


def write_calibration(path: Path, calibration: CalibrationFile) -> None:
    """Write a file of which either all or nothing exists after a power cut.

    Readable by its owner only: a cohort's vectors are biometric data of people.

    Raises:
        OSError: it cannot be written.
    """
    text = calibration.model_dump_json(indent=2, exclude_none=True)
    replace_file(path, (_folded(text) + "\n").encode())


def pack_vectors(vectors: Float64Array) -> str:
    """Shape (n, d) as text; the first four bytes tell d."""
    rows = np.atleast_2d(np.asarray(vectors, dtype="<f4"))
    head = np.array([rows.shape[1]], dtype="<u4").tobytes()
    return base64.b64encode(head + rows.tobytes()).decode("ascii")


def unpack_vectors(text: str) -> Float64Array:
    """The reverse: shape (n, d).

    Raises:
        CalibrationUnusable: not vectors, or not finite.
    """
    try:
        data = base64.b64decode(text, validate=True)
        size = int(np.frombuffer(data[:4], dtype="<u4")[0])
        vectors = np.frombuffer(data[4:], dtype="<f4").reshape(-1, size).astype(np.float64)
    except (ValueError, IndexError, OverflowError) as error:
        raise CalibrationUnusable(("centre、cohort：里面的向量读不出来",)) from error
    if not vectors.size or not np.isfinite(vectors).all():
        raise CalibrationUnusable(("centre、cohort：里面的向量不对",))
    return np.asarray(vectors)


def _parse(text: str, source: str) -> CalibrationFile:
    try:
        return parse_data(CalibrationFile, text, source)
    except DataFault as fault:
        raise CalibrationUnusable(fault.faults) from fault


def _folded(text: str) -> str:
    """Each row of a table on one line, so that people can read down its columns."""
    row = re.compile(r"\{\s+(\"similarity\"[^{}]*?)\s+\}")
    return row.sub(lambda found: "{" + re.sub(r"\s*\n\s*", " ", found[1]) + "}", text)
