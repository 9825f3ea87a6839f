"""Withdrawal erases what was enrolled, is recorded and audited, and leaves the other modality alone."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlcipher3 import dbapi2

from kiosk.domain.consent import ConsentKind
from kiosk.services.ports import VoiceTemplate
from kiosk.services.record_consent import RecordConsent
from kiosk.services.withdraw_consent import WithdrawConsent
from kiosk.storage.audit_log import first_broken_link
from sync.salvage.pages import open_pages
from tests.builders import NOW, World, make_world, resident
from tests.services.faces import point, template
from tests.storage.states import KEY_FILE

BOTH = frozenset(ConsentKind)
FACE, VOICE = ConsentKind.FACE, ConsentKind.VOICE
OF_VOICE = VoiceTemplate("ge2e-v1", np.eye(8, dtype="<f4")[0].tobytes(), 3, 7.0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        with made.store.transaction() as transaction:
            for resident_id in ("r-0001", "r-0002"):
                transaction.templates.put(resident_id, template(point(1, 2, 3)), NOW)
                transaction.voices.put(resident_id, OF_VOICE, NOW)
        for kind in ConsentKind:
            consent(made, kind).record(resident(), is_granted=True)
        yield made


def consent(world: World, kind: ConsentKind) -> RecordConsent:
    return replace(world.ports.record_consent, kind=kind)


def withdrawal(world: World) -> WithdrawConsent:
    return WithdrawConsent(world.store, world.clock)


@pytest.mark.parametrize("kind", ConsentKind)
def test_one_is_erased_and_asked_for_anew_and_the_other_stays(
    kind: ConsentKind, world: World
) -> None:
    (other,) = BOTH - {kind}
    desk = withdrawal(world)
    assert desk.enrolled("r-0001") == BOTH
    assert desk.withdraw("r-0001", frozenset([kind])) == {kind}
    assert desk.enrolled("r-0001") == {other}
    assert desk.enrolled("r-0002") == BOTH
    assert not consent(world, kind).is_on_file(resident())
    assert consent(world, other).is_on_file(resident())
    entry = world.rows("audit")[-1]
    assert (entry["kind"], entry["subject"]) == ("consent.withdrawn", "r-0001")
    assert json.loads(str(entry["details"])) == {
        "of": kind.value,
        "erased": True,
        "by_staff": False,
    }
    with world.store.encrypted.reading() as raw:
        assert first_broken_link(raw) is None


def test_second_withdrawal_finds_nothing_and_is_recorded_all_the_same(world: World) -> None:
    desk = withdrawal(world)
    assert desk.withdraw("r-0001", BOTH, by_staff=True) == BOTH
    assert desk.withdraw("r-0001", BOTH, by_staff=True) == frozenset()
    entries = [row for row in world.rows("audit") if row["kind"] == "consent.withdrawn"]
    assert [json.loads(str(row["details"]))["erased"] for row in entries] == [
        True,
        True,
        False,
        False,
    ]


def test_damaged_template_is_erased_too(world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.database.execute("UPDATE face_template SET sealed = x'01', anchor = x''")
    assert withdrawal(world).withdraw("r-0001", frozenset([FACE])) == {FACE}
    assert [row["resident_id"] for row in world.rows("face_template")] == ["r-0002"]


def test_nothing_is_withdrawn_by_half_when_the_audit_cannot_be_written(world: World) -> None:
    with world.store.transaction() as transaction:
        transaction.database.execute(
            "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(dbapi2.IntegrityError, match="no"):
        withdrawal(world).withdraw("r-0001", BOTH)
    assert withdrawal(world).enrolled("r-0001") == BOTH
    assert consent(world, FACE).is_on_file(resident())


def test_no_page_of_the_file_holds_the_erased_template(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with make_world(tmp_path) as world:
        with world.store.transaction() as transaction:
            transaction.templates.put("r-0001", template(point(*range(128))), NOW)
        (row,) = world.rows("face_template")
        sealed = [bytes(row[name])[40:80] for name in ("sealed", "anchor")]  # type: ignore[call-overload]
    assert all(blob in decrypted(state) for blob in sealed)
    with make_world(tmp_path) as world:
        # The signer is another one now: what is erased need not be opened.
        withdrawal(world).withdraw("r-0001", frozenset([FACE]))
    assert not any(blob in decrypted(state) for blob in sealed)
    assert os.path.getsize(state / "kiosk.db") > 0


def decrypted(state: Path) -> bytes:
    """Every page of a closed database, as its key opens it."""
    pages = open_pages(state / "kiosk.db", bytes.fromhex((state / KEY_FILE).read_text()))
    return b"".join(pages.read(number) or b"" for number in range(1, pages.count + 1))
