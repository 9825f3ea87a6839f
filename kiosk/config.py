"""Settings: one declaration a key, loaded once, every fault of the file said at once."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kiosk.config_values import DIGIT_PROFILES, did_you_mean, shown_name, value_fault
from kiosk.domain.receipt import PREFIX_PATTERN
from kiosk.errors import ConfigError
from kiosk.identity.thresholds import (
    DEFAULT_FACE_THRESHOLD,
    MAXIMUM_FACE_THRESHOLD,
    MINIMUM_FACE_THRESHOLD,
)
from sync.blob_policy import DEFAULT_FAST_KBIT
from sync.feed_health import ROSTER_WARNING_DAYS

MAXIMUM_FILE_BYTES = 256 * 1024
"""A settings file has some twenty lines; anything near this is another file."""

MAXIMUM_FAULTS = 20
"""As many as a person mends in one go."""

CONFIG_ENVIRONMENT = "XIANGLIN_CONFIG"
"""Names the settings file when no ``--config`` does."""


AUTO = "auto"
"""The kiosk chooses."""

_ONE_LINE = r"[^\x00-\x1f\x7f]{1,30}"
"""What fits its place on a page."""


def _key(default: Any, text: str, **checks: Any) -> Any:  # noqa: ANN401 (dataclasses.field is so typed)
    return field(default=default, metadata={"text": text, **checks})


_SERVICE_IDS = r"([a-z]+\.[a-z_]+( [a-z]+\.[a-z_]+)*)?"


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """[site]: who is here."""

    name: str = _key("乡邻服务站", "欢迎页上的站名", pattern=_ONE_LINE)
    helper_name: str = _key("村里的工作人员", "「找人帮忙」页上写的人", pattern=_ONE_LINE)
    helper_phone: str = _key("12333", "「找人帮忙」页上的电话", pattern=_ONE_LINE)
    hidden_services: str = _key(
        "", "这台机器不办的业务，编号用空格隔开，如 `pension.transfer`", pattern=_SERVICE_IDS
    )
    first_services: str = _key("", "在同类里排在最前面的业务，编号用空格隔开", pattern=_SERVICE_IDS)
    county_file: str = _key("", "县里的数据表（地名、医院、银行）；空着就用演示的例子")


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """[device]: which machine this is; given by the centre."""

    id: str = _key(
        "",
        "中心给这台机器的编号：小写字母、数字和减号，3 到 40 个",
        pattern=r"[a-z0-9][a-z0-9-]{2,39}",
    )
    receipt_prefix: str = _key(
        "", "受理号的前缀：一个大写字母加两个大写字母或数字", pattern=PREFIX_PATTERN.pattern
    )
    region_code: str = _key("", "12 位村级区划代码", pattern=r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class HardwareConfig:
    """[hardware]: what is attached."""

    camera: str = _key(
        "opencv:0",
        "摄像头：`opencv:<编号>`、`file:<图片、文件夹或视频>` 或 `none`",
        pattern=r"none|opencv:[0-9]{1,2}|file:.+",
    )
    microphone: str = _key(
        "none",
        "麦克风：`sounddevice`、`sounddevice:<编号或名字>`、`file:<录音或文件夹>`、"
        "`simulated:<十个数字的录音>` 或 `none`",
        pattern=r"none|sounddevice(:.+)?|file:.+|simulated:.+",
    )
    card_reader: str = _key(
        "none", "读卡器：`simulated:<cards.json>` 或 `none`", pattern=r"none|simulated:.+"
    )
    printer: str = _key(
        "none",
        "打印机：`escpos-file:<设备>`、`escpos-usb:<厂商>:<产品>`、`escpos-network:<地址>`"
        "（后面加 `:58` 或 `:80` 是纸宽）、`pdf:<文件夹>`、`cups:<队列>`、`simulated:<文件夹>` 或 `none`",
        pattern=r"none|(escpos-file|escpos-usb|escpos-network|pdf|cups|simulated):.+",
    )
    audio: str = _key(
        "auto", "声音：`auto`、`none` 或 `record:<文件夹>`", pattern=r"auto|none|record:.+"
    )


@dataclass(frozen=True, slots=True)
class ScreenConfig:
    """[screen]: sizes on screen are millimetres, so the true diagonal matters; EDID often lies."""

    diagonal_in: float = _key(21.5, "屏幕对角线，英寸", minimum=7.0, maximum=65.0)
    viewing_mm: float = _key(600.0, "眼睛到屏幕的距离，毫米", minimum=250.0, maximum=2000.0)
    is_full_screen: bool = _key(True, "占满整个屏幕")


@dataclass(frozen=True, slots=True)
class IdentityConfig:
    """[identity]: how strict the face comparison is."""

    face_threshold: float = _key(
        DEFAULT_FACE_THRESHOLD,
        "随程序的引擎把两张脸算同一个人的最大距离，越小越严；校准的更严就用校准的",
        minimum=MINIMUM_FACE_THRESHOLD,
        maximum=MAXIMUM_FACE_THRESHOLD,
    )
    face_engine: str = _key(
        AUTO,
        "人脸引擎；`auto` 是装好并校准过的里面最好的一个，也可以写引擎的名字",
        pattern=r"auto|[a-z0-9][a-z0-9.-]{1,79}",
    )
    calibration: str = _key(
        "", "本县的校准文件（`xianglin identity calibrate` 写的）；空着就用自带的"
    )
    digit_profile: str = _key(
        "",
        "本地怎么念数字：空着是普通话，"
        + "、".join(f"`{k}` {v}" for k, v in DIGIT_PROFILES.items()),
        choices=("", *DIGIT_PROFILES),
    )
    liveness: str = _key(
        "colours",
        "怎么看出是真人：`colours` 做动作再看屏幕的光，`motions` 只做动作，`off` 不看（人脸只算一个凭证）",
        choices=("colours", "motions", "off"),
    )
    score_log: bool = _key(
        True,
        "记下每次比对的分数，不记是谁、几点，只记日期和年龄段；留一年",
    )
    cross_scores: bool = _key(
        False,
        "认出的再和另外三人的模板各比一次，分数也记下，给本县校准用；同意书上没有这一条，打开之前要先征得同意",
    )


@dataclass(frozen=True, slots=True)
class ModelsConfig:
    """[models]: where recognition models are installed."""

    folder: str = _key("", "识别模型的文件夹；空着就用数据文件夹里的 `models`")


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """[sync]: where the centre is."""

    centre_url: str = _key("", "中心的网址，如 https://centre.example；空着就只排队")
    centre_public_key: str = _key("", "中心的 Ed25519 公钥，64 位十六进制", pattern=r"[0-9a-f]{64}")
    ca_bundle: str = _key("", "签发中心证书的机构，PEM 文件")
    interval_s: float = _key(60.0, "两次交换之间的秒数", minimum=0.2, maximum=3600.0)
    deadline_s: float = _key(
        30.0, "一次交换最多的秒数；网络慢时按大小再加", minimum=1.0, maximum=600.0
    )
    keep_days: float = _key(
        180.0,
        "送达的件，密封的原文在本机留多少天，防中心丢数据；之后只留编号",
        minimum=1.0,
        maximum=3650.0,
    )
    attachments: str = _key(
        "fast",
        "照片什么时候传：`always` 总是，`fast` 网络够快时（慢时每刻钟传一点），`never` 只由送件人带走",
        choices=("always", "fast", "never"),
    )
    attachments_fast_kbit: float = _key(
        DEFAULT_FAST_KBIT, "多快算够快，千比特每秒", minimum=1.0, maximum=100_000.0
    )
    roster_warning_days: int = _key(
        ROSTER_WARNING_DAYS, "名单多少天没更新就提醒工作人员；业务照办", minimum=1, maximum=365
    )


@dataclass(frozen=True, slots=True)
class CourierConfig:
    """[courier]: what travels on a stick or in a van."""

    is_van: bool = _key(False, "这台机器在服务车上：替别的终端捎带")
    lan: bool = _key(False, "连不上中心时，自动交给同一网络里的服务车")
    part_mb: float = _key(16.0, "导出的文件每个最大，MB", minimum=1.0, maximum=4095.0)


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """[storage]: where the encrypted database and its key are."""

    state_dir: str = _key("", "数据库的文件夹；空着就用用户的数据文件夹")
    key_provider: str = _key(
        "auto",
        "数据库密钥放在哪里：`auto`、`systemd`、`keyring` 或 `file`",
        choices=("auto", "systemd", "keyring", "file"),
    )


@dataclass(frozen=True, slots=True)
class KioskConfig:
    """All settings, checked."""

    site: SiteConfig = field(default_factory=SiteConfig)
    device: DeviceConfig = field(default_factory=DeviceConfig)
    hardware: HardwareConfig = field(default_factory=HardwareConfig)
    screen: ScreenConfig = field(default_factory=ScreenConfig)
    identity: IdentityConfig = field(default_factory=IdentityConfig)
    models: ModelsConfig = field(default_factory=ModelsConfig)
    sync: SyncConfig = field(default_factory=SyncConfig)
    courier: CourierConfig = field(default_factory=CourierConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)

    @property
    def state_dir(self) -> Path:
        """Folder of the database."""
        return Path(self.storage.state_dir) if self.storage.state_dir else default_state_dir()

    @property
    def models_folder(self) -> Path:
        """Folder of the installed models."""
        return Path(self.models.folder) if self.models.folder else self.state_dir / "models"

    def windowed(self) -> "KioskConfig":
        """The same settings in a window instead of the full screen."""
        return replace(self, screen=replace(self.screen, is_full_screen=False))

    def assert_provisioned(self) -> None:
        """Refuse to serve before the centre has named this device.

        Raises:
            ConfigError: names what is missing and the command that sets it.
        """
        missing = [
            name
            for name in ("id", "receipt_prefix", "region_code")
            if not getattr(self.device, name)
        ]
        if missing:
            keys = "、".join(f"device.{name}" for name in missing)
            raise ConfigError((f"{keys}：还没有设置；请在这台机器上运行一次 xianglin provision",))


_SECTIONS: dict[str, type] = {
    "site": SiteConfig,
    "device": DeviceConfig,
    "hardware": HardwareConfig,
    "screen": ScreenConfig,
    "identity": IdentityConfig,
    "models": ModelsConfig,
    "sync": SyncConfig,
    "courier": CourierConfig,
    "storage": StorageConfig,
}


def default_state_dir() -> Path:
    """The user's data folder of this platform."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "Xianglin"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "xianglin"


