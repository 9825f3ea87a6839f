"""``xianglin central``: the reference centre; needs the extra ``central``."""

import argparse
import importlib.util
import sys


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Name the command; what follows it is parsed by the centre's own command line."""
    parser = subparsers.add_parser("central", help="the reference centre", add_help=False)
    parser.set_defaults(execute=lambda _arguments: run_central([]))


def run_central(rest: list[str]) -> int:
    """Hand over to the centre's own command line."""
    if importlib.util.find_spec("fastapi") is None:
        print('the centre is not installed: pip install "xianglin[central]"', file=sys.stderr)  # noqa: T201
        return 1
    # A kiosk has no FastAPI.
    from sync.central import cli

    parser = argparse.ArgumentParser(prog="xianglin")
    cli.add_central_parser(parser.add_subparsers())
    return cli.run_central(parser.parse_args(["central", *rest]))
