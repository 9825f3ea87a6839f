"""The ``xianglin`` command: parse the arguments, run one command, say failures in plain words."""

import argparse
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from kiosk.commands import (
    catalogue,
    central,
    courier,
    demo,
    dialects,
    doctor,
    enrol,
    identity,
    keys,
    models,
    provision,
    queue,
    receipt,
    repair,
    requests,
    run,
    staff,
    sync,
)
from kiosk.failures import command_log, make_output_chinese, no_traceback, state_dir_of, tell

EXIT_INTERRUPTED = 130

COMMANDS = (
    run,
    demo,
    dialects,
    doctor,
    sync,
    queue,
    courier,
    requests,
    receipt,
    repair,
    provision,
    keys,
    models,
    enrol,
    identity,
    staff,
    central,
    catalogue,
)
"""Each module adds its own parser; heavy imports wait until a command runs."""


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(prog="xianglin", description="乡邻：乡村社保自助终端")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_parser(subparsers)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        the exit code: 0 done, 1 failed and explained, 2 wrong usage.
    """
    make_output_chinese()
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["central"]:
        # The centre has a command line, a state folder and words of its own.
        rest = given[1:]
        return _run(lambda: central.run_central(rest), central.log_place(rest), logs=False)
    parsed = make_parser().parse_args(given)
    # Commands without settings, such as the demonstration, have another place for their log or none.
    has_settings = "config" in parsed and parsed.command != "provision"
    config_path: Path | None = parsed.config if has_settings else None
    return _run(lambda: int(parsed.execute(parsed)), state_dir_of(config_path), logs=has_settings)


def _run(command: Callable[[], int], state_dir: Path, *, logs: bool) -> int:
    with no_traceback(state_dir), command_log(state_dir) if logs else nullcontext():
        try:
            return command()
        except KeyboardInterrupt:
            return EXIT_INTERRUPTED
        except Exception as error:  # noqa: BLE001 (the last net: no traceback reaches a person)
            return tell(error, state_dir)


if __name__ == "__main__":
    sys.exit(main())
