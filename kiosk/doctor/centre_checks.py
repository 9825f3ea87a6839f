"""Checks of the centre and of what waits for it."""

from collections.abc import Callable
from datetime import datetime

from kiosk.doctor.finding import Finding, good, warning
from sync.connectivity import LinkState, SyncStatus, link_state_of
from sync.errors import SyncError

_STATES = {
    LinkState.OFFLINE: "连不上",
    LinkState.CAPTIVE: "回答的不是中心",
    LinkState.CLOCK_FAULT: "本机时钟不准",
    LinkState.NOT_AUTHORISED: "中心不认识这台机器",
    LinkState.PROTOCOL_MISMATCH: "软件版本对不上",
}

_REMEDIES = {
    LinkState.OFFLINE: "检查网线、流量卡和路由器；业务照常受理，先存在本机",
    LinkState.CAPTIVE: "网络要先登录，或被别的网页拦截；换网络或在路由器上登录",
    LinkState.CLOCK_FAULT: "把日期时间校准",
    LinkState.NOT_AUTHORISED: "在中心登记这台机器：xianglin central enrol-device",
    LinkState.PROTOCOL_MISMATCH: "升级本机软件",
}


def check_centre(probe: Callable[[], datetime] | None) -> tuple[Finding, datetime | None]:
    """Ask the centre for a signed answer.

    Args:
        probe: gives the centre's time; None when no centre is configured.
    Returns:
        the finding, and the centre's time when it answered.
    """
    subject = "中心"
    if probe is None:
        return warning(subject, "没有配置", "设置 sync.centre_url 和 sync.centre_public_key"), None
    try:
        moment = probe()
    except SyncError as error:
        state = link_state_of(error)
        remedy = _REMEDIES.get(state, "报告管理员")
        return warning(subject, f"{error.code} {_STATES.get(state, '交换时出错')}", remedy), None
    return good(subject, "连得上，签名有效"), moment


def check_queue(status: SyncStatus) -> Finding:
    """What waits and what was set aside."""
    subject = "待上传"
    age = f"，最早 {status.oldest_age_s / 3600:.0f} 小时前" if status.oldest_age_s else ""
    text = f"{status.waiting} 件{age}"
    if status.parked:
        return warning(subject, f"{text}；{status.parked} 件被中心退回", "请管理员处理退回的件")
    return good(subject, text)
