"""Use case: keep what checks of face and voice scored, not whose they were, to calibrate and to see who is shut out."""

import logging
from dataclasses import dataclass
from datetime import date

from kiosk.clock import Clock, site_date
from kiosk.domain.age_band import AgeBand
from kiosk.domain.identity_evidence import Modality
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
class BiometricNote:
    """What a flow tells of one check."""

    birth_date: date
    """For the age band; it is not kept."""
    outcome: ScoreOutcome
    is_confirmed: bool
    """The person's card was on the reader besides."""
    engine_id: str = ""
    similarity: float | None = None
    """Of the best comparison; greater is more alike."""
    stranger_similarities: tuple[float, ...] = ()
    """Of the same picture to templates of other residents."""
    modality: Modality = Modality.FACE


@dataclass(frozen=True, slots=True)
class NoteScore:
    """Writes to the score log."""

    store: Store
    clock: Clock

    def note(self, note: BiometricNote) -> None:
        """Keep one check and prune; a log that cannot be written never stops a visit."""
        today = site_date(self.clock.now())
        band = AgeBand.on(note.birth_date, today)
        kind = ScoreKind.CONFIRMED if note.is_confirmed else ScoreKind.CLAIM
        lines = [
            LoggedScore(
                today,
                note.engine_id,
                _rounded(note.similarity),
                kind,
                band,
                note.outcome,
                note.modality,
            ),
            *(
                LoggedScore(
                    today,
                    note.engine_id,
                    _rounded(similarity),
                    ScoreKind.STRANGER,
                    None,
                    ScoreOutcome.NONE,
                    note.modality,
                )
                for similarity in note.stranger_similarities
            ),
        ]
        try:
            with self.store.transaction() as transaction:
                for line in lines:
                    transaction.score_log.add(line)
                transaction.score_log.prune(today - KEPT_FOR, MOST_KEPT)
        except StorageError as error:
            _log.warning("score not logged code=%s", error.code)


def _rounded(similarity: float | None) -> float | None:
    return None if similarity is None else round(similarity, DECIMALS)
