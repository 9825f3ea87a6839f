"""The window's fixtures, for the page that checks papers."""

from tests.ui.conftest import clock, make_window, texts

__all__ = ["clock", "make_window", "texts"]
