"""Options and output that several commands share."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def add_config_option(parser: argparse.ArgumentParser) -> None:
    """``--config FILE``."""
    parser.add_argument(
        "--config",
        type=Path,
        help="settings file (default: XIANGLIN_CONFIG, then the user's data folder)",
    )


def add_verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    execute: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """A command's own command, with ``--config``."""
    parser = verbs.add_parser(name, help=help_text)
    add_config_option(parser)
    parser.set_defaults(execute=execute)
    return parser


def make_console() -> "Console":
    """A console for tables and sentences; no colours where the output is not a terminal."""
    from rich.console import Console

    return Console(highlight=False)


def byte_progress(console: "Console", *, is_shown: bool = True) -> "Progress":
    """A line that tells how many bytes of how many are done, and how long the rest will take; gone afterwards."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not is_shown,
    )