def default_config_path() -> Path:
    """``kiosk.toml`` in the state folder."""
    return default_state_dir() / "kiosk.toml"


def load_config(path: Path | None = None) -> KioskConfig:
    """Read a settings file.

    Args:
        path: TOML; None takes ``XIANGLIN_CONFIG`` or the default place, where a missing file means defaults.
    Raises:
        ConfigError: the file cannot be read, or lists every wrong key with what to write instead.
    """
    named = path or (Path(value) if (value := os.environ.get(CONFIG_ENVIRONMENT)) else None)
    place = named or default_config_path()
    try:
        if named is None and not place.exists():
            return KioskConfig()
        if place.stat().st_size > MAXIMUM_FILE_BYTES:
            raise ConfigError((f"{place.name}：太大，不是设置文件",))
        # utf-8-sig: editors on Windows put a mark before the first letter.
        raw = tomllib.loads(place.read_text("utf-8-sig"))
    except OSError as error:
        fault = f"{place.name}：读不出来（{error.strerror}）；请检查文件和权限"
        raise ConfigError((fault,)) from error
    except UnicodeDecodeError as error:
        raise ConfigError((f"{place.name}：不是 UTF-8 文字；请另存为 UTF-8 编码",)) from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number of 5000 digits
        raise ConfigError((f"{place.name}：{_toml_fault(error)}",)) from error
    return parse_config(raw)


