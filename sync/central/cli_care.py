"""Commands that look after a running centre: how it stands, alarms, erasure."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

from rich.console import Console

from sync.central.admin import CentralAdmin
from sync.central.blob_files import MissingFiles
from sync.central.listing import table

Add = Callable[[str, str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser]
Open = Callable[[argparse.Namespace], CentralAdmin]

_CIVIL_TIME = timezone(timedelta(hours=8))
_LATE_DAYS = 14
"""Photos wait for a fast link or a van; after that somebody should look at the kiosk."""
_ALARM_COLUMNS = (
    "device",
    "kind",
    "seq",
    "kept_id",
    "event_id",
    "times",
    "first_at",
    "last_at",
    "settled_at",
)


def _missing_words(files: MissingFiles) -> str:
    if files.since is None:
        return "all there"
    days = int(files.age_s(datetime.now(UTC)) // 86_400)
    waits = "no kiosk has been able to bring it" if days >= _LATE_DAYS else "on their way"
    return f"{files.count} announced and still to come, the longest for {days} days: {waits}"


def add_care(add: Add, open_admin: Open) -> None:
    """Add the commands.

    Args:
        open_admin: opens the centre that the arguments name.
    """

    def status(_arguments: argparse.Namespace) -> None:
        console = Console()
        with open_admin(_arguments) as admin:
            found = admin.status()
        alarms = ", ".join(f"{count} {kind}" for kind, count in sorted(found.alarms.items()))
        for name, value in (
            ("database", f"{found.kind} {found.version}"),
            ("tables", f"revision {found.revision}"),
            ("epoch", found.epoch),
            ("devices", f"{found.devices}, {found.disabled} of them switched off"),
            ("events", str(found.events)),
            ("alarms", alarms or "none"),
            ("files", _missing_words(found.files)),
        ):
            console.print(f"{name:<9} {value}", markup=False, highlight=False)
        for fault in found.faults:
            console.print(f"FAULT     {fault}", style="red", markup=False, highlight=False)

    def alarms(arguments: argparse.Namespace) -> None:
        console = Console()
        with open_admin(arguments) as admin:
            if arguments.settle:
                count = admin.settle_alarms(arguments.settle)
                console.print(f"settled {count}", highlight=False)
                return
            found = admin.alarms(also_settled=arguments.all)
        if not found:
            console.print("no alarms", highlight=False)
            return
        console.print(table("Alarms", found, _ALARM_COLUMNS))

    def erase(arguments: argparse.Namespace) -> None:
        with open_admin(arguments) as admin:
            if arguments.event_id:
                admin.erase(arguments.event_id, is_open_too=arguments.undecided)
                count = 1
            else:
                day = datetime.combine(arguments.decided_before, time(), _CIVIL_TIME)
                count = admin.erase_decided_before(day.astimezone(UTC))
        Console().print(f"erased {count}", highlight=False)

    add("status", "database, tables, devices, alarms, and what is wrong with its settings", status)
    alarm = add(
        "alarms", "items that clash with an event that is kept, such as of a copied disk", alarms
    )
    alarm.add_argument("--all", action="store_true", help="also those that are settled")
    alarm.add_argument(
        "--settle", metavar="DEVICE", help="staff are done with this device's alarms"
    )
    erased = add("erase", "erase what events said; only who they were is kept", erase)
    which = erased.add_mutually_exclusive_group(required=True)
    which.add_argument("event_id", nargs="?", help="one event")
    which.add_argument(
        "--decided-before",
        type=date.fromisoformat,
        metavar="DATE",
        help="all that were decided before this day: 2024-01-01",
    )
    erased.add_argument(
        "--undecided", action="store_true", help="also an application that waits for its decision"
    )
