"""``xianglin staff``: who of the staff may sign in at this machine."""

import argparse

from kiosk.commands.options import add_verb


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser("staff", help="who of the staff may sign in at this machine")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = add_verb(verbs, "add", "let a staff number sign in; asks for the PIN", _add)
    remove = add_verb(verbs, "remove", "let a staff number sign in no more", _remove)
    for verb in (add, remove):
        verb.add_argument("number", metavar="NUMBER", help="four to eight digits")
    add_verb(verbs, "list", "staff numbers, since when, and whose sign-in rests", _list)


def _add(arguments: argparse.Namespace) -> int:
    from kiosk.staff_office import add_staff

    return add_staff(arguments.config, arguments.number)


def _remove(arguments: argparse.Namespace) -> int:
    from kiosk.staff_office import remove_staff

    return remove_staff(arguments.config, arguments.number)


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.staff_office import list_staff

    return list_staff(arguments.config)
