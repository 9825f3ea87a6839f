"""What each expected failure means in plain words: what happened, and what to do about it.

For staff: on the page that says that the machine is out of service, on the command line, in the log and in
``xianglin doctor``. Residents see a notice with ways on, never these words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from accessibility.errors import AccessibilityError, DialectPacksDamaged, PromptMissing
from kiosk.errors import (
    ConfigError,
    FaceNotUsable,
    KioskError,
    StaffNotChanged,
    TablesUnusable,
    VoiceNotUsable,
)
from kiosk.models.errors import ModelError
from sync.courier.errors import MediumTooSmall
from sync.errors import SyncError

ROOTS: tuple[type[Exception], ...] = (KioskError, SyncError, AccessibilityError)
"""The three error trees; every class in them has a text."""

PAGE_DETAILS = 2
"""Seen on a screen in landscape, where each detail may take two lines."""

_KIBIBYTE = 1024

_CENTRE_PACKAGE = "sync.central"


class Label(Protocol):
    """Gives the words of a text id; the prompt catalogue's ``label`` is one."""

    def __call__(self, text_id: str, **values: object) -> str:
        """The words, with the values of their slots.

        Raises:
            PromptMissing: there is no such text.
        """


class Labels(Protocol):
    """Something that carries a ``Label``."""

    def label(self, text_id: str, **values: object) -> str:
        """The words of one id."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failure in words for staff."""

    code: str
    """Stable; what staff read out over the telephone."""
    happened: str
    """What is wrong."""
    to_do: str
    """What to do now, and that nothing is lost where that is so."""
    details: tuple[str, ...] = ()
    """Each thing that must be mended, where there can be several; may quote the settings file."""

    @property
    def words(self) -> str:
        """What happened and what to do: fixed sentences, free of any value, so they may also be logged."""
        return self.happened + self.to_do

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, as a command line prints it."""
        return (f"{self.code} {self.words}", *(f"  {detail}" for detail in self.details))


def explain(error: BaseException, label: Label) -> Explanation:
    """Say for staff what happened and what to do; an unexpected error gets the general words."""
    code = code_of(error)
    happened, to_do = _words(code, label)
    return Explanation(code, happened, to_do, _details(error, label))


def page_text(explanation: Explanation, label: Label) -> str:
    """The words for a page, which has room for the first details only."""
    shown = explanation.details[:PAGE_DETAILS]
    left = len(explanation.details) - len(shown)
    more = (label(f"error.{ConfigError.code.lower()}.more", count=left),) if left else ()
    return "\n".join((explanation.words, *shown, *more))


def staff_text(code: str, labels: Labels) -> str:
    """The same by code alone; an unknown code gets the general words."""
    return "".join(_words(code, labels.label))


def text_ids(code: str) -> tuple[str, str]:
    """The ids of what happened and what to do."""
    stem = f"error.{code.lower()}"
    return f"{stem}.happened", f"{stem}.to_do"


def explainable() -> Iterator[type[Exception]]:
    """Every error class of the three trees, as far as their modules are imported."""
    waiting = list(ROOTS)
    seen: set[type[Exception]] = set()
    while waiting:
        error_class = waiting.pop()
        if error_class not in seen:
            seen.add(error_class)
            waiting.extend(error_class.__subclasses__())
            yield error_class


def code_of(error: BaseException) -> str:
    """The stable code of an error; anything unexpected is KSK-000."""
    code = getattr(error, "code", "")
    is_ours = isinstance(error, ROOTS) and isinstance(code, str) and bool(code)
    return code if is_ours else KioskError.code


def _words(code: str, label: Label) -> tuple[str, str]:
    try:
        happened, to_do = (label(text_id) for text_id in text_ids(code))
    except PromptMissing:
        happened, to_do = (label(text_id) for text_id in text_ids(KioskError.code))
    return happened, to_do


def _room(error: MediumTooSmall, label: Label) -> tuple[str, ...]:
    stem = f"error.{error.code.lower()}"
    needed, free = (-(-count // _KIBIBYTE) for count in (error.needed, error.free))
    lines = [label(f"{stem}.room", needed=needed, free=free)]
    if error.fitting:
        lines.append(label(f"{stem}.fitting", fitting=error.fitting, waiting=error.waiting))
    return tuple(lines)


def _details(error: BaseException, label: Label) -> tuple[str, ...]:
    if isinstance(error, ConfigError | TablesUnusable | DialectPacksDamaged):
        return error.faults
    if isinstance(error, FaceNotUsable):
        stem = f"error.{error.code.lower()}"
        advice = label(f"{stem}.{error.advice}")
        return (label(f"{stem}.picture", number=error.index + 1, advice=advice),)
    if isinstance(error, VoiceNotUsable):
        stem = f"error.{error.code.lower()}"
        advice = label(f"{stem}.{error.advice}")
        return (label(f"{stem}.phrase", number=error.index + 1, advice=advice),)
    if isinstance(error, StaffNotChanged):
        return (label(f"error.{error.code.lower()}.{error.reason}"),)
    if isinstance(error, MediumTooSmall):
        return _room(error, label)
    if isinstance(error, ModelError):
        stem = f"error.{ModelError.code.lower()}"
        return tuple(label(f"{stem}.{name}", value=value) for name, value in error.facts.items())
    if type(error).__module__.startswith(_CENTRE_PACKAGE) and str(error):
        # The centre's administrator mends a file or an argument: which one, only the error knows.
        return (str(error),)
    return ()
