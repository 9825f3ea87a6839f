"""What one check found, and what to do about it."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.explain import Explanation


class Health(enum.Enum):
    """How bad it is."""

    GOOD = "正常"
    WARNING = "注意"
    FAULT = "故障"


SUBJECTS = {
    "settings": "配置",
    "database": "数据库和密钥",
    "repairs": "修复记录",
    "disk": "磁盘空间",
    "centre": "中心",
    "keys": "钥匙",
    "queue": "待上传",
    "roster": "名单",
    "catalogue": "业务定义",
    "staff": "工作人员",
    "clock": "时钟",
    "face_models": "人脸模型",
    "calibration": "识别校准",
    "models": "另装的模型",
    "voice_models": "声音模型",
    "templates": "登记的脸和声音",
    "camera": "摄像头",
    "microphone": "麦克风",
    "card_reader": "读卡器",
    "printer": "打印机",
    "sound": "语音",
}
"""What can be checked, by the stable name that programs read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the doctor's table."""

    check: str
    """What was checked; a key of ``SUBJECTS``."""
    health: Health
    found: str
    """What is so."""
    remedy: str = ""
    """What staff should do; empty when nothing is to be done."""
    code: str = ""
    """Of the error behind it, if there is one."""


Check = Callable[[], Finding]
"""A check never raises for a fault of the machine; it returns one."""


def good(check: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(check, Health.GOOD, found)


def warning(check: str, found: str, remedy: str, code: str = "") -> Finding:
    """The kiosk serves, but with less."""
    return Finding(check, Health.WARNING, found, remedy, code)


def fault(check: str, found: str, remedy: str, code: str = "") -> Finding:
    """The kiosk cannot promise anything before this is mended."""
    return Finding(check, Health.FAULT, found, remedy, code)


def explained(check: str, health: Health, explanation: Explanation) -> Finding:
    """A row for an error that the kiosk can explain, with everything that must be mended."""
    found = "\n".join((explanation.happened, *explanation.details))
    return Finding(check, health, found, explanation.to_do, explanation.code)
