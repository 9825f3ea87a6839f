"""``xianglin central``: the reference centre; needs the extra ``central``."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.config import default_state_dir
from kiosk.failures import EXIT_FAILED, say_to_staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.feed_sinks import PublishedDocument

_EXTRA = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "prometheus_client")
_STATE_VARIABLE = "XIANGLIN_CENTRAL_STATE"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Name the command; what follows it is parsed by the centre's own command line."""
    parser = subparsers.add_parser("central", help="the reference centre", add_help=False)
    parser.set_defaults(execute=lambda _arguments: run_central([]))


def run_central(rest: list[str]) -> int:
    """Hand over to the centre's own command line.

    Raises:
        SyncError: a command failed.
    """
    try:
        # A kiosk has no FastAPI.
        from sync.central import cli
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        say_to_staff('这台机器没有装中心。请运行：pip install "xianglin[central]"')
        return EXIT_FAILED
    parser = argparse.ArgumentParser(prog="xianglin")
    cli.add_central_parser(parser.add_subparsers(), _faults)
    arguments = parser.parse_args(["central", *rest])
    # Not run_central: failures are explained by the one who called.
    arguments.central_command(arguments)
    return 0


def _faults(documents: "Sequence[PublishedDocument]") -> "Sequence[str]":
    """What every kiosk would find wrong, before anything is published."""
    from kiosk.config import KioskConfig
    from kiosk.published import check_published

    # A kiosk with nothing of its own.
    plain = KioskConfig()
    storage = replace(plain.storage, state_dir=os.devnull)
    return check_published(replace(plain, storage=storage), documents)


def log_place(rest: list[str]) -> Path:
    """Where a bug of the centre is written down: in the centre's state folder, when it was named."""
    parser = argparse.ArgumentParser(prog="xianglin central", add_help=False, allow_abbrev=False)
    parser.add_argument("--state-dir", type=Path)
    named: Path | None = parser.parse_known_args(rest)[0].state_dir
    told = os.environ.get(_STATE_VARIABLE)
    return named or (Path(told) if told else default_state_dir())
