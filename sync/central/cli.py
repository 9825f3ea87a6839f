"""``xianglin central …``: run the reference centre and do its staff's work."""

import argparse
import binascii
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from sync.answers import DecisionState
from sync.central.admin import CentralAdmin
from sync.central.admission import DeviceLimits
from sync.central.catalogue import Check
from sync.central.cli_care import add_care
from sync.central.courier_cli import add_courier_commands
from sync.central.database_url import FILE_VARIABLE, URL_VARIABLE, told_url
from sync.central.key_cli import add_key_commands
from sync.central.listing import table as _table
from sync.central.server import run
from sync.central.settings import (
    MOST_WORKERS,
    settings_from_environment,
    workers_of_machine,
)
from sync.errors import SyncError
from sync.framing import MAXIMUM_BATCH_BYTES

STATE_VARIABLE = "XIANGLIN_CENTRAL_STATE"
_EXIT_FAILURE = 1


def default_state_dir() -> Path:
    """Where the centre keeps its state when nobody says otherwise."""
    told = os.environ.get(STATE_VARIABLE)
    if told:
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "xianglin-central"
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
    return Path(base) / "xianglin-central"


def add_central_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
    check_catalogue: Check = lambda _documents: (),
) -> argparse.ArgumentParser:
    """Add ``central`` with its own commands; alone it serves.

    Args:
        check_catalogue: names what a kiosk would find wrong with documents that are to be published.
    """
    parser = subparsers.add_parser("central", help="the reference centre", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    _add_common(common, suppress=True)
    _add_common(parser, suppress=False)
    _add_address(parser, suppress=False)
    parser.set_defaults(central_command=_serve)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(
        name: str, help_text: str, action: Callable[[argparse.Namespace], None]
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_text, parents=[common])
        command.set_defaults(central_command=action)
        return command

    _add_address(add("serve", "answer kiosks (the default)", _serve), suppress=True)
    add("public-key", "print the key that kiosks are given", _public_key)
    add(
        "renew-epoch",
        "after a restore: let kiosks send again at once what is missing",
        _renew_epoch,
    )
    enrol = add("enrol-device", "let a kiosk in, or correct its region", _enrol_device)
    enrol.add_argument("--id", required=True, dest="device_id", help="such as dev-0007")
    enrol.add_argument("--prefix", required=True, help="three characters of its receipts: A07")
    enrol.add_argument("--region", required=True, help="12-digit village code")
    enrol.add_argument("--public-key", required=True, help="64 hexadecimal digits")
    enrol.add_argument(
        "--opening-key", default="", help="64 hexadecimal digits, for a kiosk that no link reaches"
    )
    add_courier_commands(add, _admin)
    add_key_commands(add, _admin)
    load = add("load-roster", "take a roster file in", _load_roster)
    load.add_argument("file", type=Path)
    publish = add(
        "load-catalogue", "publish a folder of definitions to all kiosks", _load_catalogue
    )
    publish.add_argument("folder", type=Path, help="*.json; what is not in it is withdrawn")
    publish.set_defaults(check_catalogue=check_catalogue)
    decide = add("decide", "decide on an application in review", _decide)
    decide.add_argument("event_id")
    decide.add_argument("--needs-correction", action="store_true", help="ask for a correction")
    decide.add_argument(
        "--field",
        action="append",
        default=[],
        dest="fields",
        metavar="QUESTION",
        help="a question of the form at fault, with --needs-correction; may be repeated",
    )
    decide.add_argument(
        "--code",
        default="",
        help="stable code; a certification moves the resident's date with 'certified' only, its default",
    )
    decide.add_argument("--text", default="", help="what the resident reads")
    files = add("attachments", "the files of an application", _attachments)
    files.add_argument("event_id")
    files.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write those that are there, opened, for you only",
    )
    add_care(add, _admin)
    show = add("show", "devices and applications, without personal data", _show)
    show.add_argument("--limit", type=int, default=50)
    show.add_argument("--with-residents", action="store_true", help="also names and numbers")
    return parser


