"""When what is compared may follow a face that ages: rarely, after strong proof, and never far from the beginning.

Day-to-day change is larger than ageing (two and a half years of 400 people: arXiv 2507.06858), so often is not better;
and whoever passes once by luck must not be able to move a template towards themselves, step by step.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.domain.identity_policy import Assurance

LEAST_AGE = timedelta(days=30)
"""Between two changes, the enrolment counted as one."""

LEAST_SAMPLES = 2
"""One sample is the newest, the others stay those of the first enrolment: a template of one cannot be changed so."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What stood behind a success."""

    assurance: Assurance
    is_live: bool = False
    """Presentation attack detection has passed: a photograph in the template would open it for every photograph."""
    is_witnessed: bool = False
    """Staff stood beside the person and answered for who it was."""

    @property
    def is_strong(self) -> bool:
        """Whether a template may follow it."""
        return self.is_witnessed or (self.is_live and self.assurance >= Assurance.STRONG)


def may_update(changed_at: datetime, now: datetime, proof: Proof) -> bool:
    """Whether a success is good enough and the last change long enough ago.

    Args:
        changed_at: the last change or the enrolment; a clock that went back since means no.
        now: aware, UTC.
        proof: of the visit.
    """
    return proof.is_strong and now - changed_at >= LEAST_AGE
