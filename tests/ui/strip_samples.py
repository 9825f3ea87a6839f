"""What the status strip may have to say, one thing at a time and all at once; looked at with the pages."""

from dataclasses import dataclass

from kiosk.disk_watch import FULL, REPAIRED
from sync.connectivity import LinkState, SyncStatus

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class StripSample:
    """A status, and words of it that may never give way to others."""

    status: SyncStatus
    said: tuple[str, ...]
    alarm: str = ""


LINK = LinkState

STRIP_SAMPLES: dict[str, StripSample] = {
    "online": StripSample(SyncStatus(LINK.ONLINE), ("网络正常",)),
    "offline": StripSample(
        SyncStatus(LINK.OFFLINE, 3, 0, 2 * DAY_S), ("没有网络", "3件待传", "最早2天前")
    ),
    "old-roster": StripSample(
        SyncStatus(LINK.OFFLINE, 2, 0, 60, stale_roster_days=45),
        ("没有网络", "2件待传", "名单45天没更新"),
    ),
    "very-old-roster": StripSample(
        SyncStatus(LINK.ONLINE, stale_roster_days=26_000), ("网络正常", "名单很久没更新")
    ),
    "refused-catalogue": StripSample(
        SyncStatus(LINK.ONLINE, 1, 0, 5, is_catalogue_refused=True),
        ("网络正常", "1件待传", "新业务装不上"),
    ),
    "photos-waiting": StripSample(
        SyncStatus(LINK.ONLINE, files_waiting=12), ("网络正常", "12张照片待传")
    ),
    "photos-parked": StripSample(
        SyncStatus(LINK.ONLINE, files_waiting=3, files_parked=1),
        ("网络正常", "3张照片待传", "1张照片要处理"),
    ),
    "repaired-database": StripSample(
        SyncStatus(LINK.ONLINE, 2, 0, 300), ("数据库修复过，请看报告", "2件待传"), REPAIRED
    ),
    "full-disk": StripSample(
        SyncStatus(LINK.OFFLINE, 40, 0, 9 * DAY_S), ("磁盘快满了", "40件待传"), FULL
    ),
    "clock-fault": StripSample(
        SyncStatus(LINK.CLOCK_FAULT, 4, 0, 56 * 365 * DAY_S), ("时钟不准", "4件待传")
    ),
    "carried-by-van": StripSample(
        SyncStatus(LINK.OFFLINE, 14, 0, 6 * DAY_S, carried=12),
        ("没有网络", "14件待传", "12件在服务车上", "最早6天前"),
    ),
    "carried-with-photos": StripSample(
        SyncStatus(LINK.OFFLINE, 14, 0, 6 * DAY_S, files_waiting=9, carried=12),
        ("没有网络", "14件待传", "12件在服务车上"),
    ),
    "refused": StripSample(SyncStatus(LINK.ONLINE, 0, 2, None), ("网络正常", "2件要处理")),
    "captive": StripSample(SyncStatus(LINK.CAPTIVE, 2, 1, 7300), ("网络要登录", "1件要处理")),
    "not-authorised": StripSample(
        SyncStatus(LINK.NOT_AUTHORISED, 7, 0, DAY_S), ("中心不认本机", "7件待传")
    ),
    "too-old-program": StripSample(
        SyncStatus(LINK.PROTOCOL_MISMATCH, 7, 0, DAY_S), ("程序要更新", "7件待传")
    ),
    "all-at-once": StripSample(
        SyncStatus(LINK.NOT_AUTHORISED, 9999, 99, 300 * DAY_S, 999, 99, 99, True, 9000),
        ("中心不认本机", "数据库修复过，请看报告", "…"),
        REPAIRED,
    ),
}
