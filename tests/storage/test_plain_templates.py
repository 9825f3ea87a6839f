"""A database of the version before keeps its enrolled faces: they are sealed at the first start, and only once."""

import struct
from pathlib import Path

import numpy as np
import pytest
from sqlite_utils.migrations import Migrations

import kiosk.storage.database as storage
from kiosk.identity.template_protection import TemplateProtection
from kiosk.services.template_seal import NoTemplateSeal
from kiosk.storage.database import DATABASE_FILE, open_kiosk_database
from kiosk.storage.face_templates import SqliteFaceTemplates
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from kiosk.storage.plain_templates import seal_plain_templates
from kiosk.storage.residents import SqliteResidents
from tests.builders import NOW

VECTORS = np.random.default_rng(5).normal(size=(3, 128)).astype("<f4")
BEFORE = "0006_score_log"
SEAL = TemplateProtection(b"s" * 32)


def packed(*vectors: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(vector)) + vector for vector in vectors)


WHOLE = packed(*(row.tobytes() for row in VECTORS))
BROKEN = {
    "empty": b"",
    "cut": WHOLE[:-1],
    "one byte more": WHOLE + b"\0",
    "cut in the length": WHOLE[:2],
    "a vector of nothing": struct.pack("<I", 0),
    "a length beyond the end": struct.pack("<I", 0xFFFFFFFF) + b"x" * 100,
    "a vector too long": struct.pack("<I", 20_000) + b"x" * 20_000,
    "too many vectors": packed(b"\1" * 512) * 17,
    "not a number": packed(b"\xff" * 512),
}


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As the version before left it: one whole template and each kind of damaged one."""
    before = Migrations("kiosk")
    names = [step.name for step in KIOSK_MIGRATIONS._migrations]
    before._migrations.extend(KIOSK_MIGRATIONS._migrations[: names.index(BEFORE) + 1])
    with monkeypatch.context() as patch:
        patch.setattr(storage, "KIOSK_MIGRATIONS", before)
        database = open_kiosk_database(tmp_path / "state", "file")
    with database.transaction() as raw:
        rows = {"r-0001": WHOLE, "r-0002": WHOLE} | {
            f"b-{name}": row for name, row in BROKEN.items()
        }
        for resident_id, vectors in rows.items():
            raw.execute(
                "INSERT INTO face_template VALUES (?, 'dlib-resnet-v1', ?, ?)",
                [resident_id, vectors, NOW.isoformat()],
            )
    database.close()
    return tmp_path / "state"


def test_plain_templates_are_sealed_once_and_overwritten(
    state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    database = open_kiosk_database(state, "file")
    for _ in range(2):
        seal_plain_templates(database, SEAL, NOW)
    with database.reading() as raw:
        templates = SqliteFaceTemplates(raw, SEAL)
        found = dict(templates.page("dlib-resnet-v1", "", 100).templates)
        since = templates.since("r-0001")
        rows = raw.execute("SELECT resident_id FROM face_template").fetchall()
        plain = raw.execute("SELECT count(*) FROM face_template_plain").fetchone()
        audited = raw.execute(
            "SELECT details FROM audit WHERE kind = 'templates.sealed'"
        ).fetchall()
    database.close()
    assert {row[0] for row in rows} == set(found) == {"r-0001", "r-0002"}
    assert plain == (0,)
    assert audited == [(f'{{"damaged":{len(BROKEN)},"sealed":2}}',)]
    for template in found.values():
        after = np.stack([np.frombuffer(one, "<f4") for one in template.vectors])
        assert np.allclose(np.linalg.norm(after, axis=1), np.linalg.norm(VECTORS, axis=1))
        assert np.linalg.norm(after - VECTORS, axis=1).max() < 0.02 * 128**0.5
    assert since is not None
    assert (since.enrolled_at, since.changed_at) == (NOW, NOW)
    assert [record.message for record in caplog.records] == [
        f"templates sealed count=2 damaged={len(BROKEN)}"
    ]


def test_nothing_is_lost_when_sealing_breaks_off(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError

    database = open_kiosk_database(state, "file")
    with monkeypatch.context() as patch:
        patch.setattr("kiosk.storage.plain_templates.append_audit", fail)
        with pytest.raises(RuntimeError):
            seal_plain_templates(database, SEAL, NOW)
    with database.reading() as raw:
        (waiting,) = raw.execute("SELECT count(*) FROM face_template_plain").fetchone()
        assert raw.execute("SELECT count(*) FROM face_template").fetchone() == (0,)
    assert waiting == len(BROKEN) + 2
    seal_plain_templates(database, SEAL, NOW)
    with database.reading() as raw:
        assert SqliteFaceTemplates(raw, SEAL).find("r-0001") is not None
    database.close()


def test_resident_who_leaves_before_the_first_start_leaves_no_plain_row(state: Path) -> None:
    database = open_kiosk_database(state, "file")
    with database.transaction() as raw:
        SqliteResidents(raw).remove("r-0001")
    seal_plain_templates(database, SEAL, NOW)
    with database.reading() as raw:
        assert SqliteFaceTemplates(raw, SEAL).find("r-0001") is None
    database.close()


def test_new_database_has_nothing_to_seal(tmp_path: Path) -> None:
    database = open_kiosk_database(tmp_path, "file")
    # No key is needed where there is no template.
    seal_plain_templates(database, NoTemplateSeal(), NOW)
    database.close()
    assert (tmp_path / DATABASE_FILE).exists()
