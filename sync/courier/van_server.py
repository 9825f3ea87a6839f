"""The van's side of a hand-over: a small HTTPS server for the kiosks of its own centre.

GET  /v2/hello                            certificate and nonce of the van; the only thing that strangers get
GET  /v2/report                           the delivery report for the asking kiosk
GET  /v2/parcel                           roster, catalogue and decisions for the asking kiosk, sealed to it
POST /v2/bundles                          a manifest; what is wanted of its bundle
PUT  /v2/bundles/ID/parts/N?offset=K      a piece; what is wanted next
GET  /v2/bundles/ID/custody               the van's receipt, once the bundle is whole
"""

import base64
import contextlib
import json
import logging
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from sync.courier.carrier import Carrier
from sync.courier.errors import BundleRefused, HandoverFailed, MediumError, MediumTooSmall
from sync.courier.incoming import Incoming, Wanted
from sync.courier.lan_auth import Exchange, channel_of, check
from sync.courier.lan_tls import server_context
from sync.courier.layout import report_file
from sync.courier.manifest import MAXIMUM_MANIFEST_BYTES
from sync.courier.report import MAXIMUM_REPORT_BYTES
from sync.errors import NotAuthorised

logger = logging.getLogger(__name__)

MAXIMUM_PIECE_BYTES = 1024 * 1024
MAXIMUM_CONNECTIONS = 8
TIMEOUT_S = 20.0
"""For each read or write: a kiosk that went out of reach must not keep a place."""
VISIT_S = 30 * 60.0
"""For a whole connection of a kiosk that has proved itself; a longer one begins anew where it was."""
_POLL_S = 0.1
"""How soon a stop is noticed."""
HELLO_PATH = "/v2/hello"
KEYS_PATH = "/v2/keys"
REPORT_PATH = "/v2/report"
PARCEL_PATH = "/v2/parcel"
BUNDLES_PATH = "/v2/bundles"
_PART_PATH = re.compile(r"/v2/bundles/([0-9a-f-]{36})/parts/([0-9]{1,4})")
_CUSTODY_PATH = re.compile(r"/v2/bundles/([0-9a-f-]{36})/custody")
_OFFSET = re.compile(r"offset=([0-9]{1,15})")
_LIMITS = {"POST": MAXIMUM_MANIFEST_BYTES, "PUT": MAXIMUM_PIECE_BYTES, "GET": 0}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes


class VanServer:
    """Serves until it is stopped.

    Args:
        address: host and port to listen on; port 0 lets the system choose.
        keyring: the centre's, to be handed on.
    Raises:
        HandoverFailed: the van has no certificate yet, or the address cannot be listened on.
    """

    def __init__(
        self,
        carrier: Carrier,
        address: tuple[str, int] = ("0.0.0.0", 0),  # noqa: S104
        keyring: bytes = b"",
    ) -> None:
        if not carrier.identity.certificate:
            raise HandoverFailed("the van has no certificate of the centre yet")
        self._carrier = carrier
        self._incoming = Incoming(carrier)
        self._keyring = keyring
        # One piece at a time: what is wanted next is read from the disk and acted on.
        self._lock = threading.Lock()
        context, certificate = server_context(carrier.identity.signer)
        self._channel = channel_of(certificate)
        try:
            self._server = _Server(address, self, context)
        except OSError as error:
            raise HandoverFailed(f"cannot listen: {error.strerror}") from error
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), name="van", daemon=False
        )

    @contextlib.contextmanager
    def running(self) -> Iterator["VanServer"]:
        """Serve in a thread for the length of the body."""
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def hello(self, nonce: str) -> bytes:
        """Who the van is."""
        certificate = base64.b64encode(self._carrier.identity.certificate).decode("ascii")
        return _json({"v": 1, "certificate": certificate, "nonce": nonce})

    def answer(
        self, method: str, target: str, header: str | None, nonce: str, body: bytes
    ) -> _Answer:
        """Answer one request.

        Args:
            nonce: of this connection.
        """
        path = urlsplit(target).path
        if (method, path) == ("GET", HELLO_PATH) and header is None:
            return _Answer(200, self.hello(nonce))
        exchange = Exchange(self._channel, nonce, method, target, body)
        try:
            device = check(header, exchange, self._carrier.certifiers).device
        except NotAuthorised as error:
            logger.warning("a request was not accepted: %s", error)
            return _Answer(401, _json({"problem": "not-authorised"}))
        with self._lock:
            return self._act(method, target, device, body)

    def _act(self, method: str, target: str, device: str, body: bytes) -> _Answer:
        try:
            return self._dispatched(method, target, device, body)
        except BundleRefused as error:
            return _Answer(422, _json({"problem": error.reason}))
        except MediumTooSmall:
            return _Answer(507, _json({"problem": "no-room"}))
        except MediumError as error:
            logger.error("the van's disk failed: %s", error.code)  # noqa: TRY400
            return _Answer(503, _json({"problem": "disk"}))

    def _dispatched(self, method: str, target: str, device: str, body: bytes) -> _Answer:
        parts = urlsplit(target)
        match method, parts.path:
            case "GET", "/v2/report":
                report = self._report(device)
                return _Answer(200, report) if report else _Answer(404, _json({}))
            case "GET", "/v2/parcel":
                parcel = self._carrier.here().parcel(device)
                return _Answer(200, parcel) if parcel else _Answer(404, _json({}))
            case "GET", "/v2/keys" if self._keyring:
                return _Answer(200, self._keyring)
            case "POST", "/v2/bundles":
                return _wanted(self._incoming.announce(device, body))
        if method == "PUT" and (found := _PART_PATH.fullmatch(parts.path)):
            offset = _OFFSET.fullmatch(parts.query)
            if offset is not None:
                taken = self._incoming.take_piece(
                    device, found[1], int(found[2]), int(offset[1]), body
                )
                return _wanted(taken)
        if method == "GET" and (found := _CUSTODY_PATH.fullmatch(parts.path)):
            receipt = self._incoming.custody(device, found[1])
            return _Answer(200, receipt) if receipt else _Answer(404, _json({}))
        return _Answer(404, _json({}))

    def _report(self, device: str) -> bytes | None:
        folder = self._carrier.here().reports()
        return folder.read_small(report_file(device), MAXIMUM_REPORT_BYTES) if folder else None


