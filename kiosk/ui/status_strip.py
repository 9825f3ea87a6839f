"""The strip on top: the network, what waits and for how long. Always words beside the icon."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kiosk.ui.kit import Kit
from kiosk.ui.widgets.picture import Picture
from kiosk.ui.widgets.text_block import TextBlock
from sync.connectivity import SyncStatus

HOUR_S = 3600
DAY_S = 24 * HOUR_S
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


def status_words(
    kit: Kit, status: SyncStatus, *, has_age: bool = True, has_files: bool = True, alarm: str = ""
) -> str:
    """Say a status in words, such as 没有网络 · 3 件等待上传 · 最早 2 天前 · 2 张照片待传.

    Args:
        alarm: text id of what staff must look at; it stands before what waits.
    """
    parts = [kit.label(f"status.{status.link.value}")]
    if alarm:
        parts.append(kit.label(alarm))
    if status.waiting:
        parts.append(kit.label("status.waiting", count=status.waiting))
        if has_age and status.oldest_age_s is not None and status.oldest_age_s < LONG_DAYS * DAY_S:
            parts.append(age_words(kit, status.oldest_age_s))
    if status.parked:
        parts.append(kit.label("status.parked", count=status.parked))
    if status.files_waiting and has_files:
        parts.append(kit.label("status.files_waiting", count=status.files_waiting))
    if status.files_parked and has_files:
        parts.append(kit.label("status.files_parked", count=status.files_parked))
    if status.stale_roster_days:
        is_long = status.stale_roster_days > LONG_DAYS
        text_id = "status.roster_long" if is_long else "status.roster_old"
        parts.append(kit.label(text_id, **({} if is_long else {"count": status.stale_roster_days})))
    if status.is_catalogue_refused:
        parts.append(kit.label("status.catalogue_refused"))
    return " · ".join(parts)


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
        self.icon.show_icon(status.link.value)
        needs_eye = (
            status.link.value not in ("online", "unknown")
            or status.parked + status.files_parked + status.stale_roster_days > 0
            or status.is_catalogue_refused
            or bool(alarm)
        )
        self.words.set_colour(colours.warning if needs_eye else colours.ink_soft)
        self._status = status
        metrics = QFontMetricsF(self.words.face)
        plain = replace(status, stale_roster_days=0, is_catalogue_refused=False)
        ways = (
            status_words(self._kit, status, alarm=alarm),
            status_words(self._kit, status, has_age=False, alarm=alarm),
            status_words(self._kit, status, has_age=False, has_files=False, alarm=alarm),
            status_words(self._kit, plain, has_age=False, has_files=False, alarm=alarm),
            self._kit.label(alarm or f"status.{status.link.value}"),
        )
        fitting = (words for words in ways if metrics.horizontalAdvance(words) <= self._room_px)
        self.words.show_words(next(fitting, ways[-1]))
