"""The Merkle tree hash of RFC 9162: one digest for all records of a bundle, in their order.

Leaves and nodes are hashed with different first bytes, so that no node can be passed off as a record.
Source: RFC 9162, section 2.1.1.
"""

import hashlib
from collections.abc import Sequence

_LEAF = b"\x00"
_NODE = b"\x01"


class MerkleHasher:
    """Takes one record after another; keeps as many digests as the tree has levels."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []
        """Size and digest of the whole subtrees so far, largest first."""
        self.count = 0

    def add(self, record: bytes) -> None:
        """The next record."""
        self.count += 1
        size, digest = 1, hashlib.sha256(_LEAF + record).digest()
        while self._peaks and self._peaks[-1][0] == size:
            _, left = self._peaks.pop()
            size, digest = size * 2, _node(left, digest)
        self._peaks.append((size, digest))

    def peaks(self) -> list[tuple[int, str]]:
        """Where it stands, to go on later: sizes and digests in hexadecimal."""
        return [(size, digest.hex()) for size, digest in self._peaks]

    @classmethod
    def resumed(cls, peaks: Sequence[tuple[int, str]]) -> "MerkleHasher":
        """Go on from where another one stood."""
        hasher = cls()
        hasher._peaks = [(size, bytes.fromhex(digest)) for size, digest in peaks]
        hasher.count = sum(size for size, _ in peaks)
        return hasher

    def root(self) -> bytes:
        """The digest of all records so far, 32 bytes; of none it is the digest of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        # RFC 9162 splits at the largest power of two: the small subtrees on the right are joined first.
        _, digest = self._peaks[-1]
        for _, left in reversed(self._peaks[:-1]):
            digest = _node(left, digest)
        return digest


def merkle_root(records: list[bytes]) -> bytes:
    """The digest of a list of records."""
    hasher = MerkleHasher()
    for record in records:
        hasher.add(record)
    return hasher.root()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
