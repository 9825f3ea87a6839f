"""What protecting costs on real faces, and that two machines' protected faces cannot be told to be one person's."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kiosk.devices.picture import PictureUnreadable
from kiosk.domain.identity_evidence import Modality
from kiosk.identity import template_protection
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.identity.template_protection import TemplateProtection
from kiosk.identity.thresholds import DLIB_ENGINE_ID
from kiosk.services.ports import FaceTemplate
from kiosk.services.template_seal import TemplateContent, TemplatePlace
from tests.identity.engines import dlib_engine, media_models
from tests.identity.people import as_camera_frame

PLACE = TemplatePlace("r-0001", Modality.FACE, DLIB_ENGINE_ID)
MOST_CHANGE = 0.005
"""Of a score. Measured with 61 photographs and 3,660 comparisons with single samples: dlib's distances change by at most
0.0032, on average 0.0007; MobileFace's cosines by at most 0.0020, on average 0.0003."""
PHOTOS = 30
MACHINES = 20
Embeddings = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def embeddings(media: Path, engine: EmbeddedFaceEngine) -> Embeddings:
    return described(media, engine)


def described(media: Path, engine: EmbeddedFaceEngine) -> Embeddings:
    """The faces of the first photographs, whatever their quality."""
    found = []
    for path in sorted((media / "faces" / "deepface").glob("img*.jpg")):
        try:
            frame = as_camera_frame(path)
        except PictureUnreadable:
            continue  # one of them is a WebP under another name
        seen = engine.observe(frame)
        if seen.box is not None:
            found.append(engine.embed(frame, seen))
        if len(found) == PHOTOS:
            break
    assert len(found) == PHOTOS
    return np.stack(found).astype(np.float64)


@pytest.fixture
def chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same salts each time."""
    dice = np.random.default_rng(20261127)
    monkeypatch.setattr(template_protection.os, "urandom", dice.bytes)


def content(vector: Embeddings) -> TemplateContent:
    return TemplateContent((vector.astype("<f4").tobytes(),))


def restored(vectors: Embeddings) -> Embeddings:
    seal = TemplateProtection(b"m" * 32)
    opened = [seal.open(PLACE, seal.seal(PLACE, content(vector))) for vector in vectors]
    return np.stack([np.frombuffer(one.vectors[0], "<f4") for one in opened]).astype(np.float64)


def protected(seal: TemplateProtection, vector: Embeddings) -> tuple[bytes, Embeddings]:
    """Masked length and turned components, as somebody sees them who has broken the encryption and no more."""
    sealed = seal.seal(PLACE, content(vector))
    associated = template_protection._associated(PLACE, sealed[1:17])
    plain = seal._cipher.decrypt(sealed[17:29], sealed[29:], associated)
    return plain[3:7], np.frombuffer(plain[7:], np.int8).astype(np.float64)


def unit(vectors: Embeddings) -> Embeddings:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def area(mated: Embeddings, others: Embeddings) -> float:
    """The chance that a mated score is above another: 0.5 where nothing links the two."""
    ranks = np.argsort(np.argsort(np.concatenate([mated, others])))[: len(mated)]
    return float((ranks.sum() - len(mated) * (len(mated) - 1) / 2) / len(mated) / len(others))


def distances(probes: Embeddings, templates: Embeddings) -> Embeddings:
    return np.asarray(np.linalg.norm(probes[:, None] - templates[None], axis=-1))


@pytest.mark.usefixtures("chance")
def test_scores_of_real_faces_hardly_change(
    embeddings: Embeddings,
    engine: EmbeddedFaceEngine,
    record_property: Callable[[str, object], None],
) -> None:
    record_property(
        "figure", f"protected templates of {engine.engine_id}: {cost(engine, embeddings)}"
    )


@pytest.mark.usefixtures("chance")
def test_scores_of_the_arcface_family_hardly_change(
    media: Path, cache_dir: Path, record_property: Callable[[str, object], None]
) -> None:
    engine = dlib_engine(cache_dir, media_models())
    assert engine.engine_id != DLIB_ENGINE_ID
    found = cost(engine, described(media, engine))
    record_property("figure", f"protected templates of {engine.engine_id}: {found}")


def cost(engine: EmbeddedFaceEngine, vectors: Embeddings) -> str:
    """Compare as a check does, with templates of one and of three samples, before and after."""
    changes: list[float] = []
    turned = 0
    many = len(vectors)
    for samples in (1, 3):
        for first in range(many):
            enrolled = [(first + number) % many for number in range(samples)]
            before, after = (
                FaceTemplate(engine.engine_id, tuple(row.astype("<f4").tobytes() for row in rows))
                for rows in (vectors[enrolled], restored(vectors[enrolled]))
            )
            for probe in set(range(many)) - set(enrolled):
                embedding = vectors[probe].astype(np.float32)
                one, other = (engine.compare(embedding, each) for each in (before, after))
                changes.append(abs(one.score - other.score))
                turned += one.is_match != other.is_match
    assert max(changes) < MOST_CHANGE
    # Only what lies that near the limit can be decided otherwise, and either way.
    assert turned <= len(changes) / 500
    return (
        f"{many} photographs, {len(changes)} comparisons, scores change by at most {max(changes):.4f}, on average "
        f"{np.mean(changes):.4f}, {turned} decided otherwise"
    )


@pytest.mark.usefixtures("chance")
def test_ten_renewals_cost_a_real_face_little(embeddings: Embeddings) -> None:
    renewed = embeddings
    for _ in range(10):
        renewed = restored(renewed)
    pairs = ~np.eye(len(embeddings), dtype=bool)
    before = distances(embeddings, embeddings)[pairs]
    change = np.abs(distances(embeddings, renewed)[pairs] - before)
    assert change.max() < 4 * MOST_CHANGE


@pytest.mark.usefixtures("chance")
@pytest.mark.parametrize("is_renewal", [False, True], ids=["two machines", "renewed on one"])
def test_nothing_links_two_protected_copies_of_one_photograph(
    is_renewal: bool, embeddings: Embeddings, record_property: Callable[[str, object], None]
) -> None:
    dice = np.random.default_rng(7)
    mated, others = [], []
    masks_alike = 0
    for _ in range(MACHINES):
        here = TemplateProtection(dice.bytes(32))
        there = here if is_renewal else TemplateProtection(dice.bytes(32))
        one = [protected(here, vector) for vector in embeddings]
        other = [protected(there, vector) for vector in embeddings]
        masks_alike += sum(a[0] == b[0] for a, b in zip(one, other, strict=True))
        cosines = (
            unit(np.stack([row for _, row in one])) @ unit(np.stack([row for _, row in other])).T
        )
        mated.append(np.diag(cosines))
        others.append(cosines[~np.eye(len(cosines), dtype=bool)])
    found = area(np.concatenate(mated), np.concatenate(others))
    record_property(
        "figure",
        f"protected copies of the same {len(embeddings)} photographs, {MACHINES} pairs of "
        f"{'renewals' if is_renewal else 'machines'}: area under the curve {found:.3f} (0.5 = nothing links them)",
    )
    # Of 600 mated scores chance alone makes 0.5 ± 0.012.
    assert abs(found - 0.5) < 0.045
    assert masks_alike == 0


def test_same_measure_links_them_when_the_rotation_is_known(
    embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_protection.os, "urandom", bytes)
    seal = TemplateProtection(b"k" * 32)
    rows = unit(np.stack([protected(seal, vector)[1] for vector in embeddings]))
    cosines = rows @ rows.T
    assert area(np.diag(cosines), cosines[~np.eye(len(cosines), dtype=bool)]) > 0.999
