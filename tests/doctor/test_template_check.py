"""The doctor says whose templates this machine cannot open."""

from pathlib import Path

import numpy as np
import pytest

from kiosk.doctor.finding import Health
from kiosk.doctor.template_check import check_templates
from kiosk.domain.identity_evidence import Modality
from kiosk.services.ports import FaceTemplate, VoiceTemplate
from kiosk.storage.template_rows import TemplateRows
from tests.builders import NOW, make_world

VECTOR = np.eye(8, dtype="<f4")[0].tobytes()


@pytest.mark.parametrize(
    ("damage", "health", "words"),
    [
        ("", Health.GOOD, "脸 3 份，声音 1 份；抽查 4 份，都打得开"),
        (
            "UPDATE face_template SET sealed = x'01' WHERE resident_id <> 'r-0'",
            Health.WARNING,
            "脸 3 份，声音 1 份；抽查 4 份，2 份打不开",
        ),
        ("DELETE FROM face_template", Health.GOOD, "脸 0 份，声音 1 份；抽查 1 份，都打得开"),
    ],
)
def test_templates_are_counted_and_tried(
    damage: str, health: Health, words: str, tmp_path: Path
) -> None:
    with make_world(tmp_path) as world, world.store.transaction() as transaction:
        for number in range(3):
            transaction.templates.put(f"r-{number}", FaceTemplate("e", (VECTOR,)), NOW)
        transaction.voices.put("r-0", VoiceTemplate("v", VECTOR, 3, 7.0), NOW)
        if damage:
            transaction.database.execute(damage)
        finding = check_templates(
            {
                kind: TemplateRows(transaction.database, world.store.seal, kind).tried(50)
                for kind in Modality
            }
        )
    assert (finding.health, finding.found) == (health, words)
    assert bool(finding.remedy) is (health is Health.WARNING)


def test_machine_without_templates_is_in_order(tmp_path: Path) -> None:
    with make_world(tmp_path) as world, world.store.transaction() as transaction:
        found = {
            kind: TemplateRows(transaction.database, world.store.seal, kind).tried(50)
            for kind in Modality
        }
    assert check_templates(found).found == "还没有登记"
