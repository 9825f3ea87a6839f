"""``xianglin demo``: the main job with everything embedded."""

import argparse
from pathlib import Path

from kiosk.commands.options import make_console


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "demo", help="one whole visit with an embedded centre and an outage"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("demo-output"), help="screenshots and sounds"
    )
    parser.add_argument(
        "--headless", action="store_true", help="run the visit offscreen even with a display"
    )
    parser.add_argument(
        "--size",
        default="1080x1920",
        help="window size offscreen, such as 1920x1080 (default 1080x1920)",
    )
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Run the demonstration."""
    from kiosk.demo.main import run_demo

    width, _, height = arguments.size.partition("x")
    if not (width.isdigit() and height.isdigit()):
        make_console().print("--size: write width x height in pixels, such as 1080x1920")
        return 2
    return run_demo(
        arguments.output, is_headless=arguments.headless, size=(int(width), int(height))
    )
