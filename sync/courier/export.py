"""Write what waits onto a medium: planned first, then written, read back, and only then given its name.

    .<bundle>.tmp/  parts and manifest, each fsynced ─► fsync of the folder ─► all read again ─► rename ─► fsync

The queue is only read. Whatever fails, everything still waits, and goes over the network too when a link comes.
"""

import base64
import contextlib
import hashlib
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sync import cursors
from sync.courier import ledger
from sync.courier.errors import CourierError, MediumError, MediumTooSmall, NothingSealable
from sync.courier.files import chunk_records, open_files
from sync.courier.layout import CourierFolder, unfinished_name
from sync.courier.manifest import (
    MANIFEST_FILE,
    Manifest,
    Part,
    part_file_name,
)
from sync.courier.medium import FileDigest, Folder
from sync.courier.merkle import MerkleHasher
from sync.courier.records import Record, RecordKind
from sync.courier.sealed_part import PartName, PartSealer, Sealing, part_overhead
from sync.courier.selection import (
    DEFAULT_PART_BYTES,
    ITEM_PART_BYTES,
    Costs,
    ItemPart,
    Selection,
    select,
)
from sync.events import Clock, iso_utc
from sync.signing import DeviceSigner
from sync.sqlcipher import EncryptedDatabase

logger = logging.getLogger(__name__)

_READ_TOGETHER = 100
"""Items of one look into the database: a kiosk that serves meanwhile waits no longer than for these."""
MARGIN_BYTES = 64 * 1024
"""Left free on the medium: its own tables grow too."""


def _silent(_done: int, _total: int) -> None: ...


