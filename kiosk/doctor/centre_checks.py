"""Checks of the centre and of what waits for it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kiosk.doctor.finding import Finding, Health, explained, good, warning
from kiosk.explain import Label, explain
from sync.connectivity import SyncStatus
from sync.errors import SyncError


def check_centre(
    probe: Callable[[], datetime] | None, ca_bundle: str, label: Label
) -> tuple[Finding, datetime | None]:
    """Ask the centre for a signed answer.

    Args:
        probe: gives the centre's time; None when no centre is configured.
        ca_bundle: the configured file of authorities, or an empty text.
        label: gives the words.
    Returns:
        the finding, and the centre's time when it answered.
    """
    if probe is None:
        remedy = "设置 sync.centre_url 和 sync.centre_public_key；其间业务照常受理，存在本机"
        return warning("centre", "没有配置", remedy), None
    if ca_bundle and not Path(ca_bundle).is_file():
        return warning("centre", "没有证书文件", "改正 sync.ca_bundle，或放回这个文件"), None
    try:
        moment = probe()
    except SyncError as error:
        return explained("centre", Health.WARNING, explain(error, label)), None
    return good("centre", "连得上，签名有效"), moment


def check_queue(status: SyncStatus) -> Finding:
    """What waits and what was set aside."""
    text = f"{status.waiting} 件{_age(status.oldest_age_s)}"
    if status.parked:
        return warning("queue", f"{text}；{status.parked} 件被中心退回", "请管理员处理退回的件")
    if status.files_waiting:
        text += f"，{status.files_waiting} 张照片待传"
    if status.files_parked:
        fault = f"{text}；{status.files_parked} 张照片传不上去"
        return warning("queue", fault, "用 xianglin sync --parked 查看")
    return good("queue", text)


def _age(oldest_s: float | None) -> str:
    if oldest_s is None:
        return ""
    hours = oldest_s / 3600
    if hours < 1:
        return f"，最早 {oldest_s / 60:.0f} 分钟前"
    return f"，最早 {hours:.0f} 小时前" if hours < 48 else f"，最早 {hours / 24:.0f} 天前"
