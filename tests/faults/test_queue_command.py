"""``xianglin queue``: every state is shown, nothing about people unless asked for, and bad input is answered in words."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import load_config
from kiosk.domain.attachment import Attachment
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.submit_request import SubmitRequest
from kiosk.storage.residents import SqliteResidents
from sync.courier import ledger
from sync.identifiers import new_event_id
from sync.outbox import ParkReason
from tests.builders import NOW, ZHAO, life_certification, resident

CODES = {
    ParkReason.REFUSED: ("unknown-kind", "no handler"),
    ParkReason.CONFLICT: ("id-reused", "another's"),
    ParkReason.GONE: ("gone", "erased"),
    ParkReason.UNDELIVERABLE: ("SYN-203", "cannot be delivered"),
}


class Queue:
    """A provisioned kiosk without a centre, and some requests in it."""

    def __init__(self, settings: Path) -> None:
        self.settings = settings
        self.ids: list[str] = []
        self.receipts: list[str] = []

    @contextmanager
    def runtime(self) -> Iterator[Runtime]:
        with open_runtime(load_config(self.settings)) as runtime:
            yield runtime

    def fill(self, count: int) -> None:
        with self.runtime() as runtime:
            with runtime.store.transaction() as transaction:
                SqliteResidents(transaction.database).put(
                    "r-0001",
                    {
                        "citizen_id": ZHAO,
                        "name": "赵桂兰",
                        "region_code": "513022104203",
                        "certified_until": None,
                        "record": "",
                    },
                    NOW.isoformat(),
                )
            submit = SubmitRequest(runtime.store, runtime.clock, lambda _: "unlisted", "A07")
            proof = Evidence(True, frozenset({Factor.CARD}), None, "", None)
            for _ in range(count):
                request = submit.submit(
                    new_event_id(), life_certification(), resident(), CitizenId(ZHAO), proof,
                    {"for": "self"}, answers={"for_whom": "self"},
                )  # fmt: skip
                self.ids.append(request.request_id)
                self.receipts.append(request.receipt_number)

    def call(self, method: str, *values: object) -> object:
        with self.runtime() as runtime, runtime.store.transaction() as transaction:
            return getattr(runtime.outbox, method)(transaction.database, *values)

    def audited(self, kind: str) -> list[str]:
        with self.runtime() as runtime, runtime.encrypted.reading() as database:
            rows = database.execute("SELECT subject FROM audit WHERE kind = ?", [kind]).fetchall()
        return [row[0] for row in rows]


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    settings = tmp_path / "kiosk.toml"
    settings.write_text(
        f"""
[device]
id = 'dev-0007'
receipt_prefix = 'A07'
region_code = '513022104203'
[hardware]
camera = 'none'
audio = 'none'
[storage]
state_dir = '{tmp_path / "state"}'
key_provider = 'file'
""",
        "utf-8",
    )
    return Queue(settings)


@pytest.fixture
def said(queue: Queue, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs one command; its exit code and what it printed, without the table's lines and breaks."""
    monkeypatch.setenv("COLUMNS", "250")

    def run(*arguments: str) -> tuple[int, str]:
        verb, *rest = arguments
        code = main(["queue", verb, "--config", str(queue.settings), *rest])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return run


def test_every_state_is_listed_with_what_it_waits_for(queue: Queue, said):
    queue.fill(8)
    ids = queue.ids
    for one, (reason, words) in zip(ids, CODES.items(), strict=False):
        queue.call("park", one, *words, NOW, reason)
    with queue.runtime() as runtime, runtime.store.transaction() as transaction:
        now = runtime.outbox._clock.read()
        runtime.outbox.acknowledge(transaction.database, ids[4], 17, NOW)
        runtime.outbox.defer(transaction.database, ids[6], 600.0, now, "later", "centre is busy")
    code, text = said("list")
    assert code == 0
    for words in ("被退回", "编号冲突", "中心已删", "送不出去", "unknown-kind no handler"):
        assert words in text
    assert "下次交换就送" in text
    assert "10 分钟后再送（上次：later centre is busy）" in text
    assert "同一个人的前一件还在等" in text
    assert [one in text for one in queue.receipts] == [number != 4 for number in range(8)]
    code, text = said("list", "--state", "delivered")
    assert (code, queue.receipts[4] in text, "送达" in text) == (0, True, True)
    code, text = said("list", "--state", "all", "--limit", "3")
    assert "queue list --after 3" in text
    assert queue.receipts[3] not in text
    code, text = said("list", "--state", "all", "--after", "6")
    assert [one in text for one in queue.receipts] == [False] * 6 + [True] * 2


