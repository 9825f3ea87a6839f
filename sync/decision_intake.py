"""Hands decisions to the kiosk, each for itself: one that cannot be taken in is held, and the others go on."""

import logging
from dataclasses import dataclass

from sqlite_utils import Database

from sync.answers import Decision
from sync.canonical import canonical_json
from sync.errors import ListenerFailed
from sync.settlement import SettlementListener, Tally

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DecisionIntake:
    """The same whichever way a decision came; works in the transaction that is open."""

    listener: SettlementListener

    def take(self, database: Database, decision: Decision, tally: Tally) -> None:
        """Take one in, or hold it."""
        try:
            with database.atomic():
                self.listener.decided(database, decision)
                # A newer decision that passed makes an older held one of the same event void.
                database.execute(
                    "DELETE FROM held_decision WHERE event_id = ?", [decision.event_id]
                )
        except Exception as error:
            if not database.conn.in_transaction:
                raise
            logger.error(  # noqa: TRY400  (a traceback could hold personal data)
                "decision on %s held: %s", decision.event_id, type(error).__name__
            )
            tally.has_listener_failed = True
            database.execute(
                """INSERT INTO held_decision VALUES (?, ?, ?) ON CONFLICT (event_id)
                DO UPDATE SET decision = excluded.decision, last_error_code = excluded.last_error_code""",
                [
                    decision.event_id,
                    canonical_json(decision.wire()).decode("utf-8"),
                    ListenerFailed.code,
                ],
            )
        else:
            tally.decisions += 1

    def take_held(self, database: Database, tally: Tally) -> None:
        """Offer again what was held."""
        for (stored,) in database.execute("SELECT decision FROM held_decision").fetchall():
            self.take(database, Decision.model_validate_json(stored), tally)
