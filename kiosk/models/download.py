"""Downloads one file over HTTPS, goes on where it was cut off, and takes nothing for the file that is not.

    note and part ─► Range from a little before the end, If-Range with the server's own name for the content
       206, right place, same overlap ─► write on        200 ─► another file, or no ranges: from the start
       cut, slow, 5xx ─► wait, go on                     page, other size, other host ─► refused
    whole ─► SHA-256 of all that is on the disk ─► given out, or thrown away

A resumed file whose digest is wrong is fetched once more from its start: its halves may be of two versions.
"""

import contextlib
import http.client
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import requests
import urllib3.exceptions

from kiosk.models.errors import (
    CaptivePortal,
    ModelDigestWrong,
    ModelError,
    ModelSourceRefused,
    ModelSourceUnreachable,
    ModelSourceUntrusted,
)
from kiosk.models.part_file import PartFile, PartNote
from kiosk.models.source import (
    MAXIMUM_BYTES,
    PartDoubtful,
    WantedFile,
    is_page,
    validator,
    whole_size,
)
from kiosk.models.store import file_sha256
from sync.deadline import Deadline, DeadlineAdapter
from sync.errors import ClockFault, NotTheCentre
from sync.http_failures import error_of_exception

_log = logging.getLogger(__name__)

OVERLAP_BYTES = 16 * 1024
"""Asked for again when a download goes on: they must be the ones that are here."""
_PIECE_BYTES = 16 * 1024
_MAXIMUM_REDIRECTS = 5
_PATIENCE = 5
"""Attempts in a row that brought nothing, or beginnings, before it is given up."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 60.0

Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all; 0 in all when nobody knows."""


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """How long it may take."""

    total_s: float = 4 * 3600.0
    """For all attempts together."""
    stall_s: float = 60.0
    """Without a single byte."""
    connect_s: float = 20.0


