"""The strip on top: the network, what waits and for how long. Always words beside the icon."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock
from sync.connectivity import SyncStatus

HOUR_S = 3600
DAY_S = 24 * HOUR_S
_SEPARATOR = " · "
_MORE = "…"
_AGE = _LIGHTEST = 8
LONG_DAYS = 365
"""Beyond this it is rather the clock that is wrong: no number is said."""


def age_words(kit: Kit, age_s: float) -> str:
    """Say an age in the largest whole unit."""
    if age_s >= DAY_S:
        return kit.label("status.age.days", count=int(age_s // DAY_S))
    if age_s >= HOUR_S:
        return kit.label("status.age.hours", count=int(age_s // HOUR_S))
    if age_s >= 60:
        return kit.label("status.age.minutes", count=int(age_s // 60))
    return kit.label("status.age.now")


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that the strip says."""

    words: str
    weight: int
    """What weighs most goes first when there is no room for all."""


def _parts(kit: Kit, status: SyncStatus, alarm: str) -> list[_Part]:
    """All there is to say, in the order in which it is read."""
    days = status.stale_roster_days
    return [
        _Part(kit.label(f"status.{status.link.value}"), 0),
        *([_Part(kit.label(alarm), 0)] if alarm else []),
        *_counted(kit, "status.waiting", status.waiting, 1),
        *_counted(kit, "status.carried", min(status.carried, status.waiting), 6),
        *_age(kit, status),
        *_counted(kit, "status.parked", status.parked, 2),
        *_counted(kit, "status.files_waiting", status.files_waiting, 7),
        *_counted(kit, "status.files_parked", status.files_parked, 3),
        *_counted(kit, "status.roster_old", days if days <= LONG_DAYS else 0, 5),
        *([_Part(kit.label("status.roster_long"), 5)] if days > LONG_DAYS else []),
        *([_Part(kit.label("status.catalogue_refused"), 4)] if status.is_catalogue_refused else []),
    ]


def _counted(kit: Kit, text_id: str, count: int, weight: int) -> list[_Part]:
    return [_Part(kit.label(text_id, count=count), weight)] if count else []


def _age(kit: Kit, status: SyncStatus) -> list[_Part]:
    age_s = status.oldest_age_s
    if not status.waiting or age_s is None or age_s >= LONG_DAYS * DAY_S:
        return []
    return [_Part(age_words(kit, age_s), _AGE)]


def status_words(
    kit: Kit,
    status: SyncStatus,
    alarm: str = "",
    fits: Callable[[str], bool] = lambda _words: True,
) -> str:
    """Say a status in words, such as 没有网络 · 3件待传 · 最早2天前 · 2张照片待传.

    Args:
        alarm: text id of what staff must look at; it stands before what waits.
        fits: whether so much has room; what matters least is left out until it has; dots say that
            there is more than an age.
    """
    parts = _parts(kit, status, alarm)
    words = _SEPARATOR.join(part.words for part in parts)
    is_shortened = False
    for weight in range(_LIGHTEST, 0, -1):
        if fits(words):
            break
        kept = [part for part in parts if part.weight != weight]
        is_shortened = is_shortened or (len(kept) < len(parts) and weight != _AGE)
        parts = kept
        words = _SEPARATOR.join([part.words for part in parts] + [_MORE] * is_shortened)
    return words if fits(words) else kit.label(alarm or f"status.{status.link.value}")


class StatusStrip(QWidget):
    """Icon, words, and the watermark of a demonstration."""

    def __init__(self, kit: Kit, watermark: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("StatusStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._kit = kit
        self._status: SyncStatus | None = None
        self._alarm = ""
        tokens = kit.tokens
        self.setFixedHeight(tokens.mm(13))
        self.icon = Picture(kit, tokens.mm(8.5), "unknown")
        self.words = TextBlock(kit, tokens.caption, colour=tokens.colours.ink_soft)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.margin, 0, tokens.margin, 0)
        row.setSpacing(tokens.mm(3))
        row.addWidget(self.icon)
        row.addWidget(self.words, 1)
        self._room_px = (
            tokens.spec.width_px - 2 * tokens.margin - self.icon.sizeHint().width() - row.spacing()
        )
        if watermark:
            mark = TextBlock(kit, tokens.caption, is_bold=True, colour=tokens.colours.warning)
            mark.show_words(watermark)
            row.addWidget(mark)
            self._room_px -= mark.sizeHint().width() + row.spacing()
        self.practice = TextBlock(kit, tokens.caption, is_bold=True, colour=tokens.colours.warning)
        self.practice.hide()
        row.addWidget(self.practice)
        self.words.show_words(kit.label("status.unknown"))

    def show_practice(self, *, is_on: bool) -> None:
        """Say that nothing is real, or stop saying it."""
        if is_on == bool(self.practice.text()):
            return
        self.practice.show_words(self._kit.label("practice.strip") if is_on else "")
        room_px = self._kit.tokens.mm(3) + QFontMetricsF(self.practice.face).horizontalAdvance(
            self._kit.label("practice.strip")
        )
        self._room_px += -round(room_px) if is_on else round(room_px)
        if self._status is not None:
            self.show_status(self._status, self._alarm)

    def show_status(self, status: SyncStatus, alarm: str = "") -> None:
        """Show a snapshot.

        Args:
            alarm: text id of what staff must look at; empty for nothing.
        """
        self._alarm = alarm
        colours = self._kit.tokens.colours
        self.icon.show_icon("warning" if alarm else status.link.value)
        needs_eye = (
            status.link.value not in ("online", "unknown")
            or status.parked + status.files_parked + status.stale_roster_days > 0
            or status.is_catalogue_refused
            or bool(alarm)
        )
        self.words.set_colour(colours.warning if needs_eye else colours.ink_soft)
        self._status = status
        metrics = QFontMetricsF(self.words.face)
        self.words.show_words(
            status_words(
                self._kit,
                status,
                alarm,
                fits=lambda words: metrics.horizontalAdvance(words) <= self._room_px,
            )
        )
