"""An event that is too large where nothing smaller could be sent: only the centre's signed word sets it aside."""

import json
import uuid
from collections.abc import Callable

import pytest

from sync.answers import PROTOCOL_V2, seal_answer
from sync.connectivity import LinkState
from sync.errors import BatchTooLarge, NotAuthorised
from sync.http_transport import HttpTransport
from sync.item import sign_item
from sync.outbox import ItemState, ParkReason
from sync.signing import DeviceSigner, Purpose, Verifier
from sync.size_refusal import SizeRefusal, answer_to_lone
from tests.sync.lying_server import CENTRE, HTML, JSON, answering, reply
from tests.sync.sync_parts import DEVICE, NOW, Centre, FakeClock, Kiosk, event

LIMIT = 1000
SHARES = True
BATCH = "5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d"


@pytest.fixture(autouse=True)
def small_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.central.routes.MAXIMUM_BATCH_BYTES", LIMIT)


def large(subject: str = "r-large"):
    """Random letters, so that no dictionary makes it small."""
    return event(subject, form={"说明": "".join(uuid.uuid4().hex for _ in range(80))})


def test_lone_event_that_the_centre_refuses_for_its_size_is_parked_with_the_reason(
    kiosk: Kiosk, transport: HttpTransport
):
    (event_id,) = kiosk.append(large())
    report = kiosk.engine(transport).run_once()
    assert (report.parked, report.error_code, report.link) == (1, "", LinkState.ONLINE)
    entry = kiosk.entry(event_id)
    assert (entry.state, entry.park_reason) == (ItemState.PARKED, ParkReason.REFUSED)
    assert (entry.last_error_code, entry.last_error_text) == (
        "too-large",
        f"larger than {LIMIT} bytes",
    )
    # The kiosk's own request is told of it, so that staff see whose it is.
    assert [one.id for one in kiosk.listener.outcomes] == [event_id]


def test_batch_is_split_down_to_the_one_that_is_too_large_and_all_others_pass(
    kiosk: Kiosk, transport: HttpTransport
):
    ids = kiosk.append(*(large() if number == 4 else event(f"r-{number}") for number in range(9)))
    report = kiosk.engine(transport).run_once()
    assert kiosk.ids(ItemState.PARKED) == [ids[4]]
    assert report.acknowledged == 8


def test_parked_event_passes_when_staff_queue_it_again_at_a_centre_that_takes_more(
    kiosk: Kiosk, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
):
    (event_id,) = kiosk.append(large())
    engine = kiosk.engine(transport)
    engine.run_once()
    monkeypatch.setattr("sync.central.routes.MAXIMUM_BATCH_BYTES", 64 * LIMIT)
    with kiosk.database.transaction() as database:
        assert kiosk.outbox.retry(database, event_id)
    assert engine.run_once().acknowledged == 1


@pytest.mark.parametrize("header", [HTML, JSON])
def test_anybody_elses_413_parks_nothing_however_often_it_comes(
    kiosk: Kiosk,
    shared_centre: Centre,
    transport: HttpTransport,
    header: str,
    monkeypatch: pytest.MonkeyPatch,
):
    (event_id,) = kiosk.append(event())
    engine = kiosk.engine(transport)
    with answering(reply("413 Content Too Large", b'{"limit":1}', header)) as proxy:
        honest = transport._exchange

        def through_proxy(method: str, path: str, *rest):
            to = proxy if path.startswith("/v2/batches") else shared_centre.url
            monkeypatch.setattr(transport, "_base_url", to)
            return honest(method, path, *rest)

        monkeypatch.setattr(transport, "_exchange", through_proxy)
        for _ in range(6):
            kiosk.clock.forward(900)
            report = engine.run_once()
            assert report.link is LinkState.ONLINE
    entry = kiosk.entry(event_id)
    assert (entry.state, entry.last_error_code) == (ItemState.QUEUED, BatchTooLarge.code)
    assert kiosk.listener.outcomes == []
    # The way is free again: it goes up as it was.
    monkeypatch.setattr(transport, "_exchange", honest)
    monkeypatch.setattr(transport, "_base_url", shared_centre.url)
    kiosk.clock.forward(900)
    assert engine.run_once().acknowledged == 1


def refusal(
    signer: DeviceSigner = CENTRE, purpose: Purpose = Purpose.SIZE_REFUSAL, **changes
) -> bytes:
    values = {
        "protocol": PROTOCOL_V2,
        "device": DEVICE,
        "epoch": "e",
        "time": NOW,
        "batch": BATCH,
        "hwm": 0,
        "limit": LIMIT,
    }
    return seal_answer(SizeRefusal(**{**values, **changes}), purpose, signer)


@pytest.fixture
def item() -> bytes:
    return sign_item(large(), DEVICE, 1, FakeClock().read(), DeviceSigner.generate())


def read(said: bytes, *items: bytes):
    keys = {CENTRE.key_id: Verifier(CENTRE.public_key)}
    return answer_to_lone(BatchTooLarge("x", said), BATCH, DEVICE, items, keys)


def test_the_centres_word_is_an_answer_to_the_one_event(item: bytes):
    answer = read(refusal(), item)
    assert (answer.batch, len(answer.results)) == (BATCH, 1)


OTHERS: dict[str, Callable[[], bytes]] = {
    "another batch": lambda: refusal(batch=str(uuid.uuid4())),
    "another device": lambda: refusal(device="dev-0008"),
    "another key": lambda: refusal(DeviceSigner.generate()),
    "another purpose": lambda: refusal(purpose=Purpose.BATCH_ANSWER),
    "the version before": lambda: refusal(protocol=1),
    "a limit that it keeps": lambda: refusal(limit=64 * LIMIT),
    "no limit": lambda: refusal(limit=1).replace(b'\\"limit\\":1', b'\\"limit\\":0'),
    "nothing": lambda: b"",
    "a letter changed": lambda: refusal().replace(b'\\"limit\\":1000', b'\\"limit\\":1001'),
    "no object": lambda: json.dumps([1]).encode(),
}


@pytest.mark.parametrize("of", OTHERS)
def test_any_other_word_is_nobodys(item: bytes, of: str):
    with pytest.raises(BatchTooLarge):
        read(OTHERS[of](), item)


@pytest.mark.parametrize("count", [0, 2])
def test_word_on_several_events_splits_them_only(item: bytes, count: int):
    with pytest.raises(BatchTooLarge):
        read(refusal(), *[item] * count)


def test_centre_signs_a_refusal_for_the_device_that_asked_and_for_nobody_else(
    kiosk: Kiosk, shared_centre: Centre
):
    kiosk.append(large())
    item = kiosk.rows("SELECT item FROM outbox")[0][0]
    stranger = shared_centre.transport(DeviceSigner.generate(), kiosk.outbox.device_id)
    try:
        with pytest.raises(NotAuthorised):
            stranger.send_batch(str(uuid.uuid4()), [item])
    finally:
        stranger.close()
