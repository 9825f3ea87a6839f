"""``xianglin keys``: the keys of this machine and of its centre."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser("keys", help="the keys of this machine and of its centre")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    show = verbs.add_parser("show", help="which keys count, and until when")
    take = verbs.add_parser("import", help="take the centre's keys from a file")
    take.add_argument("file", type=Path, metavar="FILE", help="of xianglin central keys --out")
    turn = verbs.add_parser("rotate", help="give this machine a new key")
    for verb, execute in ((show, _show), (take, _import), (turn, _rotate)):
        add_config_option(verb)
        verb.set_defaults(execute=execute)


def _show(arguments: argparse.Namespace) -> int:
    from kiosk.key_desk import show_keys

    return show_keys(arguments.config)


def _import(arguments: argparse.Namespace) -> int:
    from kiosk.key_desk import import_keys

    return import_keys(arguments.config, arguments.file)


def _rotate(arguments: argparse.Namespace) -> int:
    from kiosk.key_desk import rotate_key

    return rotate_key(arguments.config)
