"""``xianglin doctor``: what is wrong with this machine, and what to do."""

import argparse

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("doctor", help="check this machine and say what to do")
    add_config_option(parser)
    parser.add_argument("--json", action="store_true", help="for programs: a list of findings")
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Check everything; 1 when a fault must be mended before the kiosk can serve."""
    from kiosk.doctor.report import print_report

    return print_report(arguments.config, as_json=arguments.json)
