"""``xianglin courier``: what waits travels on a stick or in a van, and the centre's report travels back."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_verb


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser(
        "courier", help="carry what waits on a stick or in a van, and bring the report back"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    export = add_verb(
        verbs, "export", "write what waits onto a medium, sealed to the centre", _export
    )
    export.add_argument("folder", type=Path, metavar="FOLDER", help="where the medium is")
    export.add_argument("--label", default="", help="how it is called in the status")
    export.add_argument(
        "--partial",
        action="store_true",
        help="when not all fits: what fits now, the rest next time",
    )
    export.add_argument(
        "--only-new", action="store_true", help="leave out what a van carries already"
    )
    bring = add_verb(verbs, "import", "take receipts, reports and bundles from a medium", _import)
    bring.add_argument("folder", type=Path, metavar="FOLDER", help="where the medium is")
    add_verb(verbs, "deliver", "in a van: bring what it carries to the centre", _deliver)
    serve = add_verb(verbs, "serve", "in a van: wait for kiosks in the local network", _serve)
    serve.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    handing = add_verb(verbs, "handover", "hand over to a van in the local network", _hand_over)
    handing.add_argument(
        "--van", default="", metavar="HOST:PORT", help="where it is (default: looked for)"
    )
    for verb in (serve, handing):
        verb.add_argument(
            "--interface",
            action="append",
            metavar="ADDRESS",
            help="only in the network of this address of the machine; may be repeated",
        )
    status = add_verb(
        verbs, "status", "what was written where, who carries it, what arrived", _status
    )
    status.add_argument("--limit", type=int, default=20, help="at most so many, newest first")


def _export(arguments: argparse.Namespace) -> int:
    from kiosk.courier_desk import export_to

    return export_to(
        arguments.config,
        arguments.folder,
        label=arguments.label,
        is_partial=arguments.partial,
        only_new=arguments.only_new,
    )


def _import(arguments: argparse.Namespace) -> int:
    from kiosk.courier_desk import import_from

    return import_from(arguments.config, arguments.folder)


def _status(arguments: argparse.Namespace) -> int:
    from kiosk.courier_desk import print_status

    return print_status(arguments.config, arguments.limit)


def _deliver(arguments: argparse.Namespace) -> int:
    from kiosk.courier_van import deliver

    return deliver(arguments.config)


def _serve(arguments: argparse.Namespace) -> int:
    from kiosk.courier_van import serve

    return serve(arguments.config, arguments.port, arguments.interface)


def _hand_over(arguments: argparse.Namespace) -> int:
    from kiosk.commands.options import make_console
    from kiosk.courier_van import hand_over
    from sync.courier.discovery import VanAddress

    address = None
    if arguments.van:
        host, _, port = arguments.van.rpartition(":")
        if not host or not port.isdecimal():
            make_console().print("--van: write HOST:PORT, such as 192.168.1.20:40123")
            return 2
        address = VanAddress(host, int(port))
    return hand_over(arguments.config, address, arguments.interface)
