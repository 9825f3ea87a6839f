"""The project's own icons, coloured by the theme and drawn at device size.

Every icon stands on a 48 by 48 grid with three tones: lines in ``currentColor``, a second tone and a soft fill.
"""

from dataclasses import dataclass, field
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgRenderer

from kiosk.ui.colours import Colours

ACCENT = "#D2691E"
"""How the second tone is written in the files."""

SOFT = "#FBE3C8"
"""How the soft fill is written in the files."""

MISSING = "notice"
"""Drawn for an icon that a newer service definition names and this program does not have."""

ALIASES = {
    "cut": "cut_off",
    "nothing_there": "scan_document",
    "no": "cross",
    "pension_life_certification": "life_certification",
    "register_first": "later",
    "retry_number": "keypad",
    "see_progress": "request_progress",
    "attest_now": "person_yes",
    "face_exempt": "skip",
    "face_lift": "face",
    "face_wake": "face",
    "go_on": "check",
    "voice_exempt": "skip",
    "voice_lift": "repeat",
    "voice_wake": "repeat",
    "identify_again": "keypad",
    "staff_attests": "staff",
    "use_card": "card",
    "use_face": "face",
    "use_pin": "pin",
    "use_voice": "voice",
    "enrol": "person",
    "enrol_another": "people",
    "enrol_more": "camera",
    "enrol_next": "next_page",
    "print_enrolment": "print",
    "nothing_heard": "microphone",
    "other_digits": "repeat",
    "other_voice": "several_faces",
    "too_short": "microphone",
    "yes": "check",
    "no_face": "face",
    "look_ahead": "face",
    "motions_begin": "person_yes",
    "other_motion": "retry",
    "watch_colours": "face",
    "not_authorised": "warning",
    "protocol_mismatch": "retry",
    "unknown": "waiting",
}
"""Names that flows, advice and network states use for a picture that exists under its own name."""


@dataclass(frozen=True, slots=True)
class Icon:
    """Which picture in which tones."""

    name: str
    line: str
    accent: str
    soft: str


@dataclass(slots=True)
class Icons:
    """Renders icons; keeps a parsed renderer for each picture and colouring."""

    colours: Colours
    _renderers: dict[Icon, QSvgRenderer] = field(default_factory=dict)

    def icon(self, name: str, line: str = "", accent: str = "", soft: str = "") -> Icon:
        """Name an icon; tones that are not given come from the theme."""
        colours = self.colours
        return Icon(
            name, line or colours.primary, accent or colours.accent, soft or colours.accent_soft
        )

    def paint(self, painter: QPainter, icon: Icon, box: QRectF) -> None:
        """Draw an icon into a square, or an illustration into a rectangle of its own proportions."""
        self._renderer(icon).render(painter, box)

    def _renderer(self, icon: Icon) -> QSvgRenderer:
        if icon not in self._renderers:
            text = icon_source(icon.name)
            text = text.replace(ACCENT, icon.accent).replace(SOFT, icon.soft)
            text = text.replace("currentColor", icon.line)
            self._renderers[icon] = QSvgRenderer(QByteArray(text.encode("utf-8")))
        return self._renderers[icon]


def has_icon(name: str) -> bool:
    """Whether the project has a picture of this name."""
    return (resources.files("assets") / "icons" / f"{ALIASES.get(name, name)}.svg").is_file()


def icon_source(name: str) -> str:
    """Return the SVG text of an icon, or of the general sign when there is none of this name."""
    folder = resources.files("assets") / "icons"
    known = ALIASES.get(name, name) if has_icon(name) else MISSING
    return (folder / f"{known}.svg").read_text("utf-8")
