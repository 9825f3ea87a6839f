"""``xianglin sync``: one exchange with the centre now, without the kiosk's window."""

import argparse

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "sync", help="exchange with the centre once: send, decisions, roster"
    )
    add_config_option(parser)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--parked", action="store_true", help="list the events that the centre refused"
    )
    choice.add_argument("--retry", metavar="ID", help="queue a refused event again and exchange")
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Exchange once, or look after what was refused; 1 when the centre did not answer."""
    from kiosk.exchange import exchange_once, list_parked, retry_parked

    if arguments.parked:
        return list_parked(arguments.config)
    if arguments.retry:
        return retry_parked(arguments.config, arguments.retry)
    return exchange_once(arguments.config)
