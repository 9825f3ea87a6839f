"""The kiosk's parts without a window: built once from the settings, closed in order.

``kiosk.app`` adds the window; commands and tests use these parts as they are.
"""

import contextlib
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Event

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.catalogue_prompts import service_texts, with_services
from kiosk.centre_link import CentreLink
from kiosk.clock import Clock, FlooredClock, SystemClock, site_date
from kiosk.config import KioskConfig
from kiosk.county import CountyFile
from kiosk.devices.factory import make_camera, make_card_reader, make_microphone
from kiosk.devices.print_raster import render_printout
from kiosk.devices.printer_factory import make_printer
from kiosk.devices.qr_reader import read_qr_text
from kiosk.disk_watch import DiskWatch
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.expressions import Lookup
from kiosk.domain.hints import Hint, propose
from kiosk.domain.identity_evidence import Score
from kiosk.domain.identity_policy import Assurance
from kiosk.enrolment_desk import enrolment_ports
from kiosk.errors import StorageError, TemplateUnusable
from kiosk.face_booth import FaceBooth
from kiosk.face_engine import FaceEngines
from kiosk.flows.visit_ports import NoPrinting, SiteFacts, VisitPorts, VisitPrinting
from kiosk.hints import HintFiles
from kiosk.parameters import PensionFiles
from kiosk.practice import practice_ports
from kiosk.published import make_offer, offer_number
from kiosk.services.answer_sheets import AnswerSheets
from kiosk.services.attest import Attest
from kiosk.services.biometric_limits import BiometricLimits
from kiosk.services.clock_guard import ClockGuard
from kiosk.services.drafts import KEPT_FOR, Drafts
from kiosk.services.find_resident import FindResident
from kiosk.services.list_requests import ListRequests
from kiosk.services.note_score import BiometricNote, NoteScore
from kiosk.services.paper_desk import PaperDesk
from kiosk.services.ports import CardReader, FaceEngine, FaceTemplate, Printer
from kiosk.services.print_document import PrintDocument
from kiosk.services.print_worker import PrintWorker
from kiosk.services.printouts import Printouts, WhereToAsk
from kiosk.services.receipt_code import ReceiptCode
from kiosk.services.record_consent import RecordConsent
from kiosk.services.scan_code import CodeScan
from kiosk.services.staff import StaffSignIn
from kiosk.services.submit_request import SubmitRequest
from kiosk.services.update_template import UpdateTemplate
from kiosk.services.verify_receipt import VerifyReceipt
from kiosk.services.withdraw_consent import WithdrawConsent
from kiosk.storage.clock_mark import read_clock_floor
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed
from kiosk.storage.device_supplies import read_stored_certificate
from kiosk.storage.draft_seal import DeviceDraftSeal
from kiosk.storage.kiosk_database import KioskDatabase
from kiosk.storage.machine_keys import MachineKeys
from kiosk.storage.plain_templates import seal_plain_templates
from kiosk.storage.recovery import open_or_recover
from kiosk.storage.settlement import unlisted_subject
from kiosk.storage.store import SqliteStore
from kiosk.template_keys import make_template_seal
from kiosk.voice_booth import VoiceBooth
from sync.connectivity import SyncStatus
from sync.engine import SyncEngine, SyncReport
from sync.http_transport import HttpTransport
from sync.signing import DeviceSigner, Purpose
from sync.sqlite_outbox import SqliteOutbox
from sync.worker import SyncWorker

_log = logging.getLogger(__name__)

LOCALE = "zh-CN"

