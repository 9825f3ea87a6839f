"""Mistakes put into the centre on purpose. Each stands around the real inbox, so that it survives a new inside."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager

import pytest

from sync.answers import EventResult, EventStatus
from tests.simulation import sim_centre
from tests.simulation.fate import CentreCut
from tests.simulation.sim_centre import MortalCentralDatabase, SimCentre
from tests.simulation.sim_link import is_in

Mutant = Callable[[pytest.MonkeyPatch], None]


def inbox_without_effect(patch: pytest.MonkeyPatch) -> None:
    """The id is remembered first, the effect follows in a transaction of its own."""
    writing = MortalCentralDatabase.writing

    @contextmanager
    def two_steps(self):
        effects = self._centre.later_effects = []
        with writing(self) as connection:
            yield connection
        with self._centre.by_staff() as connection:
            _insert(connection, effects)

    patch.setattr(MortalCentralDatabase, "writing", two_steps)
    patch.setattr(sim_centre, "insert_effects", _put_off)


def effect_without_inbox(patch: pytest.MonkeyPatch) -> None:
    """The effect stands, the id does not: after a crash it is applied again."""
    writing = MortalCentralDatabase.writing

    @contextmanager
    def effect_first(self):
        effects = self._centre.later_effects = []
        try:
            with writing(self) as connection:
                yield connection
        finally:
            with self._centre.by_staff() as connection:
                _insert(connection, effects)

    patch.setattr(MortalCentralDatabase, "writing", effect_first)
    patch.setattr(sim_centre, "insert_effects", _put_off)


def no_unique_key(patch: pytest.MonkeyPatch) -> None:
    """getodk/aggregate #331: nothing says that these bytes were here before."""
    receive = SimCentre.receive

    def forgetful(self, items):
        with self.by_staff() as connection:
            _forget(connection, [i for i in self.keys() if any(is_in(item, i) for item in items)])
        return receive(self, items)

    patch.setattr(SimCentre, "receive", forgetful)


def duplicate_is_applied_again(patch: pytest.MonkeyPatch) -> None:
    """It is known, it is answered as a duplicate, and its effect happens once more."""
    receive = SimCentre.receive

    def twice(self, items):
        results = receive(self, items)
        again = [one.id for one in results if one.status is EventStatus.DUPLICATE]
        known = {event_id: (n, event_id, subject) for n, event_id, subject in self.effects()}
        with self.by_staff() as connection:
            _insert(connection, [known[event_id] for event_id in again if event_id in known])
        return results

    patch.setattr(SimCentre, "receive", twice)


def keys_are_forgotten_after_an_hour(patch: pytest.MonkeyPatch) -> None:
    """As Stripe's keys after a day: too short for a kiosk that is off, and for a van."""
    receive = SimCentre.receive

    def expiring(self, items):
        if not self.effects():
            self.ages = {}
        now = self._now()
        ages = {i: now - self.ages.setdefault(i, now) for i in self.keys()}
        with self.by_staff() as connection:
            _forget(connection, [i for i, age in ages.items() if age.total_seconds() > 3600])
        return receive(self, items)

    patch.setattr(SimCentre, "receive", expiring)


def high_water_mark_decides(patch: pytest.MonkeyPatch) -> None:
    """Replicache's lastMutationID without its strict order: what is below the mark must be known already."""
    receive = SimCentre.receive

    def by_mark(self, items):
        results = []
        for item in items:
            ((mark,),) = self.rows("SELECT hwm FROM device")
            event_id, seq = sim_centre.id_and_seq(item)
            if seq <= mark:
                results.append(EventResult(id=event_id, status=EventStatus.DUPLICATE))
                self._hwm = mark
            else:
                results += receive(self, [item])
        return tuple(results)

    patch.setattr(SimCentre, "receive", by_mark)


def poison_kills_the_batch(patch: pytest.MonkeyPatch) -> None:
    """cht-core #6143: one document, and the user can never recover."""
    receive = SimCentre.receive

    def all_or_nothing(self, items):
        if any(is_in(item, event_id) for item in items for event_id in self.cursed):
            self._hwm = 0
            return tuple(
                EventResult(id=sim_centre.id_and_seq(item)[0], status=EventStatus.LATER)
                for item in items
            )
        return receive(self, items)

    patch.setattr(SimCentre, "receive", all_or_nothing)


def later_holds_nobody(patch: pytest.MonkeyPatch) -> None:
    """The second of a subject is taken though the first of the same batch was put off."""
    receive = SimCentre.receive

    def one_by_one(self, items):
        return tuple(result for item in items for result in receive(self, [item]))

    patch.setattr(SimCentre, "receive", one_by_one)


def answers_before_it_commits(patch: pytest.MonkeyPatch) -> None:
    """200 first, the disk afterwards."""
    receive = SimCentre.receive

    def hasty(self, items):
        try:
            return receive(self, items)
        except CentreCut:
            self.restart()
            self._hwm = 0
            return tuple(
                EventResult(id=sim_centre.id_and_seq(item)[0], status=EventStatus.APPLIED)
                for item in items
            )

    patch.setattr(SimCentre, "receive", hasty)


def _put_off(centre: SimCentre, _connection, rows, *, is_failing: bool) -> None:
    if not is_failing:
        centre.later_effects += rows


def _insert(connection, rows: Sequence[tuple]) -> None:
    if rows:
        connection.executemany("INSERT INTO sim_effect VALUES (?, ?, ?)", list(rows))


def _forget(connection, ids: Sequence[str]) -> None:
    for event_id in ids:
        for table in ("event_key", "inbox"):
            connection.execute(f"DELETE FROM {table} WHERE id = ?", (event_id,))


CENTRE_MUTANTS: tuple[Mutant, ...] = (
    inbox_without_effect,
    effect_without_inbox,
    no_unique_key,
    duplicate_is_applied_again,
    keys_are_forgotten_after_an_hour,
    high_water_mark_decides,
    poison_kills_the_batch,
    later_holds_nobody,
    answers_before_it_commits,
)
