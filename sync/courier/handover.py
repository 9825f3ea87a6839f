"""Hand bundles over to a van in the local network, and take its report: the whole visit of one van.

    report down and settled ─► what no van carries yet to a spool ─► up, piece by piece ─► receipt, spool emptied

A visit can break off anywhere; the next one, with this van or another, goes on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sync.courier import ledger
from sync.courier.arrivals import Receiving
from sync.courier.errors import BundleRefused, HandoverFailed, ReportRefused
from sync.courier.export import Exporter
from sync.courier.layout import CourierFolder
from sync.courier.manifest import part_file_name
from sync.courier.medium import medium_errors
from sync.courier.settle import ReportOutcome
from sync.courier.stored_bundle import StoredBundle
from sync.courier.van_client import VanClient
from sync.courier.van_server import MAXIMUM_PIECE_BYTES
from sync.errors import ListenerFailed
from sync.pull_parcel import ParcelReader, Unpacked

logger = logging.getLogger(__name__)

_REPEATS = 3
"""How often a part is sent anew before the visit ends."""


def _silent(_done: int, _total: int) -> None: ...


Progress = Callable[[int, int], None]


@dataclass(slots=True)
class HandedOver:
    """What one visit did."""

    van: str = ""
    bundles: int = 0
    """Bundles that the van has signed for."""
    items: int = 0
    report: ReportOutcome | None = None
    unpacked: Unpacked | None = None
    """What the van brought of roster, catalogue and decisions."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Hands over from one kiosk."""

    exporter: Exporter
    receiving: Receiving
    spool: Path
    """A folder of the kiosk's own, for bundles that are on their way."""
    should_stop: Callable[[], bool] = lambda: False
    """Asked between pieces."""
    parcels: ParcelReader | None = None
    """Takes roster, catalogue and decisions; None leaves them with the van."""

    def visit(self, client: VanClient, progress: Progress = _silent) -> HandedOver:
        """Do all that there is to do with a van that has proved itself.

        Raises:
            HandoverFailed: the van broke off; what it signed for is noted.
            MediumError: the kiosk's own disk has no room for the spool; nothing is lost.
            NothingSealable: no sealing key of the centre is known.
        """
        done = HandedOver(van=client.van.device if client.van is not None else "")
        done.report = self._take_report(client)
        self.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tidy()
        # What a former visit left goes first: only then is it known what no van carries.
        self._hand_over_spool(client, done, progress)
        self.exporter.export(CourierFolder.at(self.spool), f"车 {done.van}", only_new=True)
        self._hand_over_spool(client, done, progress)
        # Last: what goes up never waits for it.
        done.unpacked = self._take_parcel(client)
        return done

    def _take_parcel(self, client: VanClient) -> Unpacked | None:
        data = client.parcel() if self.parcels is not None else None
        if self.parcels is None or data is None:
            return None
        try:
            return self.parcels.take(data)
        except ListenerFailed as error:
            # What came before is kept, and the next parcel brings the rest.
            logger.warning("the van's parcel was not wholly taken: %s", error)
            return None

    def _hand_over_spool(self, client: VanClient, done: HandedOver, progress: Progress) -> None:
        place = CourierFolder.at(self.spool)
        for bundle in place.bundle_ids():
            stored = StoredBundle.load(place, bundle)
            self._hand_over(client, stored, progress)
            self._remove(bundle)
            done.bundles += 1
            done.items += stored.manifest.items

    def _take_report(self, client: VanClient) -> ReportOutcome | None:
        data = client.report()
        if data is None:
            return None
        try:
            return self.receiving.reports.take(data)
        except ReportRefused as error:
            # The van cannot help it, and takes the bundles all the same.
            logger.warning("the van's report was not taken: %s", error.reason)
            return None

    def _tidy(self) -> None:
        """Drop what a former visit left: a bundle that a van has since, or that is no use any more."""
        place = CourierFolder.at(self.spool)
        for bundle in place.bundle_ids():
            with self.receiving.database.reading() as database:
                is_wanted = ledger.is_on_its_way(database, bundle)
            try:
                is_whole = is_wanted and not StoredBundle.load(place, bundle).damaged_parts()
            except BundleRefused:
                is_whole = False
            if not is_whole:
                self._remove(bundle)

    def _hand_over(self, client: VanClient, stored: StoredBundle, progress: Progress) -> None:
        manifest = stored.manifest
        before = [0]
        for part in manifest.parts:
            before.append(before[-1] + part.size)
        repeats, stood = 0, (0, -1)
        wanted = client.announce(stored.signed.encoded)
        while not wanted.is_complete:
            if wanted.is_damaged or (wanted.part, wanted.offset) <= stood:
                repeats += 1
            stood = (wanted.part, wanted.offset)
            if repeats > _REPEATS or not 1 <= wanted.part <= len(manifest.parts):
                raise HandoverFailed("the van does not get the bundle whole")
            if self.should_stop():
                raise HandoverFailed("the kiosk is shutting down")
            progress(before[wanted.part - 1] + wanted.offset, manifest.total_bytes)
            piece = _piece(stored, wanted.part, wanted.offset)
            wanted = client.put_piece(manifest.bundle, wanted.part, wanted.offset, piece)
        progress(manifest.total_bytes, manifest.total_bytes)
        with self.receiving.database.reading() as database:
            digest = ledger.manifest_digest_of(database, manifest.bundle) or ""
        receipt = self.receiving.checked(client.custody(manifest.bundle), manifest.bundle, digest)
        self.receiving.note(receipt)

    def _remove(self, bundle: str) -> None:
        bundles = CourierFolder.at(self.spool).bundles()
        if bundles is not None:
            bundles.remove_child(bundle)


def _piece(stored: StoredBundle, number: int, offset: int) -> bytes:
    try:
        with stored.folder.open_to_read(part_file_name(number)) as file, medium_errors():
            file.seek(offset)
            piece = file.read(MAXIMUM_PIECE_BYTES)
    except FileNotFoundError as error:
        raise HandoverFailed("a part is missing in the spool") from error
    if not piece:
        raise HandoverFailed("the van wants more than there is")
    return piece