PRACTICE_FOLDER = "practice"
"""Beside the kiosk's database, made for one practice and removed after it."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything but the window."""

    config: KioskConfig
    clock: FlooredClock
    encrypted: KioskDatabase
    keys: MachineKeys
    outbox: SqliteOutbox
    store: SqliteStore
    catalogue: Catalogue
    prompts: PromptCatalogue
    card_reader: CardReader
    printer: Printer
    engines: FaceEngines
    booth: VoiceBooth
    pension: PensionFiles = field(default_factory=PensionFiles)
    offer_number: int = 0
    """Which published set ``catalogue`` and ``pension`` are of."""
    hint_rules: HintFiles = field(default_factory=HintFiles)

    @property
    def signer(self) -> DeviceSigner:
        """The key that the centre expects of this machine now; read each time."""
        return self.keys.request_signer()

    def renewed(self) -> "Runtime | None":
        """These parts with what the centre has published since; None when there is nothing new.

        Raises:
            ConfigError, StorageError.
        """
        if offer_number(self.encrypted) == self.offer_number:
            return None
        offer = make_offer(self.config, self.encrypted)
        self.prompts.take_in(service_texts(offer.catalogue, self.prompts.locale))
        return replace(
            self, catalogue=offer.catalogue, pension=offer.pension, offer_number=offer.number
        )

    def visit_ports(
        self,
        on_accepted: Callable[[], None] = lambda: None,
        printing: VisitPrinting | None = None,
    ) -> VisitPorts:
        """What the flow asks, with the real things plugged in.

        Args:
            on_accepted: called after each accepted request.
            printing: the paper desk; None for a kiosk without a printer.
        """
        config = self.config
        return VisitPorts(
            site=SiteFacts(
                config.site.name,
                config.site.helper_name,
                config.site.helper_phone,
                config.device.region_code,
            ),
            clock=self.clock,
            county=CountyFile(self.pension, self._today, self._county_file()),
            answer_sheet=AnswerSheets(self.clock, self.prompts.label, self.pension.on).of,
            catalogue=self.catalogue,
            label=self.prompts.label,
            words=self.prompts.text,
            hints=self._hints,
            card_reader=self.card_reader,
            find_resident=FindResident(self.store, self.clock),
            record_consent=RecordConsent(self.store, self.clock),
            withdraw_consent=WithdrawConsent(self.store, self.clock),
            update_template=UpdateTemplate(self.store, self.engines.of, self.clock),
            submit_request=SubmitRequest(
                self.store,
                self.clock,
                partial(unlisted_subject, self.keys.first.sign(Purpose.SUBJECT_KEY, b"")),
                config.device.receipt_prefix,
                on_accepted,
            ),
            list_requests=ListRequests(self.store),
            face_template=self._usable_template,
            has_camera=lambda: config.hardware.camera != "none",
            start_face_check=FaceBooth(config, self.engines, self.store, self.clock).check,
            judge=self._judge,
            note_check=self._note_check,
            voice=self.booth.ways(),
            enrol=enrolment_ports(config, self.store, self.clock, self.engine, self.booth),
            is_clock_behind=ClockGuard(self.store, self.clock.device).is_behind,
            has_room=self.store.has_room,
            drafts=self.drafts(),
            staff=StaffSignIn(self.store, self.clock),
            attest=Attest(self.store, self.clock),
            limits=BiometricLimits(self.store, self.clock),
            qr_rows=self.receipt_code().rows_of,
            printing=printing if printing is not None else NoPrinting(),
            # Anew each time: keys may have come meanwhile.
            verify_receipt=lambda text: self.verify_receipt().check(text),
            start_code_scan=self._code_scan if config.hardware.camera != "none" else None,
        )

    def _county_file(self) -> Path | None:
        name = self.config.site.county_file
        return Path(name).expanduser() if name else None

    def disk_watch(self) -> DiskWatch:
        """What a kiosk at work does for its disk."""
        return DiskWatch(self.encrypted, self.store, self.outbox)

    def drafts(self) -> Drafts:
        """What was filled in and not finished, sealed to its owners."""
        seal = DeviceDraftSeal(self.keys.first.sign(Purpose.DRAFT_KEY, b""))
        return Drafts(self.store, seal, self.clock)

    def practice_ports(self, real: VisitPorts) -> AbstractContextManager[VisitPorts]:
        """The world of one practice, apart from everything real.

        Args:
            real: of the kiosk's own visits.
        """
        return practice_ports(real, self.config.state_dir / PRACTICE_FOLDER, self.clock)

    def print_worker(self, on_change: Callable[[], None] = lambda: None) -> PrintWorker | None:
        """The thread before the printer, not started; None when no printer is configured.

        Args:
            on_change: called in that thread when a paper or the printer got on.
        """
        if self.config.hardware.printer == "none":
            return None
        return PrintWorker(self._documents(), on_change)

    def _documents(self) -> PrintDocument:
        return PrintDocument(
            self.store,
            self.printer,
            render_printout,
            self.clock,
            self.config.device.receipt_prefix,
        )

    def paper_desk(self, worker: PrintWorker) -> PaperDesk:
        """What a visit may have printed."""
        site = self.config.site
        ask = WhereToAsk(site.name, site.helper_name, site.helper_phone)
        return PaperDesk(
            documents=worker.documents,
            printouts=Printouts(self.prompts.label, ask),
            code=self.receipt_code(),
            clock=self.clock,
            label=self.prompts.label,
            title_of=self._title_of,
            status=worker.status,
            wake=worker.wake,
            drafts_kept_for=KEPT_FOR,
        )

    def _title_of(self, service_id: str) -> str:
        definition = self.catalogue.find(service_id)
        return definition.title if definition is not None else service_id

    def receipt_code(self) -> ReceiptCode:
        """Makes the codes of receipts and proofs."""
        return ReceiptCode(self.keys.sign_receipt, self._certificate)

    def _certificate(self) -> bytes:
        try:
            return read_stored_certificate(self.encrypted)
        except StorageError as error:
            # The receipt is promised already: rather a code that only the centre can check than none.
            _log.warning("receipt without certificate code=%s", error.code)
            return b""

    def verify_receipt(self) -> VerifyReceipt:
        """Checks the codes of this centre's papers, without any network."""
        return VerifyReceipt(
            self.keys.paper_verifiers(),
            self.keys.own_verifiers(),
            self.config.device.receipt_prefix,
            self.config.device.id,
        )

    def _code_scan(self) -> CodeScan:
        return CodeScan(make_camera(self.config.hardware.camera), read_qr_text)

    @property
    def engine(self) -> FaceEngine:
        """The face engine for new templates and for photographs."""
        return self.engines.best()

    @property
    def link(self) -> CentreLink:
        """The centre's side of this machine."""
        return CentreLink(self.config, self.clock, self.encrypted, self.keys, self.outbox)

    def transport(self) -> HttpTransport | None:
        """The way to the centre, or None when no centre is configured."""
        return self.link.transport()

    def sync_engine(self) -> SyncEngine | None:
        """The exchange with the centre, or None when no centre is configured."""
        return self.link.engine()

    def sync_worker(
        self,
        on_status: Callable[[SyncStatus], None],
        after_run: Callable[[SyncReport, Event], None] | None = None,
    ) -> SyncWorker | None:
        """The loop around the exchange; not started. See ``CentreLink.worker``."""
        return self.link.worker(on_status, after_run)

    def queue_status(self) -> SyncStatus:
        """What waits, when no centre is configured that could be asked."""
        return self.link.queue_status()

    def _hints(
        self, scope: Lookup, open_services: Collection[str], offered: Collection[str]
    ) -> tuple[Hint, ...]:
        return propose(self.hint_rules.rules, scope, open_services, offered=offered)

    def _today(self) -> date:
        return site_date(self.clock.now())

    def _usable_template(self, resident_id: str) -> FaceTemplate | None:
        try:
            with self.store.transaction() as transaction:
                template = transaction.templates.find(resident_id)
        except TemplateUnusable as error:
            # The resident has other ways; staff see the log and enrol again.
            _log.warning("face template unusable code=%s", error.code)
            return None
        if template is not None and self.engines.of(template.engine_id) is None:
            return None
        return template

    def _judge(self, scores: Sequence[Score], *, is_live: bool) -> Assurance:
        return self.engines.judge().judge(scores, is_live=is_live).assurance

    def _note_check(self, note: BiometricNote) -> None:
        if self.config.identity.score_log:
            NoteScore(self.store, self.clock).note(note)


