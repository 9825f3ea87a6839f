"""Sends hand-made items to a centre, for tests of the centre."""

import uuid
from datetime import datetime
from pathlib import Path

import requests

from sync.answers import BatchAnswer
from sync.events import OutboxEvent
from sync.framing import BATCH_MEDIA_TYPE
from sync.http_transport import HttpTransport
from sync.item import sign_item
from sync.request_auth import authorization_header
from sync.signing import DeviceSigner
from tests.sync.sync_parts import (
    DEVICE,
    Centre,
    FakeClock,
    event,
)

ROOT = Path(__file__).parents[2]


class Sender:
    """Sends hand-made items as a device does."""

    def __init__(self, transport: HttpTransport, signer: DeviceSigner) -> None:
        self.transport = transport
        self.signer = signer

    def item(self, seq: int, one: OutboxEvent | None = None, device: str = DEVICE) -> bytes:
        return sign_item(one or event(), device, seq, FakeClock().read(), self.signer)

    def send(self, *items: bytes) -> BatchAnswer:
        return self.transport.send_batch(str(uuid.uuid4()), items)

    def outcomes(self, *items: bytes) -> list[tuple[str, str]]:
        return [
            (result.status.value, result.problem.code if result.problem else "")
            for result in self.send(*items).results
        ]


def post(centre: Centre, signer: DeviceSigner, sent: bytes, **changes: object) -> requests.Response:
    path = "/v1/batches?batch=" + str(uuid.uuid4())
    told = {
        "device": DEVICE,
        "method": "POST",
        "path": path,
        "body": sent,
        "time": centre_now(),
        "nonce": uuid.uuid4().hex,
    }
    header = authorization_header(signer, **{**told, **changes})
    with requests.Session() as session:
        session.trust_env = False
        return session.post(
            centre.url + path,
            data=sent,
            headers={"Authorization": header, "Content-Type": BATCH_MEDIA_TYPE},
            timeout=10,
        )


def centre_now():
    from datetime import UTC

    return datetime.now(UTC)
