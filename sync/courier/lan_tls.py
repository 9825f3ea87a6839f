"""TLS between a kiosk and a van that nobody has given a name or a certificate of the web.

The van's certificate is made from its device key and signed by it. Who answers is not told by that certificate's names
or dates, which nobody checks, but by its key: the centre has signed for that key in the van's device certificate.
"""

import os
import secrets
import ssl
import tempfile
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from sync.courier.errors import HandoverFailed
from sync.signing import DeviceSigner

# Clocks in villages are wrong, and the dates prove nothing here.
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def server_context(signer: DeviceSigner) -> tuple[ssl.SSLContext, bytes]:
    """What a van listens with, and its certificate (DER) for ``channel_of``."""
    key = Ed25519PrivateKey.from_private_bytes(signer.seed())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "xianglin")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(key, None)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # OpenSSL reads keys from files only. The file is encrypted with a word that never leaves this function.
    word = secrets.token_hex(32)
    pem = certificate.public_bytes(Encoding.PEM) + key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(word.encode("ascii"))
    )
    descriptor, path = tempfile.mkstemp(prefix="xianglin-")
    try:
        with open(descriptor, "wb") as file:
            file.write(pem)
        context.load_cert_chain(path, password=word)
    finally:
        os.unlink(path)
    return context, certificate.public_bytes(Encoding.DER)


def client_context() -> ssl.SSLContext:
    """What a kiosk connects with: encrypted at once, believed only after ``peer_key`` was compared."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def peer_key(certificate: bytes) -> bytes:
    """The key of a certificate, 32 bytes; TLS has proved that the peer holds it.

    Raises:
        HandoverFailed: not an Ed25519 certificate.
    """
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise HandoverFailed("the van's certificate cannot be read") from error
    if not isinstance(key, Ed25519PublicKey):
        raise HandoverFailed("the van's certificate is of another kind")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
