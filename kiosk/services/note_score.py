"""Use case: keep what a face check scored, without whose it was, for calibration and to see who is shut out."""

import logging
from dataclasses import dataclass
from datetime import date

from kiosk.clock import Clock, site_date
from kiosk.domain.age_band import AgeBand
from kiosk.domain.logged_score import (
    DECIMALS,
    KEPT_FOR,
    MOST_KEPT,
    LoggedScore,
    ScoreKind,
    ScoreOutcome,
)
from kiosk.errors import StorageError
from kiosk.services.store import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FaceCheckNote:
    """What a flow tells of one face check."""

    birth_date: date
    """For the age band; it is not kept."""
    outcome: ScoreOutcome
    is_confirmed: bool
    """The person's card was on the reader besides."""
    engine_id: str = ""
    distance: float | None = None
    """Of the best comparison, as the engine gives it; smaller is more alike."""
    stranger_distances: tuple[float, ...] = ()
    """Of the same picture to templates of other residents."""


@dataclass(frozen=True, slots=True)
class NoteScore:
    """Writes to the score log."""

    store: Store
    clock: Clock

    def note(self, note: FaceCheckNote) -> None:
        """Keep one check and prune; a log that cannot be written never stops a visit."""
        today = site_date(self.clock.now())
        band = AgeBand.on(note.birth_date, today)
        kind = ScoreKind.CONFIRMED if note.is_confirmed else ScoreKind.CLAIM
        lines = [
            LoggedScore(
                today, note.engine_id, _similarity(note.distance), kind, band, note.outcome
            ),
            *(
                LoggedScore(
                    today,
                    note.engine_id,
                    _similarity(distance),
                    ScoreKind.STRANGER,
                    None,
                    ScoreOutcome.NONE,
                )
                for distance in note.stranger_distances
            ),
        ]
        try:
            with self.store.transaction() as transaction:
                for line in lines:
                    transaction.score_log.add(line)
                transaction.score_log.prune(today - KEPT_FOR, MOST_KEPT)
        except StorageError as error:
            _log.warning("score not logged code=%s", error.code)


def _similarity(distance: float | None) -> float | None:
    return None if distance is None else round(-distance, DECIMALS)
