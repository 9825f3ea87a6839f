"""Use case: who of the enrolled residents looks like this face? For two questions only, both asked by staff.

Is this person enrolled already, under another number; and whom should staff look up next. It proves nothing: among
many people somebody always looks alike, so each candidate carries how many would by chance.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kiosk.domain.false_match import chance_of_false_match, expected_false_matches
from kiosk.domain.identity_evidence import Score
from kiosk.errors import TemplateUnusable
from kiosk.services.ports import Embedding, FaceEngine, FaceTemplate
from kiosk.services.store import AuditEntry, Store

MOST_CANDIDATES = 5
NOT_COMPARED = float("-inf")
_PAGE = 100
"""Templates opened in one transaction: a kiosk beside it must be able to write in between."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One resident who looks alike."""

    resident_id: str
    similarity: float
    """Greater is more alike."""
    is_match: bool
    """Whether a check of this one person would take the face for theirs."""
    far_bound: float | None
    """Of strangers at most this share looks so much alike, with 95 % confidence; None when no data show it."""
    people: int
    """Among how many it was found."""

    @property
    def expected_false(self) -> float | None:
        """How many of them would look so much alike by chance, at most."""
        return (
            None if self.far_bound is None else expected_false_matches(self.far_bound, self.people)
        )

    @property
    def chance_of_any_false(self) -> float | None:
        """How likely at least one of them would."""
        return (
            None if self.far_bound is None else chance_of_false_match(self.far_bound, self.people)
        )


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The most alike first."""

    people: int
    """How many residents were compared."""
    candidates: tuple[Candidate, ...]

    @property
    def matches(self) -> tuple[Candidate, ...]:
        """Those whom a check of one person would accept."""
        return tuple(one for one in self.candidates if one.is_match)


@dataclass(frozen=True, slots=True)
class _Alike:
    resident_id: str
    samples: int
    similarity: float
    is_match: bool


@dataclass(frozen=True, slots=True)
class SearchResident:
    """Compares with every template of the engine; nobody is accepted by it."""

    store: Store
    engine: FaceEngine
    far_bound: Callable[[Score], float | None]
    """What the calibration shows of a similarity."""

    def shortlist(self, probes: tuple[Embedding, ...], *, leave_out: str = "") -> Shortlist:
        """The residents who look most alike; that somebody searched is audited, and not for whom.

        Args:
            probes: pictures of one person; the one that is most alike counts.
            leave_out: the resident who is being enrolled.
        Raises:
            StorageError.
        """
        found = [
            _Alike(resident_id, len(template.vectors), *self._nearest(probes, template))
            for resident_id, template in self._templates()
            if resident_id != leave_out
        ]
        with self.store.transaction() as transaction:
            transaction.audit(AuditEntry("face.searched", "", {"people": len(found)}))
        found.sort(key=lambda one: -one.similarity)
        return Shortlist(
            len(found),
            tuple(
                Candidate(
                    one.resident_id,
                    one.similarity,
                    one.is_match,
                    self._bound(one, len(probes)),
                    len(found),
                )
                for one in found[:MOST_CANDIDATES]
                if one.similarity > NOT_COMPARED
            ),
        )

    def _templates(self) -> Iterator[tuple[str, FaceTemplate]]:
        after: str | None = ""
        while after is not None:
            with self.store.transaction() as transaction:
                page = transaction.templates.page(self.engine.engine_id, after, _PAGE)
            yield from page.templates
            after = page.next_after

    def _nearest(self, probes: tuple[Embedding, ...], template: FaceTemplate) -> tuple[float, bool]:
        try:
            compared = [self.engine.compare(probe, template) for probe in probes]
        except TemplateUnusable:
            return NOT_COMPARED, False
        best = min(compared, key=lambda comparison: comparison.score)
        return -best.score, best.is_match

    def _bound(self, alike: "_Alike", probes: int) -> float | None:
        score = Score(self.engine.engine_id, alike.similarity, alike.samples)
        bound = self.far_bound(score)
        # Each further picture is one more chance for a stranger.
        return None if bound is None else min(1.0, bound * probes)
