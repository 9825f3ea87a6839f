"""What a failed exchange means: the link, the clock, the device, the size, never the record.

network, cut connection, own deadline       the link backs off
3xx, 511, HTML, unsigned 200                somebody else answered; the link backs off
certificate out of its dates                the clock
401, 403 as problem+json                    this device
413                                         split the batch
429                                         this device asks too often: wait
502, 503, 504                               the centre asks to wait
other 5xx                                   the centre failed on this request: wait, then send less at once
"""

import json
import ssl
from collections.abc import Iterator, Mapping

import requests

from sync.backoff import bounded_retry_after_s
from sync.errors import (
    BatchTooLarge,
    ClockFault,
    NotAuthorised,
    NotTheCentre,
    ProtocolMismatch,
    RateLimited,
    ServerBusy,
    ServerFault,
    SyncError,
    TimedOut,
    Unreachable,
)

ANSWER_MEDIA_TYPE = "application/json"
PROBLEM_MEDIA_TYPE = "application/problem+json"
PROBLEM_PREFIX = "urn:xianglin:problem:"
CLOCK_PROBLEM = PROBLEM_PREFIX + "clock"
PROTOCOL_PROBLEM = PROBLEM_PREFIX + "protocol"

# X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED (OpenSSL, x509_vfy.h).
_DATE_VERIFY_CODES = (9, 10)


def error_of_exception(error: BaseException) -> SyncError:
    """Classify what came instead of a response."""
    if isinstance(error, requests.exceptions.ReadTimeout):
        return TimedOut("no answer within the time allowed")
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code in _DATE_VERIFY_CODES:
                return ClockFault("the centre's certificate is out of its dates: check the clock")
            return NotTheCentre("the certificate is not the centre's")
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return Unreachable("the connection was cut in its handshake")
        if isinstance(cause, ssl.SSLError):
            return NotTheCentre("no safe connection: somebody else answers")
    return Unreachable("the centre was not reached")


def error_of_response(
    status: int, headers: Mapping[str, str], body: bytes, expected: str = ANSWER_MEDIA_TYPE
) -> SyncError | None:
    """Classify a response; None when it is worth checking its signature.

    Args:
        expected: the media type of the answer that was asked for.
    """
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if status == 200:
        return None if media_type == expected else NotTheCentre("not a signed answer")
    if status == 413:
        return BatchTooLarge("the body is refused for its size", body)
    if status == 429:
        return RateLimited(_retry_after_s(headers))
    if status in (502, 503, 504):
        return ServerBusy(_retry_after_s(headers))
    if 500 <= status != 511 and status < 600:
        return ServerFault(_retry_after_s(headers))
    if media_type != PROBLEM_MEDIA_TYPE:
        return NotTheCentre(f"status {status} is not the centre's way to answer")
    problem = _problem_type(body)
    if problem == CLOCK_PROBLEM:
        return ClockFault("the centre refuses this machine's time", problem)
    if status in (401, 403):
        return NotAuthorised("the centre does not accept this device")
    if status in (400, 404, 405, 406, 415, 422, 426):
        return ProtocolMismatch("the centre does not understand this request")
    return NotTheCentre(f"status {status} is not the centre's way to answer")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it wraps and what led to it; urllib3 keeps its cause in an attribute or an argument."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = (current.__cause__, current.__context__, getattr(current, "reason", None))
        waiting += [item for item in (*linked, *current.args) if isinstance(item, BaseException)]


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    asked = headers.get("Retry-After", "")
    # The date form would need a right clock; our own back-off serves as well.
    return bounded_retry_after_s(float(asked[:9])) if asked.isdecimal() else None


def _problem_type(body: bytes) -> str:
    try:
        problem = json.loads(body[:16384])
    except (ValueError, RecursionError):
        return ""
    return str(problem.get("type", "")) if isinstance(problem, dict) else ""
