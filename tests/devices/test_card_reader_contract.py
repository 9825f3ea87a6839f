"""What every card reader promises, and what the simulated one adds."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from kiosk.devices.absent_card_reader import AbsentCardReader
from kiosk.devices.simulated_card_reader import (
    CardsUnreadable,
    SimulatedCard,
    SimulatedCardReader,
    read_cards,
    write_cards,
)
from kiosk.errors import CardReaderUnavailable
from kiosk.services.ports import Card, CardReader, DeviceState, PinCheck

CARD = Card("110101195001011234", "张桂兰", "X00000001")
OTHER = Card("not checked: cards are hostile", "李", "X00000002")
PIN = "246810"


@pytest.fixture(scope="module")
def cards() -> tuple[SimulatedCard, ...]:
    return (SimulatedCard.issue(CARD, PIN), SimulatedCard.issue(OTHER, "135791"))


@pytest.fixture
def reader(cards: tuple[SimulatedCard, ...]) -> SimulatedCardReader:
    return SimulatedCardReader(cards)


@pytest.fixture(params=["simulated", "absent"])
def any_reader(request: pytest.FixtureRequest, reader: SimulatedCardReader) -> CardReader:
    return reader if request.param == "simulated" else AbsentCardReader()


@pytest.mark.alone
def test_state_answers_within_50_ms(any_reader: CardReader) -> None:
    started = time.perf_counter()

    state = any_reader.state()

    assert time.perf_counter() - started < 0.05
    assert isinstance(state, DeviceState)


def test_label_is_for_people(any_reader: CardReader) -> None:
    assert any_reader.label
    assert "/" not in any_reader.label


def test_verify_pin_raises_when_no_card_is_there(any_reader: CardReader) -> None:
    with pytest.raises(CardReaderUnavailable):
        any_reader.verify_pin(PIN)


def test_read_gives_no_card_when_the_reader_is_ready_else_raises(any_reader: CardReader) -> None:
    if any_reader.state() is DeviceState.READY:
        assert any_reader.read() is None
    else:
        with pytest.raises(CardReaderUnavailable):
            any_reader.read()


def test_read_gives_the_card_when_it_lies_on_the_reader(reader: SimulatedCardReader) -> None:
    reader.insert("X00000001")

    assert reader.read() == CARD
    assert reader.read() == CARD


def test_read_gives_no_card_when_it_was_taken_away(reader: SimulatedCardReader) -> None:
    reader.insert("X00000001")
    reader.remove()
    reader.remove()

    assert reader.read() is None


def test_insert_raises_when_the_card_is_unknown(reader: SimulatedCardReader) -> None:
    with pytest.raises(ValueError, match="no such"):
        reader.insert("X99999999")


@pytest.mark.parametrize("state", [DeviceState.ABSENT, DeviceState.FAULT])
def test_reader_raises_when_it_is_unplugged_or_broken(
    reader: SimulatedCardReader, state: DeviceState
) -> None:
    reader.insert("X00000001")
    reader.set_state(state)

    assert reader.state() is state
    with pytest.raises(CardReaderUnavailable):
        reader.read()
    with pytest.raises(CardReaderUnavailable):
        reader.verify_pin(PIN)


def test_verify_pin_accepts_the_right_pin(reader: SimulatedCardReader) -> None:
    reader.insert("X00000001")

    assert reader.verify_pin(PIN) == PinCheck(True, 3)


def test_verify_pin_gives_the_tries_back_when_the_pin_is_right_at_last(
    reader: SimulatedCardReader,
) -> None:
    reader.insert("X00000001")

    answers = [reader.verify_pin(pin) for pin in ("000000", "111111", PIN, "222222")]

    assert [a.tries_left for a in answers] == [2, 1, 3, 2]
    assert [a.is_accepted for a in answers] == [False, False, True, False]


def test_verify_pin_refuses_the_right_pin_when_the_card_is_locked(
    reader: SimulatedCardReader,
) -> None:
    reader.insert("X00000001")
    for wrong in ("1", "2", "3"):
        reader.verify_pin(wrong)
    reader.remove()
    reader.insert("X00000001")

    assert reader.verify_pin(PIN) == PinCheck(False, 0)
    reader.insert("X00000002")
    assert reader.verify_pin("135791") == PinCheck(True, 3)


@pytest.mark.parametrize(
    "pin", ["", " 246810", "２４６８１０", "\ud800", "9" * 10_000, "246810\x00"]
)
def test_verify_pin_refuses_when_the_pin_is_odd(reader: SimulatedCardReader, pin: str) -> None:
    reader.insert("X00000001")

    assert not reader.verify_pin(pin).is_accepted


def test_verify_pin_never_grants_more_than_three_tries_when_threads_race(
    reader: SimulatedCardReader,
) -> None:
    reader.insert("X00000001")
    answers: list[PinCheck] = []
    start = threading.Barrier(8)

    def guess(i: int) -> None:
        start.wait(10)
        answers.append(reader.verify_pin(f"00000{i}"))

    threads = [threading.Thread(target=guess, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(answers) == 8
    assert reader.verify_pin(PIN) == PinCheck(False, 0)


def test_verify_pin_raises_when_the_card_is_taken_away_during_the_check(
    reader: SimulatedCardReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kiosk.devices import simulated_card_reader as module

    hash_pin = module.hash_pin

    def hash_while_the_card_goes(pin: str, salt: bytes) -> bytes:
        reader.remove()
        return hash_pin(pin, salt)

    monkeypatch.setattr(module, "hash_pin", hash_while_the_card_goes)
    reader.insert("X00000001")

    with pytest.raises(CardReaderUnavailable, match="taken away"):
        reader.verify_pin(PIN)


def test_cards_come_back_from_a_file_without_any_pin(
    tmp_path: Path, cards: tuple[SimulatedCard, ...]
) -> None:
    path = tmp_path / "cards.json"
    write_cards(path, cards)

    assert read_cards(path) == cards
    assert PIN not in path.read_text(encoding="utf-8")


def test_issue_salts_each_card(cards: tuple[SimulatedCard, ...]) -> None:
    assert SimulatedCard.issue(CARD, PIN).pin_hash != cards[0].pin_hash


ENTRY: dict[str, Any] = {
    "card_number": "X1",
    "citizen_id": "1",
    "name": "张",
    "pin_salt": "00" * 16,
    "pin_scrypt": "00" * 32,
}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"cards": 5}',
        '{"cards": [5]}',
        '{"cards": [{}]}',
        "[" * 100_000,
        json.dumps({"cards": [ENTRY, ENTRY]}),
        json.dumps({"cards": [{**ENTRY, "pin_salt": "zz"}]}),
        json.dumps({"cards": [{**ENTRY, "pin_salt": "00"}]}),
        json.dumps({"cards": [{**ENTRY, "pin_scrypt": "00"}]}),
        json.dumps({"cards": [{**ENTRY, "name": "x" * 201}]}),
        json.dumps({"cards": [{**ENTRY, "name": None}]}),
    ],
)
def test_read_cards_raises_when_the_file_is_wrong(tmp_path: Path, content: str) -> None:
    path = tmp_path / "cards.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CardsUnreadable):
        read_cards(path)


def test_read_cards_raises_when_the_file_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "cards.json"
    path.write_bytes(b"\xff\xfe\x00\x80")

    with pytest.raises(CardsUnreadable):
        read_cards(path)
