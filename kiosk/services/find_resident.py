"""Use case: find a resident by the number of a card or of the keypad."""

from dataclasses import dataclass

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
        return CitizenId.parse(number, site_date(self.clock.now()))

    def find(self, citizen_id: CitizenId) -> Resident | None:
        """The resident of that number, or None when the roster does not know it.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return transaction.residents.find(citizen_id)
