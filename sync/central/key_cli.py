"""``xianglin central keys | rotate-key | extend-key``: the centre's own keys, shown, given out and changed."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from sync.central.admin import CentralAdmin
from sync.central.keys import SIGNING, CentreKey, CentreKeys
from sync.central.listing import table
from sync.errors import KeyringRefused
from sync.safe_file import replace_file
from sync.sealing import KEMS

AddCommand = Callable[[str, str, Callable[[argparse.Namespace], None]], argparse.ArgumentParser]
OpenAdmin = Callable[[argparse.Namespace], CentralAdmin]

OVERLAP_DAYS = 180
"""A kiosk may lie without a link for a season, and its events are sealed to what it knew before."""
_KINDS: Mapping[str, Sequence[str]] = {"signing": (SIGNING,), "sealing": KEMS}
_COLUMNS = ("kind", "id", "made", "state", "until")


def add_key_commands(add: AddCommand, open_admin: OpenAdmin) -> None:
    """Add all three."""

    def keys(arguments: argparse.Namespace) -> None:
        with open_admin(arguments) as admin:
            found = admin.keys()
        if arguments.out is not None:
            _write(arguments.out, found.document)
        _show(found)

    def rotate(arguments: argparse.Namespace) -> None:
        with open_admin(arguments) as admin:
            found = admin.rotate_keys(
                _KINDS[arguments.kind], timedelta(days=arguments.overlap_days)
            )
        _show(found)
        _say("back the database up now: what is sealed to a new key opens with that key alone")
        if arguments.kind == "signing":
            _say(
                "kiosks of the version before know the old key only: change their settings before it ends"
            )

    def extend(arguments: argparse.Namespace) -> None:
        until = datetime.now(UTC) + timedelta(days=arguments.days)
        with open_admin(arguments) as admin:
            if not admin.extend_key(arguments.key_id, until):
                raise KeyringRefused("no key of this id has an end")
            _show(admin.keys())

    showing = add("keys", "show the centre's keys; --out writes what kiosks are given", keys)
    showing.add_argument("--out", type=Path, metavar="FILE", help="write the signed keyring")
    turning = add("rotate-key", "make a new key; the old one goes on for a while", rotate)
    turning.add_argument("kind", choices=tuple(_KINDS))
    turning.add_argument(
        "--overlap-days",
        type=int,
        default=OVERLAP_DAYS,
        metavar="N",
        help=f"how long the old key still counts (default: {OVERLAP_DAYS})",
    )
    longer = add("extend-key", "let an old key count longer, or again", extend)
    longer.add_argument("key_id", metavar="ID")
    longer.add_argument("--days", type=int, default=30, metavar="N", help="from now (default: 30)")


def _show(keys: CentreKeys) -> None:
    rows = [*(_row(one, "current") for one in keys.live), *(_row(one, "over") for one in keys.over)]
    console = Console()
    console.print(table(f"Keys, document {keys.serial}", rows, _COLUMNS))


def _row(key: CentreKey, state: str) -> dict[str, object]:
    if state == "current" and key.until is not None:
        state = "overlapping"
    return {
        "kind": key.kind,
        "id": key.key_id,
        "made": f"{key.made_at:%Y-%m-%d}",
        "state": state,
        "until": f"{key.until:%Y-%m-%d}" if key.until else "",
    }


def _write(path: Path, document: bytes) -> None:
    try:
        replace_file(path, document)
    except OSError as error:
        raise KeyringRefused(f"{path.name} cannot be written: {error.strerror}") from error
    _say(f"written {path}")


def _say(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)
