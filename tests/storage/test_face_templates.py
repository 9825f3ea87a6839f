"""Stored templates: what comes out is what went in as far as eight bits tell it, or a clear error."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import TemplateUnusable
from kiosk.services.ports import FaceTemplate, VoiceTemplate
from kiosk.services.template_store import EnrolledSince
from kiosk.storage.store import SqliteStore
from kiosk.template_keys import make_template_seal
from sync.signing import DeviceSigner
from tests.builders import NOW, World, make_world

_DICE = np.random.default_rng(20261127)
FACE = FaceTemplate(
    "dlib-resnet-v1", tuple(row.astype("<f4").tobytes() for row in _DICE.normal(size=(3, 128)))
)
VOICE = VoiceTemplate("ge2e-v1", np.eye(256, dtype="<f4")[7].tobytes(), 3, 7.25)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


def angle(one: bytes, other: bytes) -> float:
    a, b = (np.frombuffer(raw, "<f4").astype(float) for raw in (one, other))
    return float(np.arccos(min(1.0, a @ b / np.linalg.norm(a) / np.linalg.norm(b))))


def test_templates_come_back_with_their_samples_engine_and_directions(world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0001", FACE, NOW)
        transaction.voices.put("r-0001", VOICE, NOW)
        for face in (transaction.templates.find("r-0001"), transaction.templates.anchor("r-0001")):
            assert face is not None
            assert (face.engine_id, len(face.vectors)) == (FACE.engine_id, 3)
            assert max(map(angle, face.vectors, FACE.vectors)) < 0.015
        voice = transaction.voices.find("r-0001")
        assert voice is not None
        assert replace(voice, vector=VOICE.vector) == VOICE
        assert transaction.templates.find("r-0002") is transaction.voices.find("r-0002") is None
        assert transaction.templates.since("r-0001") == EnrolledSince(FACE.engine_id, NOW, NOW)


def test_no_row_shows_an_embedding(world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0001", FACE, NOW)
        transaction.templates.put("r-0002", FACE, NOW)
    one, other = world.rows("face_template")
    blobs = [row[column] for row in (one, other) for column in ("sealed", "anchor")]
    assert len(set(blobs)) == 4
    assert {len(blob) for blob in blobs if isinstance(blob, bytes)} == {
        1 + 16 + 12 + 3 + 3 * 132 + 16
    }
    assert not any(
        v[:16] in blob for v in FACE.vectors for blob in blobs if isinstance(blob, bytes)
    )


def test_change_keeps_the_first_enrolment_and_its_date(world: World) -> None:
    later = NOW + timedelta(days=31)
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0001", FACE, NOW)
        anchor = transaction.templates.anchor("r-0001")
        transaction.templates.change(
            "r-0001", replace(FACE, vectors=tuple(reversed(FACE.vectors))), later
        )
        assert transaction.templates.anchor("r-0001") == anchor
        found = transaction.templates.find("r-0001")
        assert found is not None
        assert angle(found.vectors[0], FACE.vectors[2]) < 0.015
        since = transaction.templates.since("r-0001")
        assert since == EnrolledSince(FACE.engine_id, NOW, later)
        # Of another engine it is no change of this template.
        transaction.templates.change("r-0001", replace(FACE, engine_id="other"), later)
        assert transaction.templates.find("r-0001") == found


@pytest.mark.parametrize(
    "change",
    [
        "sealed = x''",
        "sealed = substr(sealed, 1, length(sealed) - 1)",
        "sealed = CAST(sealed || x'00' AS BLOB)",
        "sealed = zeroblob(500)",
        "sealed = anchor",
        "sealed = (SELECT sealed FROM face_template WHERE resident_id = 'r-0002')",
        "engine_id = 'other'",
    ],
)
def test_changed_row_is_said_and_never_compared(change: str, world: World) -> None:
    with world.store.transaction() as transaction:
        for resident_id in ("r-0001", "r-0002"):
            transaction.templates.put(resident_id, FACE, NOW)
        transaction.database.execute(
            f"UPDATE face_template SET {change} WHERE resident_id = 'r-0001'"
        )
        with pytest.raises(TemplateUnusable):
            transaction.templates.find("r-0001")
        page = transaction.templates.page(FACE.engine_id, "", 2)
        assert [name for name, _ in page.templates] == ["r-0002"]
        assert page.next_after == ("r-0002" if change != "engine_id = 'other'" else None)


def test_row_opens_with_this_machines_two_keys_only(world: World, tmp_path: Path) -> None:
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0001", FACE, NOW)
    encrypted = world.store.encrypted
    with make_world(tmp_path / "other") as other:
        foreign = other.store.encrypted
        for seal in (
            make_template_seal(encrypted, DeviceSigner.generate()),  # type: ignore[arg-type]
            make_template_seal(foreign, world.signer),  # type: ignore[arg-type]
            SqliteStore(encrypted, world.store.outbox, world.clock).seal,
        ):
            with (
                replace(world.store, seal=seal).transaction() as transaction,
                pytest.raises(TemplateUnusable),
            ):
                transaction.templates.find("r-0001")
    again = make_template_seal(encrypted, world.signer)  # type: ignore[arg-type]
    with replace(world.store, seal=again).transaction() as transaction:
        assert transaction.templates.find("r-0001") is not None


def test_nothing_is_stored_unprotected_by_a_store_without_keys(world: World) -> None:
    bare = SqliteStore(world.store.encrypted, world.store.outbox, world.clock)
    with bare.transaction() as transaction, pytest.raises(TemplateUnusable):
        transaction.templates.put("r-0001", FACE, NOW)
    assert world.rows("face_template") == []
