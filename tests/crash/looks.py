"""What the product makes of a rebuilt disk, and what of it is a broken promise."""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.storage.attachments import SqliteAttachments
from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.database import has_database, open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed
from kiosk.storage.recovery import open_or_recover
from sync.signing import DeviceSigner, Verifier
from sync.sqlcipher import EncryptedDatabase
from tests.crash.courier_parts import bundles_on
from tests.crash.explorer import Findings, Promises

STATE = "state"
SEALED = b"\x02"
"""First byte of an item that only the centre can open."""


def look(folder: Path, opens: Callable[..., EncryptedDatabase] = open_kiosk_database) -> Findings:
    """Open a state as a start of the kiosk does, and read everything that was ever promised."""
    state = folder / STATE
    if not has_database(state):
        return {"is_empty": True}
    try:
        encrypted = opens(state, "file")
    except Exception as error:  # noqa: BLE001 (whatever it is, the kiosk would not start)
        return {"fault": f"{type(error).__name__}: {error}"}
    try:
        return _contents(encrypted)
    except Exception as error:  # noqa: BLE001 (the same)
        return {"fault": f"{type(error).__name__}: {error}"}
    finally:
        encrypted.close()


def look_repairing(folder: Path) -> Findings:
    """Open a state as a kiosk does that repairs itself."""
    return look(folder, open_or_recover)


def look_at_medium(folder: Path) -> Findings:
    """A kiosk, and the bundles on the stick in it."""
    found = dict(look(folder))
    if "key" in found:
        found["on_medium"] = bundles_on(folder, Verifier(bytes.fromhex(str(found["key"]))))
    return found


def _contents(encrypted: EncryptedDatabase) -> Findings:
    key = DeviceSigner(load_or_make_device_seed(encrypted)).public_key.hex()
    with encrypted.reading() as raw:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in raw.execute(query)]

        requests = rows("SELECT request_id, receipt_number, state FROM service_request")
        events = rows("SELECT id, seq, state, digest, item FROM outbox")
        accepted = rows("SELECT subject FROM audit WHERE kind = 'request.accepted'")
        given = rows("SELECT max(next) - 1 FROM receipt_block")
        pictures = {}
        for request_id, _, state in requests:
            kept = SqliteAttachments(raw).of(request_id)
            pictures[request_id] = [state, len(kept)]
        return {
            "key": key,
            "requests": {row[0]: row[1] for row in requests},
            "states": {row[0]: row[2] for row in requests},
            "events": {row[0]: row[2] for row in events},
            # Erased ones keep their row and their digest.
            "are_items_whole": all(
                hashlib.sha256(row[4]).hexdigest() == row[3]
                or (row[2] == "acknowledged" and not row[4])
                for row in events
            ),
            "unsealed": sum(bool(row[4]) and row[4][:1] != SEALED for row in events),
            "bundles": rows("SELECT bundle, state FROM courier_bundle"),
            "accepted": Counter(row[0] for row in accepted),
            "broken_link": first_broken_link(raw),
            "numbers": len({row[1] for row in requests}) == len(requests),
            "last_number": given[0][0],
            "pictures": pictures,
        }


Rule = Callable[[Any, Promises], str]
"""Gives what is wrong in a few words, or nothing."""


def judge_by(*rules: Rule) -> Rule:
    """Every promise is there exactly once, nothing is half there, and the rules of one scenario hold."""

    def judge(found: Findings, promises: Promises) -> str:
        if "fault" in found:
            return str(found["fault"])
        if found.get("is_empty"):
            return "everything is gone" if promises else ""
        every = (_is_whole, _keeps_promises, *rules)
        return next(filter(None, (rule(found, promises) for rule in every)), "")

    return judge


def _is_whole(found: Any, _promises: Promises) -> str:
    if not found["are_items_whole"] or not found["numbers"]:
        return "an item or a number is not as it was"
    if found["broken_link"] is not None:
        return f"the audit chain is broken at {found['broken_link']}"
    requests = set(found["requests"])
    if requests != set(found["events"]) or Counter(requests) != found["accepted"]:
        return "request, event and audit entry do not agree"
    return ""


def _keeps_promises(found: Any, promises: Promises) -> str:
    for promise in promises:
        if promise.get("key", found["key"]) != found["key"]:
            return "the device has another key"
        accepted = promise.get("accepted")
        if accepted and found["requests"].get(accepted) != promise["receipt"]:
            return f"promised and gone: {promise['receipt']}"
        if accepted and int(str(promise["receipt"]).split("-")[1]) > found["last_number"]:
            return "a receipt number would be given twice"
    return ""


def bundles_are_whole(found: Any, promises: Promises) -> str:
    """A bundle that has its name is whole; one that the ledger calls written is there; nothing left the queue."""
    on_medium = found["on_medium"]
    if -1 in on_medium.values():
        return "half a bundle has a whole one's name"
    if any(state != "queued" for state in found["events"].values()):
        return "an event left the queue by being written to a medium"
    written = {bundle for bundle, state in found["bundles"] if state == "written"}
    if not written <= set(on_medium):
        return "the ledger counts on a bundle that is not there"
    for promise in promises:
        if "exported" in promise and on_medium.get(promise["exported"]) != promise["items"]:
            return "exported and gone"
    return ""


def agrees_with_the_centre(found: Any, promises: Promises) -> str:
    """What the centre has signed for moves request and event, both or neither, and never back."""
    for request_id, state in found["states"].items():
        is_held = found["events"][request_id] == "acknowledged"
        if is_held != (state == "delivered"):
            return "request and event do not agree on the delivery"
    for promise in promises:
        settled = promise.get("settled")
        if settled and found["events"].get(settled) not in ("acknowledged", "parked"):
            return "settled and waiting again"
    return ""


def has_pictures(count: int) -> Rule:
    """An undecided request has all its pictures, and they open; a decided one has none."""

    def rule(found: Any, promises: Promises) -> str:
        decided = {promise["decided"] for promise in promises if "decided" in promise}
        for request_id, (state, kept) in found["pictures"].items():
            if kept != (0 if state == "decided" else count):
                return "pictures and request do not agree"
            if request_id in decided and state != "decided":
                return "decided and open again"
        return ""

    return rule


def is_sealed(but: int = 0) -> Rule:
    """What was accepted can be read by the centre only, but for so many events of the version before."""

    def rule(found: Any, _promises: Promises) -> str:
        return "" if found["unsealed"] <= but else "an event is not sealed"

    return rule


def has_at_least(count: int) -> Rule:
    """So many requests were there before the first call."""

    def rule(found: Any, _promises: Promises) -> str:
        return "" if len(found["requests"]) >= count else "an earlier request is gone"

    return rule
