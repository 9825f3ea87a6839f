"""The courier's parts for a machine, built from its runtime."""

import base64
import contextlib
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlite_utils import Database

from kiosk.errors import ConfigError
from kiosk.published import check_published
from kiosk.runtime import Runtime
from kiosk.services.store import AuditEntry
from kiosk.storage.clock_mark import note_carried_moment
from kiosk.storage.database import RESERVE_BYTES
from kiosk.storage.device_supplies import KioskSupplies, read_stored_certificate
from kiosk.storage.settlement import KioskSettlement
from sync.carried_decisions import CarriedDecisions
from sync.courier.arrivals import Receiving
from sync.courier.carrier import Carrier
from sync.courier.discovery import VanAddress, find_vans
from sync.courier.errors import HandoverFailed, VanNotFound
from sync.courier.export import MARGIN_BYTES, DeviceIdentity, Exporter
from sync.courier.handover import HandedOver, Handover, Progress
from sync.courier.layout import CourierFolder
from sync.courier.link import CourierLink
from sync.courier.settle import ReportOutcome, ReportSettlement
from sync.courier.van_client import VanClient
from sync.device_certificate import CertificateMalformed, read_certificate
from sync.errors import KeyringRefused
from sync.events import SystemClock
from sync.feed_reader import FeedReader
from sync.feed_sinks import CatalogueSink, RosterSink
from sync.keyring import Keyring
from sync.keyring_store import KeyringStore
from sync.opening_key import opening_keys_of
from sync.pull_parcel import ParcelReader
from sync.signing import Verifier

_log = logging.getLogger(__name__)

