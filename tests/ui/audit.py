"""Looks at a shown page as a person with weak eyes and an unsteady hand would; returns every fault in words."""

from itertools import combinations

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QRawFont
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from kiosk.ui.colours import EDGE_PAIRS, TEXT_PAIRS, contrast
from kiosk.ui.fonts import font
from kiosk.ui.tokens import (
    BODY_DEGREES,
    CAPTION_DEGREES,
    MIN_GAP_MM,
    MIN_KEY_MM,
    MIN_TARGET_MM,
)
from kiosk.ui.widgets.action_button import ActionButton, Look
from kiosk.ui.widgets.digit_slots import DigitSlots
from kiosk.ui.widgets.stage_track import StageTrack
from kiosk.ui.widgets.text_block import TextBlock

MOST_CHOICES = 6
LONGEST_TITLE = 14


def audit(window):
    """Return the faults of what the window shows; an empty list is a pass."""
    QApplication.processEvents()
    look = _Look(window)
    rules = (
        look.targets,
        look.gaps,
        look.text_sizes,
        look.cut_texts,
        look.button_contrast,
        look.text_contrast,
        look.names,
        look.inside,
        look.page_rules,
        look.bar,
        look.glyphs,
    )
    return [fault for rule in rules for fault in rule()]


class _Look:
    def __init__(self, window):
        self.window = window
        self.tokens = window.shell.kit.tokens
        self.page = window.shell.page
        self.parts = [part for part in window.findChildren(QWidget) if part.isVisible()]
        self.buttons = [part for part in self.parts if isinstance(part, ActionButton)]
        self.blocks = [part for part in self.parts if isinstance(part, TextBlock)]

    def _box(self, part):
        return QRect(part.mapTo(self.window, QPoint(0, 0)), part.size())

    def _drawn(self, button):
        return button.drawn_box().toRect().translated(button.mapTo(self.window, QPoint(0, 0)))

    def targets(self):
        for button in self.buttons:
            box = self._drawn(button)
            short, long = sorted((box.width(), box.height()))
            least = MIN_KEY_MM if button.look is Look.KEY else (MIN_TARGET_MM, MIN_TARGET_MM)
            if short < self.tokens.mm(least[0]) or long < self.tokens.mm(least[1]):
                yield f"target-size: {button.text()!r} is {box.width()}x{box.height()} px"

    def gaps(self):
        for one, other in combinations(self.buttons, 2):
            if self._box(one).intersects(self._box(other)):
                yield f"overlap: {one.text()!r} and {other.text()!r}"
                continue
            grown = self._drawn(one).adjusted(
                *(sign * self.tokens.mm(MIN_GAP_MM) for sign in (-1, -1, 1, 1))
            )
            if grown.intersects(self._drawn(other)):
                yield f"gap: {one.text()!r} and {other.text()!r}"

    def text_sizes(self):
        body, caption = self.tokens.text(BODY_DEGREES), self.tokens.text(CAPTION_DEGREES)
        panel = self.page.prompt_panel
        for block in self.blocks:
            least = body if block in (panel.title, panel.sentence) else caption
            if block.size_px < least:
                yield f"text-size: {block.text()!r} is {block.size_px} px, less than {least}"
        for button in self.buttons:
            if button.font_px < body:
                yield f"text-size: button {button.text()!r} is {button.font_px} px"
        for slots in self.page.findChildren(DigitSlots):
            if slots.isVisible() and slots.digit_px() < body:
                yield f"text-size: digits are {slots.digit_px()} px"

    def cut_texts(self):
        for part in (*self.blocks, *self.buttons):
            if part.text() and part.is_cut():
                yield f"cut: {part.text()!r} in {part.width()}x{part.height()} px"
        for slots in self.page.findChildren(DigitSlots):
            boxes = slots.slot_boxes()
            if slots.isVisible() and (boxes[0].left() < 0 or boxes[-1].right() > slots.width()):
                yield "cut: places do not fit"

    def button_contrast(self):
        colours = self.tokens.colours
        for button in self.buttons:
            words, ground, outline = button.colours()
            if contrast(getattr(colours, words), getattr(colours, ground)) < 7:
                yield f"contrast: {button.text()!r}, {words} on {ground}"
            is_known = {(words, ground)} <= set(TEXT_PAIRS) or not button.isEnabled()
            if not is_known:
                yield f"contrast: {words} on {ground} is no listed pair"
            behind = "paper_deep" if button.look is Look.BAR else "paper"
            if (outline, behind) in EDGE_PAIRS or outline == "primary":
                continue
            yield f"edge: {outline} on {behind} is no listed pair"

    def text_contrast(self):
        image = self.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
        for block in self.blocks:
            if not block.text():
                continue
            box = self._box(block).intersected(image.rect())
            piece = rows[box.top() : box.bottom() + 1, box.left() : box.right() + 1]
            if not piece.size:
                continue  # outside of the window, which is another rule's fault
            colours, counts = np.unique(piece, return_counts=True)
            ground = f"#{int(colours[counts.argmax()]) & 0xFFFFFF:06X}"
            if contrast(block.colour, ground) < 7:
                yield f"contrast: {block.text()!r} is {block.colour} on {ground}"

    def names(self):
        for part in self.parts:
            if isinstance(part, ActionButton):
                interface = QAccessible.queryAccessibleInterface(part)
                if not interface.text(QAccessible.Text.Name).strip():
                    yield f"name: a button {part.look} has none"
                if part.focusPolicy() == Qt.FocusPolicy.NoFocus:
                    yield f"focus: {part.text()!r} cannot be reached by keyboard"
            elif isinstance(part, DigitSlots | StageTrack) and not part.accessibleName():
                yield f"name: {type(part).__name__} has none"

    def inside(self):
        screen = self.window.rect()
        for part in self.parts:
            if part.window() is self.window and not screen.contains(self._box(part)):
                yield f"fits-screen: {type(part).__name__} at {self._box(part).getRect()}"
        spec = self.tokens.spec
        if screen.size().toTuple() != (spec.width_px, spec.height_px):
            yield f"fits-screen: the window grew to {screen.size().toTuple()}"
        least = self.page.minimumSizeHint()
        if least.height() > self.page.height() or least.width() > self.page.width():
            yield f"fits-screen: the page needs {least.toTuple()}, has {self.page.size().toTuple()}"
        children = [part for part in (*self.blocks, *self.buttons) if self.page.isAncestorOf(part)]
        for one, other in combinations(children, 2):
            if self._box(one).intersects(self._box(other)):
                yield f"overlap: {one.text()!r} and {other.text()!r}"

    def page_rules(self):
        choices = [
            button
            for button in self.buttons
            if self.page.isAncestorOf(button) and button.look not in (Look.KEY, Look.ROW)
        ]
        if len(choices) > MOST_CHOICES:
            yield f"choices: {len(choices)} on one page"
        title = self.page.prompt_panel.title.text()
        if len(title) > LONGEST_TITLE:
            yield f"title: {title!r} has {len(title)} characters"
        if any(isinstance(part, QAbstractScrollArea) for part in self.parts):
            yield "scroll: a scroll area"

    def bar(self):
        bar = self.window.shell.bar
        for button in (bar.repeat, bar.help):
            if not button.isVisible():
                yield f"always-present: {button.text()!r} is hidden"

    def glyphs(self):
        raw = QRawFont.fromFont(font(40))
        for part in (*self.blocks, *self.buttons):
            for character in part.text():
                if not character.isspace() and not raw.supportsCharacter(ord(character)):
                    yield f"glyph: {character!r} is not in the bundled font"
