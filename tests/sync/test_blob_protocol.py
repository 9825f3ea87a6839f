"""The section on files of PROTOCOL.md against the code."""

import hashlib
import re
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.blob_cipher import CHUNK_BYTES, SECRET_BYTES, blob_name, seal_file, sealed_size
from sync.blob_messages import MAXIMUM_NAMES, MAXIMUM_PIECE_BYTES, BlobState
from sync.blob_policy import TARGET_S
from sync.blob_queue import MAXIMUM_ATTEMPTS
from sync.central.blobs import MAXIMUM_DAILY_BYTES, MAXIMUM_FILE_BYTES

TEXT = (Path(__file__).parents[2] / "sync/PROTOCOL.md").read_text("utf-8")
SECTION = TEXT.partition("\n## Files\n")[2].partition("\n## ")[0]
SECRET = bytes(range(16))
CONTENT = hashlib.shake_128(b"xianglin").digest(65_546)


def example(name: str) -> bytes:
    (found,) = re.findall(rf"```example:{name}\n(.*?)\n```", SECTION, re.DOTALL)
    return bytes.fromhex(found)


def test_example_is_what_the_code_makes() -> None:
    chunks = list(seal_file(SECRET, CONTENT))
    assert bytes.fromhex(blob_name(SECRET, hashlib.sha256(CONTENT).hexdigest())) == example(
        "file-name"
    )
    assert chunks[0][:16] == example("file-first")
    assert chunks[1] == example("file-last")
    assert sum(map(len, chunks)) == sealed_size(len(CONTENT)) == len(CONTENT) + 32


def test_example_opens_for_a_reader_that_knows_only_the_page() -> None:
    info = b"xianglin/v2/attachment/key\n" + hashlib.sha256(CONTENT).digest()
    assert info.decode("latin-1").partition("\n")[0] in SECTION
    key = HKDF(SHA256(), 32, salt=None, info=info).derive(SECRET)
    nonce = (1).to_bytes(11, "big") + b"\x01"
    assert ChaCha20Poly1305(key).decrypt(nonce, example("file-last"), None) == CONTENT[CHUNK_BYTES:]


def test_limits_on_the_page_are_those_of_the_code() -> None:
    assert (CHUNK_BYTES, SECRET_BYTES, MAXIMUM_NAMES) == (65_536, 16, 100)
    assert (MAXIMUM_PIECE_BYTES, MAXIMUM_FILE_BYTES) == (256 * 1024, 4 * 1024 * 1024)
    assert (MAXIMUM_DAILY_BYTES, MAXIMUM_ATTEMPTS, TARGET_S) == (256 * 1024 * 1024, 5, 8.0)
    for state in BlobState:
        assert f"| `{state.value}` |" in SECTION
