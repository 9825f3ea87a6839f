"""Use case: after a strong or witnessed success, let the newest picture take the place of one sample."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiosk.clock import Clock
from kiosk.domain.template_update import LEAST_SAMPLES, Proof, may_update
from kiosk.errors import TemplateUnusable
from kiosk.services.ports import Embedding, FaceEngine
from kiosk.services.store import AuditEntry, Store


@dataclass(frozen=True, slots=True)
class UpdateTemplate:
    """The new picture must match the first enrolment, and only one sample is ever another than its."""

    store: Store
    engine_of: Callable[[str], FaceEngine | None]
    """The engine of a template; None when it is not installed."""
    clock: Clock

    def update_face(self, resident_id: str, probe: Embedding, proof: Proof) -> bool:
        """Change what is compared from now on; whether that was done.

        Args:
            resident_id: who was verified.
            probe: the accepted picture's embedding, of the engine of the template.
            proof: what the visit proved.
        Raises:
            StorageError.
        """
        now = self.clock.now()
        with self.store.transaction() as transaction:
            since = transaction.templates.since(resident_id)
            if since is None or not may_update(since.changed_at, now, proof):
                return False
            engine = self.engine_of(since.engine_id)
            try:
                anchor = transaction.templates.anchor(resident_id)
                if anchor is None or engine is None or len(anchor.vectors) < LEAST_SAMPLES:
                    return False
                if not engine.compare(probe, anchor).is_match:
                    return False
                # As many samples as before: what was measured with three says nothing of four.
                vectors = (*anchor.vectors[:-1], probe.astype("<f4").tobytes())
                transaction.templates.change(resident_id, replace(anchor, vectors=vectors), now)
            except TemplateUnusable:
                return False
            transaction.audit(
                AuditEntry(
                    "face.updated",
                    resident_id,
                    {"engine": since.engine_id, "witnessed": proof.is_witnessed},
                )
            )
        return True
