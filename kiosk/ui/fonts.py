"""Load the bundled font, so that every machine draws the same pages."""

import logging
from importlib import resources

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase

FAMILY = "Xianglin Sans SC"
"""Made by packaging/build_font.py from Noto Sans CJK SC."""

FILES = ("XianglinSansSC-Regular.otf", "XianglinSansSC-Bold.otf")

_log = logging.getLogger(__name__)


def load_fonts() -> str:
    """Load both weights into the running application and return the family to use.

    A missing file is no reason to stop serving: the system's own font is used then.
    """
    if FAMILY in QFontDatabase.families():
        return FAMILY
    folder = resources.files("assets") / "fonts"
    for name in FILES:
        try:
            body = (folder / name).read_bytes()
        except OSError:
            _log.warning("font %s is missing; using the system's font", name)
            continue
        if QFontDatabase.addApplicationFontFromData(QByteArray(body)) < 0:
            _log.warning("font %s cannot be read; using the system's font", name)
    return FAMILY if FAMILY in QFontDatabase.families() else QFont().family()


def font(size_px: int, *, is_bold: bool = False) -> QFont:
    """Return the interface font in a pixel size; rare characters fall back to the system's fonts."""
    made = QFont(FAMILY)
    made.setPixelSize(max(1, size_px))
    made.setWeight(QFont.Weight.Bold if is_bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made
