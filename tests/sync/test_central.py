"""The centre by itself: what it takes, what it refuses, and how it says so."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from sync.answers import BatchAnswer, DecisionState, EventStatus, Purpose, open_answer
from sync.central.admin import CentralAdmin, EnrolmentRefused
from sync.central.app import create_app
from sync.central.decisions import DecisionRefused, one_year_after
from sync.central.faults import after_commit_hook
from sync.central.handlers import HANDLERS
from sync.central.roster import RosterUnusable
from sync.central.server import CannotListen, CentralServer, running
from sync.central.settings import CentralSettings
from sync.errors import BatchTooLarge, ClockFault, NotAuthorised, ProtocolMismatch
from sync.events import OutboxEvent
from sync.framing import BATCH_MEDIA_TYPE, encode_batch
from sync.http_transport import HttpTransport
from sync.item import sign_item
from sync.outbox import ItemState
from sync.request_auth import authorization_header
from sync.signing import DeviceSigner, Verifier
from tests.sync.sync_parts import (
    DEVICE,
    OTHER_REGION,
    REGION,
    ROSTER,
    Centre,
    FakeClock,
    Kiosk,
    event,
    make_kiosk,
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


@pytest.fixture
def sender(transport: HttpTransport, kiosk: Kiosk) -> Sender:
    return Sender(transport, kiosk.signer)


def test_item_sent_twice_is_applied_once(sender: Sender, centre: Centre):
    item = sender.item(1)
    first, second = sender.send(item), sender.send(item)
    assert [first.results[0].status, second.results[0].status] == [
        EventStatus.APPLIED,
        EventStatus.DUPLICATE,
    ]
    assert first.results[0].server_seq == second.results[0].server_seq
    assert len(centre.admin.applications()) == 1


def test_item_twice_in_one_batch_is_applied_once(sender: Sender, centre: Centre):
    item = sender.item(1)
    assert sender.outcomes(item, item) == [("applied", ""), ("duplicate", "")]
    assert len(centre.admin.applications()) == 1


def test_id_with_other_bytes_is_a_conflict_and_overwrites_nothing(sender: Sender, centre: Centre):
    one = event()
    changed = event(event_id=one.id, receipt_number="A07-000124-X")
    assert sender.outcomes(sender.item(1, one)) == [("applied", "")]
    assert sender.outcomes(sender.item(2, changed)) == [("conflict", "id-reused")]
    (application,) = centre.admin.applications()
    assert application["receipt_number"] == "A07-000123-K"


def test_sequence_number_with_another_id_is_a_cloned_device(sender: Sender, centre: Centre):
    assert sender.outcomes(sender.item(1)) == [("applied", "")]
    assert sender.outcomes(sender.item(1), sender.item(2)) == [
        ("conflict", "cloned-device"),
        ("applied", ""),
    ]
    assert len(centre.admin.applications()) == 2


def test_one_bad_item_poisons_no_other(sender: Sender, centre: Centre):
    good = sender.item(4)
    broken = bytearray(sender.item(5))
    broken[-70] ^= 1
    foreign = sender.item(6, device="dev-0008")
    assert sender.outcomes(
        sender.item(1, event(kind="unheard_of")),
        sender.item(2, event(schema_version=9)),
        sender.item(3, event(assurance="high")),
        bytes(broken),
        foreign,
        good,
    ) == [
        ("rejected", "unknown-kind"),
        ("rejected", "unknown-schema"),
        ("rejected", "malformed"),
        ("rejected", "bad-signature"),
        ("rejected", "foreign-device"),
        ("applied", ""),
    ]
    assert len(centre.admin.applications()) == 1


def test_item_of_a_future_form_is_rejected_by_its_name(sender: Sender):
    future = sender.item(1).replace(b'"seal":"none"', b'"seal":"hpke"', 1)
    assert sender.outcomes(future) == [("rejected", "malformed")]


def test_item_without_a_readable_name_is_left_out_of_the_answer(sender: Sender):
    assert sender.outcomes(b"garbage", sender.item(1)) == [("applied", "")]


def test_rejected_event_is_judged_anew_when_the_centre_has_learnt_its_kind(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
):
    item = sender.item(1, event(kind="new_kind"))
    assert sender.outcomes(item) == [("rejected", "unknown-kind")]
    learnt = {**HANDLERS, ("new_kind", 1): HANDLERS["service_request", 1]}
    monkeypatch.setattr("sync.central.handlers.HANDLERS", learnt)
    assert sender.outcomes(item) == [("applied", "")]
    assert sender.outcomes(item) == [("duplicate", "")]


def test_handler_with_a_bug_asks_to_come_later_and_holds_only_its_subject(
    sender: Sender, centre: Centre, monkeypatch: pytest.MonkeyPatch
):
    def broken(connection, arrival):
        HANDLERS["service_request", 1](connection, arrival)
        raise LookupError("a bug")

    table = {**HANDLERS, ("broken", 1): broken}
    monkeypatch.setattr("sync.central.handlers.HANDLERS", table)
    assert sender.outcomes(
        sender.item(1, event("a", kind="broken")),
        sender.item(2, event("a")),
        sender.item(3, event("b")),
    ) == [("later", "not-now"), ("later", "not-now"), ("applied", "")]
    assert len(centre.admin.applications()) == 1


def test_state_tells_the_high_water_mark_and_the_gaps(sender: Sender):
    sender.send(sender.item(1), sender.item(4), sender.item(5), sender.item(9))
    state = sender.transport.device_state()
    assert (state.hwm, state.gaps) == (9, ((2, 3), (6, 8)))


def test_state_of_a_new_device_is_empty(sender: Sender):
    state = sender.transport.device_state()
    assert (state.hwm, state.gaps) == (0, ())


@pytest.mark.parametrize(
    "proof", [{"assurance": 0}, {"assurance": 1}, {"assurance": 2, "is_provisional": True}]
)
def test_provisional_request_waits_for_a_person(sender: Sender, centre: Centre, proof: dict):
    one = event(**proof)
    sender.send(sender.item(1, one))
    assert sender.transport.decisions(0).decisions == ()
    centre.admin.decide(one.id)
    (decision,) = sender.transport.decisions(0).decisions
    assert (decision.event_id, decision.state, decision.text) == (
        one.id,
        DecisionState.DECIDED,
        "认证通过",
    )
    dates = {
        person.resident_id: person.certified_until for person in sender.transport.roster(0).upserts
    }
    assert dates["r-0001"] == "2027-11-23"


def test_person_whom_the_roster_does_not_know_waits_for_a_person(sender: Sender, centre: Centre):
    sender.send(
        sender.item(1, event("unlisted-1", resident_id="", citizen_id="513022194803120647"))
    )
    assert [row["state"] for row in centre.admin.applications()] == ["in_review"]


def test_correction_is_asked_for_and_then_decided(sender: Sender, centre: Centre):
    one = event(assurance=1)
    sender.send(sender.item(1, one))
    centre.admin.decide(one.id, DecisionState.NEEDS_CORRECTION, "photo", "照片不清楚")
    first = sender.transport.decisions(0)
    assert [(one.state, one.code) for one in first.decisions] == [
        (DecisionState.NEEDS_CORRECTION, "photo")
    ]
    centre.admin.decide(one.id)
    second = sender.transport.decisions(first.cursor)
    assert [one.state for one in second.decisions] == [DecisionState.DECIDED]
    assert sender.transport.decisions(second.cursor).decisions == ()


def test_decision_is_made_once(sender: Sender, centre: Centre):
    one = event()
    sender.send(sender.item(1, one))
    with pytest.raises(DecisionRefused):
        centre.admin.decide(one.id)
    with pytest.raises(DecisionRefused):
        centre.admin.decide("unknown")


def test_old_request_never_moves_the_date_back(sender: Sender):
    sender.send(sender.item(1, event(accepted_at="2024-02-29T00:00:00.000+00:00")))
    dates = {
        person.resident_id: person.certified_until for person in sender.transport.roster(0).upserts
    }
    assert dates["r-0001"] == "2026-12-31"


def test_year_of_a_leap_day_ends_on_the_twenty_eighth():
    from datetime import date

    assert one_year_after(date(2024, 2, 29)) == date(2025, 2, 28)
    assert one_year_after(date(2026, 11, 23)) == date(2027, 11, 23)


def test_roster_gives_only_the_devices_region_and_then_only_changes(sender: Sender, centre: Centre):
    first = sender.transport.roster(0)
    assert sorted(person.resident_id for person in first.upserts) == ["r-0001", "r-0002", "r-0003"]
    assert not first.more
    assert sender.transport.roster(first.cursor).upserts == ()
    assert centre.load(ROSTER) == 0
    moved = {**ROSTER["residents"][0], "region_code": OTHER_REGION}
    assert centre.load({"residents": [moved], "removed": ["r-0002"]}) == 2
    second = sender.transport.roster(first.cursor)
    assert (second.upserts, sorted(second.tombstones)) == ((), ["r-0001", "r-0002"])
    centre.load(ROSTER)
    third = sender.transport.roster(second.cursor)
    assert sorted(person.resident_id for person in third.upserts) == ["r-0001", "r-0002"]
    assert third.tombstones == ()
    whole = sender.transport.roster(0)
    assert (len(whole.upserts), whole.tombstones) == (3, ())


def test_long_roster_comes_in_pages(kiosk: Kiosk, centre: Centre, transport: HttpTransport):
    people = [
        {**ROSTER["residents"][0], "resident_id": f"p-{number:04d}", "citizen_id": f"{number:018d}"}
        for number in range(450)
    ]
    centre.load({"residents": people})
    report = kiosk.engine(transport).run_once()
    assert [len(page.upserts) for page in kiosk.listener.pages] == [200, 200, 53]
    assert report.roster_changes == 453


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"residents":[{"resident_id":"x"}]}',
        '{"residents":[{"resident_id":"r","citizen_id":"1","name":"秘密","region_code":"2","certified_until":"soon"}]}',
    ],
)
def test_unusable_roster_changes_nothing_and_names_no_one(
    centre: Centre, tmp_path: Path, text: str
):
    path = tmp_path / "bad.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RosterUnusable) as caught:
        centre.admin.load_roster(path)
    assert "秘密" not in str(caught.value)
    assert centre.admin.summary().residents == 5


def test_unknown_device_is_not_authorised(centre: Centre):
    transport = centre.transport(DeviceSigner.generate())
    try:
        with pytest.raises(NotAuthorised):
            transport.decisions(0)
    finally:
        transport.close()


def test_device_with_another_key_is_not_authorised(centre: Centre, kiosk: Kiosk):
    centre.enrol(kiosk.signer)
    transport = centre.transport(DeviceSigner.generate())
    try:
        with pytest.raises(NotAuthorised):
            transport.decisions(0)
    finally:
        transport.close()


def test_device_that_was_switched_off_is_not_authorised(sender: Sender, centre: Centre):
    assert centre.admin.disable_device(DEVICE)
    with pytest.raises(NotAuthorised):
        sender.transport.roster(0)


def test_kiosk_with_a_wrong_clock_takes_the_time_from_the_signed_echo(
    centre: Centre, kiosk: Kiosk, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
):
    transport.clock_offset = timedelta(days=-400)
    assert transport.decisions(0).decisions == ()
    assert abs(transport.clock_offset) < timedelta(minutes=1)


def _post(
    centre: Centre, signer: DeviceSigner, sent: bytes, **changes: object
) -> requests.Response:
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
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_statement_for_another_request_is_refused(centre: Centre, kiosk: Kiosk, sender: Sender):
    body = encode_batch([sender.item(1)])
    assert _post(centre, kiosk.signer, body).status_code == 200
    assert _post(centre, kiosk.signer, body, path="/v1/roster").status_code == 401
    assert _post(centre, kiosk.signer, body, method="GET").status_code == 401
    assert _post(centre, kiosk.signer, body, body=b"other").status_code == 401
    old = centre_now() - timedelta(minutes=6)
    answer = _post(centre, kiosk.signer, body, time=old)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:xianglin:problem:clock")


def test_request_shown_twice_is_refused(centre: Centre, kiosk: Kiosk, sender: Sender):
    body = encode_batch([sender.item(1)])
    nonce = uuid.uuid4().hex
    assert _post(centre, kiosk.signer, body, nonce=nonce).status_code == 200
    answer = _post(centre, kiosk.signer, body, nonce=nonce)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:xianglin:problem:replay")


def _get(url: str, **arguments) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(arguments.pop("method", "GET"), url, timeout=10, **arguments)


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
        ("POST", f"/v1/batches?batch={uuid.uuid4()}", {"Content-Type": "text/plain"}, b"x", 415),
        (
            "POST",
            f"/v1/batches?batch={uuid.uuid4()}",
            {"Content-Type": BATCH_MEDIA_TYPE},
            b"x",
            401,
        ),
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
    answer = _post(centre, kiosk.signer, b"\x00\x00")
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
    assert len(operations) == 6
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


def test_centre_that_was_set_back_is_given_again_what_it_lost(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport, tmp_path: Path
):
    """A restore, played: the rows vanish and the staff renew the epoch."""
    ids = kiosk.append(event("r-0001"), event("r-0002"))
    engine = kiosk.engine(transport)
    engine.run_once()
    from sqlalchemy import delete, update

    from sync.central import tables

    with centre.admin._database.writing() as connection:
        connection.execute(
            delete(tables.application).where(tables.application.c.event_id == ids[1])
        )
        connection.execute(delete(tables.inbox).where(tables.inbox.c.id == ids[1]))
        connection.execute(update(tables.device).values(hwm=1))
    centre.admin.renew_epoch()
    settings = CentralSettings(centre.state_dir, port=0, key_provider="file")
    with running(settings) as server:
        again = HttpTransport(server.url, DEVICE, kiosk.signer, centre.admin.centre_public_key())
        try:
            report = kiosk.engine(again).run_once()
        finally:
            again.close()
    assert (report.requeued, report.error_code) == (1, "")
    assert sorted(row["event_id"] for row in centre.admin.applications()) == sorted(ids)
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == ids


@pytest.mark.parametrize(
    ("device", "prefix", "region", "key"),
    [
        ("a b", "A07", REGION, bytes(32)),
        ("", "A07", REGION, bytes(32)),
        ("dev", "a07", REGION, bytes(32)),
        ("dev", "A07", "51", bytes(32)),
        ("dev", "A07", REGION, b"short"),
    ],
)
def test_malformed_enrolment_is_refused(tmp_path: Path, device, prefix, region, key):
    with CentralAdmin(tmp_path, "file") as admin:
        with pytest.raises(EnrolmentRefused):
            admin.enrol_device(device, prefix, region, key)
        assert admin.devices() == []


def test_receipt_prefix_belongs_to_one_device(tmp_path: Path):
    with CentralAdmin(tmp_path, "file") as admin:
        admin.enrol_device("dev-1", "A07", REGION, bytes(range(32)))
        admin.enrol_device("dev-1", "A07", REGION, bytes(range(32)))
        with pytest.raises(EnrolmentRefused):
            admin.enrol_device("dev-2", "A07", REGION, bytes(range(32)))
        assert [row["id"] for row in admin.devices()] == ["dev-1"]


def test_centre_keeps_its_key_and_its_file_tells_nothing(tmp_path: Path):
    with CentralAdmin(tmp_path, "file") as admin:
        key = admin.centre_public_key()
        path = tmp_path / "roster.json"
        path.write_text(json.dumps(ROSTER, ensure_ascii=False), "utf-8")
        admin.load_roster(path)
    with CentralAdmin(tmp_path, "file") as admin:
        assert admin.centre_public_key() == key
    assert "赵桂兰".encode() not in (tmp_path / "central.db").read_bytes()
    assert b"SQLite format" not in (tmp_path / "central.db").read_bytes()


def test_second_server_on_a_port_is_refused(centre: Centre, tmp_path: Path):
    port = int(centre.url.rsplit(":", 1)[1])
    with pytest.raises(CannotListen):
        CentralServer(CentralSettings(tmp_path / "other", port=port, key_provider="file"))


def test_ready_file_names_the_address_while_the_centre_runs(tmp_path: Path):
    settings = CentralSettings(tmp_path, port=0, key_provider="file")
    with running(settings) as server:
        assert (tmp_path / "central.url").read_text() == server.url
    assert not (tmp_path / "central.url").exists()


@pytest.mark.parametrize("fault", ["nonsense", "kill-after-commit:", "kill-after-commit:x"])
def test_unknown_fault_is_refused(fault: str):
    with pytest.raises(ValueError, match="unknown fault"):
        after_commit_hook(fault)


@contextmanager
def central_process(state_dir: Path, fault: str = "") -> Iterator[tuple[subprocess.Popen, str]]:
    """The centre as a process of its own, as a service manager runs it."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom sync.central.server import run\n"
        "from sync.central.settings import settings_from_environment\n"
        "run(settings_from_environment(Path(sys.argv[1]), '127.0.0.1', 0, 'file'),"
        " lambda url: (sys.stdout.write(url + '\\n'), sys.stdout.flush()))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(state_dir)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XIANGLIN_CENTRAL_FAULT": fault},
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(20)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_centre_killed_between_commit_and_answer_applies_once(tmp_path: Path):
    state_dir = tmp_path / "centre"
    with make_kiosk(tmp_path / "kiosk") as kiosk, CentralAdmin(state_dir, "file") as admin:
        admin.enrol_device(DEVICE, "A07", REGION, kiosk.signer.public_key)
        (event_id,) = kiosk.append(event())

        def run_once(url: str):
            transport = HttpTransport(url, DEVICE, kiosk.signer, admin.centre_public_key())
            try:
                return kiosk.engine(transport).run_once()
            finally:
                transport.close()

        with central_process(state_dir, "kill-after-commit:1") as (process, url):
            report = run_once(url)
            assert process.wait(20) == -signal.SIGKILL
        assert report.error_code == "SYN-101"
        assert kiosk.ids(ItemState.QUEUED) == [event_id]
        assert len(admin.applications()) == 1
        with central_process(state_dir) as (process, url):
            report = run_once(url)
            process.terminate()
            assert process.wait(20) == 0
        assert not (state_dir / "central.url").exists()
        assert report.acknowledged == 1
        assert [outcome.status for outcome in kiosk.listener.outcomes] == [EventStatus.DUPLICATE]
        assert len(admin.applications()) == 1


def test_clock_fault_is_told_when_even_the_signed_time_does_not_help(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sync.central.devices.MAXIMUM_SKEW_S", -1)
    with pytest.raises(ClockFault):
        sender.transport.decisions(0)
