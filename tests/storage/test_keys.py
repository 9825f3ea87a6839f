"""A key that is wrong, gone or exposed is said; the data waits untouched for the right one."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.errors import (
    StorageDamaged,
    StorageError,
    StorageKeyExposed,
    StorageKeyMissing,
    StorageKeyWrong,
)
from kiosk.storage.database import open_kiosk_database
from tests.storage.states import (
    ACCEPTED,
    FINGERPRINT_FILE,
    KEY_FILE,
    RECORD_FILE,
    contents,
    receipts,
)


def write_key(state: Path, content: bytes) -> None:
    (state / KEY_FILE).write_bytes(content)


FAULTS: dict[str, tuple[Callable[[Path], None], type[StorageError]]] = {
    "another key": (lambda s: write_key(s, secrets.token_hex(32).encode()), StorageKeyWrong),
    "key file gone": (lambda s: (s / KEY_FILE).unlink(), StorageKeyMissing),
    "key file empty": (lambda s: write_key(s, b""), StorageKeyMissing),
    "key too short": (lambda s: write_key(s, b"ab" * 20), StorageKeyMissing),
    "key too long": (lambda s: write_key(s, b"ab" * 40), StorageKeyMissing),
    "text in place of the key": (lambda s: write_key(s, "密钥".encode() * 9), StorageKeyMissing),
    "record damaged": (lambda s: (s / RECORD_FILE).write_text("{"), StorageKeyMissing),
    "record of an unknown place": (
        lambda s: (s / RECORD_FILE).write_text('{"provider": "cloud", "entry": ""}'),
        StorageKeyMissing,
    ),
}


@pytest.mark.parametrize(("break_key", "expected"), FAULTS.values(), ids=FAULTS)
def test_key_fault_is_said_and_no_new_key_is_made(
    break_key: Callable[[Path], None], expected: type[StorageError], state: Path, served: Path
) -> None:
    break_key(state)
    before = contents(state)
    with pytest.raises(StorageKeyWrong) as caught:
        open_kiosk_database(state, "file")
    assert type(caught.value) is expected
    assert contents(state) == before
    for name in (KEY_FILE, RECORD_FILE):
        (state / name).write_bytes((served / name).read_bytes())
        (state / name).chmod(0o600)
    assert len(receipts(state)) == ACCEPTED


@pytest.mark.skipif(os.name != "posix", reason="Windows has no mode bits")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_key_that_others_can_read_is_refused_until_its_mode_is_mended(
    mode: int, state: Path
) -> None:
    (state / KEY_FILE).chmod(mode)
    with pytest.raises(StorageKeyExposed):
        open_kiosk_database(state, "file")
    (state / KEY_FILE).chmod(0o600)
    assert len(receipts(state)) == ACCEPTED


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_link_in_place_of_the_key_file_is_not_followed(state: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.key"
    (state / KEY_FILE).rename(elsewhere)
    (state / KEY_FILE).symlink_to(elsewhere)
    with pytest.raises(StorageKeyMissing):
        open_kiosk_database(state, "file")


def test_another_key_destroys_nothing_when_the_fingerprint_is_gone_too(
    state: Path, served: Path
) -> None:
    write_key(state, secrets.token_hex(32).encode())
    (state / FINGERPRINT_FILE).unlink()
    before = contents(state)
    with pytest.raises(StorageDamaged):
        open_kiosk_database(state, "file")
    assert contents(state) == before
    write_key(state, (served / KEY_FILE).read_bytes())
    assert len(receipts(state)) == ACCEPTED


def test_error_tells_no_part_of_the_key(state: Path) -> None:
    key = secrets.token_hex(32)
    write_key(state, key.encode())
    with pytest.raises(StorageKeyWrong) as caught:
        open_kiosk_database(state, "file")
    assert key[:8] not in f"{caught.value!r} {caught.value.__cause__!r}"
