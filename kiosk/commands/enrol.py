"""``xianglin enrol``: enrol a resident's face from pictures, on this machine only."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "enrol",
        help="enrol a resident's face from one to five pictures taken with consent; three are better than one",
        description="Asks for the citizen id (or reads it from standard input), so that it is in no command history.",
    )
    add_config_option(parser)
    parser.add_argument("pictures", nargs="+", type=Path, help="pictures of this one person")
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Enrol one resident."""
    from kiosk.enrolment import enrol_from_pictures

    return enrol_from_pictures(arguments.config, arguments.pictures)