@contextlib.contextmanager
def open_runtime(
    config: KioskConfig, clock: Clock | None = None, *, recovers: bool = False
) -> Iterator[Runtime]:
    """Build the parts and close them at the end.

    Args:
        recovers: move a damaged database aside and go on with a fresh one; else it is an error.
    Raises:
        ConfigError: a setting is wrong or the device is not provisioned.
        StorageError: the database cannot be used.
    """
    config.assert_provisioned()
    engines = FaceEngines(config)
    card_reader = make_card_reader(config.hardware.card_reader)
    printer = make_printer(config.hardware.printer)
    microphone = make_microphone(config.hardware.microphone)
    open_database = open_or_recover if recovers else open_kiosk_database
    encrypted = open_database(config.state_dir, config.storage.key_provider)
    try:
        floored = FlooredClock(clock or SystemClock(), read_clock_floor(encrypted))
        signer = DeviceSigner(load_or_make_device_seed(encrypted))
        centre_key = bytes.fromhex(config.sync.centre_public_key) or None
        outbox = SqliteOutbox(config.device.id, signer, centre_key=centre_key)
        seal = make_template_seal(encrypted, signer)
        seal_plain_templates(encrypted, seal, floored.now())
        store = SqliteStore(encrypted, outbox, floored, seal=seal)
        offer = make_offer(config, encrypted)
        yield Runtime(
            config=config,
            clock=floored,
            encrypted=encrypted,
            keys=MachineKeys(encrypted, signer, centre_key),
            outbox=outbox,
            store=store,
            catalogue=offer.catalogue,
            prompts=with_services(PromptCatalogue.load(LOCALE), offer.catalogue),
            pension=offer.pension,
            offer_number=offer.number,
            card_reader=card_reader,
            printer=printer,
            engines=engines,
            booth=VoiceBooth(config, microphone, store, floored, engines.judge),
        )
    finally:
        encrypted.close()
