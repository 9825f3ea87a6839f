"""Where the key lies, and that a second one is never made."""

import json
import os
import stat
from pathlib import Path

import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from sync import key_provider
from sync.errors import KeyUnavailable, SyncError, WrongKey
from sync.key_provider import key_fingerprint, resolve_key, usable_keyring

NAME = "xianglin-database-key"
posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows keeps no permission bits")


class FakeStore(keyring.backend.KeyringBackend):
    """A credential store as an operating system has one."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.is_locked = False
        self.forgets = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgets:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the developer's credential store nor a unit's credentials take part."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr(key_provider.keyring, "get_keyring", keyring.backends.fail.Keyring)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> FakeStore:
    made = FakeStore()
    monkeypatch.setattr(key_provider.keyring, "get_keyring", lambda: made)
    return made


def test_key_is_made_once_and_given_again(tmp_path: Path):
    first = resolve_key(tmp_path, NAME, database_exists=False)
    assert len(first) == 32
    assert resolve_key(tmp_path, NAME, database_exists=True) == first


def test_two_installations_have_unlike_keys(tmp_path: Path):
    keys = set()
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        keys.add(resolve_key(tmp_path / place, NAME, database_exists=False))
    assert len(keys) == 2


@posix_only
def test_every_file_is_private(tmp_path: Path):
    resolve_key(tmp_path, NAME, database_exists=False)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"{NAME}.key", f"{NAME}.provider.json", f"{NAME}.fingerprint"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_key_file_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path, mode: int):
    resolve_key(tmp_path, NAME, database_exists=False)
    (tmp_path / f"{NAME}.key").chmod(mode)
    with pytest.raises(KeyUnavailable, match="chmod 600"):
        resolve_key(tmp_path, NAME, database_exists=True)


@posix_only
def test_key_file_that_is_a_link_is_refused(tmp_path: Path):
    resolve_key(tmp_path, NAME, database_exists=False)
    path = tmp_path / f"{NAME}.key"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyUnavailable):
        resolve_key(tmp_path, NAME, database_exists=True)


@pytest.mark.parametrize("has_record", [True, False])
def test_missing_key_of_a_database_never_makes_a_new_one(tmp_path: Path, has_record: bool):
    if has_record:
        resolve_key(tmp_path, NAME, database_exists=False)
        (tmp_path / f"{NAME}.key").unlink()
    with pytest.raises(KeyUnavailable, match="no new one is made"):
        resolve_key(tmp_path, NAME, "file", database_exists=True)
    assert not (tmp_path / f"{NAME}.key").exists()


@pytest.mark.parametrize("content", [b"", b"abcd", b"g" * 64, bytes(33)])
def test_damaged_key_file_is_said(tmp_path: Path, content: bytes):
    resolve_key(tmp_path, NAME, database_exists=False)
    (tmp_path / f"{NAME}.key").write_bytes(content)
    with pytest.raises(KeyUnavailable, match="damaged"):
        resolve_key(tmp_path, NAME, database_exists=True)


def test_key_of_another_database_is_said(tmp_path: Path):
    resolve_key(tmp_path, NAME, database_exists=False)
    (tmp_path / f"{NAME}.key").write_bytes(b"ab" * 32)
    with pytest.raises(WrongKey):
        resolve_key(tmp_path, NAME, database_exists=True)


def test_fingerprint_tells_nothing_of_the_key(tmp_path: Path):
    key = resolve_key(tmp_path, NAME, database_exists=False)
    told = (tmp_path / f"{NAME}.fingerprint").read_text()
    assert told == key_fingerprint(key)
    assert told not in key.hex()
    assert key_fingerprint(bytes(32)) != key_fingerprint(bytes(31) + b"\1")


def test_start_after_a_cut_between_record_and_key_goes_on(tmp_path: Path):
    (tmp_path / f"{NAME}.provider.json").write_text('{"provider": "file", "entry": ""}')
    key = resolve_key(tmp_path, NAME, database_exists=False)
    assert resolve_key(tmp_path, NAME, database_exists=True) == key


def test_credential_store_is_used_when_there_is_a_real_one(tmp_path: Path, store: FakeStore):
    key = resolve_key(tmp_path, NAME, database_exists=False)
    assert list(store.entries.values()) == [key.hex()]
    assert not (tmp_path / f"{NAME}.key").exists()
    assert resolve_key(tmp_path, NAME, database_exists=True) == key


def test_only_the_recorded_provider_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = FakeStore()
    monkeypatch.setattr(key_provider.keyring, "get_keyring", lambda: store)
    resolve_key(tmp_path, NAME, database_exists=False)
    monkeypatch.setattr(key_provider.keyring, "get_keyring", keyring.backends.fail.Keyring)
    with pytest.raises(KeyUnavailable, match="no credential store"):
        resolve_key(tmp_path, NAME, "file", database_exists=True)
    assert not (tmp_path / f"{NAME}.key").exists()


def test_locked_store_is_said(tmp_path: Path, store: FakeStore):
    resolve_key(tmp_path, NAME, database_exists=False)
    store.is_locked = True
    with pytest.raises(KeyUnavailable, match="cannot be opened"):
        resolve_key(tmp_path, NAME, database_exists=True)


def test_store_that_forgets_is_not_trusted(tmp_path: Path, store: FakeStore):
    store.forgets = True
    with pytest.raises(KeyUnavailable, match="does not keep"):
        resolve_key(tmp_path, NAME, database_exists=False)


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
def test_stand_in_of_a_store_is_not_a_store(monkeypatch: pytest.MonkeyPatch, backend):
    monkeypatch.setattr(key_provider.keyring, "get_keyring", backend)
    assert usable_keyring() is None


@pytest.mark.parametrize("spelled", ["raw", "hex"])
def test_systemd_credential_comes_first(
    tmp_path: Path, store: FakeStore, monkeypatch: pytest.MonkeyPatch, spelled: str
):
    directory = tmp_path / "credentials"
    directory.mkdir()
    key = bytes(range(32))
    (directory / NAME).write_bytes(key if spelled == "raw" else key.hex().encode() + b"\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(directory))
    assert resolve_key(tmp_path, NAME, database_exists=False) == key
    assert store.entries == {}
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(KeyUnavailable):
        resolve_key(tmp_path, NAME, database_exists=True)


def test_systemd_credential_is_never_made(tmp_path: Path):
    with pytest.raises(KeyUnavailable, match="LoadCredentialEncrypted"):
        resolve_key(tmp_path, NAME, "systemd", database_exists=False)


@pytest.mark.parametrize("content", ["{", "[]", '{"provider": "cloud", "entry": ""}', "{}"])
def test_unreadable_record_is_said(tmp_path: Path, content: str):
    (tmp_path / f"{NAME}.provider.json").write_text(content)
    with pytest.raises(KeyUnavailable):
        resolve_key(tmp_path, NAME, database_exists=True)


def test_unknown_provider_is_refused(tmp_path: Path):
    with pytest.raises(KeyUnavailable, match="none of auto"):
        resolve_key(tmp_path, NAME, "cloud", database_exists=False)


def test_record_holds_no_secret(tmp_path: Path, store: FakeStore):
    key = resolve_key(tmp_path, NAME, database_exists=False)
    record = json.loads((tmp_path / f"{NAME}.provider.json").read_text())
    assert set(record) == {"provider", "entry"}
    assert key.hex() not in json.dumps(record)


def test_codes_of_the_errors_are_unlike():
    codes: list[str] = []
    waiting: list[type[SyncError]] = [SyncError]
    while waiting:
        kind = waiting.pop()
        assert "code" in vars(kind), kind
        codes.append(kind.code)
        waiting += kind.__subclasses__()
    assert sorted(codes) == sorted(set(codes))
