"""What is to be downloaded, whom a download may go on to, and what a server's answer means. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kiosk.models.errors import (
    CaptivePortal,
    ModelRedirectRefused,
    ModelSourceRefused,
    ModelSourceUnreachable,
)
from kiosk.models.part_file import PartNote

MAXIMUM_BYTES = 1 << 30
"""When the manifest does not know the size."""
_PORT = 443
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/(?:([0-9]{1,15})|\*)")
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml|script)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WantedFile:
    """One file at one address."""

    url: str
    """``https://…``"""
    sha256: str
    size: int = 0
    """Bytes; 0 when unknown."""
    hosts: frozenset[str] = frozenset()
    """Where the download may be sent on to: a host name, or ``host:port`` where the port is not 443."""

    @property
    def host(self) -> str:
        """For messages."""
        try:
            return urlsplit(self.url).netloc.rpartition("@")[2]
        except ValueError:
            return ""

    def assert_safe(self) -> None:
        """Look at the address before anything is asked.

        Raises:
            ModelSourceRefused: it is not ``https://`` with a plain host.
        """
        if not _is_https(self.url):
            raise ModelSourceRefused("only https:// is downloaded from", host=self.host)

    def assert_may_go_on(self, url: str) -> None:
        """Look at where a redirect leads.

        Raises:
            CaptivePortal: away from HTTPS, as a network does that wants a login.
            ModelRedirectRefused: to a host that nobody allowed, or to no address at all.
        """
        if url.startswith("http://"):
            raise CaptivePortal("a redirect away from HTTPS", host=self.host)
        if not _is_https(url):
            raise ModelRedirectRefused("a redirect to no safe address", host=url[:80])
        parts, first = urlsplit(url), urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORT
        names = {f"{host}:{port}"} | ({host} if port == _PORT else set())
        if not names & (self.hosts | {f"{first.hostname}:{first.port or _PORT}"}):
            shown = host if port == _PORT else f"{host}:{port}"
            raise ModelRedirectRefused("a redirect to a host that is not allowed", host=shown)


class PartDoubtful(Exception):
    """What the server goes on with does not belong to what is here."""


def whole_size(
    wanted: WantedFile,
    status: int,
    headers: Mapping[str, str],
    note: PartNote | None,
    begins: int,
) -> int:
    """Refuse an answer that cannot be the file.

    Args:
        wanted: what was asked for.
        status: of the answer.
        headers: of the answer, with names in any case.
        note: of what is here already.
        begins: the first byte that was asked for; 0 when all was.
    Returns:
        the size of the whole file; 0 when nobody knows.
    Raises:
        CaptivePortal, ModelSourceRefused: it is something else.
        ModelSourceUnreachable: the server is in trouble.
        PartDoubtful: what is here is not its beginning.
    """
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if status == 511 or (status < 400 and kind in ("text/html", "application/xhtml+xml")):
        raise CaptivePortal("a web page came instead of the file", host=wanted.host)
    if status == 416 and begins:
        raise PartDoubtful("the server has less than what is here")
    if status == 429 or status >= 500:
        raise ModelSourceUnreachable(f"status {status}", host=wanted.host)
    if status not in (200, 206):
        raise ModelSourceRefused(f"status {status}", host=wanted.host, status=status)
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ModelSourceRefused("an encoded answer", host=wanted.host)
    is_rest = status == 206
    total = _range_total(wanted, headers, note, begins) if is_rest else _announced(headers)
    if wanted.size and total and total != wanted.size:
        if is_rest:
            raise PartDoubtful("the file at the server has another size")
        raise ModelSourceRefused(
            "another size", host=wanted.host, expected_bytes=wanted.size, found_bytes=total
        )
    if total > (wanted.size or MAXIMUM_BYTES):
        raise ModelSourceRefused("larger than any model", host=wanted.host)
    return total or wanted.size


def validator(headers: Mapping[str, str]) -> str:
    """The server's own name for this very content; empty when it has none that can be relied on."""
    tag = headers.get("ETag", "")
    if tag:
        # A weak one only says that two versions mean the same.
        return "" if tag.startswith("W/") or len(tag) > 200 else tag
    return headers.get("Last-Modified", "")[:100]


def is_page(beginning: bytes) -> bool:
    """Whether a file begins as a web page does, whatever its headers say."""
    return _PAGE.match(beginning) is not None


def _range_total(
    wanted: WantedFile, headers: Mapping[str, str], note: PartNote | None, begins: int
) -> int:
    found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
    if not begins:
        raise ModelSourceRefused("a part that nobody asked for", host=wanted.host)
    if found is None or int(found[1]) != begins:
        raise PartDoubtful("another range than the one that was asked for")
    if found[3] is not None and int(found[2]) != int(found[3]) - 1:
        raise PartDoubtful("a range that ends before the file")
    if note is not None and note.validator and note.url == wanted.url:
        named = validator(headers)
        if named and named != note.validator:
            raise PartDoubtful("the file at the server has changed")
    return int(found[3] or 0)


def _announced(headers: Mapping[str, str]) -> int:
    text = headers.get("Content-Length", "")
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_whole and parts.username is None and url.isprintable() and len(url) < 4096
