"""Taking in what a courier brings: the same as batches, part by part; doing it twice changes nothing.

A part that is damaged stops no other, as no subject stands in two of them. What is refused without being kept is
written down, because there is no answer in which its device could read it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from sync.answers import PROTOCOL_V2, EventResult, EventStatus
from sync.blob_messages import BlobState
from sync.central.blobs import take_piece
from sync.central.database import CentralDatabase
from sync.central.device_keys import keys_of
from sync.central.devices import Device, find_device
from sync.central.inbox import receive_batch
from sync.central.keys import CentreKeys
from sync.central.opening import ItemReader
from sync.central.problems import ProblemError, event_problem
from sync.central.tables_bundles import bundle, bundle_piece, bundle_refusal, courier_device
from sync.courier.errors import BundleRefused
from sync.courier.files import ChunkContent
from sync.courier.manifest import Manifest, SignedManifest
from sync.courier.merkle import MerkleHasher
from sync.courier.records import Record, RecordKind
from sync.courier.stored_bundle import StoredBundle
from sync.envelope import decode_item
from sync.errors import RejectedItem, SealError
from sync.events import iso_utc
from sync.framing import LENGTH_BYTES, MAXIMUM_BATCH_BYTES, MAXIMUM_BATCH_COUNT
from sync.item import item_digest
from sync.sealing import HYBRID
from sync.signing import Verifier

logger = logging.getLogger(__name__)

_KEPT = (EventStatus.APPLIED, EventStatus.DUPLICATE, EventStatus.LATER)


@dataclass(slots=True)
class BundleOutcome:
    """What became of one bundle."""

    bundle: str
    device: str = ""
    serial: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    """Items by what became of them."""
    files: int = 0
    """Attachments that became whole."""
    damaged: list[int] = field(default_factory=list)
    """Numbers of the parts that could not be taken in."""
    problem: str = ""
    """Stable reason why not all of it arrived; empty when it did."""
    is_known: bool = False
    """It had been taken in before."""

    @property
    def is_complete(self) -> bool:
        """Whether everything in it arrived."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class BundleIntake:
    """Takes bundles in.

    Args:
        keys: gives the centre's keys of now.
    """

    database: CentralDatabase
    keys: Callable[[], CentreKeys]
    now: Callable[[], datetime]

    def take_folder(
        self, stored: StoredBundle, progress: Callable[[int], None] = lambda _count: None
    ) -> BundleOutcome:
        """Take in a bundle from a medium.

        Raises:
            MediumError: the medium failed; what was taken in before stays.
            DatabaseError, DBAPIError: the centre's own database failed; the same.
        """
        manifest = stored.manifest
        outcome = BundleOutcome(manifest.bundle, manifest.device, manifest.serial)
        try:
            device = self.enrolled(stored.signed)
        except BundleRefused as error:
            outcome.problem = error.reason
            return outcome
        if self.begin(stored.signed):
            outcome.is_known = True
            return outcome
        merkle = MerkleHasher()
        for number, part in enumerate(manifest.parts, start=1):
            if not stored.is_part_whole(number, part, progress):
                outcome.damaged.append(number)
                continue
            try:
                self.take_part(device, stored.records(number, self.open), merkle, outcome)
            except BundleRefused as error:
                outcome.damaged.append(number)
                logger.warning("bundle %s part %d: %s", manifest.bundle, number, error.reason)
        if outcome.damaged:
            outcome.problem = "damaged"
        self.finish(manifest, merkle, outcome)
        return outcome

    def enrolled(self, signed: SignedManifest) -> Device:
        """The device whose bundle it is.

        Raises:
            BundleRefused: unknown, switched off, or it has not signed the manifest.
        """
        with self.database.reading() as connection:
            device = find_device(connection, signed.manifest.device)
            keys = keys_of(connection, device.id, device.public_key) if device else {}
        if device is None:
            raise BundleRefused("unknown-device", "the device is not enrolled here")
        if not device.enabled:
            raise BundleRefused("device-disabled", "the device was switched off")
        # A stick may have been written before the device changed its key.
        key = keys.get(signed.document.key_id)
        signed.check(key.verifier if key is not None else Verifier(device.public_key))
        return device

    def begin(self, signed: SignedManifest, van: str = "") -> bool:
        """Note that a bundle is here; returns whether all of it was taken in before."""
        manifest, now = signed.manifest, iso_utc(self.now())
        with self.database.writing() as connection:
            _note_device(connection, manifest)
            row = connection.execute(
                select(bundle.c.is_complete).where(bundle.c.id == manifest.bundle)
            ).first()
            if row is None:
                connection.execute(
                    insert(bundle).values(
                        id=manifest.bundle,
                        device=manifest.device,
                        serial=manifest.serial,
                        van=van,
                        manifest=signed.encoded.decode("utf-8"),
                        started_at=now,
                        changed_at=now,
                        is_complete=False,
                    )
                )
                return False
            if van:
                connection.execute(
                    update(bundle).where(bundle.c.id == manifest.bundle).values(van=van)
                )
            return bool(row.is_complete)

    def take_part(
        self,
        device: Device,
        records: Iterable[Record],
        merkle: MerkleHasher,
        outcome: BundleOutcome,
    ) -> None:
        """Take in the records of one part.

        Raises:
            BundleRefused: it is damaged from some record on; what came before is taken in.
        """
        keys = self.keys()
        reader = ItemReader(decode_item, keys.openers, keys.is_over, PROTOCOL_V2)
        for items in _batches(self._items(device, records, merkle, outcome)):
            results = receive_batch(self.database, device, items, self.now(), reader).results
            if self._note(device, items, results, outcome):
                # What stands behind it may be of the same subject; the whole part waits for the next time.
                raise BundleRefused("later", "the centre cannot take an event now")

    def finish(self, manifest: Manifest, merkle: MerkleHasher, outcome: BundleOutcome) -> None:
        """Write down whether all of it arrived."""
        if not outcome.problem and merkle.root().hex() != manifest.root:
            # Every item proved itself, but these are not the records that its device signed for.
            logger.error("bundle %s: its records are not those of its manifest", manifest.bundle)
            outcome.problem = "other-records"
        with self.database.writing() as connection:
            connection.execute(
                update(bundle)
                .where(bundle.c.id == manifest.bundle)
                .values(
                    is_complete=outcome.is_complete,
                    problem=outcome.problem,
                    changed_at=iso_utc(self.now()),
                )
            )
            if outcome.is_complete:
                pieces = bundle_piece.c.bundle == manifest.bundle
                connection.execute(delete(bundle_piece).where(pieces))

    def open(self, key_id: str, info: bytes, sealed: bytes) -> bytes:
        """Open the key of a part; an ``Opener``."""
        key = self.keys().openers.get(key_id)
        if key is None or key.kem != HYBRID:
            raise BundleRefused("unknown-key", "sealed to a key that is not this centre's")
        try:
            return key.open(info, sealed)
        except SealError as error:
            raise BundleRefused("damaged", "the part's key does not open") from error

    def _items(
        self,
        device: Device,
        records: Iterable[Record],
        merkle: MerkleHasher,
        outcome: BundleOutcome,
    ) -> Iterator[bytes]:
        for record in records:
            merkle.add(record.leaf)
            if record.kind is RecordKind.ITEM:
                yield record.content
            else:
                self._take_chunk(device, ChunkContent.read(record.content), outcome)

    def _take_chunk(self, device: Device, chunk: ChunkContent, outcome: BundleOutcome) -> None:
        try:
            with self.database.writing() as connection:
                taken = take_piece(
                    connection, device.id, chunk.name, chunk.offset, chunk.sealed, self.now()
                )
        except ProblemError as error:
            raise BundleRefused("later", error.title) from error
        # What does not fit, or belongs to an event that was not taken, is no fault of the bundle: its device keeps
        # the file until the report names it.
        outcome.files += taken.standing.state is BlobState.COMPLETE

    def _note(
        self,
        device: Device,
        items: list[bytes],
        results: Iterable[EventResult],
        outcome: BundleOutcome,
    ) -> bool:
        """Count results and keep what must be reported; returns whether one has to come again."""
        by_id = {result.id: result for result in results}
        refused: list[dict[str, str]] = []
        is_later = False
        for item in items:
            result = by_id.get(_id_of(item)) or _unreadable()
            outcome.statuses[result.status.value] += 1
            is_later |= result.status is EventStatus.LATER
            if result.status not in _KEPT:
                problem = result.problem.type if result.problem else ""
                refused.append(
                    {"digest": item_digest(item), "status": result.status.value, "problem": problem}
                )
        with self.database.writing() as connection:
            _forget_refusals(connection, device.id, items)
            for one in refused:
                connection.execute(
                    insert(bundle_refusal).values(device=device.id, at=iso_utc(self.now()), **one)
                )
        return is_later