def _toml_fault(error: Exception) -> str:
    found = re.search(r"line (\d+), column (\d+)", str(error))
    where = f"第 {found[1]} 行第 {found[2]} 个字起" if found else ""
    return f"{where}不是正确的 TOML；每行写成 键 = 值，文字放在引号里，Windows 的路径放在单引号里"


def parse_config(raw: Mapping[str, Any]) -> KioskConfig:
    """Check settings that were read.

    Raises:
        ConfigError: every fault at once; of a file with very many only the first.
    """
    faults: list[str] = []
    sections: dict[str, Any] = {}
    for name, content in raw.items():
        section = _SECTIONS.get(name)
        if section is None:
            faults.append(f"[{shown_name(name)}]：没有这一节{did_you_mean(name, _SECTIONS)}")
        elif not isinstance(content, Mapping):
            faults.append(f"{name}：应当是一节，写成 [{name}]")
        else:
            sections[name] = _parse_section(name, section, content, faults)
    config = KioskConfig(**sections)
    faults += _centre_faults(config.sync, raw.get("sync"))
    faults += _folder_faults("storage.state_dir", config.storage.state_dir)
    faults += _folder_faults("models.folder", config.models.folder)
    if len(faults) > MAXIMUM_FAULTS:
        faults[MAXIMUM_FAULTS:] = [f"设置文件：还有 {len(faults) - MAXIMUM_FAULTS} 处错"]
    if faults:
        raise ConfigError(tuple(faults))
    return config


