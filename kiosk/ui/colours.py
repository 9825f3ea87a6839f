"""Colours of the interface. A theme is one ``Colours`` value; pages never name a colour themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme; each value is #RRGGBB. ``TEXT_PAIRS`` and ``EDGE_PAIRS`` say what stands on what."""

    paper: str
    """Behind everything."""
    paper_deep: str
    """Status strip and bottom bar."""
    surface: str
    """Cards, buttons, keys."""
    ink: str
    """Words."""
    ink_soft: str
    """Secondary words."""
    edge: str
    """Outline of what can be touched."""
    hairline: str
    """Decoration between areas; carries no meaning."""
    primary: str
    """The button that goes on."""
    primary_pressed: str
    on_primary: str
    primary_soft: str
    """Tint behind icons, pressed secondary buttons."""
    accent: str
    """Second tone of icons."""
    accent_soft: str
    """Fill of icons."""
    success: str
    on_success: str
    success_soft: str
    warning: str
    """Words and icons that warn."""
    warning_soft: str
    danger: str
    danger_soft: str
    focus: str
    """Ring around what the keyboard acts on."""
    scrim: str
    """Laid half-transparent over the page under an overlay and around the camera's oval."""


DAY = Colours(
    paper="#FAF6EE",
    paper_deep="#F1EADD",
    surface="#FFFFFF",
    ink="#1C2B2A",
    ink_soft="#3F4D4B",
    edge="#6B7F7B",
    hairline="#DFD5C3",
    primary="#0A5C50",
    primary_pressed="#06443B",
    on_primary="#FFFFFF",
    primary_soft="#E3F0EB",
    accent="#D2691E",
    accent_soft="#FBE3C8",
    success="#17602F",
    on_success="#FFFFFF",
    success_soft="#E6F3E6",
    warning="#6B3A00",
    warning_soft="#FFF0D6",
    danger="#8A1C1C",
    danger_soft="#FCE9E6",
    focus="#B8400A",
    scrim="#14211F",
)

TEXT_PAIRS = (
    ("ink", "paper"),
    ("ink", "paper_deep"),
    ("ink", "surface"),
    ("ink", "primary_soft"),
    ("ink", "success_soft"),
    ("ink_soft", "paper"),
    ("ink_soft", "paper_deep"),
    ("ink_soft", "surface"),
    ("ink_soft", "primary_soft"),
    ("on_primary", "primary"),
    ("on_primary", "primary_pressed"),
    ("on_success", "success"),
    ("primary", "surface"),
    ("primary", "paper"),
    ("success", "surface"),
    ("success", "paper"),
    ("warning", "surface"),
    ("warning", "paper_deep"),
    ("warning", "warning_soft"),
    ("danger", "surface"),
    ("danger", "danger_soft"),
)
"""(words, behind them): each at least 7:1. Source: WCAG 2.2, 1.4.6."""

EDGE_PAIRS = (
    ("edge", "paper"),
    ("edge", "paper_deep"),
    ("edge", "surface"),
    ("primary", "paper"),
    ("accent", "surface"),
    ("accent", "paper"),
    ("focus", "paper"),
    ("focus", "paper_deep"),
    ("focus", "surface"),
    ("success", "success_soft"),
)
"""(outline or sign, behind it): each at least 3:1. Source: WCAG 2.2, 1.4.11."""


def relative_luminance(colour: str) -> float:
    """Compute how light a colour is, 0 to 1.

    Source: WCAG 2.2, relative luminance.
    """
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Compute the contrast ratio of two colours, 1 to 21.

    Source: WCAG 2.2, contrast ratio.
    """
    dark, light = sorted((relative_luminance(first), relative_luminance(second)))
    return (light + 0.05) / (dark + 0.05)
