"""Errors of the queue and of synchronisation.

SyncError
├── RetryableSyncError          the link or the centre, not the record: try again later
│   ├── Unreachable             no answer: network down, connection cut
│   │   └── TimedOut            the total time ran out: a smaller batch may pass
│   ├── NotTheCentre            an answer that the centre did not sign: captive portal, proxy page
│   ├── ServerBusy              the centre asks to wait
│   │   ├── RateLimited         this device asked too often
│   │   └── ServerFault         the centre failed on this very request: a smaller batch may pass
│   ├── SenderBusy              another process of this device is sending
│   └── ClockFault              the certificate is not valid yet or not any more: check the clock
├── NotAuthorised               the centre does not accept this device
├── ProtocolMismatch            the centre speaks another version
├── BatchTooLarge               the batch must be split
├── RejectedItem                an item that fails its own checks: signature, seal, framing, size
├── SealError                   sealed bytes do not open, or a sealing key is malformed
├── KeyringRefused              a document of the centre's keys that is not to be believed
├── RotationRefused             the device's key cannot be changed now
├── BlobDamaged                 a file's sealed chunks are not those of the file that was declared
├── ListenerFailed              the kiosk could not take in what the centre said
├── FeedUnusable                a page that the centre signed, but that cannot be read
└── DatabaseError               the encrypted file
    ├── DatabaseFull, DatabaseBusy, DatabaseDamaged, UnsafeSqlite
    ├── KeyUnavailable          the key provider cannot give the key
    │   └── KeyExposed          others can read the key file
    └── WrongKey                the key is not the one that the database was made with
"""

from typing import ClassVar


class SyncError(Exception):
    """Base of every error of this package; ``code`` is stable and spoken to support over the phone."""

    code: ClassVar[str] = "SYN-000"
    is_retryable: ClassVar[bool] = False


class RetryableSyncError(SyncError):
    """The link or the centre is at fault, not the record."""

    code = "SYN-100"
    is_retryable = True


class Unreachable(RetryableSyncError):
    """No answer came: the network is down, the time ran out or the connection was cut."""

    code = "SYN-101"


class TimedOut(Unreachable):
    """The connection stood, but the whole answer did not come within the total time allowed."""

    code = "SYN-105"


class NotTheCentre(RetryableSyncError):
    """An answer came, but not a valid signed one: a captive portal or a proxy's page."""

    code = "SYN-102"


class ServerBusy(RetryableSyncError):
    """The centre asks to come back later."""

    code = "SYN-103"

    def __init__(self, retry_after_s: float | None = None) -> None:
        super().__init__(f"retry after {retry_after_s} s" if retry_after_s is not None else "busy")
        self.retry_after_s = retry_after_s


class RateLimited(ServerBusy):
    """This device asked too often."""

    code = "SYN-107"


class ServerFault(ServerBusy):
    """The centre failed while it worked on this very request; what it holds is unknown."""

    code = "SYN-106"


class SenderBusy(RetryableSyncError):
    """Another process of this device is exchanging with the centre at this moment."""

    code = "SYN-108"


class ClockFault(RetryableSyncError):
    """The centre's certificate is out of its dates as this machine's clock sees them."""

    code = "SYN-104"

    def __init__(self, message: str = "the clock is wrong", problem: str = "") -> None:
        super().__init__(message)
        self.problem = problem
        """The problem type when the centre itself refuses the time; empty when TLS did."""


class NotAuthorised(SyncError):
    """The centre does not know this device or has revoked it."""

    code = "SYN-201"


class ProtocolMismatch(SyncError):
    """The centre does not speak this version of the protocol."""

    code = "SYN-202"


class BatchTooLarge(SyncError):
    """The centre or a proxy refuses a body of this size; the batch must be split."""

    code = "SYN-203"

    def __init__(self, message: str = "", answer: bytes = b"") -> None:
        super().__init__(message)
        self.answer = answer
        """What may be the centre's signed word; whether it is, only the keys tell."""


class RejectedItem(SyncError):
    """An item fails its own checks: framing, size, digest, seal or signature."""

    code = "SYN-301"

    def __init__(self, message: str, reason: str = "malformed") -> None:
        super().__init__(message)
        self.reason = reason
        """The problem's code on the wire, see PROTOCOL.md."""


class SealError(SyncError):
    """Sealed bytes do not open with this key, or a key of the centre is malformed."""

    code = "SYN-306"


class KeyringRefused(SyncError):
    """A keyring that the centre did not sign, that is older than the known one, or of another form."""

    code = "SYN-307"


class RotationRefused(SyncError):
    """The device's key cannot be changed now."""

    code = "SYN-308"


class BlobDamaged(SyncError):
    """The sealed chunks of a file do not open to the file that was declared."""

    code = "SYN-311"


class ListenerFailed(SyncError):
    """The kiosk's own code could not take in an answer; it is kept and offered again."""

    code = "SYN-501"


class FeedUnusable(SyncError):
    """A page that the centre signed cannot be taken in: sealed to another key, or of an unknown shape."""

    code = "SYN-502"


class DatabaseError(SyncError):
    """The encrypted database cannot be used."""

    code = "SYN-400"


class DatabaseFull(DatabaseError):
    """The disk is full: nothing was written."""

    code = "SYN-401"


class DatabaseBusy(DatabaseError):
    """Another process holds the database."""

    code = "SYN-402"
    is_retryable = True


class DatabaseDamaged(DatabaseError):
    """The file is not readable with this key: damaged, or the key of another database."""

    code = "SYN-403"


class UnsafeSqlite(DatabaseError):
    """The linked SQLite can corrupt a WAL database."""

    code = "SYN-404"

    def __init__(self, found: str) -> None:
        super().__init__(f"SQLite {found} is older than 3.51.3")
        self.found = found


class KeyUnavailable(DatabaseError):
    """The key provider cannot give the database key."""

    code = "SYN-405"


class KeyExposed(KeyUnavailable):
    """Others can read the key file; it is not used before its mode is mended."""

    code = "SYN-407"


class WrongKey(DatabaseError):
    """The key provider gives a key, but not the one that this database was made with."""

    code = "SYN-406"
