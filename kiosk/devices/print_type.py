"""Type for paper: the bundled fonts, which characters they have, and where a Chinese line may break."""

from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_FILES = {False: "XianglinSansSC-Regular.otf", True: "XianglinSansSC-Bold.otf"}
_NO_CHARACTER = "\U0010fffe"
"""Assigned to nothing for ever, so every font shows its sign for a missing character."""
_PROBE_PX = 24

_NEVER_FIRST = frozenset("，。、；：！？）】》」』〉”’…％·,.;:!?)]}%")
"""Source: GB/T 15834-2011, 5.1: these signs do not stand at the beginning of a line."""
_NEVER_LAST = frozenset("（【《「『〈“‘([{￥¥")


@lru_cache(maxsize=2)
def _font_file(*, is_bold: bool) -> bytes:
    return (resources.files("assets") / "fonts" / _FILES[is_bold]).read_bytes()


@lru_cache(maxsize=64)
def font(size: int, *, is_bold: bool = False) -> "FreeTypeFont":
    """The bundled font in a size in dots."""
    from PIL import ImageFont

    # Basic layout: no reordering by hidden direction marks, and the same widths on every machine.
    return ImageFont.truetype(
        BytesIO(_font_file(is_bold=is_bold)), max(1, size), layout_engine=ImageFont.Layout.BASIC
    )


@lru_cache(maxsize=4096)
def has_glyph(character: str) -> bool:
    """Whether the bundled font draws this character."""
    if character == " ":
        return True
    if not character.isprintable():
        return False
    probe = font(_PROBE_PX)
    return bytes(probe.getmask(character)) != _missing_sign()


@lru_cache(maxsize=1)
def _missing_sign() -> bytes:
    return bytes(font(_PROBE_PX).getmask(_NO_CHARACTER))


def printable(text: str) -> str:
    """The text with its code point in place of every character that the font does not have: ``[U+20BB7]``.

    A name with a rare character stays the person's own name, whatever the font.
    """
    shown = text.replace("\t", " ").replace("\u3000", " ").replace("\u00a0", " ")
    return "".join(c if c == "\n" or has_glyph(c) else f"[U+{ord(c):04X}]" for c in shown)


def width_of(text: str, size: int, *, is_bold: bool = False) -> float:
    """Width in dots."""
    return float(font(size, is_bold=is_bold).getlength(text))


def break_lines(text: str, room: float, size: int, *, is_bold: bool = False) -> list[str]:
    """Break a text so that every line fits; nothing is lost.

    Chinese breaks anywhere except before a closing or after an opening sign; Latin words and numbers hold together
    as long as they fit a line by themselves.
    """
    lines: list[str] = []
    for paragraph in printable(text).split("\n"):
        lines += _break_paragraph(paragraph.strip(), room, size, is_bold=is_bold)
    return lines


def _break_paragraph(text: str, room: float, size: int, *, is_bold: bool) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if not line or width_of(line + piece.rstrip(), size, is_bold=is_bold) <= room:
            line += piece
        else:
            lines.append(line.rstrip())
            line = piece.lstrip()
        while width_of(line.rstrip(), size, is_bold=is_bold) > room and len(line) > 1:
            head = _head(line, room, size, is_bold=is_bold)
            lines.append(line[:head])
            line = line[head:]
    return [*lines, line.rstrip()]


def _head(line: str, room: float, size: int, *, is_bold: bool) -> int:
    """How many characters of a piece that is too long fit a line; at least one."""
    head = 1
    while head < len(line) and width_of(line[: head + 1], size, is_bold=is_bold) <= room:
        head += 1
    return head


def _pieces(text: str) -> list[str]:
    """Cut where a line may break."""
    pieces: list[str] = []
    for character in text:
        if pieces and _holds(pieces[-1][-1], character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _holds(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after == " ":
        return True
    return _is_narrow(before) and _is_narrow(after)


def _is_narrow(character: str) -> bool:
    """Latin letters, digits and their signs, which hold together."""
    return "!" <= character <= "\u024f"
