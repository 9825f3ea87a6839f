"""Services as data: what a tile shows and how much proof it asks for."""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class CatalogueError(ValueError):
    """A definition file is wrong; every fault is listed."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class ServiceDefinition(BaseModel):
    """One service; a request pins its version and digest, so that a later update never changes what was agreed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z]+\.[a-z_]+$")
    version: int = Field(ge=1)
    title: str = Field(min_length=2, max_length=14)
    """Characters on screen."""
    icon: str = Field(pattern=r"^[a-z_]+$")
    order: int = Field(ge=0)
    """Place on the services page; smaller first."""
    assurance: int = Field(ge=0, le=3)
    required_factors: int = Field(ge=0, le=3)
    """How many independent proofs the kiosk asks for before it submits without a provisional mark."""
    offline: Literal["accepted", "roster", "local"]
    priority: int = Field(ge=1, le=3)
    """Upload priority, 1 first."""
    digest: str = ""
    """SHA-256 of the definition's canonical JSON; computed at load."""


def parse_definition(text: str, source: str) -> ServiceDefinition:
    """Check one definition.

    Args:
        text: JSON.
        source: the file's name, for messages.
    Raises:
        CatalogueError: every fault of the file at once.
    """
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise CatalogueError((f"{source}:{error.lineno}: {error.msg}",)) from error
    try:
        definition = ServiceDefinition.model_validate(raw)
    except ValidationError as error:
        faults = tuple(
            f"{source}: {'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise CatalogueError(faults) from error
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return definition.model_copy(update={"digest": hashlib.sha256(canonical.encode()).hexdigest()})


class Catalogue:
    """The services of this kiosk, in the order of the services page."""

    def __init__(self, definitions: tuple[ServiceDefinition, ...]) -> None:
        ids = [definition.id for definition in definitions]
        doubles = tuple(
            sorted({f"two definitions of {name}" for name in ids if ids.count(name) > 1})
        )
        if doubles:
            raise CatalogueError(doubles)
        self._by_id = {definition.id: definition for definition in definitions}

    def services(self) -> tuple[ServiceDefinition, ...]:
        """All services, first tile first."""
        return tuple(
            sorted(self._by_id.values(), key=lambda definition: (definition.order, definition.id))
        )

    def find(self, service_id: str) -> ServiceDefinition | None:
        """The definition of that id, or None."""
        return self._by_id.get(service_id)