_Request = socket.socket | tuple[bytes, socket.socket]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = MAXIMUM_CONNECTIONS

    def __init__(self, address: tuple[str, int], van: VanServer, context: ssl.SSLContext) -> None:
        self.van = van
        self._context = context
        self._places = threading.BoundedSemaphore(MAXIMUM_CONNECTIONS)
        self._timers: dict[int, tuple[threading.Timer, socket.socket]] = {}
        super().__init__(address, _Handler)

    def process_request(self, request: _Request, client_address: Any) -> None:  # noqa: ANN401 (as socketserver)
        """Serve in a thread, unless all places are taken."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: _Request, client_address: Any) -> None:  # noqa: ANN401
        """The handshake too happens here: a stranger that stays silent, or drips, holds up nobody for long."""
        if not isinstance(request, socket.socket):
            return
        lifeline = request.dup()
        me = threading.get_ident()
        self._watch(me, lifeline, TIMEOUT_S)
        try:
            request.settimeout(TIMEOUT_S)
            with self._context.wrap_socket(request, server_side=True) as secured:
                self.finish_request(secured, client_address)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            logger.info("a connection ended: %s", type(error).__name__)
        finally:
            self._timers.pop(me)[0].cancel()
            lifeline.close()
            self._places.release()
            with contextlib.suppress(OSError):
                self.shutdown_request(request)

    def note_proven(self) -> None:
        """A device of the centre speaks in this thread: it gets the time for a whole hand-over."""
        me = threading.get_ident()
        timer, lifeline = self._timers[me]
        timer.cancel()
        self._watch(me, lifeline, VISIT_S)

    def _watch(self, thread: int, lifeline: socket.socket, limit_s: float) -> None:
        def cut() -> None:
            with contextlib.suppress(OSError):
                lifeline.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(limit_s, cut)
        timer.daemon = True
        self._timers[thread] = (timer, lifeline)
        timer.start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = TIMEOUT_S
    # Else the answer's second packet waits for the first one's acknowledgement: 40 ms for each piece.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """One nonce for each connection."""
        super().setup()
        self._nonce = secrets.token_urlsafe(24)
        self._is_proven = False

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses of kiosks are nobody's business."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        limit = _LIMITS.get(self.command, 0)
        if not length.isdecimal() or len(length) > 10 or int(length) > limit:
            self.close_connection = True
            self._send(_Answer(413, _json({"problem": "too-large"})))
            return
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            self.close_connection = True
            return
        header = self.headers.get("Authorization")
        answer = self.server.van.answer(self.command, self.path, header, self._nonce, body)
        if header and answer.status != 401 and not self._is_proven:
            self._is_proven = True
            self.server.note_proven()
        self._send(answer)

    def _send(self, answer: _Answer) -> None:
        self.send_response_only(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


def _wanted(wanted: Wanted) -> _Answer:
    return _Answer(
        200,
        _json(
            {
                "is_complete": wanted.is_complete,
                "part": wanted.part,
                "offset": wanted.offset,
                "is_damaged": wanted.is_damaged,
            }
        ),
    )


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value).encode("ascii")
