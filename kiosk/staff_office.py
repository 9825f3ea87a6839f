"""The staff of this machine from the command line."""

import getpass
import sys
from pathlib import Path

from rich.table import Table

from kiosk.clock import SITE_TIME_ZONE
from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.domain.staff import StaffFault
from kiosk.errors import StaffNotChanged
from kiosk.runtime import open_runtime
from kiosk.services.staff import StaffList

_LONGEST_LINE = 100


def add_staff(config_path: Path | None, number: str) -> int:
    """Let a number sign in; the PIN is asked for twice, or read from standard input.

    Raises:
        StaffNotChanged, ConfigError, StorageError.
    """
    pin = _ask_pin()
    with open_runtime(load_config(config_path)) as runtime:
        StaffList(runtime.store, runtime.clock).add(number, pin)
    make_console().print(f"工号 {number} 可以在本机登录了。")
    return 0


def remove_staff(config_path: Path | None, number: str) -> int:
    """Let a number sign in no more.

    Raises:
        StaffNotChanged, ConfigError, StorageError.
    """
    with open_runtime(load_config(config_path)) as runtime:
        StaffList(runtime.store, runtime.clock).remove(number)
    make_console().print(f"工号 {number} 不能再在本机登录。")
    return 0


def list_staff(config_path: Path | None) -> int:
    """Show the numbers.

    Raises:
        ConfigError, StorageError.
    """
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        staff = StaffList(runtime.store, runtime.clock).all()
    if not staff:
        console.print("本机还没有工作人员。用 xianglin staff add 工号 来加。")
        return 0
    table = Table("工号", "什么时候加的", "登录")
    for member, until in staff:
        added = f"{member.added_at.astimezone(SITE_TIME_ZONE):%Y-%m-%d}"
        state = f"{until.astimezone(SITE_TIME_ZONE):%m-%d %H:%M} 以后再试" if until else "可以"
        table.add_row(member.number, added, state)
    console.print(table)
    return 0


def _ask_pin() -> str:
    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline(_LONGEST_LINE).strip()
        first = getpass.getpass("六位密码（不显示）：")
        if getpass.getpass("再输一次：") != first:
            raise StaffNotChanged(StaffFault.PIN_DIFFERS.value)
    except (EOFError, UnicodeDecodeError):
        return ""
    return first.strip()
