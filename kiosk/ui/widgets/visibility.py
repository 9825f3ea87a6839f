"""Showing and hiding parts before they stand in a layout."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def show_part(part: QWidget, *, is_shown: bool) -> None:
    """Show or hide a part of a page; a part without a parent yet must not pop up as a window of its own."""
    if not is_shown:
        part.hide()
    elif part.parentWidget() is not None:
        part.show()


def is_put_away(part: QWidget) -> bool:
    """Whether a part was hidden on purpose; one that was made just now only waits to be shown."""
    return part.isHidden() and part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