def _parse_section(name: str, section: type, content: Mapping[str, Any], faults: list[str]) -> Any:  # noqa: ANN401
    known = {entry.name: entry for entry in fields(section)}
    values: dict[str, Any] = {}
    for key, value in content.items():
        if key not in known:
            faults.append(f"{name}.{shown_name(key)}：没有这个设置{did_you_mean(key, known)}")
            continue
        fault = value_fault(known[key], value)
        if fault:
            faults.append(f"{name}.{key}：{fault}")
        else:
            values[key] = float(value) if known[key].type is float else value
    return section(**values)


def _centre_faults(sync: SyncConfig, written: object) -> list[str]:
    faults = [] if not sync.centre_url or _is_safe_url(sync.centre_url) else [_URL_FAULT]
    keys = written if isinstance(written, Mapping) else {}
    for key, other in (
        ("centre_url", "centre_public_key"),
        ("centre_public_key", "centre_url"),
    ):
        # Looked up as written: what was written wrongly has been said already.
        if keys.get(key) and not keys.get(other):
            faults.append(f"sync.{other}：写了 {key}，也要写它，不然传不出去")
    return faults


_URL_FAULT = "sync.centre_url：必须以 https:// 开头（http:// 只能用于本机上的中心）"


def _is_safe_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return is_whole and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback))


def _folder_faults(key: str, folder: str) -> list[str]:
    # A relative one would be another folder, with another database, for each place the kiosk is started from.
    is_usable = not folder or (Path(folder).is_absolute() and folder.isprintable())
    return [] if is_usable else [f"{key}：要写完整的路径，从根目录写起"]


def describe_keys() -> list[tuple[str, str, str]]:
    """Every key with its default and text, for the README's table."""
    rows = []
    for name, section in _SECTIONS.items():
        for entry in fields(section):
            default = entry.default if entry.default is not MISSING else ""
            rows.append((f"{name}.{entry.name}", f"{default}", entry.metadata["text"]))
    return rows
