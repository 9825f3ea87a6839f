"""The devices that may speak with the centre, and the proof that one does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from sync.central import tables
from sync.central.admission import Admission
from sync.central.database import CentralDatabase
from sync.central.device_keys import key_before
from sync.central.problems import ProblemError
from sync.errors import NotAuthorised
from sync.key_announcement import ANNOUNCEMENT_PATH
from sync.request_auth import MAXIMUM_SKEW_S, SignedStatement
from sync.signing import Verifier


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device."""

    id: str
    receipt_prefix: str
    public_key: bytes
    """32 bytes."""
    region_code: str
    enabled: bool
    hwm: int
    """Highest sequence number held."""
    change: int = 0
    """The last change number of its applications."""
    earlier_regions: str = ""
    """With a space between."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Where it stands, and where it stood: its rows have any of these."""
        return (self.region_code, *self.earlier_regions.split())


@dataclass(frozen=True, slots=True)
class Caller:
    """A device that has proved itself in this request."""

    device: Device
    nonce: str
    """Of the request; echoed in the answer."""
    key: Verifier
    """Which of the device's keys signed the request."""


_COLUMNS = tuple(tables.device.c[name] for name in Device.__dataclass_fields__)
# Built once: building a statement costs more than running it, and this one runs twice in each request.
_DEVICE = select(*_COLUMNS).where(tables.device.c.id == bindparam("id"))
_LOCKED_DEVICE = _DEVICE.with_for_update()


def find_device(
    connection: Connection, device_id: str, *, is_locking: bool = False
) -> Device | None:
    """An enrolled device, or None.

    Args:
        is_locking: hold its row until the transaction ends; SQLite's writer holds everything anyway.
    """
    query = _LOCKED_DEVICE if is_locking else _DEVICE
    found = connection.execute(query, {"id": device_id}).first()
    return Device(*found) if found else None


class Authenticator:
    """Tells which device asks."""

    def __init__(
        self, database: CentralDatabase, admission: Admission, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._admission = admission
        self._now = now

    def authenticate(
        self, header: str | None, method: str, path: str, body: bytes | None
    ) -> Caller:
        """Check a request.

        Args:
            body: None for a request that is refused before its body is read.
        Raises:
            ProblemError: 401 without a valid proof, 403 for a device that was switched off, 429 for one that has
                used up its share.
        """
        try:
            signed = SignedStatement(header)
            device = self._enrolled(signed.statement.device)
            key = self._key(device, signed.statement.key, path)
            signed.check(key, method=method, path=path, body=body)
            asked_at = signed.statement.moment()
        except NotAuthorised as error:
            raise ProblemError(401, "not-authorised", str(error)) from error
        if not device.enabled:
            raise ProblemError(403, "device-disabled", "The device was switched off")
        now = self._now()
        if abs((now - asked_at).total_seconds()) > MAXIMUM_SKEW_S:
            raise ProblemError(401, "clock", "The device's clock is too wrong")
        now_ms = int(now.timestamp() * 1000)
        admitted = self._admission.admit(
            device.id, signed.statement.nonce, len(body or b""), now_ms
        )
        if not admitted.is_fresh:
            raise ProblemError(401, "replay", "This request was answered before")
        if admitted.wait_s:
            raise ProblemError(
                429,
                "rate-limited",
                "The device sends more than its share",
                {"Retry-After": str(admitted.wait_s)},
            )
        return Caller(device, signed.statement.nonce, key)

    def _key(self, device: Device, key_id: str, path: str) -> Verifier:
        present = Verifier(device.public_key)
        if key_id == present.key_id or path != ANNOUNCEMENT_PATH:
            return present
        # The answer to an announcement may have been lost: the device tells its new key again with the old one.
        with self._database.reading() as connection:
            before = key_before(connection, device.id, device.public_key)
        return before if before is not None and before.key_id == key_id else present

    def _enrolled(self, device_id: str) -> Device:
        with self._database.reading() as connection:
            device = find_device(connection, device_id)
        if device is None:
            raise NotAuthorised("the device is not enrolled")
        return device
