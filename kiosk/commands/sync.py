"""``xianglin sync``: one exchange with the centre now, without the kiosk's window."""

import argparse

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "sync", help="exchange with the centre once: send, decisions, roster"
    )
    add_config_option(parser)
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Exchange once; 1 when the centre did not answer."""
    from kiosk.exchange import exchange_once

    return exchange_once(arguments.config)
