"""Real parts for tests, put together with few words. Only devices and time are fakes."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.catalogue_prompts import with_services
from kiosk.clock import site_date
from kiosk.county import CountyFile
from kiosk.domain.catalogue import Catalogue, ServiceDefinition, parse_definition
from kiosk.domain.citizen_id import CitizenId, check_character
from kiosk.domain.resident import Resident
from kiosk.domain.resident_record import NO_RECORD, ResidentRecord
from kiosk.errors import CardReaderUnavailable
from kiosk.flows.navigator import Navigator
from kiosk.flows.visit_ports import SiteFacts, VisitPorts
from kiosk.parameters import PensionFiles
from kiosk.services.answer_sheets import AnswerSheets
from kiosk.services.attest import Attest
from kiosk.services.biometric_limits import BiometricLimits
from kiosk.services.clock_guard import ClockGuard
from kiosk.services.drafts import Drafts
from kiosk.services.find_resident import FindResident
from kiosk.services.list_requests import ListRequests
from kiosk.services.ports import Card, DeviceState, FaceTemplate, PinCheck
from kiosk.services.record_consent import RecordConsent
from kiosk.services.staff import StaffList, StaffSignIn
from kiosk.services.submit_request import SubmitRequest
from kiosk.services.verify_face import FaceCheckResult, FaceView
from kiosk.services.withdraw_consent import WithdrawConsent
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.draft_seal import DeviceDraftSeal
from kiosk.storage.residents import SqliteResidents
from kiosk.storage.store import SqliteStore
from kiosk.template_keys import make_template_seal
from sync.signing import DeviceSigner
from sync.sqlite_outbox import SqliteOutbox

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SERVICE_FILE = Path(__file__).parents[1] / "assets/services/pension.life_certification.json"
REGION = "513022104203"


QUICK_COST = 4
"""Of a PIN's verifier: tests wait for nothing."""


def citizen_number(birth: str = "19480312", serial: str = "064", region: str = "513022") -> str:
    """A number that passes every check."""
    first = region + birth + serial
    return first + check_character(first)


ZHAO = citizen_number()
STRANGER = citizen_number("19510827", "113")


@dataclass
class FakeClock:
    """A clock that tests move."""

    wall: datetime = NOW
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic_s(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


@dataclass
class FakeCardReader:
    """A reader whose card and PIN tests set."""

    card: Card | None = None
    pin: str = "123456"
    tries_left: int = 3
    device_state: DeviceState = DeviceState.READY
    label: str = "fake reader"

    def state(self) -> DeviceState:
        return self.device_state

    def read(self) -> Card | None:
        if self.device_state is not DeviceState.READY:
            raise CardReaderUnavailable("unplugged")
        return self.card

    def verify_pin(self, pin: str) -> PinCheck:
        if self.card is None:
            raise CardReaderUnavailable("no card")
        if self.tries_left and pin == self.pin:
            self.tries_left = 3
            return PinCheck(True, 3)
        self.tries_left = max(0, self.tries_left - 1)
        return PinCheck(False, self.tries_left)


@dataclass
class FakeFaceCheck:
    """A face check with a known end."""

    result: FaceCheckResult = field(
        default_factory=lambda: FaceCheckResult("accepted", 0.3, "e", 0.4, 1)
    )

    def run(self, show: Callable[[FaceView], None], stop: threading.Event) -> FaceCheckResult:
        return self.result


def life_certification() -> ServiceDefinition:
    """The shipped definition."""
    return parse_definition(SERVICE_FILE.read_text("utf-8"), SERVICE_FILE.name)


def resident(
    number: str = ZHAO,
    certified_until: date | None = date(2026, 12, 31),
    record: ResidentRecord = NO_RECORD,
) -> Resident:
    """赵桂兰 of the sample roster, of whom no more is known unless a test says so."""
    return Resident("r-0001", CitizenId(number), "赵桂兰", REGION, certified_until, NOW, record)


@dataclass
class World:
    """A kiosk without a window."""

    store: SqliteStore
    ports: VisitPorts
    clock: FakeClock
    reader: FakeCardReader
    signer: DeviceSigner

    def navigator(self) -> Navigator:
        return Navigator(self.ports)

    def add_resident(self, person: Resident) -> None:
        with self.store.transaction() as transaction:
            SqliteResidents(transaction.database).put(
                person.resident_id,
                {
                    "citizen_id": person.citizen_id.value,
                    "name": person.name,
                    "region_code": person.region_code,
                    "certified_until": person.certified_until
                    and person.certified_until.isoformat(),
                    "record": ""
                    if person.record == NO_RECORD
                    else person.record.model_dump_json(exclude_defaults=True),
                },
                person.as_of.isoformat(),
            )

    def add_staff(self, number: str = "2041", pin: str = "280617") -> None:
        StaffList(self.store, self.clock, QUICK_COST).add(number, pin)

    def rows(self, table: str) -> list[dict[str, object]]:
        with self.store.encrypted.reading() as database:
            return list(database[table].rows)


@contextmanager
def make_world(
    folder: Path,
    *,
    has_template: bool = True,
    has_camera: bool = True,
    catalogue: Catalogue | None = None,
) -> Iterator[World]:
    """A real encrypted store and real use cases around fake devices; only the life certification unless told."""
    catalogue = catalogue or Catalogue((life_certification(),))
    prompts = with_services(PromptCatalogue.load("zh-CN"), catalogue)
    clock = FakeClock()
    pension = PensionFiles()
    reader = FakeCardReader()
    encrypted = open_kiosk_database(folder / "state", "file")
    try:
        signer = DeviceSigner.generate()
        outbox = SqliteOutbox("dev-0007", signer)
        store = SqliteStore(encrypted, outbox, clock, 0, make_template_seal(encrypted, signer))
        counter = itertools.count(1)
        ports = VisitPorts(
            site=SiteFacts("张村服务站", "李主任", "12333", REGION),
            clock=clock,
            catalogue=catalogue,
            label=prompts.label,
            words=prompts.text,
            county=CountyFile(pension, lambda: site_date(clock.now())),
            answer_sheet=AnswerSheets(clock, prompts.label, pension.on).of,
            card_reader=reader,
            find_resident=FindResident(store, clock),
            record_consent=RecordConsent(store, clock),
            withdraw_consent=WithdrawConsent(store, clock),
            submit_request=SubmitRequest(
                store, clock, lambda number: f"unlisted-{next(counter)}", "A07"
            ),
            list_requests=ListRequests(store),
            face_template=lambda _id: FaceTemplate("e", (b"\0" * 4,)) if has_template else None,
            has_camera=lambda: has_camera,
            start_face_check=lambda _template: FakeFaceCheck(),
            is_clock_behind=ClockGuard(store, clock).is_behind,
            staff=StaffSignIn(store, clock, QUICK_COST),
            attest=Attest(store, clock),
            limits=BiometricLimits(store, clock),
            drafts=Drafts(store, DeviceDraftSeal(b"s" * 32), clock),
            qr_rows=lambda _request: ("101", "010", "101"),
        )
        world = World(store, ports, clock, reader, signer)
        world.add_resident(resident())
        yield world
    finally:
        encrypted.close()


def card(number: str = ZHAO) -> Card:
    """A card of that number."""
    return Card(number, "赵桂兰", "6217000000000000001")
