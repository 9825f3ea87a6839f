"""``xianglin receipt``: whether a paper is genuine, without any network."""

import argparse
from pathlib import Path

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("receipt", help="look at a receipt's code")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser(
        "verify",
        help="whether a receipt is genuine, offline",
        description="Without a code and without --image one line is read, as a scanner types it. "
        "Ends with 0: genuine, 3: changed, 4: unknown, 5: cannot be checked offline.",
    )
    add_config_option(verify)
    source = verify.add_mutually_exclusive_group()
    source.add_argument("code", nargs="?", help="the text of the code")
    source.add_argument("--image", type=Path, help="a picture of the paper, JPEG or PNG")
    verify.add_argument(
        "--centre-key",
        default="",
        help="the centre's public key, 64 hexadecimal digits (default: the settings)",
    )
    verify.add_argument(
        "--centre-keys",
        type=Path,
        metavar="FILE",
        help="the centre's keys, of xianglin central keys --out: also papers of its other keys",
    )
    verify.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Say the verdict."""
    from kiosk.receipt_check import verify_code

    return verify_code(
        arguments.config,
        code=arguments.code,
        image=arguments.image,
        centre_key=arguments.centre_key,
        centre_keys=arguments.centre_keys,
    )
