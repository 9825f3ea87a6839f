"""Give a machine its identity, once: settings file, encrypted database, device key."""

import argparse
import json
import os
from pathlib import Path

from kiosk.commands.options import make_console
from kiosk.config import KioskConfig, default_config_path, load_config
from kiosk.errors import ConfigError
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed
from sync.signing import DeviceSigner


def settings_text(arguments: argparse.Namespace) -> str:
    """The settings file as TOML; JSON strings are TOML strings."""
    sections: dict[str, dict[str, str]] = {
        "site": {"name": arguments.site_name},
        "device": {
            "id": arguments.device_id,
            "receipt_prefix": arguments.receipt_prefix,
            "region_code": arguments.region,
        },
        "sync": {"centre_url": arguments.centre_url, "centre_public_key": arguments.centre_key},
        "storage": {"state_dir": str(arguments.state_dir.resolve()) if arguments.state_dir else ""},
    }
    lines: list[str] = []
    for name, values in sections.items():
        kept = {key: value for key, value in values.items() if value}
        if kept:
            lines += [
                f"[{name}]",
                *(
                    f"{key} = {json.dumps(value, ensure_ascii=False)}"
                    for key, value in kept.items()
                ),
                "",
            ]
    return "\n".join(lines)


def provision(arguments: argparse.Namespace) -> int:
    """Write the settings, make the database and the key, and print what the centre must be told."""
    path: Path = arguments.config or default_config_path()
    if path.exists():
        raise ConfigError((f"{path.name}：已经有了；请直接修改它，或者先把它移走",))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(settings_text(arguments))
    try:
        config = load_config(fresh)
        config.assert_provisioned()
        public_key = _make_device_key(config)
    except BaseException:
        fresh.unlink()
        raise
    fresh.replace(path)
    console = make_console()
    console.print(f"配置写在 {path}", soft_wrap=True)
    console.print("请在中心登记这台机器：", soft_wrap=True)
    console.print(
        f"  xianglin central enrol-device --id {config.device.id} --prefix {config.device.receipt_prefix} "
        f"--region {config.device.region_code} --public-key {public_key}",
        soft_wrap=True,
    )
    return 0


def _make_device_key(config: KioskConfig) -> str:
    encrypted = open_kiosk_database(config.state_dir, config.storage.key_provider)
    try:
        return DeviceSigner(load_or_make_device_seed(encrypted)).public_key.hex()
    finally:
        encrypted.close()