def _note_device(connection: Connection, manifest: Manifest) -> None:
    row = courier_device
    known = connection.execute(select(row.c.serial).where(row.c.device == manifest.device)).scalar()
    values = {"serial": manifest.serial, "floor": manifest.floor, "epoch": manifest.epoch}
    if known is None:
        connection.execute(insert(row).values(device=manifest.device, **values))
    elif manifest.serial > known:
        connection.execute(update(row).where(row.c.device == manifest.device).values(values))


def _forget_refusals(connection: Connection, device: str, items: list[bytes]) -> None:
    digests = [item_digest(item) for item in items]
    connection.execute(
        delete(bundle_refusal).where(
            bundle_refusal.c.device == device, bundle_refusal.c.digest.in_(digests)
        )
    )


def _batches(items: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for item in items:
        size += LENGTH_BYTES + len(item)
        if batch and (len(batch) == MAXIMUM_BATCH_COUNT or size > MAXIMUM_BATCH_BYTES):
            yield batch
            batch, size = [], LENGTH_BYTES + len(item)
        batch.append(item)
    if batch:
        yield batch


def _id_of(item: bytes) -> str:
    try:
        return decode_item(item).header.id
    except RejectedItem:
        return ""


def _unreadable() -> EventResult:
    problem = event_problem("malformed", "The item's form is not known")
    return EventResult(id="", status=EventStatus.REJECTED, problem=problem)
