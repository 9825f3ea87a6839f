"""Against a plain reading of RFC 9162, section 2.1.1, and known answers."""

import hashlib

import pytest

from sync.courier.merkle import merkle_root


def by_the_book(records: list[bytes]) -> bytes:
    if not records:
        return hashlib.sha256(b"").digest()
    if len(records) == 1:
        return hashlib.sha256(b"\x00" + records[0]).digest()
    half = 1
    while half * 2 < len(records):
        half *= 2
    return hashlib.sha256(
        b"\x01" + by_the_book(records[:half]) + by_the_book(records[half:])
    ).digest()


@pytest.mark.parametrize("count", [*range(20), 63, 64, 65, 100])
def test_root_is_that_of_the_rfc(count: int):
    records = [bytes([number]) * number for number in range(count)]
    assert merkle_root(records) == by_the_book(records)


def test_known_answers_of_certificate_transparency():
    # The test vectors of the first implementation (google/certificate-transparency, merkle_tree_test.cc).
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
    records = [bytes.fromhex(leaf) for leaf in leaves]
    assert merkle_root(records[:1]).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert merkle_root(records).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


def test_order_and_grouping_count():
    assert merkle_root([b"a", b"b"]) != merkle_root([b"b", b"a"])
    assert merkle_root([b"ab"]) != merkle_root([b"a", b"b"])