Progress = Callable[[int, int], None]
"""Bytes done and bytes in all, writing and reading back counted alike."""


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """Who exports."""

    device: str
    signer: DeviceSigner
    certificate: bytes
    """Of the centre for this device; empty when none has come yet."""
    centre_key_id: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle on its medium."""

    bundle: str
    serial: int
    items: int
    left: int
    """Items that did not fit and wait for the next trip."""
    files: int
    """Attachments."""
    files_left: int
    parts: int
    size: int
    """Bytes of the parts."""


@dataclass(slots=True)
class _Writing:
    """One bundle under way."""

    bundle: uuid.UUID
    folder: Folder
    tell: Callable[[int], None]
    merkle: MerkleHasher = field(default_factory=MerkleHasher)
    counts: Counter[RecordKind] = field(default_factory=Counter)
    files: list[FileDigest] = field(default_factory=list)


class Exporter:
    """Writes bundles of one device.

    Args:
        sealing_key: the centre's hybrid key; None as long as none is known, and then nothing is written.
        reserve_bytes: left free where the bundle is written.
        item_part_bytes, part_bytes: of parts with items and with attachments, see ``selection``.
    """

    def __init__(
        self,
        database: EncryptedDatabase,
        identity: DeviceIdentity,
        sealing_key: Sealing | None,
        clock: Clock,
        item_part_bytes: int = ITEM_PART_BYTES,
        part_bytes: int = DEFAULT_PART_BYTES,
        reserve_bytes: int = MARGIN_BYTES,
    ) -> None:
        self._database = database
        self._identity = identity
        self._key = sealing_key
        self._clock = clock
        self._item_part_bytes = min(item_part_bytes, part_bytes)
        self._part_bytes = part_bytes
        self._reserve_bytes = reserve_bytes

    def export(
        self,
        place: CourierFolder,
        label: str,
        *,
        only_new: bool = False,
        is_partial_allowed: bool = False,
        progress: Progress = _silent,
    ) -> Exported | None:
        """Write one bundle; None when nothing waits.

        Args:
            label: where that is, in the words of staff.
            only_new: leave out whom a van carries already.
            is_partial_allowed: when not all fits, write what does; the rest waits for the next trip.
        Raises:
            NothingSealable: no key of the centre is known to seal to.
            MediumTooSmall: nothing was written.
            MediumFull, MediumGone, MediumReadOnly, MediumDamaged, MediumUnusable, MediumError: half-way; what was
                written is removed as far as the medium lets us.
        """
        if self._key is None:
            raise NothingSealable("no sealing key of the centre is known")
        self._tidy(place)
        plan = self._plan(self._key, place, only_new=only_new, is_partial=is_partial_allowed)
        if plan is None:
            return None
        bundle = uuid.uuid4()
        with self._database.transaction() as database:
            leftovers = ledger.unfinished_bundles(database)
            new = ledger.NewBundle(
                str(bundle),
                label,
                plan.items,
                plan.ranges(),
                self._clock.read().wall,
                plan.files,
            )
            serial = ledger.begin_bundle(database, new)
        try:
            bundles = place.make_bundles()
            for old in leftovers:
                bundles.remove_child(unfinished_name(old))
            size, manifest_digest = self._write(bundles, bundle, serial, plan, self._key, progress)
        except BaseException as error:
            with self._database.transaction() as database:
                code = error.code if isinstance(error, CourierError) else type(error).__name__
                ledger.fail_bundle(database, str(bundle), code)
            raise
        with self._database.transaction() as database:
            ledger.finish_bundle(database, str(bundle), size, manifest_digest)
        logger.info("bundle %d written: %d items, %d bytes", serial, plan.items, size)
        return Exported(
            str(bundle),
            serial,
            plan.items,
            plan.left,
            len(plan.files),
            plan.files_left,
            len(plan.plain_sizes),
            size,
        )

    def _tidy(self, place: CourierFolder) -> None:
        """Make room: bundles of this device that the centre has, and nothing else."""
        bundles = place.bundles()
        if bundles is None:
            return
        for bundle in place.bundle_ids():
            with self._database.reading() as database:
                is_done = ledger.is_done(database, bundle)
            if is_done:
                bundles.remove_child(bundle)

    def _plan(
        self, key: Sealing, place: CourierFolder, *, only_new: bool, is_partial: bool
    ) -> Selection | None:
        costs = Costs(part_overhead(key), place.place.cluster_bytes())
        with self._database.reading() as database:
            rows = ledger.open_rows(database, only_new=only_new)
            files = open_files(database, only_new=only_new)
        if not rows and not files:
            return None
        free = place.place.free_bytes() - self._reserve_bytes
        whole = select(rows, costs, self._item_part_bytes)
        whole.add_files(files, self._part_bytes)
        if whole.needed <= free and not whole.left and not whole.files_left:
            return whole
        fitting = select(rows, costs, self._item_part_bytes, budget=free)
        # Items first, and files only behind all of them.
        fitting.add_files(files if not fitting.left else [], self._part_bytes, free)
        fitting.files_left = len(files) - len(fitting.files)
        if is_partial and fitting.plain_sizes:
            return fitting
        raise MediumTooSmall(
            whole.needed + self._reserve_bytes, max(0, free), fitting.items, len(rows)
        )

    def _write(
        self,
        bundles: Folder,
        bundle: uuid.UUID,
        serial: int,
        plan: Selection,
        key: Sealing,
        progress: Progress,
    ) -> tuple[int, str]:
        total = 2 * plan.written
        done = 0

        def tell(count: int) -> None:
            nonlocal done
            done += count
            progress(min(done, total), total)

        unfinished = unfinished_name(str(bundle))
        try:
            writing = _Writing(bundle, bundles.make_child(unfinished), tell)
            for number, records in enumerate(self._parts(plan), start=1):
                sealer = PartSealer(PartName(bundle, number), key)
                pieces = self._sealed(sealer, records, writing)
                writing.files.append(writing.folder.write_new(part_file_name(number), pieces, tell))
            encoded = self._manifest(writing, serial, plan).sign(self._identity.signer)
            manifest_file = writing.folder.write_new(MANIFEST_FILE, [encoded], tell)
            writing.folder.sync()
            for number, written in enumerate(writing.files, start=1):
                writing.folder.verify(part_file_name(number), written, tell)
            writing.folder.verify(MANIFEST_FILE, manifest_file, tell)
            bundles.rename_child(unfinished, str(bundle))
        except BaseException:
            # A medium that was pulled out keeps it; the next export to it removes it.
            with contextlib.suppress(MediumError):
                bundles.remove_child(unfinished)
            raise
        progress(total, total)
        size = sum(written.size for written in writing.files)
        return size, hashlib.sha256(encoded).hexdigest()

    def _parts(self, plan: Selection) -> Iterator[Iterator[Record]]:
        yield from (self._records(part) for part in plan.parts)
        yield from (chunk_records(self._database, part) for part in plan.file_parts)

    def _records(self, part: ItemPart) -> Iterator[Record]:
        for start in range(0, len(part.seqs), _READ_TOGETHER):
            with self._database.reading() as database:
                items = [
                    ledger.item_of(database, seq)
                    for seq in part.seqs[start : start + _READ_TOGETHER]
                ]
            # Settled and forgotten since the plan was made: then the centre has it.
            yield from (Record(RecordKind.ITEM, item) for item in items if item is not None)

    def _sealed(
        self, sealer: PartSealer, records: Iterable[Record], writing: _Writing
    ) -> Iterator[bytes]:
        for record in records:
            writing.merkle.add(record.leaf)
            writing.counts[record.kind] += 1
            if ready := sealer.add(record.encoded()):
                yield ready
        yield sealer.finish()

    def _manifest(self, writing: _Writing, serial: int, plan: Selection) -> Manifest:
        ranges = plan.ranges()
        with self._database.reading() as database:
            epoch = cursors.read_text(database, cursors.EPOCH)
            floor = ledger.first_open_seq(database)
        return Manifest(
            bundle=str(writing.bundle),
            device=self._identity.device,
            serial=serial,
            created=iso_utc(self._clock.read().wall),
            centre=self._identity.centre_key_id,
            epoch=epoch,
            floor=floor,
            items=writing.counts[RecordKind.ITEM],
            chunks=writing.counts[RecordKind.CHUNK],
            first_seq=ranges[0][0] if ranges else 0,
            last_seq=ranges[-1][1] if ranges else 0,
            root=writing.merkle.root().hex(),
            parts=[Part(size=one.size, sha256=one.sha256) for one in writing.files],
            certificate=base64.b64encode(self._identity.certificate).decode("ascii"),
        )
