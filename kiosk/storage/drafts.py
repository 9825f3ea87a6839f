"""Draft rows: sealed bytes under a tag; what is in them is not readable here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from kiosk.domain.definition import ServiceDefinition


@dataclass(frozen=True, slots=True)
class SqliteDrafts:
    """Drafts and the definitions that they pin."""

    database: Database

    def put(
        self, tag: str, definition: ServiceDefinition, sealed: bytes, expires_at: datetime
    ) -> None:
        """Store or replace one draft and keep its definition."""
        self.keep_definition(definition)
        self.database.execute(
            "INSERT INTO draft VALUES (?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%f', 'now'), ?) "
            "ON CONFLICT (owner_tag, service_id) DO UPDATE SET definition_digest = excluded.definition_digest, "
            "sealed = excluded.sealed, kept_at = excluded.kept_at, expires_at = excluded.expires_at",
            [tag, definition.id, definition.digest, sealed, expires_at.isoformat()],
        )

    def of(self, tag: str, now: datetime) -> list[tuple[str, bytes]]:
        """Service id and sealed bytes of an owner's drafts that have not expired, newest first."""
        rows = self.database.execute(
            "SELECT service_id, sealed FROM draft WHERE owner_tag = ? AND expires_at > ? ORDER BY kept_at DESC",
            [tag, now.isoformat()],
        )
        return [(row[0], bytes(row[1])) for row in rows]

    def erase(self, tag: str, service_id: str) -> bool:
        """Delete one draft with its pictures; whether there was one."""
        place = [tag, service_id]
        self.database.execute(
            "DELETE FROM draft_photo WHERE owner_tag = ? AND service_id = ?", place
        )
        found = self.database.execute(
            "DELETE FROM draft WHERE owner_tag = ? AND service_id = ? RETURNING 1", place
        ).fetchall()
        return bool(found)

    def purge(self, now: datetime) -> int:
        """Delete what has expired, its pictures, and definitions that nothing needs any more."""
        expired = self.database.execute(
            "SELECT owner_tag, service_id FROM draft WHERE expires_at <= ?", [now.isoformat()]
        ).fetchall()
        for tag, service_id in expired:
            self.erase(tag, service_id)
        self.database.execute(
            "DELETE FROM definition WHERE digest NOT IN (SELECT definition_digest FROM draft) "
            "AND digest NOT IN (SELECT service_digest FROM service_request WHERE state <> 'decided')"
        )
        return len(expired)

    def photo_ids(self, tag: str, service_id: str) -> set[str]:
        """Which pictures are kept."""
        rows = self.database.execute(
            "SELECT sha256 FROM draft_photo WHERE owner_tag = ? AND service_id = ?",
            [tag, service_id],
        )
        return {row[0] for row in rows}

    def photos(self, tag: str, service_id: str) -> Mapping[str, bytes]:
        """The sealed pictures of a draft."""
        rows = self.database.execute(
            "SELECT sha256, sealed FROM draft_photo WHERE owner_tag = ? AND service_id = ?",
            [tag, service_id],
        )
        return {row[0]: bytes(row[1]) for row in rows}

    def put_photo(self, tag: str, service_id: str, digest: str, sealed: bytes) -> None:
        """Store one picture."""
        self.database.execute(
            "INSERT OR REPLACE INTO draft_photo VALUES (?, ?, ?, ?)",
            [tag, service_id, digest, sealed],
        )

    def erase_photo(self, tag: str, service_id: str, digest: str) -> None:
        """Delete one picture."""
        self.database.execute(
            "DELETE FROM draft_photo WHERE owner_tag = ? AND service_id = ? AND sha256 = ?",
            [tag, service_id, digest],
        )

    def keep_definition(self, definition: ServiceDefinition) -> None:
        """Keep the text of a definition for as long as a draft or an open request needs it."""
        self.database.execute(
            "INSERT OR IGNORE INTO definition VALUES (?, ?, ?, ?)",
            [definition.digest, definition.id, definition.version, definition.canonical],
        )

    def definitions(self) -> tuple[tuple[str, str], ...]:
        """Name and text of every kept definition."""
        rows = self.database.execute("SELECT service_id, version, text FROM definition")
        return tuple((f"{row[0]} v{row[1]}", row[2]) for row in rows)
