"""A card reader without hardware: cards from a file, laid on and taken away by the program."""

import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.errors import CardReaderUnavailable
from kiosk.services.ports import Card, DeviceState, PinCheck

PIN_TRIES = 3
"""Wrong PINs in a row until the card locks itself, as social-security cards do."""

_MAXIMUM_FILE_BYTES = 4 << 20
_SALT_BYTES = 16
_HASH_BYTES = 32
_SCRYPT_COST = 1 << 14
"""With a block size of 8: 16 MB and some 50 ms a guess."""


class CardsUnreadable(Exception):
    """The file of simulated cards is missing or wrong; the text says how and holds no personal data."""


@dataclass(frozen=True, slots=True)
class SimulatedCard:
    """A card with its PIN, of which only a salted hash is kept."""

    card: Card
    salt: bytes
    pin_hash: bytes

    @classmethod
    def issue(cls, card: Card, pin: str) -> "SimulatedCard":
        """Make a card with a PIN."""
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(card, salt, hash_pin(pin, salt))


def hash_pin(pin: str, salt: bytes) -> bytes:
    """Hash a PIN slowly: 32 bytes of scrypt.

    The length goes in too: scrypt fills a short secret up with zero bytes, so a PIN with a zero byte behind it
    would pass as well.
    """
    text = pin.encode("utf-8", "surrogatepass")
    secret = len(text).to_bytes(8, "big") + text
    return hashlib.scrypt(
        secret, salt=salt, n=_SCRYPT_COST, r=8, p=1, dklen=_HASH_BYTES, maxmem=64 << 20
    )


def write_cards(path: Path, cards: tuple[SimulatedCard, ...]) -> None:
    """Write a file that ``read_cards`` reads.

    Raises:
        OSError: the file cannot be written.
    """
    entries = [
        {
            "card_number": c.card.card_number,
            "citizen_id": c.card.citizen_id,
            "name": c.card.name,
            "pin_salt": c.salt.hex(),
            "pin_scrypt": c.pin_hash.hex(),
        }
        for c in cards
    ]
    text = json.dumps({"cards": entries}, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def read_cards(path: Path) -> tuple[SimulatedCard, ...]:
    """Read the simulated cards.

    Raises:
        CardsUnreadable: missing, no JSON, or an entry is wrong.
    """
    try:
        if path.stat().st_size > _MAXIMUM_FILE_BYTES:
            raise CardsUnreadable("模拟卡文件太大")
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CardsUnreadable("模拟卡文件没有，或者不是 JSON") from error
    entries = data.get("cards") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise CardsUnreadable('模拟卡文件里没有列表 "cards"')
    cards = tuple(_read_card(i, entry) for i, entry in enumerate(entries))
    if len({c.card.card_number for c in cards}) != len(cards):
        raise CardsUnreadable("有两张模拟卡的卡号一样")
    return cards


def _read_card(index: int, entry: object) -> SimulatedCard:
    fields: dict[str, Any] = entry if isinstance(entry, dict) else {}
    names = ("card_number", "citizen_id", "name", "pin_salt", "pin_scrypt")
    texts = [fields.get(name) for name in names]
    if not all(isinstance(text, str) and _is_usable(text) for text in texts):
        raise CardsUnreadable(f"第 {index + 1} 张模拟卡要写 {'、'.join(names)}，都是文字")
    number, citizen_id, name, salt, pin_hash = map(str, texts)
    try:
        salt_bytes, hash_bytes = bytes.fromhex(salt), bytes.fromhex(pin_hash)
    except ValueError as error:
        raise CardsUnreadable(
            f"第 {index + 1} 张模拟卡：pin_salt 或 pin_scrypt 不是十六进制"
        ) from error
    if len(hash_bytes) != _HASH_BYTES or len(salt_bytes) < _SALT_BYTES:
        raise CardsUnreadable(f"第 {index + 1} 张模拟卡：pin_salt 或 pin_scrypt 太短")
    return SimulatedCard(Card(citizen_id, name, number), salt_bytes, hash_bytes)


def _is_usable(text: str) -> bool:
    # Not printable: control characters and halves of characters, which no page can show.
    return 0 < len(text) <= 200 and text.isprintable()


class SimulatedCardReader:
    """Behaves like a reader with a card on it or not; the program takes the resident's place.

    Safe from several threads. The counters of wrong PINs live as long as this object: a card locked here is free again
    after a restart, unlike a real one.
    """

    label = "模拟读卡器"

    def __init__(self, cards: tuple[SimulatedCard, ...]) -> None:
        self._cards = {c.card.card_number: c for c in cards}
        self._tries_left = dict.fromkeys(self._cards, PIN_TRIES)
        self._inserted: SimulatedCard | None = None
        self._state = DeviceState.READY
        self._lock = threading.Lock()

    @property
    def card_numbers(self) -> tuple[str, ...]:
        """The cards that can be laid on, for a demonstration's menu."""
        return tuple(self._cards)

    def insert(self, card_number: str) -> None:
        """Lay a card on the reader, in place of the one that lies there.

        Raises:
            ValueError: there is no such simulated card.
        """
        card = self._cards.get(card_number)
        if card is None:
            raise ValueError("there is no such simulated card")
        with self._lock:
            self._inserted = card

    def remove(self) -> None:
        """Take the card away; safe when there is none."""
        with self._lock:
            self._inserted = None

    def set_state(self, state: DeviceState) -> None:
        """Unplug the reader, break it, or plug it in again."""
        with self._lock:
            self._state = state

    def state(self) -> DeviceState:
        """Whether the reader is there."""
        with self._lock:
            return self._state

    def read(self) -> Card | None:
        """The card on the reader, or None when there is none.

        Raises:
            CardReaderUnavailable: the reader is unplugged or broken.
        """
        with self._lock:
            self._require_ready()
            return self._inserted.card if self._inserted else None

    def verify_pin(self, pin: str) -> PinCheck:
        """Let the card check its PIN: a try is spent before the check and given back when it succeeds.

        Raises:
            CardReaderUnavailable: the reader or the card is gone.
        """
        with self._lock:
            self._require_ready()
            card = self._require_card()
            number = card.card.card_number
            if self._tries_left[number] == 0:
                return PinCheck(False, 0)
            self._tries_left[number] -= 1
        # Without the lock: the hash takes longer than state() may.
        is_accepted = hmac.compare_digest(hash_pin(pin, card.salt), card.pin_hash)
        with self._lock:
            if is_accepted:
                self._tries_left[number] = PIN_TRIES
            self._require_ready()
            if self._require_card() is not card:
                raise CardReaderUnavailable("the card was exchanged during the check")
            return PinCheck(is_accepted, self._tries_left[number])

    def _require_ready(self) -> None:
        if self._state is not DeviceState.READY:
            raise CardReaderUnavailable("the card reader does not answer")

    def _require_card(self) -> SimulatedCard:
        if self._inserted is None:
            raise CardReaderUnavailable("the card was taken away")
        return self._inserted
