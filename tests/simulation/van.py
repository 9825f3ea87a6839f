"""A second path: copies of what waits, carried by hand; delivered whenever; its report comes back even later."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.answers import EventResult, EventStatus
from tests.simulation.fate import CentreCut, Fate
from tests.simulation.sim_centre import SimCentre
from tests.simulation.sim_kiosk import SimKiosk

_TAKEN = (EventStatus.APPLIED, EventStatus.DUPLICATE)


@dataclass
class Van:
    """Carries bundles and reports in any order; each may be lost, or arrive twice."""

    fate: Fate
    bundles: list[Sequence[bytes]] = field(default_factory=list)
    reports: list[tuple[str, Sequence[EventResult]]] = field(default_factory=list)
    """Each with the epoch of the centre that signed it."""

    def load(self, kiosk: SimKiosk) -> None:
        """Export what waits; nothing changes on the kiosk."""
        items = [item for _, item in kiosk.waiting_items()]
        if items:
            self.fate.note("bundle exported", len(items))
            self.bundles.append(items)

    def deliver(self, centre: SimCentre) -> None:
        """Any bundle, not only the oldest; it may be brought once more later."""
        if not self.bundles:
            return
        place = self.fate.random.randrange(len(self.bundles))
        bundle = self.bundles[place]
        if self.fate.is_kind or self.fate.random.random() < 0.8:
            del self.bundles[place]
        if self.fate.strikes("bundle lost", 0.2):
            return
        self.fate.note("bundle delivered", len(bundle))
        try:
            results = centre.receive(bundle)
        except CentreCut:
            centre.restart()
            return
        self.reports.append((centre.epoch, [one for one in results if one.status in _TAKEN]))

    def report(self, kiosk: SimKiosk) -> None:
        """A signed delivery report reaches the kiosk."""
        if self.reports:
            place = self.fate.random.randrange(len(self.reports))
            epoch, results = self.reports.pop(place)
            is_taken = kiosk.settle(epoch, results)
            self.fate.note("report taken in" if is_taken else "report of another epoch refused")
