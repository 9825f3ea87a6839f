"""A van that has the internet brings its bundles to the centre and fetches reports and parcels.

It can be cut anywhere: the centre says where to go on, and a bundle stays in the van until a report speaks of it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sync.courier.carrier import Carrier
from sync.courier.errors import BundleRefused, ReportRefused
from sync.courier.link import CourierLink
from sync.courier.manifest import part_file_name
from sync.courier.medium import medium_errors
from sync.courier.messages import MAXIMUM_PIECE_BYTES
from sync.courier.parcels import keep_parcel
from sync.courier.stored_bundle import StoredBundle
from sync.errors import ProtocolMismatch, SyncError

logger = logging.getLogger(__name__)

_REPEATS = 2
"""How often a part is sent anew that arrived damaged; then the van's own copy is looked at."""


def _silent(_done: int, _total: int) -> None: ...


Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Delivered:
    """What one run did."""

    complete: int = 0
    """Bundles that are wholly at the centre."""
    refused: dict[str, str] = field(default_factory=dict)
    """Bundles that the centre does not take, with the reason."""
    reports: int = 0
    """Reports that are news."""
    parcels: int = 0
    """Parcels of roster, catalogue and decisions that are news."""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Brings what a carrier holds."""

    carrier: Carrier
    link: CourierLink

    def run(self, progress: Progress = _silent) -> Delivered:
        """Deliver everything, then fetch every report and parcel.

        Raises:
            SyncError: the link or the disk failed; the next run goes on from there.
        """
        done = Delivered()
        for stored in self.carrier.carried():
            try:
                self._deliver(stored, progress)
                done.complete += 1
            except BundleRefused as error:
                # One bundle that cannot be delivered holds up no other.
                logger.warning("bundle %s not delivered: %s", stored.manifest.bundle, error.reason)
                done.refused[stored.manifest.bundle] = error.reason
        devices = self._reported_devices()
        done.reports = sum(self._fetch_report(device) for device in devices)
        done.parcels = self._fetch_parcels(devices)
        return done

    def _reported_devices(self) -> list[str]:
        found: list[str] = []
        after, more = "", True
        while more:
            page = self.link.reported_devices(after)
            found += page.devices
            more = page.more and bool(page.devices)
            after = found[-1] if found else after
        return found

    def _fetch_report(self, device: str) -> bool:
        try:
            return self.carrier.take_report(device, self.link.delivery_report(device)) is not None
        except ReportRefused as error:
            logger.warning("report for %s not taken: %s", device, error.reason)
            return False

    def _fetch_parcels(self, devices: Sequence[str]) -> int:
        """What kiosks without a link are to be brought. A failure here is none of the delivery: it comes next time."""
        news = 0
        for device in devices:
            try:
                data = self.link.parcel(device)
            except ProtocolMismatch:
                # The centre does not know the device's opening key yet, or is of a version without this.
                continue
            except SyncError as error:
                logger.warning("parcel for %s not fetched: %s", device, error.code)
                break
            news += keep_parcel(self.carrier.here(), device, data, self.carrier.centre_keys)
        return news

    def _deliver(self, stored: StoredBundle, progress: Progress) -> None:
        manifest = stored.manifest
        answer = self.link.announce(manifest.bundle, stored.signed.encoded)
        before = [0]
        for part in manifest.parts:
            before.append(before[-1] + part.size)
        repeats, stood = 0, (0, -1)
        while not answer.is_complete:
            is_stalled = answer.problem is None and (answer.part, answer.offset) <= stood
            stood = (answer.part, answer.offset)
            if is_stalled:
                # Another van brings the same bundle at this moment, or the centre is at fault: not for ever.
                repeats += 1
                if repeats > _REPEATS:
                    raise BundleRefused("stalled")
            if answer.problem is not None:
                repeats += 1
                if not answer.part or repeats > _REPEATS:
                    raise BundleRefused(answer.problem.code)
                self._assert_whole(stored, answer.part)
            if not 1 <= answer.part <= len(manifest.parts):
                raise BundleRefused("malformed", "the centre wants a part that there is not")
            progress(before[answer.part - 1] + answer.offset, manifest.total_bytes)
            piece = self._piece(stored, answer.part, answer.offset)
            answer = self.link.put_piece(manifest.bundle, answer.part, answer.offset, piece)
        progress(manifest.total_bytes, manifest.total_bytes)

    def _piece(self, stored: StoredBundle, number: int, offset: int) -> bytes:
        try:
            with (
                stored.folder.open_to_read(part_file_name(number)) as file,
                medium_errors(),
            ):
                file.seek(offset)
                piece = file.read(MAXIMUM_PIECE_BYTES)
        except FileNotFoundError as error:
            raise BundleRefused("damaged", f"part {number} is missing") from error
        if not piece:
            raise BundleRefused("damaged", f"part {number} is too short")
        return piece

    def _assert_whole(self, stored: StoredBundle, number: int) -> None:
        if not stored.is_part_whole(number, stored.manifest.parts[number - 1]):
            raise BundleRefused("damaged", f"the van's disk damaged part {number}")