def test_nothing_personal_is_shown_unless_it_is_asked_for_and_then_it_is_audited(
    queue: Queue, said
):
    queue.fill(1)
    for arguments in (
        ("list",), ("list", "--json"), ("show", queue.ids[0]), ("show", queue.receipts[0], "--json"),
    ):  # fmt: skip
        code, text = said(*arguments)
        assert code == 0
        assert "赵桂兰" not in text
        assert ZHAO not in text
        assert "r-0001" not in text
    assert queue.audited("queue.personal_shown") == []
    code, text = said("show", queue.ids[0], "--personal")
    assert (code, "赵桂兰" in text, ZHAO in text) == (0, True, True)
    assert queue.audited("queue.personal_shown") == [queue.ids[0]]


def test_facts_for_programs_name_state_reason_and_next_attempt(queue: Queue, said):
    queue.fill(2)
    with queue.runtime() as runtime, runtime.store.transaction() as transaction:
        now = runtime.outbox._clock.read()
        runtime.outbox.defer(transaction.database, queue.ids[0], 60.0, now, "later", "busy")
    _, text = said("list", "--json")
    first, second = json.loads(text)
    assert (first["id"], first["state"], first["attempts"], first["reason_code"]) == (
        queue.ids[0], "queued", 1, "later",
    )  # fmt: skip
    assert first["next_attempt_at"] is not None
    assert second["next_attempt_at"] is not None
    assert second["receipt_number"] == queue.receipts[1]


def carry(queue: Queue, first: int, last: int, *, has_arrived: bool = False) -> None:
    """A van has signed that it took these events along."""
    with queue.runtime() as runtime, runtime.store.transaction() as transaction:
        database, name = transaction.database, f"bundle-{first}"
        ledger.begin_bundle(database, ledger.NewBundle(name, "U盘", 1, [(first, last)], NOW))
        ledger.finish_bundle(database, name, 400, "d")
        ledger.note_custody(database, name, "van-0001", NOW, b"receipt")
        if has_arrived:
            ledger.note_arrival(database, name, NOW)


def test_who_carries_an_event_is_named_until_it_arrived(queue: Queue, said):
    queue.fill(4)
    carry(queue, 1, 2)
    carry(queue, 4, 4, has_arrived=True)
    queue.call("acknowledge", queue.ids[0], 1, NOW)
    _, text = said("list", "--state", "all")
    carried = [line for line in text.splitlines() if "服务车 van-0001 从" in line]
    assert [[one in line for line in carried] for one in queue.receipts] == [
        [False], [True], [False], [False],
    ]  # fmt: skip
    _, text = said("list", "--state", "all", "--json")
    assert [bool(row["custody"]) for row in json.loads(text)] == [False, True, False, False]
    assert json.loads(text)[1]["custody"] == {
        "van": "van-0001",
        "since": "2026-11-23T08:00:00.000Z",
    }
    _, text = said("show", queue.receipts[1])
    assert "服务车 van-0001 从" in text
    assert "下次交换就送" in text


def test_photos_of_an_event_are_shown_with_how_far_they_are_and_nothing_of_their_content(
    queue: Queue, said
):
    queue.fill(2)
    pictures = [bytes([number]) * 70_000 for number in range(5)]
    with queue.runtime() as runtime, runtime.store.transaction() as transaction:
        for one in pictures:
            picture = Attachment("invoices", "image/jpeg", one)
            transaction.attachments.add(queue.ids[0], picture, NOW)
        for number, change in enumerate(
            ("held = 35_016", "state = 'delivered'", "idle_since = 'x'",
             "state = 'parked', attempts = 5, last_error_code = 'blob-damaged'"), 2,
        ):  # fmt: skip
            transaction.database.execute(f"UPDATE blob SET {change} WHERE blob_no = {number}")
        names = [row["name"] for row in transaction.database["blob"].rows]
    _, text = said("list")
    (line,) = [line for line in text.splitlines() if "照片" in line and "张" in line]
    assert queue.receipts[0] in line
    for words in ("2 张没传完", "1 张已传到中心", "1 张不会再传，到期删除", "1 张传不上去"):
        assert words in line
    _, shown = said("show", queue.ids[0])
    for words in ("69 KB，还没传", "69 KB，已传 50%", "blob-damaged，试过 5 次"):
        assert words in shown
    _, facts = said("show", queue.ids[0], "--json")
    assert [(one["state"], one["held"]) for one in json.loads(facts)["files"]] == [
        ("queued", 0), ("queued", 35_016), ("delivered", 0), ("idle", 0), ("parked", 0),
    ]  # fmt: skip
    for everything in (text, shown, facts):
        for picture, name in zip(pictures, names, strict=True):
            assert name[:12] not in everything
            assert hashlib.sha256(picture).hexdigest()[:12] not in everything
        assert "invoices" not in everything


