"""``xianglin models``: recognition models are listed, installed and verified."""

import argparse
import re
from pathlib import Path

from kiosk.commands.options import add_verb


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser("models", help="the recognition models of this machine")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = add_verb(verbs, "list", "which there are, what for, under which licence", _list)
    listing.add_argument("--json", action="store_true", help="for programs")
    install = add_verb(verbs, "install", "download models, or take them from a folder", _install)
    install.add_argument("ids", nargs="*", metavar="ID", help="as in the list")
    install.add_argument(
        "--from",
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help="a folder or stick; files are known by their content, whatever they are called",
    )
    install.add_argument("--url", default="", help="another address for one model, https://…")
    install.add_argument(
        "--sha256",
        type=_digest,
        help="what one model must have, where the list knows no digest",
    )
    install.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="where the download may be sent on to; may be repeated",
    )
    install.add_argument(
        "--ca-bundle", type=Path, metavar="PEM", help="who signed a mirror's certificate"
    )
    install.add_argument(
        "--minutes", type=_minutes, default=240.0, help="how long each download may take"
    )
    verify = add_verb(verbs, "verify", "read all that is installed, say what is damaged", _verify)
    verify.add_argument("--json", action="store_true", help="for programs")


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("64 hexadecimal digits")
    return text.lower()


def _minutes(text: str) -> float:
    value = float(text)
    if not 0 < value <= 10_000:
        raise argparse.ArgumentTypeError("between 0 and 10000")
    return value


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.model_desk import print_models

    return print_models(arguments.config, as_json=arguments.json)


def _verify(arguments: argparse.Namespace) -> int:
    from kiosk.model_desk import verify_models

    return verify_models(arguments.config, as_json=arguments.json)


def _install(arguments: argparse.Namespace) -> int:
    from kiosk.commands.options import make_console
    from kiosk.model_desk import Wishes, install_models
    from kiosk.models.installer import Stated

    fault = _usage_fault(arguments)
    if fault:
        make_console().print(fault, markup=False)
        return 2
    stated = Stated(arguments.sha256 or "", arguments.url, frozenset(arguments.allow_host))
    wishes = Wishes(
        tuple(dict.fromkeys(arguments.ids)),
        arguments.folder,
        stated,
        arguments.ca_bundle,
        60 * arguments.minutes,
    )
    return install_models(arguments.config, wishes)


def _usage_fault(arguments: argparse.Namespace) -> str:
    if not arguments.ids and arguments.folder is None:
        return "要装哪个？写编号（xianglin models list 里有），或者用 --from 写文件夹。"
    if (arguments.url or arguments.sha256) and len(arguments.ids) != 1:
        return "--url 和 --sha256 只能用于一个模型：请只写一个编号。"
    if arguments.url and arguments.folder is not None:
        return "--url 和 --from 只能用一个。"
    return ""
