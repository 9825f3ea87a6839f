"""Several processes on one socket: what one worker learns every other knows, and a dead one is replaced."""

import os
import re
import signal
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from sync.central.admin import CentralAdmin
from sync.central.settings import CentralSettings
from sync.central.workers import WorkerGroup
from sync.framing import encode_batch
from tests.sync.sender import Sender, post
from tests.sync.sync_parts import DEVICE, REGION, Centre, Kiosk

DATABASES = ("sqlite", "postgresql")


@contextmanager
def workers(state_dir: Path, url: str, count: int = 2) -> Iterator[WorkerGroup]:
    group = WorkerGroup(
        CentralSettings(
            state_dir,
            port=0,
            key_provider="file",
            database=url,
            workers=count,
            metrics_port=0,
        )
    )
    is_ready = threading.Event()
    thread = threading.Thread(target=group.serve, args=(lambda _url: is_ready.set(),))
    thread.start()
    try:
        assert is_ready.wait(60)
        yield group
    finally:
        group.stop()
        thread.join(30)
        assert not thread.is_alive()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_workers_share_nonces_events_and_the_socket(
    tmp_path: Path, database_url: str, kiosk: Kiosk
):
    state_dir = tmp_path / "centre"
    with (
        workers(state_dir, database_url) as group,
        CentralAdmin(state_dir, "file", database_url) as admin,
    ):
        admin.enrol_device(DEVICE, "A07", REGION, kiosk.signer.public_key)
        centre = Centre(state_dir, group, admin)
        sender = Sender(centre.transport(kiosk.signer), kiosk.signer)
        body = encode_batch([sender.item(1)])
        nonce = uuid.uuid4().hex
        # A connection each time: the workers get them in turns.
        statuses = [post(centre, kiosk.signer, body, nonce=nonce).status_code for _ in range(6)]
        assert statuses == [200, 401, 401, 401, 401, 401]
        assert len(admin.applications()) == 1
        before = group.pids
        assert len(set(before)) == 2
        os.kill(before[0], signal.SIGKILL)
        for number in range(2, 8):
            for _attempt in range(3):
                # Who was with the killed one comes again; nobody else notices.
                try:
                    if post(centre, kiosk.signer, encode_batch([sender.item(number)])).ok:
                        break
                except requests.ConnectionError:
                    continue
        assert len(admin.applications()) == 7
        assert (state_dir / "central.url").read_text() == group.url
        with requests.Session() as session:
            session.trust_env = False
            figures = session.get(group.metrics_url, timeout=10).text
        # What the killed worker had answered still counts.
        applied = re.search(
            r'^xianglin_events_total{county="513022",status="applied"} ([0-9.]+)$', figures, re.M
        )
        assert applied
        assert 1 <= float(applied[1]) <= 7
        assert 'xianglin_requests_total{operation="POST /v1/batches",status="401"} 5.0' in figures
        assert "xianglin_database_up 1.0" in figures
        sender.transport.close()
    assert not (state_dir / "central.url").exists()
    assert not any(_is_alive(pid) for pid in before)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
