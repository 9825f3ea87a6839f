"""Build the fonts under assets/fonts from Debian's fonts-noto-cjk and unicode-data packages.

A maintainer runs this when the character set or the source fonts change; users never need it:

    sudo apt-get install fonts-noto-cjk unicode-data
    pip install fonttools
    python packaging/build_font.py

The result is a subset of Noto Sans CJK SC under its own family name, small enough to ship, so that a kiosk,
a Windows laptop and the tests draw the same pages. The system's fonts stay the fallback for rarer characters.
"""

import argparse
import bz2
import hashlib
import re
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Xianglin Sans SC"
"""The Open Font License asks for another name when a modified font is passed on."""

SOURCE_FAMILY = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")
SIZE_LIMIT_BYTES = 5_000_000

EXTRA_RANGES = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0xFF),  # Latin-1
    (0x2010, 0x2027),  # dashes, quotation marks, bullets
    (0x2030, 0x203B),
    (0x2100, 0x2103),
    (0x2190, 0x2193),
    (0x2460, 0x2473),  # circled digits
    (0x2713, 0x2717),
    (0x3000, 0x303F),  # CJK punctuation
    (0xFF01, 0xFF5E),  # full-width forms
    (0xFFE0, 0xFFE6),
)

KEPT_FEATURES = ["ccmp", "kern", "liga", "locl", "mark", "mkmk"]


def gb2312_characters() -> set[int]:
    """Return the code points of GB 2312-1980: 6,763 characters and 682 signs."""
    points: set[int] = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def general_standard_characters(mappings: Path) -> set[int]:
    """Return the 8,105 characters of 通用规范汉字表 (2013) from Unihan's kTGH property.

    Source: Unicode Standard Annex 38, property kTGH, file Unihan_OtherMappings.
    """
    raw = (
        bz2.decompress(mappings.read_bytes())
        if mappings.suffix == ".bz2"
        else mappings.read_bytes()
    )
    found = re.findall(r"^U\+([0-9A-F]+)\tkTGH\t", raw.decode("utf-8"), flags=re.MULTILINE)
    return {int(point, 16) for point in found}


def wanted_characters(mappings: Path) -> set[int]:
    """Return every code point that the fonts must hold."""
    points = gb2312_characters() | general_standard_characters(mappings)
    for first, last in EXTRA_RANGES:
        points.update(range(first, last + 1))
    return points


def face_of(collection: Path) -> TTFont:
    """Return the simplified-Chinese face of a Noto Sans CJK collection."""
    for font in TTCollection(str(collection), lazy=True).fonts:
        if font["name"].getBestFamilyName() == SOURCE_FAMILY:
            font.recalcTimestamp = False  # the same input gives the same bytes
            return font
    message = f"{collection} holds no face named {SOURCE_FAMILY}"
    raise SystemExit(message)


def rename(font: TTFont, weight: str) -> None:
    """Give the subset its own family name and keep the copyright and licence entries."""
    names = font["name"]
    postscript = f"{FAMILY.replace(' ', '')}-{weight}"
    texts = {
        1: FAMILY,
        2: weight,
        3: f"{postscript};subset",
        4: f"{FAMILY} {weight}",
        6: postscript,
    }
    kept = [
        record
        for record in names.names
        if record.nameID in (0, 5, 13, 14) and record.langID == 0x409
    ]
    names.names = kept
    for name_id, text in texts.items():
        names.setName(text, name_id, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [postscript]
        top = cff.topDictIndex[0]
        top.FamilyName, top.FullName, top.Weight = FAMILY, f"{FAMILY} {weight}", weight


def build(source: Path, weight: str, points: set[int], target: Path) -> None:
    """Write one weight of the subset."""
    font = face_of(source / f"NotoSansCJK-{weight}.ttc")
    options = Options(
        layout_features=KEPT_FEATURES,
        name_IDs=["*"],
        hinting=False,
        notdef_outline=True,
        drop_tables=["VORG", "vhea", "vmtx", "BASE"],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    rename(font, weight)
    font.save(str(target))


def main(arguments: list[str]) -> int:
    """Build both weights, check their size and print their digests."""
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description="Build the subset fonts under assets/fonts.")
    parser.add_argument("--source", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument(
        "--unihan", type=Path, default=Path("/usr/share/unicode/Unihan_OtherMappings.txt.bz2")
    )
    parser.add_argument("--out", type=Path, default=root / "assets" / "fonts")
    chosen = parser.parse_args(arguments)
    points = wanted_characters(chosen.unihan)
    for weight in WEIGHTS:
        target = chosen.out / f"XianglinSansSC-{weight}.otf"
        build(chosen.source, weight, points, target)
        body = target.read_bytes()
        print(f"{target.name}  {len(body):,} bytes  sha256 {hashlib.sha256(body).hexdigest()}")
        if len(body) > SIZE_LIMIT_BYTES:
            print(f"{target.name} is larger than {SIZE_LIMIT_BYTES:,} bytes", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
