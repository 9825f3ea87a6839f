"""What the staff of the centre do, on its database; the server may run meanwhile."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import func, insert, select, update

from sync.answers import DecisionState
from sync.central import alarms, catalogue, erasure, roster, tables
from sync.central.blob_files import (
    ListedFile,
    files_of,
    missing_files,
    missing_of_all,
    write_files,
)
from sync.central.bundles import BundleIntake
from sync.central.database import CentralDatabase
from sync.central.decisions import decide
from sync.central.delivery_reports import courier_devices, make_report
from sync.central.device_keys import forget_keys
from sync.central.devices import find_device
from sync.central.keys import CentreKeys, CentreKeyStore
from sync.central.opening_keys import note_opening_key, usable_key
from sync.central.partitions import add_partitions
from sync.central.pull_parcels import make_parcel
from sync.central.status import CentreStatus, status_of
from sync.errors import SealError, SyncError
from sync.signing import PUBLIC_KEY_BYTES

_DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{2}")
_REGION = re.compile(r"[0-9]{12}")
_ERASED_AT_ONCE = 100


class EnrolmentRefused(SyncError):
    """The device cannot be enrolled as given."""

    code = "SYN-304"


@dataclass(frozen=True, slots=True)
class CentreSummary:
    """Figures without personal data."""

    devices: int
    residents: int
    applications: dict[str, int]
    """By state."""
    rejected: int
    files_missing: int = 0
    """Declared by events and not there yet."""


PRACTICE_PREFIX = "ZZZ"
"""Kiosks put it before the receipts of practice: no device may have it."""


class CentralAdmin:
    """The centre's database for one command.

    Raises:
        KeyUnavailable, WrongKey, DatabaseDamaged, DatabaseError.
    """

    def __init__(self, state_dir: Path, key_provider: str = "auto", url: str = "") -> None:
        self._database = CentralDatabase(state_dir, key_provider, url)
        self._keys = CentreKeyStore(self._database)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database."""
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def centre_public_key(self) -> bytes:
        """The 32 bytes that a kiosk is given at provisioning."""
        return self._keys.current().signers[-1].public_key

    def keys(self) -> CentreKeys:
        """All keys of the centre."""
        return self._keys.current()

    def rotate_keys(self, kinds: Sequence[str], overlap: timedelta) -> CentreKeys:
        """Make new keys of these kinds; the present ones count for the time of the overlap."""
        return self._keys.rotate(kinds, overlap)

    def extend_key(self, key_id: str, until: datetime) -> bool:
        """Let an old key count longer, or again; whether there is one that ends."""
        return self._keys.extend(key_id, until)

    def keyring(self) -> bytes:
        """The document of all keys that a kiosk may be given with it."""
        return self._keys.current().document

    def bundle_intake(self) -> BundleIntake:
        """Takes in what couriers bring by hand."""
        return BundleIntake(self._database, self._keys.current, lambda: datetime.now(UTC))

    def courier_devices(self) -> list[str]:
        """Devices that a courier has ever brought something of."""
        with self._database.reading() as connection:
            return courier_devices(connection)

    def delivery_report(self, device_id: str) -> bytes | None:
        """What a courier takes back to a device; None for one that is not enrolled."""
        signers = self._keys.current().signers
        return make_report(self._database, device_id, signers, datetime.now(UTC))

    def pull_parcel(self, device_id: str) -> bytes | None:
        """Roster and catalogue for a courier to take to a device; None where its opening key is not known."""
        signer = self._keys.current().signers[0]
        return make_parcel(self._database, device_id, signer, datetime.now(UTC))

    def enrol_device(
        self,
        device_id: str,
        prefix: str,
        region: str,
        public_key: bytes,
        opening_key: bytes = b"",
    ) -> None:
        """Enrol a device, or give a known one its new region; doing it twice changes nothing.

        A known device takes a new key only before its first delivery: the sequence numbers and receipts of a
        replaced disk start anew and would collide with what was delivered.

        Args:
            prefix: three characters of its receipts, given to one device only.
            region: 12-digit village code.
            public_key: 32 bytes.
            opening_key: 32 bytes, for a device that only couriers reach; others tell it themselves.
        Raises:
            EnrolmentRefused: a value is malformed, the prefix belongs to another device, or the device has
                delivered with another key.
        """
        _check_enrolment(device_id, prefix, region, public_key)
        try:
            key = usable_key(opening_key) if opening_key else None
        except SealError as error:
            raise EnrolmentRefused(
                "the opening key is not 32 bytes that can be sealed to"
            ) from error
        row = tables.device
        values: dict[str, Any] = {
            "receipt_prefix": prefix,
            "region_code": region,
            "public_key": public_key,
            "enabled": True,
        }
        with self._database.writing() as connection:
            add_partitions(connection, region)
        with self._database.writing() as connection:
            owner = connection.execute(select(row.c.id).where(row.c.receipt_prefix == prefix))
            if owner.scalar() not in (None, device_id):
                raise EnrolmentRefused("the receipt prefix belongs to another device")
            known = find_device(connection, device_id)
            if known is not None and known.hwm > 0 and known.public_key != public_key:
                raise EnrolmentRefused(
                    "this device has delivered before: give the machine a new id and prefix"
                )
            if known is None:
                connection.execute(insert(row).values(id=device_id, hwm=0, **values))
            else:
                if region != known.region_code:
                    others = [code for code in known.regions if code != region]
                    values["earlier_regions"] = " ".join(others)
                if public_key != known.public_key:
                    forget_keys(connection, device_id)
                connection.execute(update(row).where(row.c.id == device_id).values(values))
        if key is not None:
            note_opening_key(self._database, device_id, key)

    def disable_device(self, device_id: str) -> bool:
        """Accept nothing more of a device; returns whether there is one of this id."""
        row = tables.device
        with self._database.writing() as connection:
            changed = connection.execute(
                update(row).where(row.c.id == device_id).values(enabled=False)
            )
            return changed.rowcount == 1

    def load_roster(self, path: Path) -> int:
        """Take a roster file in; returns how many residents changed.

        Raises:
            RosterUnusable: nothing was changed.
        """
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise roster.RosterUnusable(f"{path.name} cannot be read") from error
        parsed = roster.parse_roster(text)
        with self._database.writing() as connection:
            return roster.load(connection, parsed)

    def publish(
        self, folder: Path, check: catalogue.Check = lambda _documents: ()
    ) -> catalogue.Published:
        """Publish a folder of definitions and tables of figures as one set.

        Args:
            check: names the faults that only a kiosk's own rules can find.
        Raises:
            CatalogueUnusable: nothing was changed.
        """
        documents = catalogue.read_folder(folder, check)
        with self._database.writing() as connection:
            return catalogue.publish(connection, documents)

    def decide(
        self,
        event_id: str,
        state: DecisionState = DecisionState.DECIDED,
        code: str = "",
        text: str = "",
        at: datetime | None = None,
        fields: Sequence[str] = (),
    ) -> None:
        """Decide on an application; its kiosk learns it with its next pull.

        Args:
            fields: the form's questions at fault, when a correction is asked for.
        Raises:
            DecisionRefused: no such application, or there is nothing more to decide on it.
            DecisionMalformed: ``fields`` do not fit.
        """
        moment = at or datetime.now(UTC)
        with self._database.writing() as connection:
            decide(connection, event_id, state, at=moment, code=code, text=text, fields=fields)

    def renew_epoch(self) -> str:
        """After a restore from a backup: let every kiosk send again what is missing here."""
        self._keys.skip_serials()
        return self._database.renew_epoch()

    def status(self) -> CentreStatus:
        """How the centre stands."""
        return status_of(self._database)

    def alarms(self, *, also_settled: bool = False) -> Sequence[dict[str, Any]]:
        """Items that clash with an event that is kept, the newest first."""
        with self._database.reading() as connection:
            return alarms.alarms(connection, also_settled=also_settled)

    def settle_alarms(self, device_id: str) -> int:
        """Staff are done with a device's alarms; returns how many."""
        with self._database.writing() as connection:
            return alarms.settle_alarms(connection, device_id, datetime.now(UTC))

    def erase(self, event_id: str, *, is_open_too: bool = False) -> None:
        """Erase what an event said; its id and digest stay.

        Args:
            is_open_too: also an application that is not decided.
        Raises:
            ErasureRefused: unknown, or not decided.
        """
        with self._database.writing() as connection:
            erasure.erase(connection, event_id, datetime.now(UTC), is_open_too=is_open_too)

    def erase_decided_before(self, moment: datetime) -> int:
        """Erase what was decided before a moment, as the retention says; returns how many."""
        count = 0
        while True:
            # In small transactions: kiosks deliver meanwhile, and what is done stays done.
            with self._database.writing() as connection:
                found = erasure.decided_before(connection, moment, _ERASED_AT_ONCE)
                for event_id in found:
                    erasure.erase(connection, event_id, datetime.now(UTC))
            count += len(found)
            if len(found) < _ERASED_AT_ONCE:
                return count

    def summary(self) -> CentreSummary:
        """Count what is there."""
        application, event = tables.application, tables.event_key
        with self._database.reading() as connection:
            states = connection.execute(
                select(application.c.state, func.count()).group_by(application.c.state)
            )
            return CentreSummary(
                applications={str(state): int(count) for state, count in states},
                devices=connection.execute(
                    select(func.count()).select_from(tables.device)
                ).scalar_one(),
                residents=connection.execute(
                    select(func.count()).select_from(tables.resident)
                ).scalar_one(),
                rejected=connection.execute(
                    select(func.count()).where(event.c.status == "rejected")
                ).scalar_one(),
                files_missing=missing_of_all(connection).count,
            )

    def devices(self) -> Sequence[dict[str, Any]]:
        """The enrolled devices."""
        return self._rows(select(tables.device).order_by(tables.device.c.id))

    def applications(self, limit: int = 50) -> Sequence[dict[str, Any]]:
        """The newest applications; they hold ids only. ``attachments_missing`` counts the files still to come."""
        row = tables.application
        personal = {"person_claim", "proxy_claim", "proxy_reason"}
        columns = [column for column in row.c if column.name not in personal]
        listed = select(*columns, missing_files().label("attachments_missing"))
        return self._rows(listed.order_by(row.c.event_id.desc()).limit(limit))

    def files(self, event_id: str) -> Sequence[ListedFile]:
        """The files of an application, and how far they are.

        Raises:
            FilesRefused: there are none.
        """
        with self._database.reading() as connection:
            return files_of(connection, event_id)

    def write_files(
        self, event_id: str, folder: Path
    ) -> tuple[Sequence[Path], Sequence[ListedFile]]:
        """Write the opened files of an application into a folder; see ``blob_files.write_files``.

        Raises:
            FilesRefused: there are none, or the folder cannot be used.
        """
        return write_files(self._database, event_id, folder, datetime.now(UTC))

    def unlisted_people(self, limit: int = 50) -> Sequence[dict[str, Any]]:
        """Whom the roster does not know, with their personal data: for the eyes that need them only."""
        row = tables.application
        found = select(
            row.c.receipt_number,
            row.c.person_claim,
            row.c.proxy_claim,
            row.c.subject,
            row.c.event_id,
        ).where((row.c.person_claim != "") | (row.c.proxy_claim != ""))
        return self._rows(found.order_by(row.c.event_id.desc()).limit(limit))

    def residents(self, limit: int = 50) -> Sequence[dict[str, Any]]:
        """Residents with their personal data: for the eyes that need them only."""
        row = tables.resident
        return self._rows(select(row).order_by(row.c.resident_id).limit(limit))

    def _rows(self, query: Any) -> Sequence[dict[str, Any]]:  # noqa: ANN401  (select's type has no short name)
        with self._database.reading() as connection:
            return [dict(line) for line in connection.execute(query).mappings()]


def _check_enrolment(device_id: str, prefix: str, region: str, public_key: bytes) -> None:
    if not _DEVICE_ID.fullmatch(device_id):
        raise EnrolmentRefused("the device id is not letters, digits, - and _")
    if not _PREFIX.fullmatch(prefix):
        raise EnrolmentRefused("the receipt prefix is not a letter and two letters or digits")
    if prefix == PRACTICE_PREFIX:
        raise EnrolmentRefused("the receipt prefix ZZZ marks what was only practised")
    if not _REGION.fullmatch(region):
        raise EnrolmentRefused("the region code is not 12 digits")
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise EnrolmentRefused("the public key is not 32 bytes")
