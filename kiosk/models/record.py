"""What was noted when a model was installed, where the manifest alone does not say what must lie there.

A folder that came out of an archive has digests of its files that only the archive, once checked, can tell; a digest
that an administrator stated stands nowhere else. The record is written last, in one step: before it, nothing is
installed. It lies beside the models, so it shows damage, not the work of somebody who may write there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.models.manifest import is_safe_path
from sync.safe_file import make_folder, replace_file

RECORDS = ".records"
_MAXIMUM_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class InstallRecord:
    """One installed model."""

    id: str
    version: str
    sha256: str
    """Of the file or archive that was installed."""
    is_stated: bool
    """The digest was stated by an administrator, not by the manifest."""
    place: str
    """The file's or folder's name in the models folder."""
    digests: Mapping[str, str]
    """SHA-256 by path below the place; a lone file has the empty path."""


def read_record(folder: Path, model_id: str) -> InstallRecord | None:
    """The record of a model; None when there is none that makes sense."""
    try:
        with (folder / RECORDS / f"{model_id}.json").open("rb") as file:
            raw = json.loads(file.read(_MAXIMUM_BYTES))
        record = InstallRecord(
            model_id,
            str(raw["version"]),
            str(raw["sha256"]),
            raw["is_stated"] is True,
            str(raw["place"]),
            {str(path): str(digest) for path, digest in raw["digests"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    is_sound = (
        "/" not in record.place
        and is_safe_path(record.place)
        and bool(record.digests)
        and all(not path or is_safe_path(path) for path in record.digests)
        and all(_SHA256.fullmatch(one) for one in (record.sha256, *record.digests.values()))
    )
    return record if is_sound else None


def write_record(folder: Path, record: InstallRecord) -> None:
    """Note an installation, on the disk when this returns.

    Raises:
        OSError: it cannot be written; the record before it still holds.
    """
    make_folder(folder / RECORDS)
    content = {
        "version": record.version,
        "sha256": record.sha256,
        "is_stated": record.is_stated,
        "place": record.place,
        "digests": dict(record.digests),
    }
    text = json.dumps(content, indent=1, sort_keys=True)
    replace_file(folder / RECORDS / f"{record.id}.json", text.encode())


def remove_record(folder: Path, model_id: str) -> None:
    """Forget an installation.

    Raises:
        OSError: it cannot be removed.
    """
    (folder / RECORDS / f"{model_id}.json").unlink(missing_ok=True)
