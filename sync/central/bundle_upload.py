"""Bundles that come over the network: one part after another, each taken in as soon as it is whole.

Of a part that is under way the pieces lie in the database, so that any worker can go on.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sync.answers import Problem
from sync.central.bundles import BundleIntake, BundleOutcome
from sync.central.problems import ProblemError, event_problem
from sync.central.tables_bundles import bundle, bundle_piece
from sync.courier.errors import BundleRefused
from sync.courier.manifest import Manifest, SignedManifest
from sync.courier.merkle import MerkleHasher
from sync.courier.messages import MAXIMUM_UPLOAD_PART_BYTES
from sync.courier.records import read_records
from sync.courier.sealed_part import PartName, open_part
from sync.events import iso_utc

logger = logging.getLogger(__name__)

MAXIMUM_OPEN_BUNDLES = 100
"""Of one van; more than it meets kiosks in a month."""
RETRY_AFTER_S = 60
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is wanted next."""

    is_complete: bool = False
    part: int = 0
    offset: int = 0
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class BundleUpload:
    """Takes what vans send."""

    intake: BundleIntake
    after_commit: Callable[[], None] = lambda: None

    def announce(self, van: str, data: bytes) -> tuple[str, Standing]:
        """A manifest has come; says what is wanted of its bundle.

        Returns:
            the bundle's id and what is wanted; a bundle that must not be taken in has a problem.
        Raises:
            ProblemError: 422 when it is no manifest, 429 when the van leaves too many unfinished.
        """
        try:
            signed = SignedManifest.parse(data)
        except BundleRefused as error:
            raise ProblemError(422, "manifest", "The body is no manifest") from error
        manifest = signed.manifest
        if max(part.size for part in manifest.parts) > MAXIMUM_UPLOAD_PART_BYTES:
            problem = event_problem("part-too-large", "A part is too large for the network")
            return manifest.bundle, Standing(problem=problem)
        try:
            self.intake.enrolled(signed)
        except BundleRefused as error:
            return manifest.bundle, Standing(problem=event_problem(error.reason, "Not taken in"))
        self._refuse_flood(van, manifest.bundle)
        self.intake.begin(signed, van)
        self.after_commit()
        return manifest.bundle, self._go_on(manifest.bundle)

    def take_piece(self, bundle_id: str, number: int, offset: int, content: bytes) -> Standing:
        """A piece of a part has come.

        Raises:
            ProblemError: 404 for a bundle that was not announced, 503 when the centre cannot take an event now.
        """
        with self.intake.database.writing() as connection:
            row = _row(connection, bundle_id, is_for_writing=True)
            if row is None:
                raise ProblemError(404, "unknown-bundle", "The bundle was not announced")
            held = _held(connection, bundle_id)
            if not row.is_complete and (number, offset) == (row.parts_taken + 1, held):
                self._keep(connection, _manifest(row), number, held, content)
        self.after_commit()
        return self._go_on(bundle_id)

    def _keep(
        self, connection: Connection, manifest: Manifest, number: int, held: int, content: bytes
    ) -> None:
        if number > len(manifest.parts) or not content:
            return
        if held + len(content) > manifest.parts[number - 1].size:
            raise ProblemError(422, "too-long", "The part is longer than its manifest says")
        connection.execute(
            insert(bundle_piece).values(bundle=manifest.bundle, offset=held, content=content)
        )

    def _go_on(self, bundle_id: str) -> Standing:
        """Take a part in that is whole, and say what is wanted next."""
        with self.intake.database.reading() as connection:
            row = _row(connection, bundle_id)
            held = _held(connection, bundle_id)
        if row is None or row.is_complete:
            return Standing(is_complete=True)
        manifest = _manifest(row)
        number = row.parts_taken + 1
        if number > len(manifest.parts):
            # All was taken in, and it is not what its device signed for.
            return Standing(problem=event_problem(row.problem or "other-records", "Not complete"))
        if held < manifest.parts[number - 1].size:
            return Standing(part=number, offset=held)
        return self._take_in(row, manifest, number)

    def _take_in(self, row: _Row, manifest: Manifest, number: int) -> Standing:
        outcome = BundleOutcome(manifest.bundle, manifest.device, manifest.serial)
        merkle = MerkleHasher.resumed(json.loads(row.peaks) if row.peaks else [])
        if self._digest(manifest.bundle) != manifest.parts[number - 1].sha256:
            self._drop(manifest.bundle)
            problem = event_problem("damaged", "The part is not what its manifest says")
            return Standing(part=number, problem=problem)
        try:
            device = self.intake.enrolled(SignedManifest.parse(row.manifest.encode("utf-8")))
            reader = _Reader(self._pieces(manifest.bundle))
            name = PartName(manifest.bundle_id, number)
            records = read_records(open_part(reader.read, name, self.intake.open))
            self.intake.take_part(device, records, merkle, outcome)
        except BundleRefused as error:
            if error.reason == "later":
                raise ProblemError(
                    503, "not-now", "Try again", {"Retry-After": str(RETRY_AFTER_S)}
                ) from error
            # Its digest is right, so its device wrote it so; the same bytes would not help.
            logger.error("bundle %s part %d: %s", manifest.bundle, number, error.reason)  # noqa: TRY400
            outcome.problem = error.reason
            self.intake.finish(manifest, merkle, outcome)
            return Standing(problem=event_problem(error.reason, "The part cannot be opened"))
        self._note_taken(manifest.bundle, number, merkle)
        if number < len(manifest.parts):
            return Standing(part=number + 1)
        self.intake.finish(manifest, merkle, outcome)
        if outcome.problem:
            return Standing(problem=event_problem(outcome.problem, "Other records than signed for"))
        return Standing(is_complete=True)

    def _note_taken(self, bundle_id: str, number: int, merkle: MerkleHasher) -> None:
        with self.intake.database.writing() as connection:
            # Two vans may bring the same bundle: who was second has changed nothing.
            connection.execute(
                update(bundle)
                .where(bundle.c.id == bundle_id, bundle.c.parts_taken == number - 1)
                .values(
                    parts_taken=number,
                    peaks=json.dumps(merkle.peaks()),
                    changed_at=iso_utc(self.intake.now()),
                )
            )
            connection.execute(delete(bundle_piece).where(bundle_piece.c.bundle == bundle_id))

    def _drop(self, bundle_id: str) -> None:
        with self.intake.database.writing() as connection:
            connection.execute(delete(bundle_piece).where(bundle_piece.c.bundle == bundle_id))

    def _digest(self, bundle_id: str) -> str:
        hasher = hashlib.sha256()
        for piece in self._pieces(bundle_id):
            hasher.update(piece)
        return hasher.hexdigest()

    def _pieces(self, bundle_id: str) -> Iterator[bytes]:
        with self.intake.database.reading() as connection:
            places = connection.execute(
                select(bundle_piece.c.offset)
                .where(bundle_piece.c.bundle == bundle_id)
                .order_by(bundle_piece.c.offset)
            ).scalars()
            offsets = list(places)
        for offset in offsets:
            # One at a time, each in a snapshot of its own: a writer between them is not held up.
            with self.intake.database.reading() as connection:
                content = connection.execute(
                    select(bundle_piece.c.content).where(
                        bundle_piece.c.bundle == bundle_id, bundle_piece.c.offset == offset
                    )
                ).scalar()
            yield bytes(content or b"")

    def _refuse_flood(self, van: str, bundle_id: str) -> None:
        with self.intake.database.reading() as connection:
            unfinished = connection.execute(
                select(func.count())
                .select_from(bundle)
                .where(
                    bundle.c.van == van, bundle.c.is_complete.is_(False), bundle.c.id != bundle_id
                )
            ).scalar_one()
        if unfinished >= MAXIMUM_OPEN_BUNDLES:
            raise ProblemError(429, "too-many", "Too many bundles are unfinished")


class _Reader:
    """Reads pieces as if they were one file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, count: int) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken


def _row(connection: Connection, bundle_id: str, *, is_for_writing: bool = False) -> _Row | None:
    query = select(
        bundle.c.id,
        bundle.c.manifest,
        bundle.c.parts_taken,
        bundle.c.peaks,
        bundle.c.is_complete,
        bundle.c.problem,
    ).where(bundle.c.id == bundle_id)
    return connection.execute(query.with_for_update() if is_for_writing else query).first()


def _held(connection: Connection, bundle_id: str) -> int:
    row = bundle_piece
    last = connection.execute(
        select(row.c.offset, func.length(row.c.content))
        .where(row.c.bundle == bundle_id)
        .order_by(row.c.offset.desc())
        .limit(1)
    ).first()
    return int(last[0]) + int(last[1]) if last is not None else 0


def _manifest(row: _Row) -> Manifest:
    return SignedManifest.parse(row.manifest.encode("utf-8")).manifest
