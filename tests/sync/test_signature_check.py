"""libsodium and OpenSSL give one answer, also to keys and signatures that only an adversary makes."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync import signature_check
from sync.signature_check import SignatureCheck
from tests.sync.edwards import (
    BASE,
    NEUTRAL,
    ORDER,
    P,
    Point,
    add,
    challenge,
    encoded,
    point_at,
    scalar,
    small_order,
    times,
)

Trial = tuple[str, bytes, bytes, bytes]
"""What it is, key, signature, message."""

# RFC 8032 section 7.1, test 3.
_RFC = (
    bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"),
    bytes.fromhex(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
    b"\xaf\x82",
)


def openssl(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def trials(seed: int, messages: int) -> Iterator[Trial]:
    """Signatures right and wrong, with everything that small order and odd forms allow."""
    rng = random.Random(seed)
    torsion = small_order()
    secret = rng.randrange(ORDER)
    own = times(secret, BASE)
    key = encoded(own)
    for number in range(messages):
        message = b"message %d" % number
        nonce = rng.randrange(ORDER)
        commitment = times(nonce, BASE)

        def signed(
            what: str,
            key: bytes,
            r: bytes,
            secret: int,
            nonce: int = nonce,
            message: bytes = message,
        ) -> Trial:
            s = (nonce + challenge(r, key, message) * secret) % ORDER
            return what, key, r + scalar(s), message

        plain = signed("plain", key, encoded(commitment), secret)
        yield plain
        s = int.from_bytes(plain[2][32:], "little")
        for extra in (1, 2, 8):
            yield "S not reduced", key, plain[2][:32] + scalar(s + extra * ORDER), message
        for bit in rng.sample(range(512), 6):
            turned = int.from_bytes(plain[2], "little") ^ (1 << bit)
            yield "a bit turned", key, turned.to_bytes(64, "little"), message
        for small in torsion:
            mixed = encoded(add(own, small))
            yield signed("key of mixed order", mixed, encoded(commitment), secret)
            yield signed("R of mixed order", key, encoded(add(commitment, small)), secret)
            yield signed("R of small order", key, encoded(small), secret, 0)
            yield signed("key of small order", encoded(small), encoded(commitment), 0)
            for other in torsion:
                both = encoded(add(commitment, other))
                yield signed("both of mixed order", mixed, both, secret)
                yield "both of small order", encoded(small), encoded(other) + bytes(32), message
        for point in _beyond():
            odd = encoded(point, beyond=True)
            yield signed("key not canonical", odd, encoded(commitment), 0)
            yield signed("R not canonical", key, odd, secret, 0)
        negative_zero = (1 | 1 << 255).to_bytes(32, "little")
        yield signed("key of negative zero", negative_zero, encoded(commitment), 0)
        yield signed("R of negative zero", key, negative_zero, secret, 0)


def _beyond() -> list[Point]:
    found = (point_at(y, sign) for y in range(2**255 - P) for sign in (0, 1))
    return [point for point in found if point is not None and times(8, point) == NEUTRAL]


def test_answer_is_openssls_when_an_adversary_makes_key_and_signature():
    seen: Counter[tuple[str, bool]] = Counter()
    for what, key, signature, message in trials(8, 8):
        wanted = openssl(key, signature, message)
        assert SignatureCheck(key).is_valid(signature, message) is wanted, what
        seen[what, wanted] += 1
    # Else nothing was tried: both answers must have come up where the two libraries differ.
    assert seen["plain", True]
    for what in ("key of small order", "both of small order", "both of mixed order"):
        assert seen[what, True], what
        assert seen[what, False], what
    assert seen["R of mixed order", False] > seen["R of mixed order", True]


def test_libsodium_accepts_nothing_that_openssl_refuses():
    quick = signature_check._QUICK
    if quick is None:
        pytest.skip("PyNaCl is not installed")
    accepted = 0
    for what, key, signature, message in trials(9, 8):
        if quick(key, signature, message):
            accepted += 1
            assert openssl(key, signature, message), what
    assert accepted


def test_the_vector_of_the_rfc_is_accepted_both_ways(monkeypatch):
    key, signature, message = _RFC
    assert SignatureCheck(key).is_valid(signature, message)
    monkeypatch.setattr(signature_check, "_QUICK", None)
    assert not signature_check.is_quick()
    assert SignatureCheck(key).is_valid(signature, message)


def test_a_signature_of_another_length_is_refused_though_the_bytes_would_fit_together():
    signer = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    check = SignatureCheck(signer.public_key().public_bytes_raw())
    signature = signer.sign(b"message")
    assert check.is_valid(signature, b"message")
    assert not check.is_valid(signature[:-1], signature[-1:] + b"message")
    assert not check.is_valid(signature + b"m", b"essage")


def test_libsodium_is_not_asked_when_it_judges_by_another_rule(monkeypatch):
    bindings = pytest.importorskip("nacl.bindings")
    assert not openssl(*signature_check._COFACTORED)
    monkeypatch.setattr(bindings, "crypto_sign_open", lambda signed, _key: signed[64:])
    assert signature_check._sodium() is None
