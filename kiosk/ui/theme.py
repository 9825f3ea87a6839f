"""The style sheet of plain areas, generated from the tokens. Buttons and signs paint themselves."""

from kiosk.ui.fonts import FAMILY
from kiosk.ui.tokens import Tokens


def style_sheet(tokens: Tokens) -> str:
    """Return the style sheet of the one window."""
    colours = tokens.colours
    return f"""
QWidget {{ font-family: "{FAMILY}"; font-size: {tokens.body}px; color: {colours.ink}; }}
QWidget#MainWindow, QWidget#PageArea {{ background: {colours.paper}; }}
QWidget#StatusStrip {{ background: {colours.paper_deep}; border-bottom: {tokens.mm(0.3)}px solid {colours.hairline}; }}
QWidget#BottomBar {{ background: {colours.paper_deep}; border-top: {tokens.mm(0.3)}px solid {colours.hairline}; }}
QWidget#SimulationBar {{ background: {colours.ink}; }}
QWidget#SimulationBar QPushButton {{
    background: {colours.ink_soft}; color: {colours.paper}; border: 1px solid {colours.paper_deep};
    border-radius: 4px; padding: 3px 10px; font-size: 16px;
}}
QWidget#SimulationBar QPushButton:pressed {{ background: {colours.primary}; }}
QWidget#SimulationBar QLabel {{ color: {colours.paper}; font-size: 16px; }}
"""
