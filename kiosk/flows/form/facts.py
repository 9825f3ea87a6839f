"""What a form may know: the person, what the roster says of them, the county, the day."""

from dataclasses import dataclass
from datetime import date

from kiosk.clock import site_date
from kiosk.domain.expressions import Lookup
from kiosk.domain.resident_record import NO_RECORD
from kiosk.domain.scope import person_scope
from kiosk.flows.county_tables import CountyTables
from kiosk.flows.visit import Visit
from kiosk.flows.visit_ports import VisitPorts


@dataclass(frozen=True, slots=True, repr=False)
class FormFacts:
    """What checks of answers need beyond the form."""

    today: date
    county: CountyTables
    own_number: str
    """The resident's own citizen id, or ""."""


def form_facts(visit: Visit, ports: VisitPorts) -> FormFacts:
    """The facts of this visit."""
    own = visit.citizen_id.value if visit.citizen_id else ""
    return FormFacts(site_date(ports.clock.now()), ports.county, own)


def form_scope(visit: Visit, ports: VisitPorts) -> Lookup:
    """The names that a definition may use.

    A typed number alone proves nothing: the record stays closed until there is one proof, so that nobody reads
    a neighbour's bank and telephone off the review page.
    """
    person = visit.citizen_id
    resident = visit.resident
    has_proof = visit.evidence.may_be_shown
    return person_scope(
        birth_date=person.birth_date if person else None,
        sex=person.sex if person else None,
        certified_until=resident.certified_until if resident and has_proof else None,
        record=resident.record if resident and has_proof else NO_RECORD,
        today=site_date(ports.clock.now()),
        county=ports.county.facts(),
        is_listed=resident is not None,
        region_code=ports.site.region_code,
    )