def run_central(arguments: argparse.Namespace) -> int:
    """Carry out a parsed command; the exit status."""
    command: Callable[[argparse.Namespace], None] = arguments.central_command
    try:
        command(arguments)
    except SyncError as error:
        Console(stderr=True).print(f"{error.code}: {error}", style="red", markup=False)
        return _EXIT_FAILURE
    return 0


def _add_common(parser: argparse.ArgumentParser, *, suppress: bool) -> None:
    # SUPPRESS: a command's own default must not undo what was said before the command's name.
    def default(value: object) -> object:
        return argparse.SUPPRESS if suppress else value

    parser.add_argument(
        "--state-dir",
        type=Path,
        default=default(None),
        help=f"database and keys (default: ${STATE_VARIABLE} or the user's state folder)",
    )
    parser.add_argument(
        "--key-provider",
        choices=("auto", "systemd", "keyring", "file"),
        default=default("auto"),
        help="where the database key is made at the first start",
    )
    parser.add_argument(
        "--database",
        default=default(None),
        metavar="URL",
        help=f"postgresql://… without a password; one with a password in ${URL_VARIABLE} or in the file "
        f"that ${FILE_VARIABLE} names (default: an encrypted SQLite in the state folder)",
    )


def _add_address(parser: argparse.ArgumentParser, *, suppress: bool) -> None:
    parser.add_argument("--host", default=argparse.SUPPRESS if suppress else "127.0.0.1")
    parser.add_argument(
        "--port",
        type=int,
        default=argparse.SUPPRESS if suppress else 8470,
        help="0 lets the system choose",
    )
    parser.add_argument(
        "--workers",
        type=_count,
        default=argparse.SUPPRESS if suppress else workers_of_machine(),
        help=f"processes that answer (default: one for each processor, at most {MOST_WORKERS}); "
        "on PostgreSQL two for each are a good begin",
    )
    parser.add_argument(
        "--metrics-port",
        type=int,
        metavar="PORT",
        default=argparse.SUPPRESS if suppress else None,
        help="answer Prometheus on this port of the loopback (default: nowhere)",
    )
    parser.add_argument(
        "--device-requests",
        type=_count,
        metavar="N",
        default=argparse.SUPPRESS if suppress else DeviceLimits().requests_per_s,
        help="requests a second that one device may send in the long run",
    )
    parser.add_argument(
        "--device-bytes",
        type=_count,
        metavar="N",
        default=argparse.SUPPRESS if suppress else DeviceLimits().bytes_per_s,
        help="bytes a second that one device may send in the long run",
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("not a number from 1 on")
    return number


def _state_dir(arguments: argparse.Namespace) -> Path:
    told: Path | None = arguments.state_dir
    return told if told is not None else default_state_dir()


def _admin(arguments: argparse.Namespace) -> CentralAdmin:
    return CentralAdmin(_state_dir(arguments), arguments.key_provider, _database(arguments))


def _database(arguments: argparse.Namespace) -> str:
    return told_url(arguments.database, os.environ)


def _serve(arguments: argparse.Namespace) -> None:
    console = Console()
    settings = settings_from_environment(
        _state_dir(arguments),
        arguments.host,
        arguments.port,
        arguments.key_provider,
        _database(arguments),
        arguments.workers,
        _limits(arguments),
        arguments.metrics_port,
    )
    run(settings, lambda url: console.print(f"ready {url}", markup=False, highlight=False))


def _limits(arguments: argparse.Namespace) -> DeviceLimits:
    # A burst of half a minute: a kiosk that was offline for weeks, and nobody else beside it.
    return DeviceLimits(
        requests_per_s=arguments.device_requests,
        requests_at_once=arguments.device_requests * 30,
        bytes_per_s=arguments.device_bytes,
        bytes_at_once=max(arguments.device_bytes * 16, 2 * MAXIMUM_BATCH_BYTES),
    )


def _public_key(arguments: argparse.Namespace) -> None:
    with _admin(arguments) as admin:
        Console().print(admin.centre_public_key().hex(), highlight=False)


def _renew_epoch(arguments: argparse.Namespace) -> None:
    with _admin(arguments) as admin:
        Console().print(admin.renew_epoch(), highlight=False)


def _bytes(digits: str) -> bytes:
    try:
        return binascii.unhexlify(digits)
    except (binascii.Error, ValueError):
        # Of no length that a key has, so it is refused with its words.
        return digits.encode("utf-8", "replace")[:1] or b""


def _enrol_device(arguments: argparse.Namespace) -> None:
    with _admin(arguments) as admin:
        admin.enrol_device(
            arguments.device_id,
            arguments.prefix,
            arguments.region,
            _bytes(arguments.public_key),
            _bytes(arguments.opening_key),
        )
    Console().print(f"enrolled {arguments.device_id}", markup=False, highlight=False)


def _load_roster(arguments: argparse.Namespace) -> None:
    with _admin(arguments) as admin:
        changed = admin.load_roster(arguments.file)
    Console().print(f"{changed} residents changed", highlight=False)


def _load_catalogue(arguments: argparse.Namespace) -> None:
    with _admin(arguments) as admin:
        published = admin.publish(arguments.folder, arguments.check_catalogue)
    Console().print(
        f"{published.changed} documents changed, {published.withdrawn} withdrawn", highlight=False
    )


def _decide(arguments: argparse.Namespace) -> None:
    state = DecisionState.NEEDS_CORRECTION if arguments.needs_correction else DecisionState.DECIDED
    with _admin(arguments) as admin:
        admin.decide(
            arguments.event_id, state, arguments.code, arguments.text, fields=arguments.fields
        )
    Console().print(f"{state.value} {arguments.event_id}", markup=False, highlight=False)


def _attachments(arguments: argparse.Namespace) -> None:
    console = Console()
    with _admin(arguments) as admin:
        if arguments.out is None:
            rows = [
                {
                    "no": one.place,
                    "media type": one.media_type,
                    "bytes": one.size,
                    "state": "complete" if one.is_complete else f"{one.held} bytes so far",
                }
                for one in admin.files(arguments.event_id)
            ]
            console.print(_table("Attachments", rows, tuple(rows[0])))
            return
        written, missing = admin.write_files(arguments.event_id, arguments.out)
    for path in written:
        console.print(str(path), markup=False, highlight=False, soft_wrap=True)
    if missing:
        console.print(f"{len(missing)} still missing", highlight=False)


def _show(arguments: argparse.Namespace) -> None:
    console = Console()
    with _admin(arguments) as admin:
        summary = admin.summary()
        console.print(
            f"{summary.devices} devices, {summary.residents} residents, "
            f"{sum(summary.applications.values())} applications, {summary.rejected} rejected events, "
            f"{summary.files_missing} files still to come",
            highlight=False,
        )
        console.print(_table("Devices", admin.devices(), _DEVICE_COLUMNS))
        console.print(
            _table("Applications", admin.applications(arguments.limit), _APPLICATION_COLUMNS)
        )
        if arguments.with_residents:
            console.print(_table("Residents", admin.residents(arguments.limit), _RESIDENT_COLUMNS))
            unlisted = admin.unlisted_people(arguments.limit)
            console.print(_table("Not on the roster", unlisted, _UNLISTED_COLUMNS))


_DEVICE_COLUMNS = ("id", "receipt_prefix", "region_code", "enabled", "hwm")
_APPLICATION_COLUMNS = (
    "receipt_number",
    "service_id",
    "device",
    "assurance",
    "identity_outcome",
    "attested_by",
    "state",
    "attachments_missing",
    "flags",
    "event_id",
)
_UNLISTED_COLUMNS = ("receipt_number", "person_claim", "proxy_claim", "subject", "event_id")
_RESIDENT_COLUMNS = ("resident_id", "name", "citizen_id", "region_code", "certified_until")
