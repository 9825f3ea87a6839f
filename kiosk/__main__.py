"""The ``xianglin`` command: parse the arguments, run one command, say failures in plain words."""

import argparse
import logging
import sys
from functools import partial
from pathlib import Path

from kiosk.commands import central, demo, doctor, enrol, provision, run, sync
from kiosk.config import default_state_dir
from kiosk.errors import ConfigError, KioskError
from kiosk.logs import LOG_FILE, start_logging, stop_logging

_log = logging.getLogger(__name__)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

COMMANDS = (run, demo, doctor, sync, provision, enrol, central)
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
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given[:1] == ["central"]:
            return central.run_central(given[1:])
        parsed = make_parser().parse_args(given)
        return int(parsed.execute(parsed))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last net: no traceback reaches a person)
        return _explain(error)


def _explain(error: Exception) -> int:
    from accessibility.prompt_catalogue import PromptCatalogue  # noqa: PLC0415 (only for failures)
    from kiosk.explain import code_of, staff_text  # noqa: PLC0415

    code = code_of(error)
    say = partial(print, file=sys.stderr)
    say(f"{code} {staff_text(code, PromptCatalogue.load('zh-CN'))}")
    if isinstance(error, ConfigError):
        for line in error.faults:
            say(f"  {line}")
        return EXIT_USAGE
    if code == KioskError.code:
        place = _write_report(error)
        say(f"  {type(error).__name__}{f'，详情在 {place}' if place else ''}")
    else:
        _log.warning("command failed code=%s type=%s", code, type(error).__name__)
    return EXIT_FAILED


def _write_report(error: Exception) -> Path | None:
    """Log a bug with its traceback, redacted; the place of the log, or None when it cannot be written."""
    state_dir = default_state_dir()
    handler = start_logging(state_dir)
    try:
        _log.error("unexpected error", exc_info=error)
    finally:
        stop_logging(handler)
    return state_dir / "log" / LOG_FILE if handler else None


if __name__ == "__main__":
    sys.exit(main())
