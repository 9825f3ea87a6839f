"""Sizes in millimetres and text by degrees of vision, resolved for one screen.

A screen's own statement of its size is not believed: headless and cheap panels lie. The diagonal and the
viewing distance are provisioned with the site.
"""

import math
from dataclasses import dataclass, field

from kiosk.ui.colours import DAY, Colours

CAP_HEIGHT_EM = 0.733
"""Height of a capital letter in the bundled font, in em. Source: the font's own OS/2 table."""

BODY_DEGREES = 0.70
"""Capital height of body text. Source: EN 301 549 5.1.4 (functionality closed to text enlargement)."""

CAPTION_DEGREES = 0.50
"""Least capital height of secondary text, such as the status strip; it is drawn a little larger."""

MIN_TARGET_MM = 16.0
"""Smallest edge of anything that is touched. Source: Yeh 2025, 16 mm is best for people over 65."""

MIN_KEY_MM = (14.0, 16.0)
"""Smallest key, shorter edge first."""

MIN_GAP_MM = 2.0
"""Smallest gap between two targets; keys are drawn with less than other buttons."""

MM_PER_INCH = 25.4
REFERENCE_ASPECT = 16 / 9


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """One screen, or the part of it that a window covers."""

    width_px: int
    """Pixels."""
    height_px: int
    """Pixels."""
    diagonal_in: float = 21.5
    """Inches, of exactly these pixels."""
    viewing_mm: float = 600.0
    """Millimetres from eye to screen."""
    px_per_mm: float = field(init=False, repr=False, compare=False)
    """Pixels for each millimetre; pixels are square. Asked for thousands of times a page."""

    def __post_init__(self) -> None:
        """Work out the density once."""
        density = math.hypot(self.width_px, self.height_px) / (self.diagonal_in * MM_PER_INCH)
        object.__setattr__(self, "px_per_mm", density)

    @property
    def is_landscape(self) -> bool:
        """Whether prompt and answers stand beside each other."""
        return self.width_px > self.height_px

    def for_window(self, width_px: int, height_px: int) -> "ScreenSpec":
        """Imagine this screen shrunk until a whole 16:9 page fits a window: everything scales with the window."""
        long_mm = (
            self.diagonal_in * MM_PER_INCH * REFERENCE_ASPECT / math.hypot(REFERENCE_ASPECT, 1)
        )
        short_mm = long_mm / REFERENCE_ASPECT
        short_px, long_px = sorted((max(1, width_px), max(1, height_px)))
        px_per_mm = min(short_px / short_mm, long_px / long_mm)
        diagonal_in = math.hypot(width_px, height_px) / px_per_mm / MM_PER_INCH
        return ScreenSpec(width_px, height_px, diagonal_in, self.viewing_mm)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every size of the interface for one screen, in pixels unless it says otherwise."""

    spec: ScreenSpec
    colours: Colours = DAY

    def mm(self, millimetres: float) -> int:
        """Resolve a length; never less than one pixel."""
        return max(1, round(millimetres * self.spec.px_per_mm))

    def text(self, degrees: float) -> int:
        """Font size whose capitals cover an angle at the viewing distance.

        Source: EN 301 549 5.1.4, psi = 180 H / (pi D).
        """
        capital_mm = math.pi * self.spec.viewing_mm * degrees / 180
        return max(1, math.ceil(capital_mm / CAP_HEIGHT_EM * self.spec.px_per_mm))

    @property
    def is_landscape(self) -> bool:
        """Whether prompt and answers stand beside each other."""
        return self.spec.is_landscape

    @property
    def caption(self) -> int:
        """Secondary text."""
        return self.text(CAPTION_DEGREES * 1.16)

    @property
    def body(self) -> int:
        """Sentences."""
        return self.text(BODY_DEGREES)

    @property
    def label(self) -> int:
        """Words on buttons."""
        return self.text(0.80)

    @property
    def title(self) -> int:
        """The heading of a page: at most 14 characters on one line."""
        return self.text(1.00 if self.is_landscape else 1.08)

    @property
    def huge(self) -> int:
        """Advice beside the camera, a masked name, the digits of a number."""
        return self.text(1.20)

    @property
    def target(self) -> int:
        """Height of an ordinary button."""
        return self.mm(20)

    @property
    def primary(self) -> int:
        """Height of the button that goes on."""
        return self.mm(26)

    @property
    def tile(self) -> int:
        """Smallest edge of a tile."""
        return self.mm(42)

    @property
    def gap(self) -> int:
        """Between two targets."""
        return self.mm(6)

    @property
    def key_gap(self) -> int:
        """Between two keys of a keypad."""
        return self.mm(3)

    @property
    def margin(self) -> int:
        """From the edge of the screen."""
        return self.mm(13)

    @property
    def radius(self) -> int:
        """Rounding of buttons and cards."""
        return self.mm(4.5)

    @property
    def edge(self) -> int:
        """Line around anything that can be touched."""
        return self.mm(0.6)

    @property
    def ring_room(self) -> int:
        """Room around a drawn button for the ring."""
        return self.focus + self.mm(0.5)

    @property
    def focus(self) -> int:
        """Line around what the keyboard acts on."""
        return self.mm(1.2)

    @property
    def icon(self) -> int:
        """Icon beside words."""
        return self.mm(12)
