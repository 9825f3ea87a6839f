"""What a page says: a prompt names its text by id, so that screen, caption and voice cannot drift apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, init=False)
class Prompt:
    """One thing for the kiosk to say: an id of the catalogue and the values of its slots."""

    id: str
    """Id in the prompt catalogue, such as ``consent.face``."""
    values: Mapping[str, str] = field(repr=False)
    """Slot name to the text that the caption shows, such as ``{"name": "张*国"}``."""
    is_personal: bool
    """Whether the sound may not outlive the visit on disk."""

    def __init__(
        self, id: str, values: Mapping[str, str] | None = None, is_personal: bool | None = None
    ) -> None:
        """Make a prompt.

        Args:
            id: id in the catalogue.
            values: a value for each slot of the prompt's texts.
            is_personal: left out, a prompt with values counts as personal. A forgotten flag then costs
                a new rendering each time, not a resident's name in a file; pass False for values such
                as a number of seconds.
        """
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "values", MappingProxyType(dict(values or {})))
        object.__setattr__(
            self, "is_personal", bool(self.values) if is_personal is None else is_personal
        )

    def __hash__(self) -> int:
        return hash((self.id, frozenset(self.values.items()), self.is_personal))


@dataclass(frozen=True, slots=True)
class PromptText:
    """The words of one prompt: as the caption shows them and as the voice reads them."""

    title: str
    """The one question or statement of the page, at most 14 characters."""
    sentence: str
    """The one action to take; may be empty."""
    reading: str
    """The same words for the voice: digits and signs written out in Hanzi, pauses as ``，`` and ``。``."""

    @property
    def caption(self) -> str:
        """Return what is spoken, exactly as it is shown: the title, a full stop, the sentence."""
        return join_title(self.title, self.sentence)


def join_title(title: str, sentence: str) -> str:
    """Join title and sentence as they are spoken; a title with its own end mark gets no second one."""
    if not sentence:
        return title
    return f"{title}{sentence}" if title.endswith(("。", "！", "？")) else f"{title}。{sentence}"
