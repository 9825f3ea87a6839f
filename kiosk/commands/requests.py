"""``xianglin requests``: what this kiosk accepted and how far it is, for staff; without names and numbers of people."""

import argparse

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("requests", help="what was accepted here, and how far it is")
    add_config_option(parser)
    parser.add_argument(
        "--correction", action="store_true", help="only what the centre wants corrected"
    )
    parser.add_argument("--json", action="store_true", help="for programs: a list of requests")
    parser.add_argument("--limit", type=int, default=50, help="at most so many, newest first")
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Print the list; 0 also when it is empty."""
    from kiosk.request_list import print_requests

    return print_requests(
        arguments.config,
        only_corrections=arguments.correction,
        as_json=arguments.json,
        limit=arguments.limit,
    )
