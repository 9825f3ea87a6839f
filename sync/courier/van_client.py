"""The kiosk's side of a hand-over: one connection to one van, believed only after it has proved itself."""

import base64
import binascii
import contextlib
import http.client
import json
import ssl
from collections.abc import Collection
from types import TracebackType
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.courier.errors import BundleRefused, HandoverFailed
from sync.courier.export import DeviceIdentity
from sync.courier.lan_auth import Exchange, channel_of, prove
from sync.courier.lan_tls import client_context, peer_key
from sync.courier.report import MAXIMUM_REPORT_BYTES
from sync.courier.van_server import (
    BUNDLES_PATH,
    HELLO_PATH,
    KEYS_PATH,
    PARCEL_PATH,
    REPORT_PATH,
)
from sync.deadline import Deadline
from sync.device_certificate import CertificateMalformed, DeviceCertificate, read_certificate
from sync.keyring import MAXIMUM_KEYRING_BYTES
from sync.pull_parcel import MAXIMUM_PARCEL_BYTES
from sync.signing import Verifier

TIMEOUT_S = 20.0
_SMALL_BYTES = 8192


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Hello(_Strict):
    v: int
    certificate: str = Field(max_length=400)
    nonce: str = Field(min_length=16, max_length=64)


class WantedNext(_Strict):
    """What the van wants of a bundle."""

    is_complete: bool
    part: int = Field(ge=0)
    offset: int = Field(ge=0)
    is_damaged: bool = False


