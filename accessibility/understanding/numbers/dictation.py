"""A long number in chunks of three or four, each read back before the next is asked for. Qt-free state machine.

Nobody holds 18 digits in the ear: the person hears a chunk again and says 对的 or 不对. After two failures of one chunk
the keys are offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate, pairwise

from accessibility.numerals import read_digits
from accessibility.understanding.numbers.digit_ear import LETTER, DigitEar, Place

MOST_FAILURES = 2


class NumberKind(StrEnum):
    """Which number is dictated."""

    PHONE = "phone"
    CITIZEN_ID = "citizen_id"
    BANK_CARD = "bank_card"


CHUNKS = {
    NumberKind.PHONE: (3, 4, 4),
    # region in two threes, year, month and day, the rest
    NumberKind.CITIZEN_ID: (3, 3, 4, 4, 4),
    NumberKind.BANK_CARD: (4, 4, 4, 4, 3),
}


class Turn(StrEnum):
    """Whose turn it is, and what for."""

    SAY_CHUNK = "say_chunk"
    """The person says the next chunk."""
    CONFIRM = "confirm"
    """The person says whether what was read back is right."""
    USE_KEYS = "use_keys"
    """It does not work by voice."""
    DONE = "done"


@dataclass(slots=True)
class Dictation:
    """One number that is being dictated."""

    kind: NumberKind
    ear: DigitEar
    turn: Turn = Turn.SAY_CHUNK
    failures: int = 0
    """Of the present chunk."""
    _confirmed: list[Place] = field(default_factory=list)
    _text: str = ""
    _heard: tuple[Place, ...] = ()

    @property
    def digits(self) -> str:
        """What was confirmed so far."""
        return self._text

    @property
    def places(self) -> tuple[Place, ...]:
        """What was confirmed so far, with the costs of the other digits, for ``probable_id``."""
        return tuple(self._confirmed)

    @property
    def expected(self) -> int:
        """Digits of the chunk that is asked for; 0 when there is none left."""
        ends = [0, *accumulate(CHUNKS[self.kind])]
        return next((end - start for start, end in pairwise(ends) if len(self._text) < end), 0)

    @property
    def read_back(self) -> str:
        """The chunk that was heard, as it is spoken: 幺三八, 零零一艾克斯."""
        return spoken_chunk(likeliest(self._heard))

    def hear(self, transcript: str) -> Turn:
        """Take an utterance for the next chunk, or for all that is left."""
        if self.turn is not Turn.SAY_CHUNK:
            return self.turn
        heard = self.ear.places(transcript)
        left = sum(CHUNKS[self.kind]) - len(self._text)
        is_sound = len(heard) in (self.expected, left) and self._is_letter_last(heard)
        if not is_sound:
            return self._fail()
        self._heard = heard
        self.turn = Turn.CONFIRM
        return self.turn

    def confirm(self) -> Turn:
        """What was read back is right."""
        if self.turn is not Turn.CONFIRM:
            return self.turn
        text = likeliest(self._heard)
        # a person has heard it: the other digits are possible still, but no longer near
        self._confirmed += [
            {digit: 0.0 if digit == said else cost + 1.0 for digit, cost in place.items()}
            for place, said in zip(self._heard, text, strict=True)
        ]
        self._text += text
        self._heard = ()
        self.failures = 0
        self.turn = Turn.SAY_CHUNK if self.expected else Turn.DONE
        return self.turn

    def reject(self) -> Turn:
        """What was read back is wrong: the chunk is asked for again."""
        return self._fail() if self.turn is Turn.CONFIRM else self.turn

    def _fail(self) -> Turn:
        self._heard = ()
        self.failures += 1
        self.turn = Turn.USE_KEYS if self.failures >= MOST_FAILURES else Turn.SAY_CHUNK
        return self.turn

    def _is_letter_last(self, heard: Sequence[Place]) -> bool:
        """An X closes a citizen id and stands nowhere else."""
        at = likeliest(heard).find(LETTER)
        ends_whole = len(self._text) + len(heard) == sum(CHUNKS[self.kind])
        is_allowed = self.kind is NumberKind.CITIZEN_ID and ends_whole
        return at < 0 or (is_allowed and at == len(heard) - 1)


def likeliest(places: Sequence[Place]) -> str:
    """The nearest digit of each place."""
    return "".join(min(place, key=lambda digit: (place[digit], digit)) for place in places)


def spoken_chunk(text: str) -> str:
    """Digits as they are read back: 1 as 幺, X as 艾克斯."""
    digits = text.rstrip(LETTER)
    return read_digits(digits, telephone=True) + ("艾克斯" if text != digits else "")
