"""A kiosk pushes through a link that loses a fifth of all packets at 300 ms: nothing is lost and nothing doubled."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from kiosk.config import load_config
from kiosk.runtime import open_runtime
from tests.storm.kiosk_process import submit_some
from tests.storm.lossy_link import THERE, listener_in, lossy_link, why_not
from tests.storm.world import ROOT, enrol_kiosk, write_settings
from tests.sync.certificates import Authority
from tests.sync.sync_parts import make_centre
from tests.sync.tls_front import TlsFront

COUNT = 50
LOSS, DELAY_S = 0.2, 0.15
SEED = int(os.environ.get("XIANGLIN_SEED", "20261127"))

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(why_not()), reason=why_not())]


def test_fifty_events_pass_once_each_where_a_fifth_of_all_packets_is_lost(
    tmp_path: Path, record_property
):
    authority = Authority(tmp_path)
    with (
        make_centre(tmp_path / "centre") as centre,
        lossy_link(LOSS, DELAY_S, Random(SEED)) as (link, kiosk_side, centre_side),
    ):
        listener = listener_in(centre_side, THERE)
        front = TlsFront(authority.server(host=THERE), lambda: centre.url, listener)
        try:
            region = enrol_kiosk(tmp_path / "kiosk", centre.admin)
            settings = write_settings(
                tmp_path,
                tmp_path / "kiosk",
                region,
                front.url,
                centre.admin.centre_public_key(),
                authority.path,
            )
            with open_runtime(load_config(settings)) as runtime:
                receipts = submit_some(runtime, COUNT)
            drain(kiosk_side, settings)
        finally:
            front.close()
        applied = Counter(row["event_id"] for row in centre.admin.applications(10 * COUNT))
        lost, carried = link.lost, link.carried
    record_property(
        "figure",
        f"lossy link: {COUNT} events, {lost} of {lost + carried} packets lost (XIANGLIN_SEED={SEED})",
    )
    assert applied == Counter(receipts)
    assert lost > 5
    with open_runtime(load_config(settings)) as runtime, runtime.encrypted.reading() as database:
        states = database.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()
    assert [tuple(row) for row in states] == [("acknowledged", COUNT)]


def drain(namespace: str, settings: Path) -> None:
    """The kiosk's own process at its end of the link; it ends when nothing waits any more."""
    command = [sys.executable, "-m", "tests.storm.kiosk_process", str(settings), "0", "drain"]
    with subprocess.Popen(
        ["ip", "netns", "exec", namespace, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith(("DRAINED", "LEFT")):
                break
        # Whatever it still asks for is not what this is about.
        process.kill()
    assert said[-1:] == ["DRAINED\n"], said[-20:]
