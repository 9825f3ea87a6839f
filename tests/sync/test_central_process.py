"""The centre by itself: restore, keys, files and its process."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.answers import EventStatus
from sync.central.admin import CentralAdmin, EnrolmentRefused
from sync.central.faults import after_commit_hook
from sync.central.server import CannotListen, CentralServer, running
from sync.central.settings import CentralSettings
from sync.errors import ClockFault
from sync.http_transport import HttpTransport
from sync.outbox import ItemState
from tests.sync.sender import Sender
from tests.sync.sync_parts import (
    DEVICE,
    REGION,
    ROSTER,
    Centre,
    Kiosk,
    event,
    make_kiosk,
)

ROOT = Path(__file__).parents[2]


def test_centre_that_was_set_back_is_given_again_what_it_lost(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport, tmp_path: Path
):
    """A restore, played: the rows vanish and the staff renew the epoch."""
    ids = kiosk.append(event("r-0001"), event("r-0002"))
    engine = kiosk.engine(transport)
    engine.run_once()
    from sqlalchemy import delete, update

    from sync.central import tables

    with centre.admin._database.writing() as connection:
        connection.execute(
            delete(tables.application).where(tables.application.c.event_id == ids[1])
        )
        connection.execute(delete(tables.inbox).where(tables.inbox.c.id == ids[1]))
        connection.execute(delete(tables.event_key).where(tables.event_key.c.id == ids[1]))
        connection.execute(update(tables.device).values(hwm=1))
    centre.admin.renew_epoch()
    settings = CentralSettings(centre.state_dir, port=0, key_provider="file")
    with running(settings) as server:
        again = HttpTransport(server.url, DEVICE, kiosk.signer, centre.admin.centre_public_key())
        try:
            report = kiosk.engine(again).run_once()
        finally:
            again.close()
    assert (report.requeued, report.error_code) == (1, "")
    assert sorted(row["event_id"] for row in centre.admin.applications()) == sorted(ids)
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


def test_centre_restored_without_a_new_epoch_is_given_again_what_it_lost(tmp_path: Path):
    """A restore as it happens: the folder of last night, and nobody told the centre."""
    state_dir, backup = tmp_path / "centre", tmp_path / "backup"
    settings = CentralSettings(state_dir, port=0, key_provider="file")
    with make_kiosk(tmp_path / "kiosk") as kiosk:
        with CentralAdmin(state_dir, "file") as admin:
            key = admin.centre_public_key()
            admin.enrol_device(DEVICE, "A07", REGION, kiosk.signer.public_key)

        def run_once():
            with running(settings) as server:
                transport = HttpTransport(server.url, DEVICE, kiosk.signer, key)
                try:
                    return kiosk.engine(transport).run_once()
                finally:
                    transport.close()

        ids = kiosk.append(event("r-0001"))
        run_once()
        shutil.copytree(state_dir, backup)
        ids += kiosk.append(event("r-0002"))
        run_once()
        shutil.rmtree(state_dir)
        shutil.copytree(backup, state_dir)
        ids += kiosk.append(event("r-0003"))
        report = run_once()
        assert (report.requeued, report.acknowledged, report.error_code) == (1, 2, "")
        assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids
        with CentralAdmin(state_dir, "file") as admin:
            assert sorted(row["event_id"] for row in admin.applications()) == sorted(ids)


@pytest.mark.parametrize(
    ("device", "prefix", "region", "key"),
    [
        ("a b", "A07", REGION, bytes(32)),
        ("", "A07", REGION, bytes(32)),
        ("dev", "a07", REGION, bytes(32)),
        ("dev", "A07", "51", bytes(32)),
        ("dev", "A07", REGION, b"short"),
    ],
)
def test_malformed_enrolment_is_refused(tmp_path: Path, device, prefix, region, key):
    with CentralAdmin(tmp_path, "file") as admin:
        with pytest.raises(EnrolmentRefused):
            admin.enrol_device(device, prefix, region, key)
        assert admin.devices() == []


def test_receipt_prefix_belongs_to_one_device(tmp_path: Path):
    with CentralAdmin(tmp_path, "file") as admin:
        admin.enrol_device("dev-1", "A07", REGION, bytes(range(32)))
        admin.enrol_device("dev-1", "A07", REGION, bytes(range(32)))
        with pytest.raises(EnrolmentRefused):
            admin.enrol_device("dev-2", "A07", REGION, bytes(range(32)))
        assert [row["id"] for row in admin.devices()] == ["dev-1"]


def test_centre_keeps_its_key_and_its_file_tells_nothing(tmp_path: Path):
    with CentralAdmin(tmp_path, "file") as admin:
        key = admin.centre_public_key()
        path = tmp_path / "roster.json"
        path.write_text(json.dumps(ROSTER, ensure_ascii=False), "utf-8")
        admin.load_roster(path)
    with CentralAdmin(tmp_path, "file") as admin:
        assert admin.centre_public_key() == key
    assert "赵桂兰".encode() not in (tmp_path / "central.db").read_bytes()
    assert b"SQLite format" not in (tmp_path / "central.db").read_bytes()


def test_second_server_on_a_port_is_refused(centre: Centre, tmp_path: Path):
    port = int(centre.url.rsplit(":", 1)[1])
    with pytest.raises(CannotListen):
        CentralServer(CentralSettings(tmp_path / "other", port=port, key_provider="file"))


def test_ready_file_names_the_address_while_the_centre_runs(tmp_path: Path):
    settings = CentralSettings(tmp_path, port=0, key_provider="file")
    with running(settings) as server:
        assert (tmp_path / "central.url").read_text() == server.url
    assert not (tmp_path / "central.url").exists()


@pytest.mark.parametrize("fault", ["nonsense", "kill-after-commit:", "kill-after-commit:x"])
def test_unknown_fault_is_refused(fault: str):
    with pytest.raises(ValueError, match="unknown fault"):
        after_commit_hook(fault)


@contextmanager
def central_process(state_dir: Path, fault: str = "") -> Iterator[tuple[subprocess.Popen, str]]:
    """The centre as a process of its own, as a service manager runs it."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom sync.central.server import run\n"
        "from sync.central.settings import settings_from_environment\n"
        "run(settings_from_environment(Path(sys.argv[1]), '127.0.0.1', 0, 'file'),"
        " lambda url: (sys.stdout.write(url + '\\n'), sys.stdout.flush()))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(state_dir)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XIANGLIN_CENTRAL_FAULT": fault},
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(20)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_centre_killed_between_commit_and_answer_applies_once(tmp_path: Path):
    state_dir = tmp_path / "centre"
    with make_kiosk(tmp_path / "kiosk") as kiosk, CentralAdmin(state_dir, "file") as admin:
        admin.enrol_device(DEVICE, "A07", REGION, kiosk.signer.public_key)
        (event_id,) = kiosk.append(event())

        def run_once(url: str):
            transport = HttpTransport(url, DEVICE, kiosk.signer, admin.centre_public_key())
            try:
                return kiosk.engine(transport).run_once()
            finally:
                transport.close()

        with central_process(state_dir, "kill-after-commit:1") as (process, url):
            report = run_once(url)
            assert process.wait(20) == -signal.SIGKILL
        assert report.error_code == "SYN-101"
        assert kiosk.ids(ItemState.QUEUED) == [event_id]
        assert len(admin.applications()) == 1
        with central_process(state_dir) as (process, url):
            report = run_once(url)
            process.terminate()
            assert process.wait(20) == 0
        assert not (state_dir / "central.url").exists()
        assert report.acknowledged == 1
        assert [outcome.status for outcome in kiosk.listener.outcomes] == [EventStatus.DUPLICATE]
        assert len(admin.applications()) == 1


def test_clock_fault_is_told_when_even_the_signed_time_does_not_help(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.central.devices.MAXIMUM_SKEW_S", -1)
    with pytest.raises(ClockFault):
        sender.transport.decisions(0)