class VanClient:
    """A connection to a van.

    Args:
        certifiers: every key of the centre whose device certificates count.
    """

    def __init__(
        self,
        host: str,
        port: int,
        identity: DeviceIdentity,
        certifiers: Collection[Verifier],
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._deadline = Deadline()
        self._connection = _WatchedConnection(host, port, timeout_s, self._deadline)
        self._exchange_s = 3 * timeout_s
        self._identity = identity
        self._certifiers = certifiers
        self._channel = ""
        self._nonce = ""
        self.van: DeviceCertificate | None = None

    def __enter__(self) -> Self:
        """Connect, and let the van prove itself.

        Raises:
            HandoverFailed: nobody there, or not a van of this centre.
        """
        if not self._identity.certificate:
            raise HandoverFailed("this kiosk has no certificate of the centre yet")
        try:
            self._greet()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the connection go."""
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def report(self) -> bytes | None:
        """The delivery report that the van brings for this kiosk."""
        status, body = self._ask("GET", REPORT_PATH, b"", MAXIMUM_REPORT_BYTES)
        return body if status == 200 else None

    def parcel(self) -> bytes | None:
        """Roster and catalogue that the van brings for this kiosk; their reader finds out whether to believe them."""
        status, body = self._ask("GET", PARCEL_PATH, b"", MAXIMUM_PARCEL_BYTES)
        return body if status == 200 else None

    def keyring(self) -> bytes | None:
        """The centre's keyring as the van knows it; its reader finds out whether to believe it."""
        status, body = self._ask("GET", KEYS_PATH, b"", MAXIMUM_KEYRING_BYTES)
        return body if status == 200 else None

    def announce(self, manifest: bytes) -> WantedNext:
        """Show a manifest.

        Raises:
            BundleRefused: the van does not take the bundle.
        """
        return self._wanted(*self._ask("POST", BUNDLES_PATH, manifest))

    def put_piece(self, bundle: str, number: int, offset: int, piece: bytes) -> WantedNext:
        """Send a piece; the answer says what comes next."""
        path = f"{BUNDLES_PATH}/{bundle}/parts/{number}?offset={offset}"
        return self._wanted(*self._ask("PUT", path, piece))

    def custody(self, bundle: str) -> bytes:
        """The van's receipt for a bundle that it has whole.

        Raises:
            HandoverFailed: it gives none.
        """
        status, body = self._ask("GET", f"{BUNDLES_PATH}/{bundle}/custody", b"")
        if status != 200:
            raise HandoverFailed("the van gives no receipt")
        return body

    def _greet(self) -> None:
        try:
            with self._deadline.limit(self._exchange_s):
                self._connection.connect()
        except (OSError, http.client.HTTPException) as error:
            raise HandoverFailed("the van does not answer") from error
        # A new connection would be a new channel, with somebody else perhaps.
        self._connection.auto_open = 0
        secured = self._connection.sock
        certificate = (
            secured.getpeercert(binary_form=True) if isinstance(secured, ssl.SSLSocket) else None
        )
        if not certificate:
            raise HandoverFailed("the van shows no certificate")
        self._channel = channel_of(certificate)
        status, body = self._exchange("GET", HELLO_PATH, b"", {}, _SMALL_BYTES)
        if status != 200:
            raise HandoverFailed("this is no van")
        try:
            hello = _Hello.model_validate_json(body)
            said = read_certificate(base64.b64decode(hello.certificate, validate=True))
        except (ValidationError, binascii.Error, CertificateMalformed) as error:
            raise HandoverFailed("this is no van") from error
        if not any(said.is_signed_by(centre) for centre in self._certifiers):
            raise HandoverFailed("the van belongs to another centre")
        if said.public_key != peer_key(certificate):
            raise HandoverFailed("the van shows a certificate that is not its own")
        self._nonce = hello.nonce
        self.van = said

    def _ask(
        self, method: str, path: str, body: bytes, limit: int = _SMALL_BYTES
    ) -> tuple[int, bytes]:
        exchange = Exchange(self._channel, self._nonce, method, path, body)
        headers = {"Authorization": prove(self._identity, exchange)}
        status, answer = self._exchange(method, path, body, headers, limit)
        if status == 401:
            raise HandoverFailed("the van does not accept this kiosk")
        return status, answer

    def _exchange(
        self, method: str, path: str, body: bytes, headers: dict[str, str], limit: int
    ) -> tuple[int, bytes]:
        try:
            with (
                self._deadline.limit(self._exchange_s),
                contextlib.closing(self._sent(method, path, body, headers)) as response,
            ):
                announced = response.getheader("Content-Length", "")
                if not announced.isdecimal() or int(announced) > limit:
                    raise HandoverFailed("the van's answer is larger than any of its kind")
                answer = response.read(limit + 1)
                # http.client gives what it has when a connection ends too early.
                if len(answer) != int(announced):
                    raise HandoverFailed("the connection to the van broke off")
                return response.status, answer
        except (OSError, http.client.HTTPException) as error:
            raise HandoverFailed("the connection to the van broke off") from error

    def _sent(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        self._connection.request(method, path, body=body or None, headers=headers)
        return self._connection.getresponse()

    def _wanted(self, status: int, body: bytes) -> WantedNext:
        if status in (422, 507):
            raise BundleRefused(_problem(body))
        if status != 200:
            raise HandoverFailed("the van cannot take anything now")
        try:
            return WantedNext.model_validate_json(body)
        except ValidationError as error:
            raise HandoverFailed("the van's answer cannot be read") from error


class _WatchedConnection(http.client.HTTPSConnection):
    """A van that drips bytes is cut off after a total time, in the handshake as well."""

    def __init__(self, host: str, port: int, timeout_s: float, deadline: Deadline) -> None:
        self._tls = client_context()
        self._deadline = deadline
        super().__init__(host, port, timeout=timeout_s, context=self._tls)

    def connect(self) -> None:
        """Connect, with a second handle on the socket before TLS takes it over."""
        http.client.HTTPConnection.connect(self)
        self._deadline.watch(id(self), self.sock)
        self.sock = self._tls.wrap_socket(self.sock)

    def close(self) -> None:
        """Let both handles go."""
        super().close()
        self._deadline.forget(id(self))


def _problem(body: bytes) -> str:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return "unknown"
    problem = value.get("problem") if isinstance(value, dict) else None
    return problem[:40] if isinstance(problem, str) else "unknown"
