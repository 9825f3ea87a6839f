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
from kiosk.identity.thresholds import DEFAULT_FACE_THRESHOLD, DLIB_ENGINE_ID
from kiosk.services.template_seal import TemplateContent, TemplatePlace
from tests.identity.people import as_camera_frame

PLACE = TemplatePlace("r-0001", Modality.FACE, DLIB_ENGINE_ID)
MOST_CHANGE = 0.005
"""Of a distance. Measured: 61 photographs, 3,660 ordered pairs, at most 0.0032, on average 0.0007."""
PHOTOS = 40
MACHINES = 20
Embeddings = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def embeddings(media: Path, engine: EmbeddedFaceEngine) -> Embeddings:
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
def test_distances_of_real_faces_hardly_change(
    embeddings: Embeddings, record_property: Callable[[str, object], None]
) -> None:
    pairs = ~np.eye(len(embeddings), dtype=bool)
    before = distances(embeddings, embeddings)[pairs]
    after = distances(embeddings, restored(embeddings))[pairs]
    change = np.abs(after - before)
    record_property(
        "figure",
        f"protected templates, {len(embeddings)} photographs, {change.size} pairs: distance changes by at most "
        f"{change.max():.4f}, on average {change.mean():.4f}",
    )
    assert change.max() < MOST_CHANGE
    # No pair lies so near the limit that it would be decided otherwise.
    assert ((before <= DEFAULT_FACE_THRESHOLD) == (after <= DEFAULT_FACE_THRESHOLD)).all()


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
    # Of 800 mated scores chance alone makes 0.5 ± 0.0104.
    assert abs(found - 0.5) < 0.04
    assert masks_alike == 0


def test_same_measure_links_them_when_the_rotation_is_known(
    embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_protection.os, "urandom", bytes)
    seal = TemplateProtection(b"k" * 32)
    rows = unit(np.stack([protected(seal, vector)[1] for vector in embeddings]))
    cosines = rows @ rows.T
    assert area(np.diag(cosines), cosines[~np.eye(len(cosines), dtype=bool)]) > 0.999
