"""What visits leave on the disk: nothing that others can open, nothing that tells who came."""

import base64
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.flows.actions import (
    Answered,
    Begin,
    Choose,
    ChooseService,
    CitizenNumberTyped,
    Confirm,
    Finish,
    UseCitizenNumber,
)
from kiosk.flows.navigator import Navigator
from kiosk.flows.pages import (
    ChoicePage,
    CitizenNumberPage,
    ConsentPage,
    FormReviewPage,
    IdentifyPage,
    NoticePage,
    ReceiptPage,
    ServicesPage,
)
from kiosk.logs import start_logging, stop_logging
from kiosk.services.ports import FaceTemplate
from kiosk.storage.settlement import unlisted_subject
from tests.builders import NOW, STRANGER, ZHAO, World, card, make_world
from tests.faults.full_disk import lift_page_limit, limit_pages, submit_until_full
from tests.faults.test_full_disk_visit import TO_REVIEW
from tests.flows.walk import walk

FACE = struct.pack("<128f", *range(1, 129))
NAME = "赵桂兰"
TO_STRANGERS_REVIEW = (
    (Begin(), ServicesPage),
    (ChooseService("pension.life_certification"), IdentifyPage),
    (UseCitizenNumber(), CitizenNumberPage),
    (CitizenNumberTyped(STRANGER), NoticePage),
    (Choose("register_first"), ChoicePage),
    (Answered("self"), FormReviewPage),
)


@contextmanager
def logged(state: Path) -> Iterator[None]:
    handler = start_logging(state)
    assert handler is not None
    try:
        yield
    finally:
        stop_logging(handler)


def forms(text: str) -> set[bytes]:
    """A text in every coding that a careless writer might use."""
    plain = text.encode()
    return {
        plain,
        text.encode("utf-16-le"),
        text.encode("gb18030"),
        base64.b64encode(plain),
        plain.hex().encode(),
        text.encode("unicode_escape"),
    }


SECRETS = {
    "number": forms(ZHAO),
    "number of a stranger": forms(STRANGER),
    "birth date": forms(ZHAO[6:14]),
    "name": forms(NAME),
    "card number": forms(card().card_number),
    "face": {FACE, base64.b64encode(FACE), FACE[:64]},
}


def traces(state: Path) -> list[tuple[str, str]]:
    """Which file tells what."""
    found = []
    for path in sorted(state.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        found += [
            (path.name, what)
            for what, codings in SECRETS.items()
            if any(coding in content for coding in codings)
        ]
    return found


def visit(world: World) -> None:
    """A known person, a stranger, and a review that could not be saved."""
    walk(world.navigator(), *TO_REVIEW, (Confirm(), ReceiptPage))
    with world.store.transaction() as transaction:
        transaction.templates.put("r-0001", FaceTemplate("e", (FACE,)), NOW)
        transaction.database.execute("UPDATE service_request SET state = 'decided'")
    key = b"k" * 32
    submit_request = replace(
        world.ports.submit_request, subject_of_unlisted=lambda number: unlisted_subject(key, number)
    )
    strangers = Navigator(replace(world.ports, submit_request=submit_request))
    walk(strangers, *TO_STRANGERS_REVIEW, (Confirm(), ReceiptPage))
    navigator = world.navigator()
    # The consent of the first visit is on file.
    walk(navigator, *(step for step in TO_REVIEW if step[1] is not ConsentPage))
    limit_pages(world, 0)
    submit_until_full(world)
    assert isinstance(navigator.act(Confirm()), NoticePage)
    lift_page_limit(world)
    navigator.act(Finish())


def test_no_file_tells_who_came_while_the_kiosk_runs_and_after_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with make_world(tmp_path) as world, logged(state):
        visit(world)
        assert {"kiosk.db", "kiosk.db-wal", "kiosk.log"} <= {path.name for path in state.rglob("*")}
        assert (state / "kiosk.db-wal").stat().st_size > 0
        assert "step failed code=KSK-201" in (state / "log/kiosk.log").read_text("utf-8")
        assert traces(state) == []
        # The search itself works: through the key, everything is there.
        rows = [world.rows(table) for table in ("resident", "outbox")]
        assert FACE[:16] not in b"".join(row["sealed"] for row in world.rows("face_template"))  # type: ignore[misc]
        (tmp_path / "opened").mkdir()
        (tmp_path / "opened/dump").write_bytes(repr(rows).encode() + FACE)
        assert {what for _, what in traces(tmp_path / "opened")} == {
            "number",
            "number of a stranger",
            "birth date",
            "name",
            "face",
        }
    assert traces(state) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has no mode bits")
def test_state_can_be_opened_by_its_owner_alone_when_the_umask_is_open(tmp_path: Path) -> None:
    state = tmp_path / "state"
    before = os.umask(0)
    try:
        with make_world(tmp_path) as world, logged(state):
            walk(world.navigator(), *TO_REVIEW, (Confirm(), ReceiptPage))
            modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [state, *state.rglob("*")]}
    finally:
        os.umask(before)
    assert len(modes) >= 8
    assert {path.name: oct(mode) for path, mode in modes.items() if mode & 0o077} == {}
    assert modes[state] == 0o700
    assert modes[state / "kiosk.db"] == 0o600
    assert modes[state / "xianglin-database-key.key"] == 0o600
