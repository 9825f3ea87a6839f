"""Bodies of requests, bounded while they are read: what is announced or sent beyond that is never kept."""

from fastapi import Request

from sync.central.problems import ProblemError


async def bounded_body(request: Request, limit_bytes: int) -> bytes:
    """Read a body.

    Raises:
        ProblemError: 413, when it is larger than ``limit_bytes``.
    """
    too_large = ProblemError(413, "too-large", f"The body is larger than {limit_bytes} bytes")
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise too_large
    parts: list[bytes] = []
    total = 0
    async for part in request.stream():
        total += len(part)
        if total > limit_bytes:
            raise too_large
        parts.append(part)
    return b"".join(parts)


async def typed_body(request: Request, media_type: str, limit_bytes: int) -> bytes:
    """Read a body of one media type.

    Raises:
        ProblemError: 415, when it is of another; 413, when it is larger than ``limit_bytes``.
    """
    found = request.headers.get("Content-Type", "").partition(";")[0].strip()
    if found != media_type:
        raise ProblemError(415, "media-type", f"The body must be {media_type}")
    return await bounded_body(request, limit_bytes)
