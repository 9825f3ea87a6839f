"""The centre over HTTPS: ``requests`` with every default that loses, repeats or redirects data turned off."""

import base64
import http.client
import ipaddress
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, TypeVar
from urllib.parse import quote, urlsplit

import requests
import urllib3.exceptions

from sync.answers import (
    PROTOCOL_V2,
    PROTOCOL_VERSION,
    BatchAnswer,
    DecisionPage,
    DeviceState,
    NoncedAnswer,
    ProbeAnswer,
    RosterPage,
    SignedAnswer,
    open_answer,
)
from sync.blob_messages import PIECE_MEDIA_TYPE, BlobAnswer, BlobsAnswer
from sync.canonical import canonical_json
from sync.deadline import Deadline, DeadlineAdapter
from sync.envelope import BOOT_LENGTH, is_sealed
from sync.errors import (
    BatchTooLarge,
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    TimedOut,
    Unreachable,
)
from sync.events import Clock, SystemClock
from sync.framing import BATCH_MEDIA_TYPE, encode_batch
from sync.http_failures import (
    ANSWER_MEDIA_TYPE,
    CLOCK_PROBLEM,
    error_of_exception,
    error_of_response,
)
from sync.key_announcement import ANNOUNCEMENT_PATH, DeviceKeyAnswer
from sync.opening_key import opening_key_of
from sync.request_auth import authorization_header
from sync.sealed_page import PAGE_MEDIA_TYPE, FeedPage, open_page
from sync.signing import DeviceSigner, Purpose
from sync.size_refusal import answer_to_lone
from sync.supply import CertificateAnswer, ReceiptBlockAnswer
from sync.time_allowance import TimeAllowance
from sync.trust import CentreTrust

MAXIMUM_ANSWER_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 16 * 1024

# A clock that stands in 1970 is told by an error of our own, in words for staff.
urllib3.disable_warnings(urllib3.exceptions.SystemTimeWarning)

NoncedT = TypeVar("NoncedT", bound=NoncedAnswer)


