"""Kiosks that deliver side by side, and what their deliveries cost the processor."""

import contextlib
import http.client
import os
import threading
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from _bench_device import BenchDevice
from bench_visit import BenchError

from sync.answers import PROTOCOL_V2, BatchAnswer, open_answer
from sync.framing import BATCH_MEDIA_TYPE, encode_batch
from sync.request_auth import authorization_header
from sync.signing import Purpose, Verifier

_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One signed request, ready to be sent."""

    path: str
    body: bytes
    headers: dict[str, str]


def prepared(device: BenchDevice, items: Sequence[bytes], batch: int) -> list[Delivery]:
    """Sign the requests of a device's items, so that the clock counts none of it."""
    made = []
    for start in range(0, len(items), batch):
        body, path = encode_batch(items[start : start + batch]), f"/v2/batches?batch={uuid.uuid4()}"
        authorization = authorization_header(
            device.signer,
            device=device.id,
            method="POST",
            path=path,
            body=body,
            time=datetime.now(UTC),
            nonce=uuid.uuid4().hex,
        )
        headers = {"Content-Type": BATCH_MEDIA_TYPE, "Authorization": authorization}
        made.append(Delivery(path, body, headers))
    return made


def deliver(url: str, shares: Sequence[Sequence[Delivery]]) -> tuple[float, list[bytes]]:
    """Send all of it, each share on a connection of its own, one request after the other.

    Returns:
        seconds, and the answers.
    Raises:
        BenchError: a request was not answered with 200.
    """
    answers: list[bytes] = []
    faults: list[str] = []
    start = threading.Barrier(len(shares) + 1)

    def send(share: Sequence[Delivery]) -> None:
        connection = http.client.HTTPConnection(str(urlsplit(url).netloc), timeout=60)
        try:
            connection.connect()
            with contextlib.suppress(threading.BrokenBarrierError):
                start.wait()
            for one in share:
                connection.request("POST", one.path, one.body, one.headers)
                response = connection.getresponse()
                content = response.read()
                if response.status != http.HTTPStatus.OK:
                    faults.append(f"status {response.status}")
                    break
                answers.append(content)
        except (OSError, http.client.HTTPException) as error:
            faults.append(str(error))
            start.abort()
        finally:
            connection.close()

    senders = [threading.Thread(target=send, args=(share,)) for share in shares]
    for sender in senders:
        sender.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        start.wait()
    began = monotonic()
    for sender in senders:
        sender.join()
    seconds = monotonic() - began
    if faults:
        raise BenchError(f"a delivery failed: {faults[0]}")
    return seconds, answers


def applied(answers: Iterable[bytes], centre_key: bytes) -> int:
    """How many events the centre has signed for."""
    verifier = Verifier(centre_key)
    opened = (
        open_answer(one, BatchAnswer, Purpose.BATCH_ANSWER, verifier, PROTOCOL_V2)
        for one in answers
    )
    return sum(result.status == "applied" for answer in opened for result in answer.results)


def processor_s(roots: Iterable[int]) -> float:
    """Processor seconds of processes and all below them so far; 0 where the system does not tell."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    if not _PROCESSES.is_dir():
        return 0.0
    for folder in _PROCESSES.iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        parents[int(folder.name)] = int(fields[1])
        seconds[int(folder.name)] = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    wanted, total = set(roots), 0.0
    for process, spent in seconds.items():
        above: int | None = process
        while above is not None and above not in wanted:
            above = parents.get(above)
        total += spent if above is not None else 0.0
    return total
