"""``xianglin repair``: move a damaged database aside and go on with what can be read; say what was lost."""

import argparse

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "repair",
        help="move a damaged database aside, recover what can be read, and say what is lost",
        description="A running kiosk repairs by itself at its next start; this does the same by hand. "
        "Nothing is deleted: the damaged files stay in the folder quarantine.",
    )
    add_config_option(parser)
    parser.add_argument(
        "--seen", action="store_true", help="staff have read every report: ends the alarm"
    )
    parser.add_argument("--json", action="store_true", help="for programs: a list of reports")
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Repair where needed and print the reports; 0 when the database is sound now."""
    from kiosk.repair import repair

    return repair(arguments.config, marks_seen=arguments.seen, as_json=arguments.json)
