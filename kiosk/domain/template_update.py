"""When what is compared may follow a face that ages: rarely, after strong proof, and never far from the beginning.

Day-to-day change is larger than ageing (two and a half years of 400 people: arXiv 2507.06858), so often is not better;
and whoever passes once by luck must not be able to move a template towards themselves, step by step.
"""

from datetime import datetime, timedelta

from kiosk.domain.identity_policy import Assurance

LEAST_AGE = timedelta(days=30)
"""Between two changes, the enrolment counted as one."""

LEAST_SAMPLES = 2
"""One sample is the newest, the others stay those of the first enrolment: a template of one cannot be changed so."""


def may_update(
    changed_at: datetime, now: datetime, assurance: Assurance, *, is_witnessed: bool
) -> bool:
    """Whether a success is good enough and the last change long enough ago.

    Args:
        changed_at: the last change or the enrolment; a clock that went back since means no.
        now: aware, UTC.
        assurance: what the visit proved.
        is_witnessed: staff saw who it was.
    """
    is_strong = is_witnessed or assurance >= Assurance.STRONG
    return is_strong and now - changed_at >= LEAST_AGE
