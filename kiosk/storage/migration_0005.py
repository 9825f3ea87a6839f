"""Attachments in sealed chunks: what each file is, stored once, however many requests and questions show it."""

import os

from sqlite_utils import Database

from sync.blob_cipher import SECRET_BYTES, blob_name, seal_file
from sync.blob_tables import make_blob_tables

_NEW_TABLE = """CREATE TABLE attachment (
    sha256 TEXT NOT NULL, request_id TEXT NOT NULL, field TEXT NOT NULL, media_type TEXT NOT NULL,
    size INTEGER NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (sha256, request_id, field))"""


def attachment_chunks(database: Database) -> None:
    """Seal the content of every ``attachment`` row into chunks; the rows keep their order and lose their bytes."""
    make_blob_tables(database)
    database.execute("ALTER TABLE attachment RENAME TO attachment_whole")
    database.execute("DROP INDEX attachment_by_request")
    database.execute(_NEW_TABLE)
    database.execute("CREATE INDEX attachment_by_request ON attachment (request_id)")
    places = database.execute("SELECT rowid FROM attachment_whole ORDER BY rowid").fetchall()
    for (place,) in places:
        # One picture in memory at a time.
        row = database.execute(
            "SELECT sha256, request_id, field, media_type, size, created_at, bytes FROM attachment_whole "
            "WHERE rowid = ?",
            [place],
        ).fetchone()
        database.execute("INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?)", row[:6])
        blob_no = _blob_of(database, row[0], bytes(row[6]), row[5])
        database.execute(
            "INSERT OR IGNORE INTO blob_claim (event_id, blob_no, media_type) VALUES (?, ?, ?)",
            [row[1], blob_no, row[3]],
        )
    database.execute("DROP TABLE attachment_whole")


def _blob_of(database: Database, sha256: str, content: bytes, created_at: str) -> int:
    known = database.execute("SELECT blob_no FROM blob WHERE sha256 = ?", [sha256]).fetchone()
    if known:
        return int(known[0])
    secret = os.urandom(SECRET_BYTES)
    cursor = database.execute(
        "INSERT INTO blob (name, sha256, size, secret, created_at) VALUES (?, ?, ?, ?, ?)",
        [blob_name(secret, sha256), sha256, len(content), secret, created_at],
    )
    blob_no = int(cursor.lastrowid or 0)
    for number, sealed in enumerate(seal_file(secret, content)):
        database.execute("INSERT INTO blob_chunk VALUES (?, ?, ?)", [blob_no, number, sealed])
    return blob_no
