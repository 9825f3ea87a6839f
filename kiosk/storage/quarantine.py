"""Where damaged databases are kept, with a report of what was saved out of each; nothing here is ever deleted.

quarantine/20261123T080000Z-3f9a/   kiosk.db, kiosk.db-wal …   the damaged files, as they were
report.json                what was found, recovered and lost; no personal data
seen                       staff have read the report
"""

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sync.safe_file import fsync_directory, make_folder, replace_file

QUARANTINE = "quarantine"
REPORT = "report.json"
SEEN = "seen"
_LARGEST_REPORT = 1024 * 1024

DAMAGED, GONE, WAL_LOST = "damaged", "gone", "wal-lost"
"""Why there is a report: pages that fail their check, no file at all, or a log that somebody removed."""

Range = tuple[int, int]
"""First and last, both included."""


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What staff must know after a repair; numbers and counts only."""

    at: str
    """ISO 8601, by this machine's clock."""
    reason: str
    """``DAMAGED``, ``GONE`` or ``WAL_LOST``."""
    pages: int = 0
    damaged_pages: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    """Recovered rows by table."""
    waiting: int = 0
    """Events that wait to be sent, now."""
    from_copies: int = 0
    """Events that only a copy of the queue still had."""
    lost_receipts: tuple[str, ...] = ()
    """Receipt numbers whose event is lost and that the centre is not known to have: they must be taken in again."""
    missing_receipts: tuple[Range, ...] = ()
    """Receipt counters that were given, or may have been, and of which nothing is left here."""
    skipped_seqs: tuple[Range, ...] = ()
    """Sequence numbers that will not be used: they may have been given."""
    lost_audit: int = 0
    """Audit entries that are only in the quarantined file: the chain ends before a damaged one."""
    folder: str = ""
    """Name of the folder below ``quarantine``."""


def new_folder(state_dir: Path, at: datetime) -> Path:
    """Make a folder for one damaged database.

    Raises:
        OSError: it cannot be made.
    """
    name = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    folder = state_dir / QUARANTINE / name
    make_folder(folder)
    return folder


def keep(files: Sequence[Path], folder: Path) -> None:
    """Give files a second name in the folder; they stay where they are until the caller removes the first.

    Raises:
        OSError: one cannot be kept.
    """
    for path in files:
        if not path.is_file() or path.is_symlink():
            continue
        target = folder / path.name
        try:
            os.link(path, target)
        except OSError:
            # A file system without links: a copy costs room, but loses nothing.
            shutil.copyfile(path, target)
            with target.open("rb+") as file:
                os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            target.chmod(0o600)
    fsync_directory(folder)


def write_report(folder: Path, report: RecoveryReport) -> None:
    """Put the report beside the damaged files; on the disk when this returns.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(asdict(report), indent=2)
    replace_file(folder / REPORT, text.encode())


def reports(state_dir: Path) -> list[RecoveryReport]:
    """Every report, oldest first; one that cannot be read is passed over."""
    found = []
    for folder in sorted((state_dir / QUARANTINE).glob("*/")):
        report = _read(folder / REPORT)
        if report is not None:
            found.append(report)
    return found


def unseen(state_dir: Path) -> list[RecoveryReport]:
    """Reports that staff have not read yet: as long as there is one, the alarm stands."""
    return [
        report
        for report in reports(state_dir)
        if not (state_dir / QUARANTINE / report.folder / SEEN).exists()
    ]


def mark_seen(state_dir: Path) -> int:
    """Staff have read every report; how many were new.

    Raises:
        OSError: it cannot be written down.
    """
    fresh = unseen(state_dir)
    for report in fresh:
        replace_file(state_dir / QUARANTINE / report.folder / SEEN, b"")
    return len(fresh)


def quarantined_bytes(state_dir: Path) -> int:
    """How much room the damaged files take."""
    return sum(
        path.stat().st_size for path in (state_dir / QUARANTINE).glob("*/*") if path.is_file()
    )


def _read(path: Path) -> RecoveryReport | None:
    try:
        with path.open("rb") as file:
            stored: dict[str, Any] = json.loads(file.read(_LARGEST_REPORT))
        pairs = {
            name: tuple((int(first), int(last)) for first, last in stored[name])
            for name in ("missing_receipts", "skipped_seqs")
        }
        receipts = tuple(str(number) for number in stored["lost_receipts"])
        folder = path.parent.name
        return RecoveryReport(**{**stored, **pairs, "lost_receipts": receipts, "folder": folder})
    except (OSError, ValueError, KeyError, TypeError):
        return None
