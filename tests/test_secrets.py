"""No key and no password stands in the repository: a system like this one shipped its key store to everybody."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PASSED_OVER = {".git", ".venv", "build", "dist", "demo-output"}
KEY_FILES = re.compile(r"\.(p12|pfx|jks|keystore|kdbx|key|pem|der|ppk|gpg|pgp|netrc|seed)$|^id_(rsa|ecdsa|ed25519)$|^\.env", re.I)  # fmt: skip
# Each with its letters parted, so that this file does not find itself.
MARKED = re.compile(
    r"-{5}BEGIN [A-Z ]*PRIVATE "
    r"KEY( BLOCK)?-{5}\s+[A-Za-z0-9+/=\r\n:-]{40}"
    r"|\bAKI"
    r"A[0-9A-Z]{16}\b"
    r"|\b(gh[pousr]|glpat|xox[abps]|pypi)[_-]"
    r"[A-Za-z0-9_-]{20,}"
)
MARKS = ("-BEGIN ", "AKI" + "A", *(f"gh{kind}_" for kind in "pousr"), "glpat-", "xox", "pypi-")
"""One of them stands in whatever ``MARKED`` finds; looked for first, as most files are large tables."""
GIVEN = re.compile(
    r"\b(?i:password|passwd|secret|token|api_?key)\b['\"]?\s*[:=]\s*['\"][A-Za-z0-9+/_=-]{20,}['\"]"
)
PASSWORD_IN_URL = re.compile(r"\w://[^\s/:@<>{}'\"]+:[^\s/:@<>{}'\"]+" + r"@[\w.]")
LARGEST_WRITTEN_BYTES = 128 * 1024
"""Nobody wrote a larger file by hand."""


def files() -> Iterator[Path]:
    for directory, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in PASSED_OVER and "cache" not in name]
        yield from (Path(directory, name) for name in names)


def faults(path: Path, text: str) -> list[str]:
    """What of a file must not be given away; tests make up passwords for hosts that do not exist."""
    found = [f"{path}: a key file"] if KEY_FILES.search(path.name) else []
    if any(mark in text for mark in MARKS):
        found += [f"{path}: {match[0][:24]}…" for match in MARKED.finditer(text)]
    if len(text) > LARGEST_WRITTEN_BYTES:
        return found
    found += [f"{path}: {match[0][:24]}…" for match in GIVEN.finditer(text)]
    if path.parts[0] != "tests":
        found += [f"{path}: a password in a URL" for _ in PASSWORD_IN_URL.finditer(text)]
    return found


def test_repository_holds_no_key_and_no_password() -> None:
    found: list[str] = []
    count = 0
    for path in files():
        # Binary files too: a key inside one is as good.
        found += faults(path.relative_to(ROOT), path.read_bytes().decode("latin-1"))
        count += 1
    assert found == []
    assert count > 500


LETTERS = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sync/centre.p12", ""),
        ("packaging/id_ed25519", ""),
        ("a.md", "-----BEGIN PRIVATE " + "KEY-----\n" + LETTERS),
        ("a.txt", "-----BEGIN PGP PRIVATE " + "KEY BLOCK-----\n" + LETTERS),
        ("a.py", "AKI" + "A" + "ABCDEFGH" * 2),
        ("a.py", "ghp" + "_" + LETTERS),
        ("tests/a.py", f'api_key = "{LETTERS}"'),
        ("a.toml", "url = 'postgresql://" + "xianglin:opensesame" + "@db.example/x'"),
    ],
)
def test_each_kind_of_secret_is_found(name: str, text: str) -> None:
    assert faults(Path(name), text)
