"""The world of the demonstration: a real centre in its own process, a link that can be cut, a village."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.clock import SystemClock, site_date
from kiosk.config import (
    DeviceConfig,
    HardwareConfig,
    IdentityConfig,
    KioskConfig,
    ModelsConfig,
    SiteConfig,
    StorageConfig,
    SyncConfig,
)
from kiosk.demo.link import LinkSwitch
from kiosk.demo.portraits import Portraits, choose_portraits
from kiosk.demo.voices import DemoVoice, choose_voice, enrol_demo_voice
from kiosk.devices.picture import read_picture
from kiosk.devices.simulated_card_reader import SimulatedCard, SimulatedCardReader, write_cards
from kiosk.domain.citizen_id import CitizenId
from kiosk.errors import StorageError
from kiosk.face_booth import LIVENESS_OFF
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.enrol_resident import EnrolResident
from kiosk.services.ports import Card
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed
from sync.central.admin import CentralAdmin
from sync.keyring_store import KeyringStore
from sync.signing import DeviceSigner, Verifier

DEVICE_ID = "demo-0007"
PIN = "135790"
START_LIMIT_S = 30.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class SampleResident:
    """One invented person of the sample roster."""

    resident_id: str
    citizen_id: str
    name: str

    @property
    def card_number(self) -> str:
        """An invented card for an invented person."""
        return f"62170000000000{self.resident_id[-4:]}"


@dataclass(slots=True)
class DemoWorld:
    """Everything around the kiosk."""

    folder: Path
    config: KioskConfig
    link: LinkSwitch
    residents: tuple[SampleResident, ...]
    portraits: Portraits
    region_code: str
    voice: DemoVoice | None = None

    @property
    def enrolled(self) -> SampleResident:
        """The resident whose face is enrolled."""
        return self.residents[0]

    @property
    def speaker(self) -> SampleResident:
        """The resident whose voice is enrolled, where there is one to hear."""
        return self.residents[2]

    @contextlib.contextmanager
    def runtime(self) -> Iterator[Runtime]:
        """The kiosk's parts; the roster is pulled and one face enrolled while the link is still up."""
        with open_runtime(self.config) as runtime:
            engine = runtime.sync_engine()
            if engine is None:
                raise StorageError("the demonstration has no centre")
            engine.run_once()
            self._enrol(runtime)
            yield runtime

    def centre_applications(self) -> list[dict[str, object]]:
        """What the centre holds, as its administrator sees it."""
        with CentralAdmin(self.folder / "centre", "file") as admin:
            return [dict(row) for row in admin.applications()]

    def _enrol(self, runtime: Runtime) -> None:
        citizen_id = CitizenId.parse(self.enrolled.citizen_id, site_date(runtime.clock.now()))
        with runtime.store.transaction() as transaction:
            resident = transaction.residents.find(citizen_id)
        if resident is None:
            raise StorageError("the sample roster did not arrive")
        frames = tuple(read_picture(path) for path in self.portraits.enrolled)
        EnrolResident(runtime.store, runtime.engine, runtime.clock).enrol(resident, frames)
        if self.voice is not None:
            template = enrol_demo_voice(runtime.booth, self.voice)
            if template is not None:
                with runtime.store.transaction() as transaction:
                    now = runtime.clock.now()
                    transaction.voices.put(self.speaker.resident_id, template, now)

    def card_reader(self, runtime: Runtime) -> SimulatedCardReader:
        """The simulated reader, to lay cards on."""
        if not isinstance(runtime.card_reader, SimulatedCardReader):
            raise StorageError("the demonstration needs the simulated reader")
        return runtime.card_reader


