"""A file server of its own process, over TLS, with the faults of real networks; started by ``serving``.

The path says what is served and how it fails: ``/KEY?size=…&seed=…&fault=…``, or ``/KEY?file=…``. The key counts requests, so that a fault
can happen on the first ones only. ``/log?of=/KEY`` gives the request headers that came. The process ends with its input.
"""

import contextlib
import json
import random
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

STALL = threading.Event()
HTML = b"<!DOCTYPE html><html><body>login</body></html>"


def content(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: dict[str, list[dict[str, str]]] = {}

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/log":
            self._reply(200, json.dumps(self.asked.get(query["of"], [])).encode())
            return
        key = parts.path
        before = self.asked.setdefault(key, [])
        before.append(dict(self.headers.items()))
        self.close_connection = True
        with contextlib.suppress(OSError):
            self._serve(query, len(before))

    def _serve(self, query: dict[str, str], turn: int) -> None:  # noqa: C901 (a list of faults)
        seed, size = int(query.get("seed", "1")), int(query.get("size", "0"))
        fault, _, value = query.get("fault", "").partition(":")
        is_first = turn <= int(query.get("times", "1"))
        body = Path(query["file"]).read_bytes() if "file" in query else content(seed, size)
        tag = f'"{seed}-{size}"'
        if fault == "status" and is_first:
            self._reply(int(value), b"")
        elif fault == "html":
            self._reply(200, HTML, {"Content-Type": "text/html; charset=utf-8"})
        elif fault == "page":
            self._reply(200, HTML)
        elif fault == "redirect":
            self._reply(302, b"", {"Location": value})
        elif fault == "gzip":
            self._reply(200, body, {"Content-Encoding": "gzip"})
        elif fault == "length":  # more announced than there is
            self._send(200, {"Content-Length": str(size + 5000), "ETag": tag}, body)
        elif fault == "nolength":
            self._send(200, {}, body)
        elif fault == "endless":
            self._send(200, {}, body * 50)
        elif fault in ("drip", "slow"):
            self._slowly(body, tag, *((1, 0.05) if fault == "drip" else (1 << 16, 0.02)))
        elif is_first and fault.startswith("then"):
            self._send(200, {"Content-Length": str(size), "ETag": tag}, body[: int(value)])
        elif fault == "then_changed":  # another version, honestly named
            self._ranged(content(seed + 1, size), f'"{seed + 1}-{size}"')
        elif fault == "then_silent":  # another version under the same name
            self._ranged(content(seed + 1, size), tag, refuses_whole=False)
        elif (
            fault == "then_spliced"
        ):  # another version from a little further on; whole when asked for the whole
            spliced = body[: int(value) + 40_000] + content(seed + 1, size)[int(value) + 40_000 :]
            self._ranged(spliced if "Range" in self.headers else body, tag)
        elif fault == "then_elsewhere":
            self._ranged(body, tag, shift=1000)
        elif fault == "then_noranges":
            self._reply(200, body, {"ETag": tag})
        elif fault == "cut":
            self._ranged(body, tag, cut=int(value) if is_first else None)
        elif fault == "weak":
            self._ranged(body, "W/" + tag, cut=int(value) if is_first else None)
        else:
            self._ranged(body, tag)

    def _ranged(
        self,
        body: bytes,
        tag: str,
        *,
        cut: int | None = None,
        shift: int = 0,
        refuses_whole: bool = True,
    ) -> None:
        asked = self.headers.get("Range", "")
        named = self.headers.get("If-Range", "")
        size = len(body)
        if not asked or (named and named != tag and refuses_whole):
            self._send(200, {"Content-Length": str(size), "ETag": tag}, body[:cut])
            return
        begins = int(asked.removeprefix("bytes=").rstrip("-"))
        if begins >= size:
            self._reply(416, b"", {"Content-Range": f"bytes */{size}"})
            return
        begins += shift
        rest = body[begins:]
        headers = {
            "Content-Length": str(len(rest)),
            "Content-Range": f"bytes {begins}-{size - 1}/{size}",
            "ETag": tag,
        }
        self._send(206, headers, rest[:cut])

    def _slowly(self, body: bytes, tag: str, piece: int, pause_s: float) -> None:
        begins = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        rest, size = body[begins:], len(body)
        headers = {"Content-Length": str(len(rest)), "ETag": tag}
        if begins:
            headers["Content-Range"] = f"bytes {begins}-{size - 1}/{size}"
        self._send(206 if begins else 200, headers, b"")
        for at in range(0, len(rest), piece):
            self.wfile.write(rest[at : at + piece])
            self.wfile.flush()
            STALL.wait(pause_s)

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._send(status, {"Content-Length": str(len(body)), **(headers or {})}, body)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/octet-stream", **headers}.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None: ...


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *arguments: object) -> None: ...


@dataclass(frozen=True)
class FileServer:
    """What a test knows of the server."""

    ports: tuple[int, int]
    authority: Path
    context: ssl.SSLContext

    def url(self, key: str, port: int = 0, **query: object) -> str:
        """Where something is; ``port`` 0 or 1 chooses one of two."""
        text = "&".join(f"{name}={quote(str(value))}" for name, value in query.items())
        return f"https://127.0.0.1:{self.ports[port]}/{key}?{text}"

    def asked(self, key: str) -> list[dict[str, str]]:
        """The headers of every request for a key."""
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context)
        )
        with opener.open(self.url("log", of=f"/{key}")) as reply:
            return json.loads(reply.read())


@contextlib.contextmanager
def serving(certificate: Path, authority: Path) -> Iterator[FileServer]:
    process = subprocess.Popen(
        [sys.executable, __file__, str(certificate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        first, second = (int(process.stdout.readline()) for _ in range(2))
        yield FileServer(
            (first, second), authority, ssl.create_default_context(cafile=str(authority))
        )
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    for _ in range(2):
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)  # noqa: T201 (tells the test its port)
    sys.stdin.read()


if __name__ == "__main__":
    main()
