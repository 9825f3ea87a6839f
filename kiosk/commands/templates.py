"""``xianglin identity withdraw | renew-templates | search``: what is enrolled on this machine."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_verb


def add_template_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    erase = add_verb(
        verbs,
        "withdraw",
        "take a resident's consent back on their word and erase what was enrolled; asks for the citizen id",
        _withdraw,
    )
    what = erase.add_mutually_exclusive_group()
    what.add_argument("--face", action="store_true", help="only the face (default: both)")
    what.add_argument("--voice", action="store_true", help="only the voice")
    add_verb(
        verbs,
        "renew-templates",
        "give every enrolled face and voice a fresh rotation, so that older copies match nothing",
        _renew,
    )
    look = add_verb(
        verbs,
        "search",
        "list who looks most like a face, for staff to look up; says how many would by chance",
        _search,
    )
    look.add_argument("pictures", nargs="+", type=Path, help="pictures of one person")


def _withdraw(arguments: argparse.Namespace) -> int:
    from kiosk.domain.consent import ConsentKind
    from kiosk.template_desk import withdraw

    one = ConsentKind.FACE if arguments.face else ConsentKind.VOICE if arguments.voice else None
    return withdraw(arguments.config, frozenset([one] if one else ConsentKind))


def _renew(arguments: argparse.Namespace) -> int:
    from kiosk.template_desk import renew

    return renew(arguments.config)


def _search(arguments: argparse.Namespace) -> int:
    from kiosk.template_desk import search

    return search(arguments.config, arguments.pictures)
