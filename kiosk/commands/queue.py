"""``xianglin queue``: what waits for the centre, what was set aside and why; without names and numbers of people."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_verb

_STATES = {
    "open": ("parked", "queued"),
    "queued": ("queued",),
    "parked": ("parked",),
    "delivered": ("acknowledged",),
    "all": ("parked", "queued", "acknowledged"),
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser("queue", help="what waits for the centre, what was set aside")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = add_verb(verbs, "list", "events by number, with what each waits for", _list)
    listing.add_argument(
        "--state", choices=tuple(_STATES), default="open", help="default: all not delivered"
    )
    listing.add_argument("--limit", type=_positive, default=50, help="at most so many")
    listing.add_argument(
        "--after", type=int, default=0, metavar="N", help="only behind this number"
    )
    listing.add_argument("--json", action="store_true", help="for programs: a list of events")
    show = add_verb(verbs, "show", "all that is known of one event", _show)
    show.add_argument("id", metavar="ID", help="of the event, or its receipt number")
    show.add_argument(
        "--personal", action="store_true", help="also whose it is; this is written into the audit log"
    )  # fmt: skip
    show.add_argument("--json", action="store_true", help="for programs")
    retry = add_verb(verbs, "retry", "queue again what was set aside", _retry)
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "id", metavar="ID", nargs="*", default=[], help="of events, or receipt numbers"
    )
    which.add_argument("--all", action="store_true", help="all that can be sent again")
    park = add_verb(verbs, "park", "set a waiting event aside by hand", _park)
    park.add_argument("id", metavar="ID", help="of the event, or its receipt number")
    park.add_argument("--reason", required=True, help="one line, shown in lists; nothing personal")
    export = add_verb(
        verbs, "export", "write all that was not delivered, sealed, to a new file", _export
    )
    export.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000:
        raise argparse.ArgumentTypeError("1 … 10000")
    return number


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.queue_desk import list_events
    from sync.outbox import ItemState

    return list_events(
        arguments.config,
        [ItemState(name) for name in _STATES[arguments.state]],
        limit=arguments.limit,
        after_seq=arguments.after,
        as_json=arguments.json,
    )


def _show(arguments: argparse.Namespace) -> int:
    from kiosk.queue_desk import show_event

    return show_event(
        arguments.config, arguments.id, personal=arguments.personal, as_json=arguments.json
    )


def _retry(arguments: argparse.Namespace) -> int:
    from kiosk.queue_desk import retry_events

    return retry_events(arguments.config, arguments.id, everything=arguments.all)


def _park(arguments: argparse.Namespace) -> int:
    from kiosk.queue_desk import park_event

    return park_event(arguments.config, arguments.id, arguments.reason)


def _export(arguments: argparse.Namespace) -> int:
    from kiosk.queue_file import export_queue

    return export_queue(arguments.config, arguments.file)
