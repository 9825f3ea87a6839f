"""What speaks with the centre, put together from the settings; and what waits, where no centre is configured."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Event

from kiosk.clock import FlooredClock
from kiosk.config import KioskConfig
from kiosk.published import check_published
from kiosk.storage.device_supplies import KioskSupplies
from kiosk.storage.kiosk_database import KioskDatabase
from kiosk.storage.machine_keys import MachineKeys
from kiosk.storage.settlement import KioskSettlement
from sync.backoff import FullJitterBackoff
from sync.blob_policy import BlobPolicy, BlobWish
from sync.blob_queue import BlobQueue
from sync.connectivity import SyncStatus
from sync.courier.ledger import count_carried
from sync.engine import SyncEngine, SyncReport
from sync.http_transport import HttpTransport
from sync.key_exchange import KeyExchange
from sync.sqlite_outbox import SqliteOutbox
from sync.worker import SyncWorker


@dataclass(frozen=True, slots=True)
class CentreLink:
    """Builds anew each time: keys may have changed meanwhile."""

    config: KioskConfig
    clock: FlooredClock
    encrypted: KioskDatabase
    keys: MachineKeys
    outbox: SqliteOutbox

    def transport(self) -> HttpTransport | None:
        """The way to the centre, or None when no centre is configured."""
        sync = self.config.sync
        if not sync.centre_url or not sync.centre_public_key:
            return None
        made = HttpTransport(
            base_url=sync.centre_url,
            device_id=self.config.device.id,
            signer=self.keys.request_signer(),
            centre_public_key=bytes.fromhex(sync.centre_public_key),
            total_deadline_s=sync.deadline_s,
            ca_bundle=sync.ca_bundle or None,
        )
        keyring = self.keys.keyring()
        if keyring is not None:
            made.trust.use(keyring)
        return made

    def engine(self) -> SyncEngine | None:
        """The exchange with the centre, or None when no centre is configured."""
        transport = self.transport()
        if transport is None:
            return None
        listener = KioskSettlement(
            self.outbox, self.clock, on_centre_time=self.clock.note_centre_time
        )
        supplies = KioskSupplies(
            self.keys, self.config.device.id, self.config.device.receipt_prefix, self.clock
        )
        sync = self.config.sync
        files = BlobPolicy(BlobWish(sync.attachments), sync.attachments_fast_kbit)
        keys = KeyExchange(
            self.encrypted,
            transport,
            transport.trust,
            device_keys=self.keys.device,
            device_id=self.config.device.id,
        )
        return SyncEngine(
            self.encrypted,
            self.outbox,
            transport,
            listener,
            supplies=supplies,
            files=files,
            keys=keys,
            check_documents=partial(check_published, self.config),
            keep=timedelta(days=sync.keep_days),
        )

    def worker(
        self,
        on_status: Callable[[SyncStatus], None],
        after_run: Callable[[SyncReport, Event], None] | None = None,
    ) -> SyncWorker | None:
        """The loop around the exchange; not started.

        Args:
            on_status: called in the worker's thread.
            after_run: the same, after each run; another way for what waits.
        """
        engine = self.engine()
        if engine is None:
            return None
        # Jitter keeps kiosks of a county apart after a power cut; it guards nothing.
        backoff = FullJitterBackoff(random.Random())  # noqa: S311
        sync = self.config.sync
        return SyncWorker(
            engine, backoff, sync.interval_s, on_status, after_run, sync.roster_warning_days
        )

    def queue_status(self) -> SyncStatus:
        """What waits, when no centre is configured that could be asked."""
        with self.encrypted.reading() as database:
            counts, files = self.outbox.counts(database), BlobQueue(database).counts()
            carried = count_carried(database)
        age_s = None
        if counts.oldest_created_at is not None:
            age_s = max(0.0, (self.clock.now() - counts.oldest_created_at).total_seconds())
        return SyncStatus(
            waiting=counts.waiting,
            parked=counts.parked,
            oldest_age_s=age_s,
            files_waiting=files.waiting,
            files_parked=files.parked,
            carried=carried,
        )
