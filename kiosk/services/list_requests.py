"""Use case: how far are my requests."""

from dataclasses import dataclass

from kiosk.domain.resident import Resident
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.services.store import RequestForm, Store


@dataclass(frozen=True, slots=True)
class ListRequests:
    """Read a resident's requests as this kiosk and the centre's answers know them."""

    store: Store

    def newest_of(self, resident: Resident, limit: int = 4) -> tuple[ServiceRequest, ...]:
        """The newest requests, newest first.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return transaction.requests.newest_of(resident.resident_id, limit)

    def open_of(self, resident: Resident, service_id: str) -> ServiceRequest | None:
        """A verified request for a service that is not decided yet: asking twice would make two."""
        for request in self.newest_of(resident, limit=50):
            is_open = request.state is not RequestState.DECIDED and not request.is_provisional
            if request.service_id == service_id and is_open:
                return request
        return None

    def needing_correction(self, resident: Resident) -> tuple[ServiceRequest, ...]:
        """A resident's requests that the centre wants corrected, longest waiting first.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            return transaction.requests.needing_correction(resident.resident_id)

    def all_needing_correction(self) -> tuple[ServiceRequest, ...]:
        """Everybody's, for staff; also of people whom the roster does not know."""
        with self.store.transaction() as transaction:
            return transaction.requests.all_needing_correction()

    def newest(self, limit: int) -> tuple[ServiceRequest, ...]:
        """Everybody's newest requests, for staff."""
        with self.store.transaction() as transaction:
            return transaction.requests.newest(limit)

    def form_of(self, request: ServiceRequest) -> RequestForm | None:
        """What was answered, so that a correction opens with it; None when it is no longer kept."""
        with self.store.transaction() as transaction:
            return transaction.requests.form_of(request.request_id)

    def get(self, request_id: str) -> ServiceRequest | None:
        """One request by id."""
        with self.store.transaction() as transaction:
            return transaction.requests.get(request_id)