def test_parked_event_is_queued_again_and_what_cannot_be_says_why(queue: Queue, said):
    queue.fill(4)
    refused, gone, delivered, waiting = queue.ids
    queue.call("park", refused, "unknown-kind", "", NOW)
    queue.call("park", gone, "gone", "", NOW, ParkReason.GONE)
    queue.call("acknowledge", delivered, 1, NOW)
    code, text = said("retry", refused, gone, delivered, waiting, "no-such-id")
    assert code == 1
    for words in ("1 件重新排队", "到期删了", "已经送达", "本来就在等", "没有这个编号"):
        assert words in text
    assert queue.audited("request.retried") == [refused]
    queue.call("park", refused, "unknown-kind", "", NOW)
    code, text = said("retry", "--all")
    assert (code, "1 件重新排队" in text) == (0, True)
    assert said("retry", "--all") == (0, "没有被退回的件。\n")


def test_waiting_event_is_set_aside_by_hand_and_comes_back(queue: Queue, said):
    queue.fill(2)
    code, text = said("park", queue.receipts[0].lower(), "--reason", "等镇里查档案")
    assert (code, "不会丢" in text) == (0, True)
    code, text = said("list", "--state", "parked")
    assert "人工搁置" in text
    assert "等镇里查档案" in text
    assert queue.audited("queue.parked") == [queue.ids[0]]
    code, text = said("park", queue.ids[0], "--reason", "again")
    assert (code, "这件不在等：人工搁置" in text) == (1, True)
    assert said("retry", queue.ids[0])[0] == 0


@pytest.mark.parametrize("reason", ["", "   ", "a\nb", "x" * 81, "\x1b[31mred"])
def test_reason_that_is_none_is_refused(queue: Queue, said, reason: str):
    queue.fill(1)
    code, text = said("park", queue.ids[0], "--reason", reason)
    assert (code, "原因要写在一行里" in text) == (1, True)
    assert queue.audited("queue.parked") == []


@pytest.mark.parametrize("verb", [("show",), ("park", "--reason", "x"), ("retry",)])
def test_unknown_event_is_said(queue: Queue, said, verb):
    code, text = said(verb[0], "A07-999999-9", *verb[1:])
    assert code == 1
    assert "没有这个编号或受理号的件" in text


def test_queue_is_exported_sealed_and_what_is_not_sealed_stays_here(
    queue: Queue, said, tmp_path: Path
):
    queue.fill(3)
    with queue.runtime() as runtime, runtime.store.transaction() as transaction:
        transaction.database.execute(
            "UPDATE outbox SET item = CAST(x'02' || item AS BLOB) WHERE seq < 3"
        )
    place = tmp_path / "out" / "queue.bin"
    code, text = said("export", str(place))
    assert (code, "SYN-707" in text) == (1, True)
    place.parent.mkdir()
    code, text = said("export", str(place))
    assert (code, "写好了 2 件" in text, "另有 1 件" in text) == (1, True, True)
    assert queue.audited("queue.exported") == [""]
    before = place.read_bytes()
    assert said("export", str(place))[0] == 1
    assert place.read_bytes() == before
    with queue.runtime() as runtime, runtime.store.transaction() as transaction:
        transaction.database.execute("UPDATE outbox SET item = CAST(x'02' || item AS BLOB)")
    code, text = said("export", str(tmp_path / "all.bin"))
    assert (code, "写好了 3 件" in text) == (0, True)
    assert re.search(r"SHA-256 [0-9a-f]{64}", text)


def test_empty_queue_is_said(queue: Queue, said):
    assert said("list") == (0, "没有这样的件。\n")


def test_table_can_be_read_on_a_terminal_of_eighty_columns(
    queue: Queue, said, monkeypatch: pytest.MonkeyPatch
):
    queue.fill(1)
    queue.call("park", queue.ids[0], "unknown-kind", "no handler", NOW)
    monkeypatch.setenv("COLUMNS", "80")
    _, text = said("list")
    assert queue.receipts[0] in text
    assert "unknown-kind" in text
