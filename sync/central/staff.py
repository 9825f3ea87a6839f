"""Who of the staff did what: written in the transaction in which it is done."""

import getpass
import os
from datetime import datetime

from sqlalchemy import Connection, insert

from sync.central.tables_blobs import staff_action
from sync.events import iso_utc


def note_action(
    connection: Connection, action: str, event_id: str, at: datetime, detail: str = ""
) -> None:
    """Write down what staff answer for; never personal data.

    Args:
        detail: at most 200 characters.
    """
    connection.execute(
        insert(staff_action).values(
            at=iso_utc(at), account=_account(), action=action, event_id=event_id, detail=detail
        )
    )


def _account() -> str:
    try:
        return getpass.getuser()[:64]
    except (OSError, KeyError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