@contextlib.contextmanager
def make_world(folder: Path, audio: str, liveness: str = LIVENESS_OFF) -> Iterator[DemoWorld]:
    """Start the centre, enrol a device, load the roster.

    Args:
        folder: empty; holds the state of both sides for this demonstration only.
        audio: the kiosk's audio setting.
        liveness: the setting; a portrait answers, which takes it some twenty seconds.
    """
    roster = json.loads((resources.files("assets") / "sample_roster.json").read_text("utf-8"))
    residents = tuple(
        SampleResident(row["resident_id"], row["citizen_id"], row["name"])
        for row in roster["residents"]
    )
    region = str(roster["region_code"])
    state = folder / "kiosk"
    centre_key = _prepare_centre(folder, _make_device(state), region)
    _give_keys(state, centre_key, folder / "centre")
    cards = folder / "cards.json"
    issued = (
        SimulatedCard.issue(Card(person.citizen_id, person.name, person.card_number), PIN)
        for person in residents
    )
    write_cards(cards, tuple(issued))
    portraits = choose_portraits(folder)
    voice = choose_voice(folder)
    with running_centre(folder / "centre") as address:
        link = LinkSwitch(address, is_up=True)
        try:
            config = KioskConfig(
                site=SiteConfig(
                    name="梧桐村服务站", helper_name="李主任", helper_phone="0818-555-0100"
                ),
                device=DeviceConfig(DEVICE_ID, "A07", region),
                hardware=HardwareConfig(
                    camera=f"file:{portraits.live}",
                    card_reader=f"simulated:{cards}",
                    printer=f"simulated:{folder / 'paper'}",
                    audio=audio,
                    microphone=f"simulated:{voice.digits}" if voice else "none",
                ),
                models=ModelsConfig(str(voice.models) if voice else ""),
                identity=IdentityConfig(liveness=liveness),
                sync=SyncConfig(
                    f"http://127.0.0.1:{link.port}", centre_key, interval_s=1.0, deadline_s=5.0
                ),
                storage=StorageConfig(str(state), "file"),
            )
            yield DemoWorld(folder, config, link, residents, portraits, region, voice)
        finally:
            link.close()


def _make_device(state: Path) -> bytes:
    encrypted = open_kiosk_database(state, "file")
    try:
        return DeviceSigner(load_or_make_device_seed(encrypted)).public_key
    finally:
        encrypted.close()


def _prepare_centre(folder: Path, public_key: bytes, region: str) -> str:
    with (
        CentralAdmin(folder / "centre", "file") as admin,
        resources.as_file(resources.files("assets") / "sample_roster.json") as roster,
    ):
        admin.enrol_device(DEVICE_ID, "A07", region, public_key)
        admin.load_roster(roster)
        return admin.centre_public_key().hex()


def _give_keys(state: Path, centre_key: str, centre: Path) -> None:
    """As ``xianglin provision --centre-keys`` does: the very first event is sealed."""
    with CentralAdmin(centre, "file") as admin:
        document = admin.keyring()
    encrypted = open_kiosk_database(state, "file")
    try:
        with encrypted.transaction() as database:
            store = KeyringStore(Verifier(bytes.fromhex(centre_key)))
            store.take(database, document, SystemClock().now())
    finally:
        encrypted.close()


@contextlib.contextmanager
def running_centre(
    state: Path, extra_environment: dict[str, str] | None = None
) -> Iterator[tuple[str, int]]:
    """Run the reference centre in its own process on a free port of this machine.

    Raises:
        StorageError: it did not start.
    """
    process = start_centre(state, extra_environment)
    try:
        yield wait_for_centre(state, process)
    finally:
        stop_centre(process)


def start_centre(
    state: Path, extra_environment: dict[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start the process without waiting for it."""
    (state / "central.url").unlink(missing_ok=True)
    command = [sys.executable, "-m", "kiosk", "central", "serve"]
    options = ["--state-dir", str(state), "--key-provider", "file", "--port", "0"]
    options += ["--workers", "1"]
    return subprocess.Popen(  # noqa: S603 (our own interpreter and arguments)
        [*command, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(extra_environment or {})},
    )


def wait_for_centre(state: Path, process: "subprocess.Popen[bytes]") -> tuple[str, int]:
    """Wait until the centre says where it listens; host and port.

    Raises:
        StorageError: it ended, or said nothing in time.
    """
    ready = state / "central.url"
    pause = threading.Event()
    for _ in range(round(START_LIMIT_S / _POLL_S)):
        text = ready.read_text("utf-8").strip() if ready.exists() else ""
        if text:
            parts = urlsplit(text)
            return str(parts.hostname), int(parts.port or 0)
        if process.poll() is not None:
            break
        pause.wait(_POLL_S)
    raise StorageError("the centre did not start")


def stop_centre(process: "subprocess.Popen[bytes]") -> None:
    """End the process, gently first."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
