"""The anonymous score log in its table."""

import logging
from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from kiosk.domain.age_band import AgeBand
from kiosk.domain.identity_evidence import Modality
from kiosk.domain.logged_score import LoggedScore, ScoreKind, ScoreOutcome

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SqliteScoreLog:
    """Lines without order."""

    database: Database

    def add(self, line: LoggedScore) -> None:
        """Keep a line."""
        self.database.execute(
            "INSERT INTO score_log VALUES (randomblob(12), ?, ?, ?, ?, ?, ?, ?)",
            [
                line.day.isoformat(),
                line.engine_id,
                line.similarity,
                line.kind.value,
                line.age_band.value if line.age_band else "",
                line.outcome.value,
                line.modality.value,
            ],
        )

    def all(self) -> tuple[LoggedScore, ...]:
        """Every line, by day; a line that cannot be read is left out and said in the log."""
        rows = self.database.execute(
            "SELECT day, engine_id, similarity, kind, age_band, outcome, modality FROM score_log ORDER BY day, line_id"
        )
        lines = [_line(row) for row in rows]
        broken = sum(line is None for line in lines)
        if broken:
            _log.warning("score log lines unreadable count=%d", broken)
        return tuple(line for line in lines if line is not None)

    def prune(self, before: date, most: int) -> int:
        """Delete lines of days before this one, and the oldest days' above the number; how many."""
        old = self.database.execute("DELETE FROM score_log WHERE day < ?", [before.isoformat()])
        (count,) = self.database.execute("SELECT count(*) FROM score_log").fetchone()
        over = self.database.execute(
            "DELETE FROM score_log WHERE line_id IN "
            "(SELECT line_id FROM score_log ORDER BY day, line_id LIMIT ?)",
            [max(0, int(count) - most)],
        )
        return int(old.rowcount) + int(over.rowcount)


def _line(row: tuple[str, str, float | None, str, str, str, str]) -> LoggedScore | None:
    try:
        return LoggedScore(
            date.fromisoformat(row[0]),
            row[1],
            row[2],
            ScoreKind(row[3]),
            AgeBand(row[4]) if row[4] else None,
            ScoreOutcome(row[5]),
            Modality(row[6]),
        )
    except ValueError:
        return None
