"""Settings: one declaration a key, loaded once, every fault of the file said at once."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kiosk.domain.receipt import PREFIX_PATTERN
from kiosk.errors import ConfigError
from kiosk.identity.thresholds import (
    DEFAULT_FACE_THRESHOLD,
    MAXIMUM_FACE_THRESHOLD,
    MINIMUM_FACE_THRESHOLD,
)

MAXIMUM_FILE_BYTES = 256 * 1024

CONFIG_ENVIRONMENT = "XIANGLIN_CONFIG"
"""Names the settings file when no ``--config`` does."""


def _key(default: Any, text: str, **checks: Any) -> Any:  # noqa: ANN401 (dataclasses.field is so typed)
    return field(default=default, metadata={"text": text, **checks})


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """[site]: who is here."""

    name: str = _key("乡邻服务站", "欢迎页上的站名")
    helper_name: str = _key("村里的工作人员", "「找人帮忙」页上写的人")
    helper_phone: str = _key("12333", "「找人帮忙」页上的电话")


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

    camera: str = _key("opencv:0", "摄像头：`opencv:<编号>`、`file:<图片、文件夹或视频>` 或 `none`")
    card_reader: str = _key("none", "读卡器：`simulated:<cards.json>` 或 `none`")
    audio: str = _key("auto", "声音：`auto`、`none` 或 `record:<文件夹>`")


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
        "两张脸算同一个人的最大距离，越小越严",
        minimum=MINIMUM_FACE_THRESHOLD,
        maximum=MAXIMUM_FACE_THRESHOLD,
    )


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """[sync]: where the centre is."""

    centre_url: str = _key("", "中心的网址，如 https://centre.example；空着就只排队")
    centre_public_key: str = _key("", "中心的 Ed25519 公钥，64 位十六进制", pattern=r"[0-9a-f]{64}")
    ca_bundle: str = _key("", "签发中心证书的机构，PEM 文件")
    interval_s: float = _key(60.0, "两次交换之间的秒数", minimum=0.2, maximum=3600.0)
    deadline_s: float = _key(30.0, "一次交换最多的秒数", minimum=1.0, maximum=600.0)


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
    sync: SyncConfig = field(default_factory=SyncConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)

    @property
    def state_dir(self) -> Path:
        """Folder of the database."""
        return Path(self.storage.state_dir) if self.storage.state_dir else default_state_dir()

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
            keys = ", ".join(f"device.{name}" for name in missing)
            raise ConfigError((f"{keys}：还没有设置；请在这台机器上运行一次 xianglin provision",))


_SECTIONS: dict[str, type] = {
    "site": SiteConfig,
    "device": DeviceConfig,
    "hardware": HardwareConfig,
    "screen": ScreenConfig,
    "identity": IdentityConfig,
    "sync": SyncConfig,
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
    if named is None and not place.exists():
        return KioskConfig()
    try:
        if place.stat().st_size > MAXIMUM_FILE_BYTES:
            raise ConfigError((f"{place.name}：太大，不是设置文件",))
        raw = tomllib.loads(place.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            (f"{place.name}：读不出来（{error.strerror}）；请检查文件和权限",)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError((f"{place.name}：不是正确的 TOML 文件（{error}）",)) from error
    return parse_config(raw)


def parse_config(raw: Mapping[str, Any]) -> KioskConfig:
    """Check settings that were read.

    Raises:
        ConfigError: every fault at once.
    """
    faults: list[str] = []
    sections: dict[str, Any] = {}
    for name, content in raw.items():
        section = _SECTIONS.get(name)
        if section is None:
            faults.append(f"[{name}]：没有这一节{_did_you_mean(name, _SECTIONS)}")
        elif not isinstance(content, Mapping):
            faults.append(f"{name}：应当是一节，写成 [{name}]")
        else:
            sections[name] = _parse_section(name, section, content, faults)
    url = sections["sync"].centre_url if "sync" in sections and not faults else ""
    faults.extend(_url_faults(url))
    if faults:
        raise ConfigError(tuple(faults))
    return KioskConfig(**sections)


def _parse_section(name: str, section: type, content: Mapping[str, Any], faults: list[str]) -> Any:  # noqa: ANN401
    known = {entry.name: entry for entry in fields(section)}
    values: dict[str, Any] = {}
    for key, value in content.items():
        if key not in known:
            faults.append(f"{name}.{key}：没有这个设置{_did_you_mean(key, known)}")
            continue
        fault = _value_fault(known[key], value)
        if fault:
            faults.append(f"{name}.{key}：{fault}")
        else:
            values[key] = float(value) if known[key].type is float else value
    return section(**values)


def _value_fault(entry: Any, value: Any) -> str:  # noqa: ANN401 (dataclasses.Field of any type)
    is_right = isinstance(value, entry.type) and not (
        entry.type is not bool and isinstance(value, bool)
    )
    if entry.type is float and isinstance(value, int) and not isinstance(value, bool):
        is_right = True
    if not is_right:
        return f"应当写{_TYPE_NAMES[entry.type]}，不能是 {_shown(value)}"
    checks = entry.metadata
    if "minimum" in checks and not checks["minimum"] <= value <= checks["maximum"]:
        return f"应当在 {checks['minimum']} 和 {checks['maximum']} 之间，不能是 {value}"
    if "choices" in checks and value not in checks["choices"]:
        return f"只能是 {'、'.join(checks['choices'])} 中的一个，不能是 {_shown(value)}"
    if value and "pattern" in checks and not re.fullmatch(checks["pattern"], value):
        return f"写法不对，应当是：{checks['text']}"
    return ""


def _shown(value: object) -> str:
    """A wrong value as it is written, cut short: a file may hold anything."""
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


_TYPE_NAMES = {str: "带引号的文字", float: "一个数", bool: "true 或 false"}


def _url_faults(url: str) -> list[str]:
    if not url:
        return []
    parts = urlsplit(url)
    is_loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback):
        return []
    return ["sync.centre_url：必须以 https:// 开头（http:// 只能用于本机上的中心）"]


def _did_you_mean(word: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"；是不是要写 {close[0]}？" if close else f"；可以写的有 {'、'.join(known)}"


def describe_keys() -> list[tuple[str, str, str]]:
    """Every key with its default and text, for the README's table."""
    rows = []
    for name, section in _SECTIONS.items():
        for entry in fields(section):
            default = entry.default if entry.default is not MISSING else ""
            rows.append((f"{name}.{entry.name}", f"{default}", entry.metadata["text"]))
    return rows
