"""Checks of the keys: can events be sealed, and to a key that still counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kiosk.doctor.finding import Finding, good, warning
from sync.device_keys import DeviceKey
from sync.keyring import Keyring

SOON = timedelta(days=30)
"""Before a key ends: a kiosk that has not heard of the next one by then is most likely cut off."""
OLD = timedelta(days=90)
"""Half of the overlap that a centre gives by default."""


def check_keys(
    keyring: Keyring | None, seen_at: datetime | None, waiting: DeviceKey | None, now: datetime
) -> Finding:
    """Whether the centre's keys are known and fresh, and the machine's own is known to the centre.

    Args:
        seen_at: when the centre last gave this keyring.
        waiting: a new key of the machine that the centre does not know yet.
    """
    if keyring is None or seen_at is None:
        return warning(
            "keys",
            "还没有中心的钥匙，受理的件只签名不密封",
            "连上中心运行 xianglin sync，或者用 xianglin keys import 从文件导入",
        )
    ends = min(_ends(keyring), default=None)
    if ends is not None and ends - now < SOON:
        return warning(
            "keys",
            f"中心的钥匙用到 {ends:%Y-%m-%d}，还没有收到新的",
            "连上中心运行 xianglin sync，或者用 xianglin keys import 从文件导入",
        )
    if now - seen_at > OLD:
        return warning(
            "keys",
            f"中心的钥匙有 {(now - seen_at).days} 天没有核对过",
            "连上中心运行 xianglin sync，或者请送件人带一份新的来",
        )
    if waiting is not None:
        return warning(
            "keys",
            f"本机换了新钥匙 {waiting.signer.key_id}，中心还不知道",
            "连上中心运行 xianglin sync；在那之前受理的件照常排队",
        )
    return good("keys", f"第 {keyring.serial} 版，受理的件都密封")


def _ends(keyring: Keyring) -> Iterable[datetime]:
    """When the keys end that are used now: the first of each kind."""
    for keys in (keyring.signing, *keyring.sealing.values()):
        if keys[0].until is not None:
            yield keys[0].until
