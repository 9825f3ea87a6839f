"""The centre by itself: problems as documents, limits, examples."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from sync.answers import BatchAnswer, Purpose, open_answer
from sync.central.app import create_app
from sync.central.server import running
from sync.central.settings import CentralSettings
from sync.errors import BatchTooLarge, ProtocolMismatch
from sync.framing import BATCH_MEDIA_TYPE
from sync.signing import DeviceSigner, Verifier
from tests.sync.sender import Sender, centre_now, post
from tests.sync.sync_parts import (
    Centre,
    Kiosk,
)

ROOT = Path(__file__).parents[2]


def _get(url: str, **arguments) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(arguments.pop("method", "GET"), url, timeout=10, **arguments)


BATCH = "5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d"
"""Never a new one: processes that share the suite must name the same tests."""


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", "/nothing", {}, b"", 404),
        ("DELETE", "/healthz", {}, b"", 405),
        ("GET", "/v1/decisions", {}, b"", 401),
        ("GET", "/v1/decisions", {"Authorization": "Xianglin-Device nonsense"}, b"", 401),
        ("GET", "/v1/decisions", {"Authorization": "Xianglin-Device " + "é" * 9}, b"", 401),
        ("GET", "/v1/decisions", {"Authorization": "Bearer x"}, b"", 401),
        ("GET", "/v1/decisions?after=-1", {}, b"", 401),
        ("GET", "/v1/probe", {}, b"", 422),
        ("GET", "/v1/probe?nonce=<script>", {}, b"", 422),
        ("POST", "/v1/batches", {"Content-Type": BATCH_MEDIA_TYPE}, b"x", 422),
        ("POST", f"/v1/batches?batch={BATCH}", {"Content-Type": "text/plain"}, b"x", 415),
        ("POST", f"/v1/batches?batch={BATCH}", {"Content-Type": BATCH_MEDIA_TYPE}, b"x", 401),
    ],
)
def test_every_fault_is_a_problem_document(
    centre: Centre, method: str, path: str, headers: dict[str, str], body: bytes, status: int
):
    encoded = {name: value.encode("utf-8") for name, value in headers.items()}
    answer = _get(centre.url + path, method=method, headers=encoded, data=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["type"].startswith("urn:xianglin:problem:")
    assert problem["status"] == status
    assert problem["title"]


def test_malformed_batch_is_refused_whole(centre: Centre, kiosk: Kiosk, sender: Sender):
    answer = post(centre, kiosk.signer, b"\x00\x00")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:xianglin:problem:framing")


@pytest.mark.parametrize("is_announced", [True, False])
def test_body_beyond_the_limit_is_refused_while_it_comes(centre: Centre, is_announced: bool):
    size = 1024 * 1024 + 1
    body = bytes(size) if is_announced else iter([bytes(65536)] * 17)
    answer = _get(
        f"{centre.url}/v1/batches?batch={uuid.uuid4()}",
        method="POST",
        data=body,
        headers={"Content-Type": BATCH_MEDIA_TYPE},
    )
    assert answer.status_code == 413
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_transport_says_that_a_batch_is_too_large(sender: Sender, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sync.http_transport.encode_batch", lambda items: bytes(1024 * 1024 + 1))
    with pytest.raises(BatchTooLarge):
        sender.send(sender.item(1))


def test_malformed_batch_is_a_mismatch_for_the_transport(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.http_transport.encode_batch", lambda items: b"\x00")
    with pytest.raises(ProtocolMismatch):
        sender.send(sender.item(1))


def test_bug_in_an_operation_shows_no_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    settings = CentralSettings(tmp_path, port=0, key_provider="file")
    app = create_app(settings)

    @app.get("/boom")
    def boom() -> None:
        raise LookupError("513022194803120647")

    with running(settings, app) as server:
        answer = _get(server.url + "/boom")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert "LookupError" not in answer.text
    assert "Traceback" not in answer.text
    assert "513022194803120647" not in caplog.text


def test_every_operation_has_an_example_of_each_answer(centre: Centre):
    document = _get(centre.url + "/openapi.json").json()
    verifier = Verifier(DeviceSigner(bytes(range(32))).public_key)
    operations = [
        (path, operation)
        for path, methods in document["paths"].items()
        for operation in methods.values()
    ]
    assert len(operations) >= 10
    for path, operation in operations:
        assert operation["summary"], path
        for status, response in operation["responses"].items():
            for media_type, content in response["content"].items():
                assert "example" in content, (path, status, media_type)
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("examples"), (path, parameter["name"])
    example = document["paths"]["/v1/batches"]["post"]["responses"]["200"]["content"]
    body = json.dumps(example["application/json"]["example"]).encode()
    assert open_answer(body, BatchAnswer, Purpose.BATCH_ANSWER, verifier).hwm == 12
    request = document["paths"]["/v1/batches"]["post"]["requestBody"]["content"]
    assert request[BATCH_MEDIA_TYPE]["example"]


def test_cursor_that_is_no_number_is_a_mismatch_for_the_transport(sender: Sender):
    with pytest.raises(ProtocolMismatch):
        sender.transport.decisions(-1)


def test_health_and_probe_need_no_enrolment(centre: Centre):
    assert _get(centre.url + "/healthz").json() == {"status": "ok"}
    transport = centre.transport(DeviceSigner.generate())
    try:
        assert abs(transport.probe().time - centre_now()) < timedelta(seconds=30)
    finally:
        transport.close()
