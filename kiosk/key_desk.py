"""Keys from the command line: shown, taken from a file, changed."""

from pathlib import Path

from rich.table import Table

from kiosk.clock import SITE_TIME_ZONE
from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.errors import ConfigError
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.store import AuditEntry
from kiosk.storage.database import kiosk_errors
from kiosk.storage.device_key import remember_identity
from sync.errors import RotationRefused
from sync.keyring import Keyring, ListedKey
from sync.keyring_file import read_keyring_file
from sync.sealing import SealingKey
from sync.signing import key_id_of


def show_keys(config_path: Path | None) -> int:
    """Show which keys count; never a secret."""
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        console.print(_own_table(runtime))
        keyring = runtime.keys.keyring()
        if keyring is None:
            console.print(
                "还没有中心的钥匙：新受理的件只签名，不密封。连上中心会自己取，也可以从文件导入。"
            )
        else:
            console.print(_centre_table(keyring))
    return 0


def import_keys(config_path: Path | None, file: Path) -> int:
    """Take the centre's keys from a file.

    Raises:
        KeyringRefused: not of this centre, or older than what is known; nothing was changed.
        ConfigError: no centre is configured.
    """
    console = make_console()
    document = read_keyring_file(file)
    with open_runtime(load_config(config_path)) as runtime:
        if runtime.keys.anchor is None:
            raise ConfigError(("sync.centre_public_key：还没有设置；先写上中心的公钥",))
        with runtime.store.transaction() as transaction:
            known = runtime.keys.store.serial(transaction.database)
            keyring = runtime.keys.store.take(
                transaction.database, document, runtime.clock.device.now()
            )
            if keyring.serial != known:
                transaction.audit(AuditEntry("keys.imported", "", {"serial": keyring.serial}))
        console.print("已经是这一份了。" if keyring.serial == known else "中心的钥匙换好了。")
        console.print(_centre_table(keyring))
    return 0


def rotate_key(config_path: Path | None) -> int:
    """Give the machine a new key, from the next event on; the centre is told with the next exchange.

    Raises:
        RotationRefused: the centre does not know the last new key yet, or can take no new one yet.
    """
    console = make_console()
    with open_runtime(load_config(config_path)) as runtime:
        with kiosk_errors(), runtime.store.transaction() as transaction:
            if runtime.keys.store.serial(transaction.database) == 0:
                # Its own keyring shows that a centre speaks version 2; an older one could not take the key.
                raise RotationRefused("the centre's keys are not known yet")
            made = runtime.keys.device.rotate(transaction.database, runtime.clock.device.now())
            details: dict[str, str | int | bool | None] = {
                "key": made.signer.key_id,
                "first_seq": made.first_seq,
            }
            transaction.audit(AuditEntry("keys.rotated", "", details))
        remember_identity(runtime.encrypted)
        console.print(f"换好了：从第 {made.first_seq} 号件起用新钥匙 {made.signer.key_id}。")
        console.print("下次和中心交换时自动告诉中心；在那之前受理的件照常排队。")
    return 0


def _own_table(runtime: Runtime) -> Table:
    table = Table("本机的钥匙", "从哪一号件起", "什么时候换的", "中心知道了")
    with kiosk_errors(), runtime.encrypted.reading() as database:
        keys = runtime.keys.device.all(database)
    for key in keys:
        made = key.made_at[:10] if key.made_at else "装机时"
        is_known = "是" if key.is_announced else "还没有"
        table.add_row(key.signer.key_id, str(key.first_seq), made, is_known)
    return table


def _centre_table(keyring: Keyring) -> Table:
    table = Table("中心的钥匙", "做什么用", "用到哪天", title=f"第 {keyring.serial} 版")
    for key in keyring.signing:
        table.add_row(key_id_of(key.public), "签名", _day(key))
    for kem, keys in keyring.sealing.items():
        for key in keys:
            table.add_row(SealingKey(kem, key.public).key_id, f"密封（{kem}）", _day(key))
    return table


def _day(key: ListedKey) -> str:
    return f"{key.until.astimezone(SITE_TIME_ZONE):%Y-%m-%d}" if key.until else "一直"
