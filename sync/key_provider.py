"""Where a database key is kept, and the rules for asking for it.

A key is made once, at the first start. From then on the very provider that made it is asked, and a missing key of
an existing database is an error: a new key would make the old data unreadable for ever.
"""

import json
import os
import secrets
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import keyring.backend
import keyring.errors
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import KeyExposed, KeyUnavailable, WrongKey
from sync.safe_file import replace_file, write_new_file

KEY_BYTES = 32
_KEYRING_SERVICE = "xianglin"
_PROVIDERS = ("systemd", "keyring", "file")


class KeyProvider(Protocol):
    """One place that can hold one key."""

    def load(self) -> bytes | None:
        """The key, or None when this place holds none.

        Raises:
            KeyUnavailable: there is a key, but it cannot or must not be used.
        """

    def create(self) -> bytes:
        """Make a key, store it durably and return it.

        Raises:
            KeyUnavailable: this place cannot store one.
        """


@dataclass(frozen=True, slots=True)
class SystemdCredential:
    """A credential that systemd decrypted for this unit; read only."""

    name: str
    directory: Path | None
    """``$CREDENTIALS_DIRECTORY``, or None outside a unit with credentials."""

    def load(self) -> bytes | None:
        """The key, 32 raw bytes or 64 hexadecimal digits.

        Raises:
            KeyUnavailable: the credential is not a key.
        """
        if self.directory is None:
            return None
        try:
            stored = (self.directory / self.name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyUnavailable(f"the systemd credential {self.name} cannot be read") from error
        return _key_from(stored, f"the systemd credential {self.name}")

    def create(self) -> bytes:
        """Refuse: only systemd-creds can make one.

        Raises:
            KeyUnavailable: always.
        """
        raise KeyUnavailable(
            f"the systemd credential {self.name} is missing: add it to the unit with LoadCredentialEncrypted="
        )


@dataclass(frozen=True, slots=True)
class KeyringEntry:
    """An entry of the operating system's credential store."""

    entry: str
    """The user name part of the entry; unlike for every installation."""
    backend: keyring.backend.KeyringBackend

    def load(self) -> bytes | None:
        """The key.

        Raises:
            KeyUnavailable: the store is locked or broken.
        """
        try:
            stored = self.backend.get_password(_KEYRING_SERVICE, self.entry)
        except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
            raise KeyUnavailable("the credential store cannot be opened") from error
        return (
            None if stored is None else _key_from(stored.encode(), "the credential store's entry")
        )

    def create(self) -> bytes:
        """Make a key and prove that the store gives it back.

        Raises:
            KeyUnavailable: the store does not keep it.
        """
        key = secrets.token_bytes(KEY_BYTES)
        try:
            self.backend.set_password(_KEYRING_SERVICE, self.entry, key.hex())
        except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
            raise KeyUnavailable("the credential store cannot be written") from error
        if self.load() != key:
            raise KeyUnavailable("the credential store does not keep what is written to it")
        return key


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file that only its owner can read."""

    path: Path

    def load(self) -> bytes | None:
        """The key.

        Raises:
            KeyUnavailable: others can read the file, or it is no key file.
        """
        try:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self.path, flags)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyUnavailable(f"the key file {self.path.name} cannot be read") from error
        with open(descriptor, "rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            # Windows keeps no such bits; there the profile's access list guards the directory.
            if os.name == "posix" and mode & 0o077:
                raise KeyExposed(
                    f"the key file {self.path.name} can be read by others (mode {mode:04o}): chmod 600 it"
                )
            return _key_from(file.read(2 * KEY_BYTES + 2), f"the key file {self.path.name}")

    def create(self) -> bytes:
        """Make a key file, durable before it is used.

        Raises:
            KeyUnavailable: it cannot be written, or there is one already.
        """
        key = secrets.token_bytes(KEY_BYTES)
        try:
            write_new_file(self.path, key.hex().encode())
        except FileExistsError as error:
            raise KeyUnavailable(f"the key file {self.path.name} is there already") from error
        except OSError as error:
            raise KeyUnavailable(f"the key file {self.path.name} cannot be written") from error
        return key


def usable_keyring() -> keyring.backend.KeyringBackend | None:
    """The operating system's store, or None where there is none or only a stand-in."""
    backend = keyring.get_keyring()
    module = type(backend).__module__
    if module.startswith(("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")):
        return None
    if module.startswith("keyring.backends.chainer") and not getattr(backend, "backends", ()):
        return None
    return backend


def key_fingerprint(key: bytes) -> str:
    """A name for a key that tells nothing about it (HKDF-SHA-256, 16 bytes, hexadecimal)."""
    derivation = HKDF(hashes.SHA256(), length=16, salt=None, info=b"xianglin/v1/key-fingerprint")
    return derivation.derive(key).hex()


@dataclass(frozen=True, slots=True)
class _KeyRecord:
    """Which provider holds the key; no secret."""

    provider: str
    entry: str


def resolve_key(
    state_dir: Path, name: str, provider: str = "auto", *, database_exists: bool
) -> bytes:
    """Give the key of a database, making it at the very first start.

    Args:
        state_dir: must exist; holds the record of the provider and the key's fingerprint.
        name: of the key, such as ``xianglin-database-key``.
        provider: ``auto``, ``systemd``, ``keyring`` or ``file``; only asked before the first key is made.
        database_exists: then a missing key is an error, never a reason to make one.
    Raises:
        KeyUnavailable: no key, and none may be made; or it must not be used.
        WrongKey: the provider gives another key than the one the database was made with.
    """
    record_path = state_dir / f"{name}.provider.json"
    record = _read_record(record_path)
    if record is None:
        record = _choose(state_dir, name, provider, database_exists=database_exists)
    holder = _provider(record, state_dir, name)
    key = holder.load()
    if key is None:
        if database_exists:
            raise KeyUnavailable(
                f"the key of the database is gone from its place ({record.provider}); restore it, no new one is made"
            )
        # The record first: after a power cut in between, the same place is asked again.
        _write(record_path, json.dumps(asdict(record)).encode())
        key = holder.create()
    elif not record_path.exists():
        _write(record_path, json.dumps(asdict(record)).encode())
    _check_fingerprint(state_dir / f"{name}.fingerprint", key, database_exists=database_exists)
    return key


def _choose(state_dir: Path, name: str, provider: str, *, database_exists: bool) -> _KeyRecord:
    if provider not in ("auto", *_PROVIDERS):
        raise KeyUnavailable(f"key provider {provider!r} is none of auto, {', '.join(_PROVIDERS)}")
    if provider != "auto":
        return _KeyRecord(provider, _new_entry(name))
    directory = _credentials_directory()
    if directory is not None and (directory / name).exists():
        return _KeyRecord("systemd", "")
    # A database without a record can only have a key file: an entry of the store has a random name.
    if not database_exists and not _key_file(state_dir, name).exists() and usable_keyring():
        return _KeyRecord("keyring", _new_entry(name))
    return _KeyRecord("file", "")


def _new_entry(name: str) -> str:
    return f"{name}:{secrets.token_hex(8)}"


def _credentials_directory() -> Path | None:
    value = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(value) if value else None


def _key_file(state_dir: Path, name: str) -> Path:
    return state_dir / f"{name}.key"


def _provider(record: _KeyRecord, state_dir: Path, name: str) -> KeyProvider:
    if record.provider == "systemd":
        return SystemdCredential(name, _credentials_directory())
    if record.provider == "keyring":
        backend = usable_keyring()
        if backend is None:
            raise KeyUnavailable("this machine or session has no credential store")
        return KeyringEntry(record.entry, backend)
    return KeyFile(_key_file(state_dir, name))


def _read_record(path: Path) -> _KeyRecord | None:
    try:
        stored = json.loads(path.read_text("utf-8"))
        record = _KeyRecord(str(stored["provider"]), str(stored["entry"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeyUnavailable(f"{path.name} cannot be read: it tells where the key is") from error
    if record.provider not in _PROVIDERS:
        raise KeyUnavailable(f"{path.name} names an unknown key provider")
    return record


def _check_fingerprint(path: Path, key: bytes, *, database_exists: bool) -> None:
    try:
        known = path.read_text("ascii").strip()
    except FileNotFoundError:
        known = ""
    except (OSError, ValueError) as error:
        raise KeyUnavailable(f"{path.name} cannot be read") from error
    if known == key_fingerprint(key):
        return
    if known and database_exists:
        raise WrongKey("the key is not the one that the database was made with")
    if not database_exists:
        _write(path, key_fingerprint(key).encode())


def _write(path: Path, content: bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        raise KeyUnavailable(f"{path.name} cannot be written") from error


def _key_from(stored: bytes, place: str) -> bytes:
    if len(stored) == KEY_BYTES:
        return stored
    try:
        key = bytes.fromhex(stored.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyUnavailable(f"{place} is not a 32-byte key: it is damaged or another file")
    return key
