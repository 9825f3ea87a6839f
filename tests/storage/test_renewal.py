"""Renewed templates open as before and share nothing with their former copies."""

from pathlib import Path

import numpy as np

from kiosk.services.ports import FaceTemplate, VoiceTemplate
from kiosk.storage.renewal import Renewed, renew_templates
from tests.builders import NOW, make_world

PEOPLE = 120
"""More than a page."""


def test_every_template_is_renewed_but_the_unusable(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    with make_world(tmp_path) as world:
        with world.store.transaction() as transaction:
            for number in range(PEOPLE):
                face = FaceTemplate("e", (dice.normal(size=16).astype("<f4").tobytes(),))
                transaction.templates.put(f"r-{number:04d}", face, NOW)
            voice = VoiceTemplate("v", np.eye(16, dtype="<f4")[2].tobytes(), 3, 7.5)
            transaction.voices.put("r-0001", voice, NOW)
            transaction.database.execute(
                "UPDATE face_template SET anchor = x'01' WHERE resident_id = 'r-0007'"
            )
            faces = [transaction.templates.find(f"r-{number:04d}") for number in range(PEOPLE)]
        before = {row["resident_id"]: row for row in world.rows("face_template")}
        assert renew_templates(world.store.encrypted, world.store.seal) == Renewed(PEOPLE, 1)
        after = {row["resident_id"]: row for row in world.rows("face_template")}
        assert after.pop("r-0007") == before.pop("r-0007")
        for name, row in after.items():
            assert (row["enrolled_at"], row["changed_at"]) == (
                NOW.isoformat(timespec="milliseconds"),
            ) * 2
            for column in ("sealed", "anchor"):
                # 16 bytes of salt and all behind it; the version stays.
                assert row[column][1:17] != before[name][column][1:17]  # type: ignore[index]
        with world.store.transaction() as transaction:
            for number, face in enumerate(faces):
                found = transaction.templates.find(f"r-{number:04d}")
                assert found is not None
                assert face is not None
                one, other = (np.frombuffer(each.vectors[0], "<f4") for each in (found, face))
                assert np.linalg.norm(one - other) < 0.03 * np.linalg.norm(other)
            heard = transaction.voices.find("r-0001")
        assert heard is not None
        assert (heard.engine_id, heard.phrases, heard.speech_s) == ("v", 3, 7.5)
