"""A kiosk and a centre as processes, TLS between them, and a hand that kills either at any moment."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from random import Random

from kiosk.storage.database import open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed
from sync.central.admin import CentralAdmin
from sync.central.server import READY_FILE
from sync.keyring_store import KeyringStore
from sync.signing import DeviceSigner, Verifier
from tests.sync.certificates import Authority
from tests.sync.tls_front import TlsFront

ROOT = Path(__file__).parents[2]
DEVICE = "dev-0007"
START_LIMIT_S = 30.0
_POLL_S = 0.005


class Nursery:
    """Where processes come from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.storm.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._answer() == {"ready": True}

    def start(self, module: str, arguments: list[str], output: Path) -> int:
        """The number of a new process."""
        return self._ask([module, arguments, str(output)])["process"]

    def reap(self, number: int) -> int:
        """How it ended."""
        return self._ask(["reap", number])["code"]

    def close(self) -> None:
        """No more processes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _ask(self, question: list) -> dict:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@dataclass
class Side:
    """One of the two, through all its lives."""

    name: str
    module: str
    arguments: list[str]
    output: Path
    nursery: Nursery
    process: int = 0
    kills: int = 0
    marks: int = 0
    """Bytes of output before this life."""

    def start(self) -> None:
        """Another life on the same disk."""
        self.marks = self.output.stat().st_size if self.output.exists() else 0
        self.process = self.nursery.start(self.module, self.arguments, self.output)

    def kill(self) -> None:
        """As when the power goes."""
        os.kill(self.process, signal.SIGKILL)
        code = self.nursery.reap(self.process)
        assert code == -signal.SIGKILL, f"{self.name} had ended: {code}\n{self.tail()}"
        self.kills += 1

    def tail(self) -> str:
        """The last lines of its output."""
        if not self.output.exists():
            return f"{self.name} has said nothing"
        return self.output.read_text("utf-8", "replace")[-2000:]


@dataclass
class StormWorld:
    """Both sides and what is between them."""

    folder: Path
    front: TlsFront
    kiosk: Side
    centre: Side
    receipts_file: Path
    pause: threading.Event = field(default_factory=threading.Event)

    def start_centre(self) -> None:
        """Without waiting for it."""
        self.ready_file.unlink(missing_ok=True)
        self.centre.start()

    @property
    def ready_file(self) -> Path:
        return self.folder / "centre" / READY_FILE

    def wait_until(self, is_so) -> None:
        """Poll: what is awaited happens in another process."""
        limit = time.monotonic() + START_LIMIT_S
        while not is_so():
            assert time.monotonic() < limit, f"{self.kiosk.tail()}\n{self.centre.tail()}"
            self.pause.wait(_POLL_S)

    def has_kiosk_begun(self) -> bool:
        """It has given a receipt in this life."""
        if not self.kiosk.output.exists():
            return False  # the process of its first life has not opened it yet
        with self.kiosk.output.open("rb") as file:
            file.seek(self.kiosk.marks)
            return b"RECEIPT" in file.read()

    def receipts(self) -> list[list[str]]:
        """Event id, resident and number of each receipt that a resident holds."""
        lines = self.kiosk.output.read_text("utf-8").splitlines()
        return [line.split()[1:] for line in lines if line.startswith("RECEIPT ")]


def enrol_kiosk(state: Path, admin: CentralAdmin, *, knows_keys: bool = True) -> str:
    """Make the kiosk's database and key, tell the centre of both and of the roster; gives the kiosk's region.

    Args:
        knows_keys: it seals from the first event on; else it fetches the keys itself and begins to seal then.
    """
    encrypted = open_kiosk_database(state, "file")
    try:
        roster = resources.files("assets") / "sample_roster.json"
        region = str(json.loads(roster.read_text("utf-8"))["region_code"])
        public_key = DeviceSigner(load_or_make_device_seed(encrypted)).public_key
        admin.enrol_device(DEVICE, "A07", region, public_key)
        with resources.as_file(roster) as path:
            admin.load_roster(path)
        if knows_keys:
            with encrypted.transaction() as database:
                anchor = Verifier(admin.centre_public_key())
                KeyringStore(anchor).take(database, admin.keyring(), datetime.now(UTC))
    finally:
        encrypted.close()
    return region


@contextlib.contextmanager
def storm_world(folder: Path, seed: int) -> Iterator[StormWorld]:
    """Provisioned and enrolled; nothing runs yet but the nursery and the front."""
    authority = Authority(folder)
    state, centre_state = folder / "kiosk", folder / "centre"
    with CentralAdmin(centre_state, "file") as admin:
        region = enrol_kiosk(state, admin, knows_keys=Random(seed).random() < 0.8)
        centre_key = admin.centre_public_key()
    nursery = Nursery()
    front = TlsFront(authority.server(), lambda: (centre_state / READY_FILE).read_text("ascii"))
    settings = write_settings(folder, state, region, front.url, centre_key, authority.path)
    serve = ["central", "serve", "--state-dir", str(centre_state), "--key-provider", "file"]
    world = StormWorld(
        folder,
        front,
        Side("kiosk", "tests.storm.kiosk_process", [str(settings), str(seed), "work"],
             folder / "kiosk.out", nursery),
        Side("centre", "kiosk.__main__", [*serve, "--port", "0", "--workers", "1"], folder / "centre.out", nursery),
        folder / "kiosk.out",
    )  # fmt: skip
    try:
        yield world
    finally:
        for side in (world.kiosk, world.centre):
            if side.process:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(side.process, signal.SIGKILL)
                    nursery.reap(side.process)
        nursery.close()
        front.close()


def write_settings(
    folder: Path, state: Path, region: str, url: str, centre_key: bytes, authority: Path
) -> Path:
    """The kiosk's settings file."""
    sections = {
        "device": {"id": DEVICE, "receipt_prefix": "A07", "region_code": region},
        "hardware": {"camera": "none", "card_reader": "none", "audio": "none"},
        "sync": {
            "centre_url": url,
            "centre_public_key": centre_key.hex(),
            "ca_bundle": str(authority),
        },
        "storage": {"state_dir": str(state), "key_provider": "file"},
    }
    lines = []
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = '{value}'" for key, value in values.items())]
    path = folder / "kiosk.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path