class HttpTransport:
    """Speaks with one centre as one device, one request at a time, over one kept connection.

    Args:
        base_url: ``https://…``; plain ``http`` only for a loopback host.
        centre_public_key: 32 bytes, given at provisioning: this key, or one that it vouched for in a keyring, makes
            an answer the centre's.
        connect_timeout_s: for each address of the host.
        total_deadline_s: for a whole exchange, hard, and longer by what a large body needs on a link that was measured
            to be slow; only the resolver's own look-up of the name is not covered.
        ca_bundle: a PEM file for a centre with its own certificate authority; None for the shipped list.
        clock: of this machine; what it says of the time is corrected by the centre where need be.
    Raises:
        ValueError: the URL is not safe, or a key is malformed.
    """

    maximum_answer_bytes: ClassVar[int] = MAXIMUM_ANSWER_BYTES

    def __init__(
        self,
        base_url: str,
        device_id: str,
        signer: DeviceSigner,
        centre_public_key: bytes,
        connect_timeout_s: float = 10.0,
        total_deadline_s: float = 30.0,
        ca_bundle: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._base_url = _checked_url(base_url)
        self._device_id = device_id
        self._signer = signer
        self.trust = CentreTrust(centre_public_key)
        """Whose answers count."""
        self._speaks_2 = False
        self._clock = clock if clock is not None else SystemClock()
        self._opening_key = opening_key_of(signer)
        self._connect_timeout_s = connect_timeout_s
        self._allowance = TimeAllowance(total_deadline_s)
        self._deadline = Deadline()
        self._session = requests.Session()
        # Else REQUESTS_CA_BUNDLE replaces our certificates and ~/.netrc our Authorization header (both seen).
        self._session.trust_env = False
        self._session.verify = ca_bundle or True
        adapter = DeadlineAdapter(self._deadline)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self.clock_offset = timedelta(0)
        """What to add to this machine's clock to get the centre's, once the centre has complained."""

    def send_batch(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        """Deliver items; what the centre itself says of the size of a single one is its answer.

        Raises:
            Any leaf of the link's errors.
        """
        protocol = self._protocol_for(items)
        body = encode_batch(items)
        headers = {"Content-Type": BATCH_MEDIA_TYPE}
        path = f"/v{protocol}/batches?batch={quote(batch_id)}"
        if protocol == PROTOCOL_V2:
            # With it the centre dates events of this boot exactly, whatever the wall clock says.
            now = self._clock.read()
            path += f"&boot={quote(now.boot_id[:BOOT_LENGTH])}&ms={now.monotonic_ms}"
        try:
            answer_body, _ = self._signed_exchange("POST", path, body, headers)
        except ProtocolMismatch:
            self._speaks_2 = False
            raise
        except BatchTooLarge as error:
            return answer_to_lone(error, batch_id, self._device_id, items, self.trust.verifiers)
        with self.trust.judging() as keys:
            answer = open_answer(answer_body, BatchAnswer, Purpose.BATCH_ANSWER, keys, protocol)
        if answer.batch != batch_id:
            raise NotTheCentre("the answer belongs to another batch")
        self._check_device(answer)
        self.trust.note(answer.keyring)
        return answer

    def _protocol_for(self, items: Sequence[bytes]) -> int:
        if not self._speaks_2 and any(is_sealed(item) for item in items):
            # Asked once and not guessed: an older centre would call a sealed item malformed, and that parks it.
            if PROTOCOL_V2 not in self.probe().protocols:
                raise ProtocolMismatch("the centre does not take sealed items yet")
            self._speaks_2 = True
        return PROTOCOL_V2 if self._speaks_2 else PROTOCOL_VERSION

    def use_signer(self, signer: DeviceSigner) -> None:
        """Sign requests with this key from now on."""
        if signer.key_id != self._signer.key_id:
            self._signer = signer
            self._opening_key = opening_key_of(signer)

    def announce_key(self, announcement: bytes) -> DeviceKeyAnswer:
        """Tell the centre the device's next key; asking again with the same one gives the same answer."""
        headers = {"Content-Type": "application/json"}
        return self._ask_v2(
            "POST",
            ANNOUNCEMENT_PATH,
            announcement,
            headers,
            DeviceKeyAnswer,
            Purpose.DEVICE_KEY_ANSWER,
        )

    def keyring(self) -> bytes:
        """The document of the centre's keys; whether to believe it is the caller's to find out."""
        return self._exchange("GET", "/v2/keys", b"", {})

    def decisions(self, after: int) -> DecisionPage:
        """Decisions on this device's events after a cursor."""
        return self._ask(f"/v1/decisions?after={after}", DecisionPage, Purpose.DECISIONS)

    def roster(self, after: int) -> RosterPage:
        """Changes of the region's roster after a cursor."""
        return self._ask(f"/v1/roster?after={after}", RosterPage, Purpose.ROSTER)

    def feed_page(self, feed: str, after: int, limit_bytes: int) -> FeedPage:
        """A page of a feed, sealed to this device.

        Raises:
            FeedUnusable: the centre's page, but it cannot be read.
        """
        opener = self._opening_key
        public = base64.urlsafe_b64encode(opener.sealing_key.public).rstrip(b"=").decode("ascii")
        path = f"/v2/{quote(feed)}?after={after}&bytes={limit_bytes}&key={public}"
        body, nonce = self._signed_exchange("GET", path, b"", {"Accept": PAGE_MEDIA_TYPE})
        with self.trust.judging() as keys:
            page = open_page(body, self._device_id, {opener.key_id: opener}, keys)
        if page.header.nonce != nonce:
            raise NotTheCentre("the page belongs to another request")
        if (page.header.feed, page.header.after) != (feed, after):
            raise NotTheCentre("the page belongs to another question")
        return page

    def device_state(self) -> DeviceState:
        """What the centre holds of this device."""
        return self._ask("/v1/devices/me/state", DeviceState, Purpose.DEVICE_STATE)

    def receipt_block(self, after: int) -> ReceiptBlockAnswer:
        """This device's receipt numbers behind its last one."""
        path = f"/v1/receipt-blocks?after={after}"
        answer = self._ask(path, ReceiptBlockAnswer, Purpose.RECEIPT_BLOCK, method="POST")
        if answer.after != after:
            raise NotTheCentre("the answer belongs to another question")
        return answer

    def device_certificate(self) -> CertificateAnswer:
        """The centre's word for this device's key."""
        return self._ask("/v1/devices/me/certificate", CertificateAnswer, Purpose.CERTIFICATE)

    def lacking_blobs(self, names: Sequence[str]) -> BlobsAnswer:
        """How much the centre holds of these files."""
        body = canonical_json({"names": list(names)})
        headers = {"Content-Type": "application/json"}
        return self._ask_v2("POST", "/v2/blobs/lacking", body, headers, BlobsAnswer, Purpose.BLOBS)

    def put_blob(self, name: str, offset: int, piece: bytes) -> BlobAnswer:
        """The next piece of a file.

        Raises:
            BatchTooLarge, or any other leaf of the link's errors.
        """
        path = f"/v2/blobs/{quote(name)}?offset={offset}"
        headers = {"Content-Type": PIECE_MEDIA_TYPE}
        answer = self._ask_v2("PUT", path, piece, headers, BlobAnswer, Purpose.BLOB)
        if answer.blob.name != name:
            raise NotTheCentre("the answer belongs to another file")
        return answer

    def probe(self) -> ProbeAnswer:
        """Ask for the signed echo; needs no enrolment."""
        nonce = secrets.token_urlsafe(16)
        body = self._exchange("GET", f"/v1/probe?nonce={nonce}", b"", {})
        with self.trust.judging() as keys:
            answer = open_answer(body, ProbeAnswer, Purpose.PROBE, keys)
        if answer.nonce != nonce:
            raise NotTheCentre("the answer belongs to another request")
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _ask(
        self, path: str, kind: type[NoncedT], purpose: Purpose, method: str = "GET"
    ) -> NoncedT:
        answer, nonce = self._signed_exchange(method, path, b"", {})
        return self._opened(answer, nonce, kind, purpose, PROTOCOL_VERSION)

    def _ask_v2(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
        kind: type[NoncedT],
        purpose: Purpose,
    ) -> NoncedT:
        answer, nonce = self._signed_exchange(method, path, body, headers)
        return self._opened(answer, nonce, kind, purpose, PROTOCOL_V2)

    def _opened(
        self, body: bytes, nonce: str, kind: type[NoncedT], purpose: Purpose, protocol: int
    ) -> NoncedT:
        with self.trust.judging() as keys:
            answer = open_answer(body, kind, purpose, keys, protocol)
        if answer.nonce != nonce:
            raise NotTheCentre("the answer belongs to another request")
        self._check_device(answer)
        return answer

    def _check_device(self, answer: SignedAnswer) -> None:
        if answer.device != self._device_id:
            raise NotTheCentre("the answer belongs to another device")

    def _signed_exchange(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[bytes, str]:
        try:
            return self._signed_once(method, path, body, headers)
        except ClockFault as fault:
            if fault.problem != CLOCK_PROBLEM:
                raise
        # The clock is off but TLS still works: take the time from the signed echo, never from a plain Date header.
        asked_at = self._clock.read().wall
        self.clock_offset = self.probe().time - asked_at
        return self._signed_once(method, path, body, headers)

    def _signed_once(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[bytes, str]:
        nonce = secrets.token_urlsafe(16)
        authorization = authorization_header(
            self._signer,
            device=self._device_id,
            method=method,
            path=path,
            body=body,
            time=self._clock.read().wall + self.clock_offset,
            nonce=nonce,
        )
        try:
            answer = self._exchange(method, path, body, {**headers, "Authorization": authorization})
        except NotAuthorised:
            self.trust.is_refused = True
            raise
        self.trust.is_refused = False
        return answer, nonce

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        # Identity: a compressed answer could be far larger than the cap on what is received.
        sent = {"Accept": ANSWER_MEDIA_TYPE, "Accept-Encoding": "identity", **headers}
        total_s, began = self._allowance.total_s(len(body)), time.monotonic()
        try:
            with (
                self._deadline.limit(total_s),
                self._session.request(
                    method,
                    self._base_url + path,
                    data=body or None,
                    headers=sent,
                    timeout=(self._connect_timeout_s, total_s),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                answer = _read_bounded(response, self.maximum_answer_bytes)
        except NotTheCentre:
            raise
        except (
            Unreachable,
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            http.client.HTTPException,
            OSError,
            # The libraries' own parsers, on a negative chunk or a number of a thousand digits: our arguments were
            # checked before.
            ValueError,
            OverflowError,
        ) as error:
            if self._deadline.has_passed:
                self._allowance.note_timed_out(len(body), total_s)
                raise TimedOut("the total time ran out") from error
            raise error_of_exception(error) from error
        if self._deadline.has_passed:
            self._allowance.note_timed_out(len(body), total_s)
            raise TimedOut("the total time ran out")
        self._allowance.note(len(body) + len(answer), time.monotonic() - began)
        failure = error_of_response(response.status_code, response.headers, answer, sent["Accept"])
        if failure is not None:
            raise failure
        return answer


def _read_bounded(response: requests.Response, limit: int) -> bytes:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise NotTheCentre("the answer is larger than any answer of the centre")
    parts: list[bytes] = []
    total = 0
    for part in response.iter_content(_PIECE_BYTES):
        total += len(part)
        if total > limit:
            raise NotTheCentre("the answer is larger than any answer of the centre")
        parts.append(part)
    if announced.isdecimal() and total < int(announced):
        raise Unreachable("the answer was cut short")
    is_bare = not announced and "Transfer-Encoding" not in response.headers
    if response.status_code == 200 and not total and is_bare:
        # Cut within its headers, which http.client takes for their end; a portal that answers has something to say.
        raise Unreachable("the answer was cut in its headers")
    return b"".join(parts)


def _checked_url(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the centre's URL must begin with https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the centre's URL holds more than a host and a path")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("plain http is allowed to this machine only; use https")
    return base_url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
