"""Use case: find a resident by the number of a card or of the keypad."""

from dataclasses import dataclass
from datetime import date

from kiosk.clock import Clock, site_date
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.resident import Resident
from kiosk.services.store import Store


@dataclass(frozen=True, slots=True)
class FindResident:
    """Look a number up in the roster snapshot."""

    store: Store
    clock: Clock

    def parse(self, number: str) -> CitizenId:
        """Check a number.

        Raises:
            InvalidCitizenId: with the fault to say.
        """
        return CitizenId.parse(number, self._today())

    def find(self, citizen_id: CitizenId) -> Resident | None:
        """The resident of that number, or None when the roster does not know it.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return transaction.residents.find(citizen_id)

    def _today(self) -> date:
        """The later of the clock and the roster's date: a dead clock must not call residents unborn."""
        with self.store.transaction() as transaction:
            as_of = transaction.residents.as_of()
        now = self.clock.now()
        return site_date(max(now, as_of) if as_of else now)
