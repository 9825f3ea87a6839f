"""How values stand in a row: times as UTC ISO 8601 text, structures as canonical JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def moment(text: str | None) -> datetime | None:
    """Read a time."""
    return datetime.fromisoformat(text) if text else None


def moment_text(at: datetime | None) -> str | None:
    """Write a time."""
    return at.isoformat(timespec="milliseconds") if at else None


def to_json(details: Mapping[str, Any]) -> str:
    """Canonical JSON for rows that are hashed."""
    return _ENCODER.encode(dict(details))
