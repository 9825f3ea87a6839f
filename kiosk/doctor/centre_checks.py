"""Checks of the centre and of what waits for it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kiosk.doctor.finding import Finding, Health, explained, good, warning
from kiosk.explain import Label, explain
from sync.connectivity import SyncStatus
from sync.errors import SyncError
from sync.feed_health import FeedHealth

_SHOWN_FAULTS = 5


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
        return warning("queue", fault, "用 xianglin queue list 查看")
    return good("queue", text)


def check_roster(count: int, health: FeedHealth, now: datetime, warning_days: int) -> Finding:
    """How many residents are known, and since when; an old roster is a warning, and everybody is served."""
    if health.roster_as_of is None:
        if count:
            return good("roster", f"{count} 人")
        remedy = "连上中心，或者让送件人把名单带来；没有名单也照常受理"
        return warning("roster", "还没有收到过", remedy)
    text = f"{count} 人，截至 {health.roster_as_of.astimezone():%Y-%m-%d}"
    days = health.stale_roster_days(now, warning_days)
    if days:
        return warning(
            "roster", f"{text}，{days} 天没更新", "连上中心，或者让送件人把名单带来；其间照常受理"
        )
    return good("roster", text)


def check_catalogue(count: int, health: FeedHealth) -> Finding:
    """Which services are offered, and whether what the centre published could be taken over."""
    text = f"{count} 项业务"
    if not health.refusal:
        return good("catalogue", text)
    lines = health.refusal.splitlines()
    more = [f"另有 {len(lines) - _SHOWN_FAULTS} 处"] if len(lines) > _SHOWN_FAULTS else []
    found = "\n".join((f"{text}；中心新发布的用不了：", *lines[:_SHOWN_FAULTS], *more))
    return warning("catalogue", found, "请中心改正后再发布；其间照原来的办")


def _age(oldest_s: float | None) -> str:
    if oldest_s is None:
        return ""
    hours = oldest_s / 3600
    if hours < 1:
        return f"，最早 {oldest_s / 60:.0f} 分钟前"
    return f"，最早 {hours:.0f} 小时前" if hours < 48 else f"，最早 {hours / 24:.0f} 天前"
