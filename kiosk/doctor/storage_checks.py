"""Checks of settings, database, keys, audit chain, disk and clock."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kiosk.doctor.finding import Finding, Health, explained, fault, good, warning
from kiosk.errors import KioskError, StorageBusy
from kiosk.explain import Label, explain
from kiosk.storage import quarantine
from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.ballast import Ballast
from kiosk.storage.database import BALLAST_FILE, RESERVE_BYTES, free_bytes, has_database
from sync.sqlcipher import EncryptedDatabase

_CLOCK_TOLERANCE_S = 300
"""The centre refuses a device whose clock is further off than it allows; this is well below."""


def check_settings(load: Callable[[], object], label: Label) -> Finding:
    """Read the settings; every fault of them is a line."""
    try:
        load()
    except KioskError as error:
        return explained("settings", Health.FAULT, explain(error, label))
    return good("settings", "没有错误")


def check_database(open_database: Callable[[], EncryptedDatabase], label: Label) -> Finding:
    """Open the database: key, integrity, audit chain."""
    try:
        database = open_database()
    except StorageBusy as error:
        return explained("database", Health.WARNING, explain(error, label))
    except KioskError as error:
        return explained("database", Health.FAULT, explain(error, label))
    try:
        with database.reading() as raw:
            broken = first_broken_link(raw)
            accepted = raw.execute("SELECT count(*) FROM service_request").fetchone()[0]
    finally:
        database.close()
    if broken is not None:
        return fault(
            "database", f"审计记录从第 {broken} 条起被改动过", "停止使用，保留现场，报告管理员"
        )
    return good("database", f"完好，已受理 {accepted} 件")


def check_repairs(state_dir: Path) -> Finding:
    """Reports of repairs that staff have not read."""
    fresh = quarantine.unseen(state_dir)
    if not fresh:
        return good("repairs", "没有要看的修复报告")
    lost = sum(len(report.lost_receipts) for report in fresh)
    megabytes = quarantine.quarantined_bytes(state_dir) / 1e6
    found = f"数据库修复过 {len(fresh)} 次，要重新受理 {lost} 件；坏的文件占 {megabytes:.0f} MB"
    return warning("repairs", found, "运行 xianglin repair 看报告，看完加 --seen")


def check_disk(state_dir: Path) -> Finding:
    """Free space, against the reserve below which nothing is promised, and the ballast."""
    free = free_bytes(state_dir)
    text = f"还有 {free / 1e9:.1f} GB" if free >= 1e9 else f"还有 {free / 1e6:.0f} MB"
    if free < RESERVE_BYTES:
        return fault("disk", text, "腾出空间；现在不能受理业务，已受理的事没有丢")
    if free < 16 * RESERVE_BYTES:
        return warning("disk", text, "尽快腾出空间")
    if has_database(state_dir) and not Ballast(state_dir / BALLAST_FILE).is_there():
        # Given up on a full disk, or not made yet: the kiosk makes it at its next start.
        return good("disk", f"{text}（压舱文件还没有，下次启动时建立）")
    return good("disk", text)


def check_clock(now: datetime, floor: datetime | None, centre_time: datetime | None) -> Finding:
    """The clock against the newest record here and the centre's signed time.

    Args:
        now: this machine's clock.
        floor: the time of the newest record; the clock cannot be before it.
        centre_time: the centre's time a moment ago; None when it was not reached.
    """
    local = f"{now.astimezone():%Y-%m-%d %H:%M}"
    if floor is not None and now < floor:
        return fault("clock", f"{local}，比最近一条记录还早", "把日期时间校准")
    if centre_time is None:
        return good("clock", f"{local}（没有连上中心，未对时）")
    drift_s = (now - centre_time).total_seconds()
    if abs(drift_s) > _CLOCK_TOLERANCE_S:
        return warning("clock", f"{local}，和中心相差 {drift_s / 60:.0f} 分钟", "把日期时间校准")
    return good("clock", f"{local}，和中心相差 {abs(drift_s):.0f} 秒")
