"""A spoken answer on its way to the check that typed answers pass too."""

from kiosk.domain.form import Form, Place
from kiosk.flows.form.facts import FormFacts


def understood(place: Place, transcript: str, form: Form, facts: FormFacts) -> str | None:
    """What was said, as a page would give it; None when it was not understood."""
    del place, form, facts
    return transcript or None
