"""Give a machine its identity, once: settings file, encrypted database, device key."""

import argparse
import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

from kiosk.commands.options import make_console
from kiosk.config import KioskConfig, default_config_path, parse_config
from kiosk.errors import ConfigError
from kiosk.storage.database import kiosk_errors, open_kiosk_database
from kiosk.storage.device_key import load_or_make_device_seed
from sync.keyring import read_kept
from sync.keyring_file import read_keyring_file
from sync.keyring_store import KeyringStore
from sync.opening_key import opening_key_of
from sync.safe_file import write_new_file
from sync.signing import DeviceSigner, Verifier

Sections = dict[str, dict[str, str]]


def provision(arguments: argparse.Namespace) -> int:
    """Write the settings, make the database and the key, and say what comes next.

    Raises:
        ConfigError: a value is wrong, or there are settings already; nothing was made.
        StorageError: the database cannot be made; there are no settings then.
        KeyringRefused: the centre's keys are not to be believed; there are no settings then.
    """
    path: Path = (arguments.config or default_config_path()).absolute()
    document = read_keyring_file(arguments.centre_keys) if arguments.centre_keys else None
    if document is not None and not arguments.centre_key:
        # Whoever sets the machine up vouches for the file, as for a key that is typed.
        arguments.centre_key = read_kept(document).signing[0].public.hex()
    sections = _sections(arguments)
    config = parse_config(sections)
    config.assert_provisioned()
    if path.exists():
        raise ConfigError((f"{path.name}：已经有了；请直接修改它，或者先把它移走",))
    # The key first: settings without a database would look like a machine that lost it.
    signer = _make_device_key(config, document)
    _write(path, settings_text(sections))
    _say_next_steps(path, config, signer)
    return 0


def _sections(arguments: argparse.Namespace) -> Sections:
    written: Sections = {
        "site": {"name": arguments.site_name},
        "device": {
            "id": arguments.device_id,
            "receipt_prefix": arguments.receipt_prefix,
            "region_code": arguments.region,
        },
        "sync": {"centre_url": arguments.centre_url, "centre_public_key": arguments.centre_key},
        "storage": {
            "state_dir": str(arguments.state_dir.absolute()) if arguments.state_dir else "",
            "key_provider": arguments.key_provider,
        },
    }
    return {
        name: kept
        for name, values in written.items()
        if (kept := {key: value for key, value in values.items() if value})
    }


def settings_text(sections: Sections) -> str:
    """The settings file as TOML; JSON strings are TOML strings."""
    lines: list[str] = []
    for name, values in sections.items():
        lines += [f"[{name}]"]
        lines += [
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()
        ]
        lines += [""]
    return "\n".join(lines)


def _make_device_key(config: KioskConfig, keyring: bytes | None) -> DeviceSigner:
    encrypted = open_kiosk_database(config.state_dir, config.storage.key_provider)
    try:
        if keyring is not None:
            store = KeyringStore(Verifier(bytes.fromhex(config.sync.centre_public_key)))
            with kiosk_errors(), encrypted.transaction() as database:
                store.take(database, keyring, datetime.now(UTC))
        return DeviceSigner(load_or_make_device_seed(encrypted))
    finally:
        encrypted.close()


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new_file(path, text.encode())
    except OSError as error:
        raise ConfigError(
            (f"{path.name}：写不进去（{error.strerror}）；请检查文件夹和权限",)
        ) from error


def _say_next_steps(path: Path, config: KioskConfig, signer: DeviceSigner) -> None:
    device = config.device
    option = "" if path == default_config_path() else f" --config {shlex.quote(str(path))}"
    steps = [
        "在中心登记这台机器：",
        f"  xianglin central enrol-device --id {device.id} --prefix {device.receipt_prefix} "
        f"--region {device.region_code} --public-key {signer.public_key.hex()} "
        f"--opening-key {opening_key_of(signer).sealing_key.public.hex()}",
    ]
    if not config.sync.centre_url:
        steps += [
            "在中心取公钥（xianglin central public-key），写进配置的 [sync]：",
            '  centre_url = "https://…"',
            '  centre_public_key = "…"',
        ]
    steps += [
        f"在这台机器上取名单：xianglin sync{option}",
        f"检查机器：xianglin doctor{option}",
        f"登记居民的脸：xianglin enrol{option} 照片1.jpg 照片2.jpg",
        f"开始服务：xianglin run{option}",
    ]
    console = make_console()
    console.print(f"配置写在 {path}", "接下来：", *steps, sep="\n", soft_wrap=True, markup=False)
