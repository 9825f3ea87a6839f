"""The ``xianglin`` command: parse the arguments, run one command, say failures in plain words."""

import argparse
import logging
import sys

from kiosk.commands import central, demo, doctor, enrol, provision, run
from kiosk.errors import ConfigError, KioskError
from sync.errors import SyncError

_log = logging.getLogger(__name__)

EXIT_FAILED = 1
EXIT_USAGE = 2

COMMANDS = (run, demo, doctor, provision, enrol, central)
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
    except ConfigError as error:
        for line in error.faults:
            print(f"{error.code} {line}", file=sys.stderr)  # noqa: T201 (a command line's own output)
        return EXIT_USAGE
    except (KioskError, SyncError) as error:
        _log.warning("command failed code=%s", error.code)
        print(f"{error.code} {error}", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
