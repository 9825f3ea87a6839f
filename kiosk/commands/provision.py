"""``xianglin provision``: give this machine its identity, once."""

import argparse
from pathlib import Path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "provision", help="write the settings file and make the device's key"
    )
    parser.add_argument("--config", type=Path, help="settings file to write")
    parser.add_argument("--state-dir", type=Path, help="folder of the encrypted database")
    parser.add_argument("--device-id", required=True, help="its name at the centre: dev-0007")
    parser.add_argument(
        "--receipt-prefix", required=True, help="three characters, given by the centre"
    )
    parser.add_argument("--region", required=True, help="12-digit code of the village")
    parser.add_argument("--centre-url", default="")
    parser.add_argument(
        "--centre-key", default="", help="the centre's public key, 64 hexadecimal digits"
    )
    parser.add_argument(
        "--centre-keys",
        type=Path,
        metavar="FILE",
        help="the centre's keys, of xianglin central keys --out: events are sealed from the first one on",
    )
    parser.add_argument("--site-name", default="", help="shown on the welcome page")
    parser.add_argument(
        "--key-provider",
        choices=("auto", "systemd", "keyring", "file"),
        default="",
        help="where the database key is kept (default: auto)",
    )
    parser.set_defaults(execute=execute)


def execute(arguments: argparse.Namespace) -> int:
    """Write settings, database and key, and print what the centre must be told."""
    from kiosk.provisioning import provision

    return provision(arguments)