class Download:
    """One download.

    Args:
        wanted: the file.
        part: where it is collected.
        limits: of time.
        ca_bundle: a PEM file for a mirror with its own certificate authority; None for the shipped list.
        progress: told of every piece.
        room: asked before bytes are written whether the disk has room for so many; raises ``ModelsFull``.
        pause: waits between two attempts, in seconds.
    """

    def __init__(
        self,
        wanted: WantedFile,
        part: PartFile,
        *,
        limits: DownloadLimits | None = None,
        ca_bundle: str | None = None,
        progress: Progress = lambda _done, _total: None,
        room: Callable[[int], None] = lambda _more: None,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._wanted = wanted
        self._part = part
        self._limits = limits or DownloadLimits()
        self._progress = progress
        self._room = room
        self._pause = pause or threading.Event().wait
        self._deadline = Deadline()
        self._session = requests.Session()
        # Else proxies, netrc and certificate lists of the environment change whom we speak with.
        self._session.trust_env = False
        self._session.verify = ca_bundle or True
        self._session.mount("https://", DeadlineAdapter(self._deadline))
        self._ends = 0.0
        self._is_joined = False
        """What is here came in more than one answer."""
        self._asks_for_ranges = True
        self._beginnings = 0

    def run(self) -> Path:
        """Download all of it.

        Returns:
            the part file, whole and checked.
        Raises:
            ModelSourceUnreachable, ModelSourceRefused, ModelSourceUntrusted, ModelRedirectRefused: said by their names;
                what came so far is kept where it may be of use.
            ModelDigestWrong: it is another file; it was thrown away.
            ModelsFull: from ``room``.
            OSError: of the disk.
        """
        self._wanted.assert_safe()
        self._ends = time.monotonic() + self._limits.total_s
        self._part.open_for(self._wanted.sha256)
        self._is_joined = self._part.size > 0
        try:
            self._collect()
            if self._is_joined and file_sha256(self._part.path) != self._wanted.sha256:
                _log.warning("model download: the halves do not fit; from the start")
                self._start_over()
                self._collect()
            self._assert_expected()
            return self._part.path
        finally:
            self._session.close()
            # A full disk has said so already.
            with contextlib.suppress(OSError):
                self._part.checkpoint()
            self._part.close()

    def _assert_expected(self) -> None:
        found = file_sha256(self._part.path)
        if found != self._wanted.sha256:
            self._part.discard()
            raise ModelDigestWrong(
                "the downloaded file has another digest",
                host=self._wanted.host,
                expected=self._wanted.sha256,
                found=found,
            )

    def _collect(self) -> None:
        """Attempt after attempt until it is whole."""
        failures = 0
        while not self._wanted.size or self._part.size != self._wanted.size:
            before = self._part.size
            try:
                self._attempt()
            except PartDoubtful as doubt:
                _log.warning("model download: %s; from the start", doubt)
                self._start_over()
                if self._beginnings >= _PATIENCE:
                    raise ModelSourceUnreachable("never whole", host=self._wanted.host) from doubt
            except ModelSourceUnreachable:
                self._part.checkpoint()
                failures = 1 if self._part.size > before else failures + 1
                pause_s = min(_FIRST_PAUSE_S * 2 ** (failures - 1), _LONGEST_PAUSE_S)
                is_hopeless = failures >= _PATIENCE or self._beginnings >= _PATIENCE
                if is_hopeless or time.monotonic() + pause_s >= self._ends:
                    raise
                self._pause(pause_s)
            else:
                return

    def _start_over(self) -> None:
        self._part.discard()
        self._is_joined = self._asks_for_ranges = False

    def _attempt(self) -> None:
        left_s = self._ends - time.monotonic()
        if left_s <= 0:
            raise ModelSourceUnreachable("the total time ran out", host=self._wanted.host)
        try:
            with self._deadline.limit(left_s):
                self._exchange()
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            http.client.HTTPException,
            _NetworkFailed,
            # The libraries' own parsers, on what a hostile server may write.
            ValueError,
            OverflowError,
        ) as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> ModelError:
        host = self._wanted.host
        if self._deadline.has_passed:
            return ModelSourceUnreachable("the total time ran out", host=host)
        meant = error_of_exception(error)
        if isinstance(meant, ClockFault):
            return ModelSourceUntrusted("the certificate is out of its dates", host=host)
        if isinstance(meant, NotTheCentre):
            return ModelSourceUntrusted("the certificate is not trusted", host=host)
        return ModelSourceUnreachable("the connection failed", host=host)

    def _exchange(self) -> None:
        overlap = min(self._part.size, OVERLAP_BYTES) if self._asks_for_ranges else 0
        begins = self._part.size - overlap if overlap else 0
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        note = self._part.note
        if overlap:
            headers["Range"] = f"bytes={begins}-"
            if note is not None and note.validator and note.url == self._wanted.url:
                headers["If-Range"] = note.validator
        with self._answer(headers) as response:
            status = response.status_code
            total = whole_size(self._wanted, status, response.headers, note, begins)
            if status == 200:
                self._receive_all(response, total)
            else:
                self._receive_rest(response, overlap, total)

    @contextlib.contextmanager
    def _answer(self, headers: dict[str, str]) -> Iterator[requests.Response]:
        """What stands at the end of the redirects."""
        url = self._wanted.url
        for _ in range(_MAXIMUM_REDIRECTS + 1):
            with self._ask(url, headers) as response:
                if response.status_code not in (301, 302, 303, 307, 308):
                    yield response
                    return
                url = urljoin(url, response.headers.get("Location", ""))
                self._wanted.assert_may_go_on(url)
        raise ModelSourceRefused("too many redirects", host=self._wanted.host)

    def _ask(self, url: str, headers: dict[str, str]) -> requests.Response:
        try:
            return self._session.get(
                url,
                headers=headers,
                timeout=(self._limits.connect_s, self._limits.stall_s),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException:
            raise
        except OSError as error:
            raise _NetworkFailed from error

    def _receive_all(self, response: requests.Response, total: int) -> None:
        self._room(total)
        self._part.begin(
            PartNote(self._wanted.sha256, self._wanted.url, validator(response.headers), 0)
        )
        self._is_joined, self._asks_for_ranges = False, True
        self._beginnings += 1
        self._write(total, _pieces(response))

    def _receive_rest(self, response: requests.Response, overlap: int, total: int) -> None:
        self._room(max(total - self._part.size, 0))
        self._is_joined = True
        known, seen, pieces = self._part.tail(overlap), b"", _pieces(response)
        while len(seen) < overlap and known.startswith(seen):
            piece = next(pieces, b"")
            if not piece:
                raise ModelSourceUnreachable("cut off", host=self._wanted.host)
            seen += piece
        if not seen.startswith(known):
            raise PartDoubtful("what the server goes on with is not the same file")
        self._write(total, _chained(seen[overlap:], pieces))

    def _write(self, total: int, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            if self._part.size == 0 and is_page(piece):
                self._part.discard()
                raise CaptivePortal("a web page came instead of the file", host=self._wanted.host)
            if self._part.size + len(piece) > (total or MAXIMUM_BYTES):
                self._part.discard()
                raise ModelSourceRefused("more than announced", host=self._wanted.host)
            self._room(len(piece))
            self._part.append(piece)
            self._progress(self._part.size, total)
        if self._part.size < total:
            raise ModelSourceUnreachable("cut off", host=self._wanted.host)
        self._part.checkpoint()


class _NetworkFailed(Exception):
    """The system's own error of the network, to be told from one of the disk."""


def _pieces(response: requests.Response) -> Iterator[bytes]:
    while True:
        try:
            piece = response.raw.read(_PIECE_BYTES, decode_content=False)
        except OSError as error:
            raise _NetworkFailed from error
        if not piece:
            return
        yield piece


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest
