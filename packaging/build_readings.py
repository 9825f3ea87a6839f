"""Build assets/speech/readings/yue.tsv: how Cantonese reads characters, for projecting phrases on Mandarin's sounds.

A maintainer runs this when the source changes; users never need it:

    sudo apt-get install unicode-data
    python packaging/build_readings.py

Source: kCantonese of Unihan (Unicode licence), jyutping without tones; a simplified character without a reading has
that of its traditional form. The most frequent reading stands first there and is the only one that is taken.
"""

import argparse
import re
import sys
from pathlib import Path

from _unihan import DEFAULT_FOLDER, standard_order, unihan

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "assets" / "speech" / "readings" / "yue.tsv"
COMMON = 3500
"""Characters of the first list of 通用规范汉字表."""
COLLOQUIAL = "嘅咗喇唔冇系佢啲嚟攞睇搵喺咩嘢嗰哋乜仔女返影面仲度屋企"
"""What services' Cantonese sayings and words are written with besides."""


def readings(folder: Path) -> dict[str, str]:
    """Character to jyutping without tone."""
    direct = {
        character: re.split(r"\s+", value)[0].rstrip("123456")
        for character, value in unihan(folder, "Readings", "kCantonese")
    }
    traditional = {
        character: chr(int(value.split()[0][2:], 16))
        for character, value in unihan(folder, "Variants", "kTraditionalVariant")
    }
    order = standard_order(folder)
    wanted = [*sorted(order, key=order.__getitem__)[:COMMON], *COLLOQUIAL]
    found = {
        character: direct.get(character) or direct.get(traditional.get(character, ""), "")
        for character in sorted(set(wanted))
    }
    return {character: reading for character, reading in found.items() if reading}


def main() -> int:
    """Write the table and say how long it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unihan", type=Path, default=DEFAULT_FOLDER)
    found = readings(parser.parse_args().unihan)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{character}\t{reading}\n" for character, reading in found.items())
    FILE.write_text(
        "# jyutping without tones; kCantonese of Unihan, Unicode licence\n" + lines, "utf-8"
    )
    print(f"{len(found)} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
