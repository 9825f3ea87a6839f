"""The documents that the centre publishes: definitions of services and tables of figures, changed as one set."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from sync.central import tables
from sync.central.database import next_number
from sync.central.tables_feeds import published_document
from sync.errors import SyncError
from sync.feed_sinks import PENSION, SERVICE, PublishedDocument

CATALOGUE_VERSION = "catalogue_version"

MAXIMUM_FILE_BYTES = 256 * 1024
MAXIMUM_FILES = 500
_FILE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,70}\.json")
_SERVICE_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_LONGEST_MESSAGE = 2000


class CatalogueUnusable(SyncError):
    """The folder cannot be published; nothing of it was."""

    code = "SYN-321"


Check = Callable[[Sequence[PublishedDocument]], Sequence[str]]
"""Names the faults that only a kiosk's own rules can find."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication changed."""

    changed: int
    withdrawn: int


def read_folder(
    folder: Path, check: Check = lambda _documents: ()
) -> tuple[PublishedDocument, ...]:
    """Read a folder of ``*.json`` files that are to be published together.

    A file with ``id`` and ``version`` is the definition of a service; ``pension-….json`` with ``valid_from`` is a
    table of figures.

    Raises:
        CatalogueUnusable: names every faulty file.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(".json"))
    except OSError as error:
        raise CatalogueUnusable(f"{folder.name}: the folder cannot be read") from error
    if not 0 < len(paths) <= MAXIMUM_FILES:
        raise CatalogueUnusable(f"{folder.name}: 1 to {MAXIMUM_FILES} *.json files are expected")
    found: dict[tuple[str, str], PublishedDocument] = {}
    faults: list[str] = []
    for path in paths:
        try:
            one = _read(path)
        except ValueError as error:
            faults.append(f"{path.name}: {error}")
            continue
        if found.setdefault((one.kind, one.name), one) is not one:
            faults.append(f"{path.name}: {one.name} stands in two files")
    documents = tuple(found.values())
    if not faults:
        faults += check(documents)
    if faults:
        raise CatalogueUnusable("\n".join(faults)[:_LONGEST_MESSAGE])
    return documents


def publish(connection: Connection, documents: Sequence[PublishedDocument]) -> Published:
    """Make this the published set; what is not in it is withdrawn. The same set again changes nothing.

    Raises:
        CatalogueUnusable: a definition changed, but its version did not; nothing may be committed.
    """
    row = published_document
    known = {
        (line["kind"], line["name"]): line
        for line in connection.execute(select(row)).mappings().all()
    }
    faults = [
        f"{one.name}: version {one.version} was published with another text: "
        f'write "version": {one.version + 1}'
        for one in documents
        if one.kind == SERVICE
        and (before := known.get((one.kind, one.name))) is not None
        and not before["is_withdrawn"]
        and before["version"] == one.version
        and before["text"] != one.text
    ]
    if faults:
        raise CatalogueUnusable("\n".join(faults)[:_LONGEST_MESSAGE])
    changed = 0
    for one in documents:
        before = known.pop((one.kind, one.name), None)
        values = {"version": one.version, "text": one.text, "is_withdrawn": False}
        if before is not None and all(before[name] == value for name, value in values.items()):
            continue
        _write(connection, (one.kind, one.name), values, is_new=before is None)
        changed += 1
    gone = [key for key, line in known.items() if not line["is_withdrawn"]]
    for key in gone:
        _write(connection, key, {"text": "", "is_withdrawn": True}, is_new=False)
    return Published(changed, len(gone))


def _write(
    connection: Connection, key: tuple[str, str], values: dict[str, object], *, is_new: bool
) -> None:
    row, counter = published_document, tables.counter
    known = connection.execute(
        select(counter.c.value).where(counter.c.name == CATALOGUE_VERSION)
    ).scalar()
    if known is None:
        connection.execute(insert(counter).values(name=CATALOGUE_VERSION, value=0))
    numbered = {**values, "change": next_number(connection, CATALOGUE_VERSION)}
    kind, name = key
    if is_new:
        connection.execute(insert(row).values(kind=kind, name=name, **numbered))
    else:
        where = (row.c.kind == kind) & (row.c.name == name)
        connection.execute(update(row).where(where).values(numbered))


def _read(path: Path) -> PublishedDocument:
    """Read one file.

    Raises:
        ValueError: why it cannot be published.
    """
    if not _FILE.fullmatch(path.name):
        raise ValueError("a name of small letters, digits, dots, - and _ is expected")
    if path.is_symlink() or not path.is_file():
        raise ValueError("no plain file")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAXIMUM_FILE_BYTES + 1)
    except OSError as error:
        raise ValueError("cannot be read") from error
    if len(content) > MAXIMUM_FILE_BYTES:
        raise ValueError(f"larger than {MAXIMUM_FILE_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("no JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004  (a fault of the file like every other)
    return _document(path, text, value)


def _document(path: Path, text: str, value: dict[str, object]) -> PublishedDocument:
    service_id, version = value.get("id"), value.get("version")
    if isinstance(service_id, str) and _SERVICE_ID.fullmatch(service_id):
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise ValueError('"version" is no number from 1')
        return PublishedDocument(kind=SERVICE, name=service_id, version=version, text=text)
    if path.name.startswith(f"{PENSION}-") and isinstance(value.get("valid_from"), str):
        return PublishedDocument(kind=PENSION, name=path.stem, version=1, text=text)
    raise ValueError('neither a definition with "id" and "version" nor pension-….json')
