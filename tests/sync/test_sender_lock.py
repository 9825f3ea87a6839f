"""One sender for a database, whichever process it is in."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sync.answers import EventResult, EventStatus
from sync.errors import SenderBusy
from sync.item import SignedItem
from sync.outbox import ItemState
from sync.outcome import Outcome
from sync.sender_lock import SenderLock
from tests.sync.sync_parts import Kiosk, ScriptedTransport, answer_to, event

ROOT = Path(__file__).parents[2]

_HOLDER = """
import sys
from pathlib import Path
from sync.sender_lock import SenderLock
with SenderLock(Path(sys.argv[1])).held():
    sys.stdout.write("held\\n"); sys.stdout.flush(); sys.stdin.readline()
"""


def applied(batch_id, items):
    ids = [SignedItem.decode(item).header.id for item in items]
    return answer_to(batch_id, [EventResult(id=one, status=EventStatus.APPLIED) for one in ids])


@pytest.fixture
def other(kiosk: Kiosk):
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(kiosk.database.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "held"
        yield process
        process.kill()


def test_second_sender_is_told_to_wait_and_sends_nothing(kiosk: Kiosk, other):
    (event_id,) = kiosk.append(event())
    transport = ScriptedTransport(applied)
    engine = kiosk.engine(transport)
    report = engine.run_once()
    assert (report.error_code, report.outcome, report.sent) == ("SYN-108", Outcome.OWN, 0)
    assert (transport.sent, transport.asked, transport.compared) == ([], [], 0)
    assert kiosk.ids(ItemState.QUEUED) == [event_id]
    # A sender that dies, however, frees its place.
    other.kill()
    other.wait(20)
    assert engine.run_once().acknowledged == 1


def test_patient_sender_has_its_turn_when_the_other_ends(kiosk: Kiosk, other):
    kiosk.append(event())
    engine = kiosk.engine(ScriptedTransport(applied))
    release = threading.Timer(0.3, lambda: other.communicate("\n"))
    release.start()
    try:
        assert engine.run_once(patience_s=20.0).acknowledged == 1
    finally:
        release.join()


def test_patient_sender_gives_up_when_it_is_told_to_stop(kiosk: Kiosk, other):
    report = kiosk.engine(ScriptedTransport(applied)).run_once(lambda: True, patience_s=600.0)
    assert report.error_code == "SYN-108"


def test_lock_is_private_and_follows_no_link(kiosk: Kiosk, tmp_path: Path):
    lock = SenderLock(kiosk.database.path)
    with lock.held():
        assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600
        with pytest.raises(SenderBusy), lock.held():
            pytest.fail("two senders at once")
    with lock.held():
        pass
    lock.path.unlink()
    target = tmp_path / "target"
    lock.path.symlink_to(target)
    with lock.held():  # nobody is kept from sending by it
        pass
    assert not target.exists()