SPOOL_FOLDER = "outgoing"
SPOOL_RESERVE_BYTES = 3 * RESERVE_BYTES
"""A spool lies on the kiosk's own disk, and must not bring it near the point where intake stops."""
STORE_FOLDER = "courier"
"""Beside the database: what a van carries, and a bundle that waits to be handed over."""
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CourierParts:
    """Everything of one machine, for one command."""

    runtime: Runtime
    anchor: Verifier
    """The centre's key of the settings."""
    keyring: Keyring | None

    @property
    def centre_keys(self) -> Mapping[str, Verifier]:
        """Keys whose answers and reports count, by id."""
        return self.keyring.verifiers if self.keyring else {self.anchor.key_id: self.anchor}

    @property
    def certifiers(self) -> list[Verifier]:
        """Keys whose device certificates count."""
        known = self.keyring.paper_verifiers if self.keyring else self.centre_keys
        return list(known.values())

    @property
    def identity(self) -> DeviceIdentity:
        """Who this machine is."""
        return DeviceIdentity(
            self.runtime.config.device.id,
            self.runtime.signer,
            self._certificate(),
            self.anchor.key_id,
        )

    def _certificate(self) -> bytes:
        """The centre's word for the key that this machine signs with now.

        Empty between a change of the key and the certificate that follows it: one of another key would make a van
        refuse what is genuine.
        """
        stored = read_stored_certificate(self.runtime.encrypted)
        try:
            is_of_this_key = read_certificate(stored).public_key == self.runtime.signer.public_key
        except CertificateMalformed:
            return b""
        return stored if is_of_this_key else b""

    def exporter(self) -> Exporter:
        """Writes bundles."""
        return self._exporter(MARGIN_BYTES)

    def _exporter(self, reserve_bytes: int) -> Exporter:
        return Exporter(
            self.runtime.encrypted,
            self.identity,
            self.keyring.bundle_key if self.keyring else None,
            SystemClock(),
            part_bytes=round(self.runtime.config.courier.part_mb * _MEBIBYTE),
            reserve_bytes=reserve_bytes,
        )

    def receiving(self) -> Receiving:
        """Takes in what a medium brings back."""
        runtime = self.runtime
        device = runtime.config.device.id
        reports = ReportSettlement(
            runtime.encrypted,
            runtime.outbox,
            KioskSettlement(runtime.outbox, runtime.clock, is_carried=True),
            SystemClock(),
            device,
            self.centre_keys,
        )
        own_keys = runtime.keys.own_verifiers()
        return Receiving(runtime.encrypted, reports, self.certifiers, own_keys, device)

    def parcels(self) -> ParcelReader:
        """Takes roster, catalogue and decisions in that were carried here."""
        runtime = self.runtime
        listener = KioskSettlement(runtime.outbox, runtime.clock, is_carried=True)
        check = partial(check_published, runtime.config)
        with runtime.encrypted.reading() as database:
            signers = [key.signer for key in runtime.keys.device.all(database)]
        return ParcelReader(
            runtime.encrypted,
            [
                FeedReader(runtime.encrypted, RosterSink(listener)),
                FeedReader(runtime.encrypted, CatalogueSink(check)),
                CarriedDecisions(runtime.encrypted, listener),
            ],
            runtime.config.device.id,
            opening_keys_of(signers),
            self.centre_keys,
            SystemClock(),
        )

    def carrier(self) -> Carrier:
        """A van's store."""
        folder = self.runtime.config.state_dir / STORE_FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        return Carrier(
            CourierFolder.at(folder),
            self.identity,
            self.certifiers,
            self.centre_keys,
            SystemClock(),
        )

    def link(self) -> CourierLink:
        """The van's line to the centre.

        Raises:
            ConfigError: no centre is configured.
        """
        sync = self.runtime.config.sync
        if not sync.centre_url:
            raise ConfigError(("sync.centre_url：还没有设置；送到中心要知道它在哪里",))
        link = CourierLink(
            base_url=sync.centre_url,
            device_id=self.runtime.config.device.id,
            signer=self.runtime.signer,
            centre_public_key=self.anchor.public_key,
            total_deadline_s=sync.deadline_s,
            ca_bundle=sync.ca_bundle or None,
        )
        if self.keyring is not None:
            link.trust.use(self.keyring)
        return link

    def hand_over(
        self,
        wait_s: float,
        address: VanAddress | None = None,
        interfaces: Sequence[str] | None = None,
        progress: Progress = lambda _done, _total: None,
        stop: threading.Event | None = None,
    ) -> HandedOver:
        """Hand over to a van in the local network.

        Args:
            wait_s: how long to look for one.
            address: of the van; None looks for one.
            stop: ends the looking.
        Raises:
            VanNotFound: none of this centre answers.
            HandoverFailed, CourierError: it broke off; nothing is lost.
        """
        certifiers = self.certifiers
        ids = [one.key_id for one in certifiers]
        found = [address] if address else find_vans(ids, wait_s, interfaces, stop)
        failure: HandoverFailed = VanNotFound("no van of this centre answers")
        for van in found:
            try:
                with VanClient(van.host, van.port, self.identity, certifiers) as client:
                    renewed = self._with_keyring_of(client)
                    return renewed._visit(client, progress, stop)
            except HandoverFailed as error:
                # The entry may be stale, or somebody else's: the next may be good.
                failure = error
        raise failure

    def _visit(
        self, client: VanClient, progress: Progress, stop: threading.Event | None
    ) -> HandedOver:
        spool = self.runtime.config.state_dir / STORE_FOLDER / SPOOL_FOLDER
        handover = Handover(
            self._exporter(SPOOL_RESERVE_BYTES),
            self.receiving(),
            spool,
            stop.is_set if stop is not None else lambda: False,
            self.parcels(),
        )
        done = handover.visit(client, progress)
        with self.runtime.store.transaction() as transaction:
            details: dict[str, str | int | bool | None] = {"items": done.items, "van": done.van}
            transaction.audit(AuditEntry("courier.handed_over", "", details))
            if done.report is not None:
                self.keep_news(transaction.database, done.report)
        return done

    def _with_keyring_of(self, client: VanClient) -> "CourierParts":
        """The same with a newer keyring, when the van brings one."""
        document = client.keyring()
        is_news = document is not None and self._keep_keyring(document)
        return courier_parts(self.runtime) if is_news else self

    def keyring_document(self) -> bytes:
        """The centre's keyring as it is handed on; empty when none is known."""
        with self.runtime.encrypted.reading() as database:
            return KeyringStore(self.anchor).document(database)

    def take_keyring(self, place: CourierFolder) -> bool:
        """Take in a keyring that lies on a medium; returns whether it is news.

        One that cannot be believed is passed over: a medium may hold anything.
        """
        document = place.keyring()
        return document is not None and self._keep_keyring(document)

    def _keep_keyring(self, document: bytes) -> bool:
        store = KeyringStore(self.anchor)
        try:
            with self.runtime.encrypted.transaction() as database:
                before = store.serial(database)
                return store.take(database, document, SystemClock().read().wall).serial > before
        except KeyringRefused as error:
            _log.warning("a keyring was not taken: %s", error)
            return False

    def keep_news(self, database: Database, outcome: ReportOutcome) -> None:
        """Keep what a report tells a machine that was never connected: that time has been, and its certificate."""
        if outcome.report is not None:
            note_carried_moment(database, outcome.report.time)
        supplies = self._supplies()
        text = outcome.report.certificate if outcome.report else ""
        with contextlib.suppress(ValueError):  # binascii.Error is one
            if text and supplies.is_certificate_wanted(database):
                supplies.certificate_came(database, base64.b64decode(text, validate=True))

    def _supplies(self) -> KioskSupplies:
        device = self.runtime.config.device
        keys, clock = self.runtime.keys, self.runtime.clock
        return KioskSupplies(keys, device.id, device.receipt_prefix, clock)


def courier_parts(runtime: Runtime) -> CourierParts:
    """Build them.

    Raises:
        ConfigError: no centre is configured.
    """
    key = runtime.config.sync.centre_public_key
    if not key:
        raise ConfigError(("sync.centre_public_key：还没有设置；捎带也要知道中心是谁",))
    anchor = Verifier(bytes.fromhex(key))
    with runtime.encrypted.reading() as database:
        keyring = KeyringStore(anchor).read(database)
    return CourierParts(runtime, anchor, keyring)
