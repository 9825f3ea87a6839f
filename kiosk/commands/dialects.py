"""``xianglin dialects``: the dialect packs are listed, checked, tried and measured."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_verb


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser("dialects", help="the dialects that this kiosk understands")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = add_verb(verbs, "list", "which there are, where, and on what they rest", _list)
    listing.add_argument("--province", default="", help="only those of one province, as 四川")
    listing.add_argument("--json", action="store_true", help="for programs")
    check = add_verb(verbs, "check", "read all packs, name every fault", _check)
    check.add_argument("--folder", type=Path, help="of packs that are being edited")
    attempt = add_verb(verbs, "try", "what would be understood, and why", _try)
    attempt.add_argument("dialect", metavar="ID", help="as in the list")
    attempt.add_argument("words", nargs="+", metavar="WORDS", help="characters, or pinyin")
    attempt.add_argument("--yes-no", action="store_true", help="as an answer to a question")
    measure = add_verb(verbs, "measure", "speak every saying with each accent, as text", _measure)
    measure.add_argument("ids", nargs="*", metavar="ID", help="as in the list; all without any")
    measure.add_argument(
        "--noise", type=_share, default=0.0, help="share of syllables misheard at random, 0 to 1"
    )
    measure.add_argument("--seed", type=int, default=1)
    measure.add_argument("--every", type=_count, default=1, help="only each n-th saying")
    measure.add_argument(
        "--local",
        action="store_true",
        help="read the phrases as the dialect does, where its readings are known",
    )
    measure.add_argument(
        "--without-pack", action="store_true", help="listen as a kiosk that knows no dialect"
    )
    measure.add_argument(
        "--mistakes", action="store_true", help="also print what was not accepted as meant"
    )
    measure.add_argument("--json", action="store_true", help="for programs")


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.dialect_desk import print_dialects

    return print_dialects(arguments.province, as_json=arguments.json)


def _check(arguments: argparse.Namespace) -> int:
    from kiosk.dialect_desk import check_dialects

    return check_dialects(arguments.folder)


def _try(arguments: argparse.Namespace) -> int:
    from kiosk.dialect_desk import try_words

    return try_words(arguments.dialect, " ".join(arguments.words), is_yes_no=arguments.yes_no)


def _measure(arguments: argparse.Namespace) -> int:
    from accessibility.understanding.simulation import Trial
    from kiosk.dialect_desk import Wanted, measure_dialects

    trial = Trial(
        arguments.noise,
        arguments.seed,
        arguments.every,
        speaks_locally=arguments.local,
        uses_pack=not arguments.without_pack,
    )
    wanted = Wanted(tuple(arguments.ids), arguments.mistakes, arguments.json)
    return measure_dialects(trial, wanted)
