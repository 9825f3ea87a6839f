"""``xianglin run``: the kiosk itself."""

import argparse

from kiosk.commands.options import add_config_option


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser("run", help="open the kiosk")
    add_config_option(parser)
    parser.add_argument(
        "--windowed", action="store_true", help="a window instead of the full screen"
    )
    parser.add_argument(
        "--measure-start-up",
        action="store_true",
        help="print the milliseconds to the first painted page as JSON, and end",
    )
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Run the kiosk until it is closed."""
    # Qt is loaded only for the commands that open a window.
    from kiosk.app.start_up import run_kiosk

    return run_kiosk(
        arguments.config,
        is_windowed=arguments.windowed,
        measures_start_up=arguments.measure_start_up,
    )
