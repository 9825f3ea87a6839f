"""Checks of database, keys, audit chain, queue, disk and clock."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kiosk.doctor.finding import Finding, fault, good, warning
from kiosk.errors import KioskError, StorageBusy, StorageDamaged, StorageKeyWrong
from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.database import RESERVE_BYTES, free_bytes
from sync.sqlcipher import EncryptedDatabase

_DAMAGED = "不要删除文件；把整个数据文件夹复制到 U 盘，交给管理员恢复"


def check_database(open_database: Callable[[], EncryptedDatabase]) -> Finding:
    """Open the database: key, integrity, audit chain."""
    subject = "数据库和密钥"
    try:
        database = open_database()
    except StorageKeyWrong as error:
        return fault(
            subject, f"{error.code} 密钥不对或取不到", "恢复原来的密钥文件或凭据，不要新建"
        )
    except StorageDamaged as error:
        return fault(subject, f"{error.code} 文件已损坏", _DAMAGED)
    except StorageBusy as error:
        return warning(subject, f"{error.code} 正被另一个程序使用", "关掉另一个乡邻程序后再查")
    except KioskError as error:
        return fault(subject, f"{error.code} {error}", "检查磁盘和文件夹的权限")
    try:
        with database.reading() as raw:
            broken = first_broken_link(raw)
            accepted = raw.execute("SELECT count(*) FROM service_request").fetchone()[0]
    finally:
        database.close()
    if broken is not None:
        return fault(subject, f"审计记录第 {broken} 条被改动过", "停止使用，报告管理员")
    return good(subject, f"完好，已受理 {accepted} 件")


def check_disk(state_dir: Path) -> Finding:
    """Free space, against the reserve below which nothing is promised."""
    free = free_bytes(state_dir)
    text = f"还有 {free / 1e9:.1f} GB"
    if free < RESERVE_BYTES:
        return fault("磁盘空间", text, "腾出空间；现在不能受理业务")
    if free < 16 * RESERVE_BYTES:
        return warning("磁盘空间", text, "尽快腾出空间")
    return good("磁盘空间", text)


def check_clock(now: datetime, floor: datetime | None, centre_time: datetime | None) -> Finding:
    """The clock against the newest record here and the centre's signed time.

    Args:
        now: this machine's clock.
        floor: the time of the newest record; the clock cannot be before it.
        centre_time: the centre's time a moment ago; None when it was not reached.
    """
    subject = "时钟"
    local = f"{now.astimezone():%Y-%m-%d %H:%M}"
    if floor is not None and now < floor:
        return fault(subject, f"{local}，比最近一条记录还早", "把日期时间校准")
    if centre_time is None:
        return good(subject, f"{local}（没有连上中心，未对时）")
    drift_s = (now - centre_time).total_seconds()
    if abs(drift_s) > 300:
        return warning(subject, f"{local}，和中心相差 {drift_s / 60:.0f} 分钟", "把日期时间校准")
    return good(subject, f"{local}，和中心相差 {drift_s:.0f} 秒")
