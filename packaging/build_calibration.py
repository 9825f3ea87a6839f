"""Measure a face engine on the public photographs and write its entry of assets/calibration/default.json.

Only figures are written, no vectors. Run it again when an engine, its alignment or its quality gate changes:

    python3 packaging/build_calibration.py [--engine ID] [--factor-similarity S] [--report DIR]

XIANGLIN_MEDIA names the folder of test media.
"""

import argparse
import csv
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

FILE = ROOT / "assets" / "calibration" / "default.json"
MEDIA = Path(os.environ.get("XIANGLIN_MEDIA") or ROOT.parent / "shared" / "media")
DATASET = (
    "deepface master.csv (9 people) and face_recognition examples (6 people): press photographs"
)

FACTOR_SIMILARITY = {"dlib-resnet-v1": -0.38}
"""Of engines whose limit comes from another set than this one; see kiosk/identity/thresholds.py."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "alex_lacamoire": (
        "examples/alex-lacamoire.png",
        "examples/knn_examples/test/alex_lacamoire1.jpg",
        "examples/knn_examples/train/alex_lacamoire/img1.jpg",
    ),
    "biden": ("examples/biden.jpg", "examples/knn_examples/train/biden/biden2.jpg"),
    "kit_harington": (
        "examples/knn_examples/test/johnsnow_test1.jpg",
        "examples/knn_examples/train/kit_harington/john1.jpeg",
        "examples/knn_examples/train/kit_harington/john2.jpeg",
    ),
    "lin_manuel_miranda": ("examples/lin-manuel-miranda.png",),
    "obama": (
        "examples/obama.jpg",
        "examples/obama2.jpg",
        "examples/knn_examples/test/obama1.jpg",
        "tests/test_images/obama3.jpg",
    ),
    "rose_leslie": (
        "examples/knn_examples/train/rose_leslie/img1.jpg",
        "examples/knn_examples/train/rose_leslie/img2.jpg",
    ),
}
"""Each photograph once: the other files there are the same ones in other sizes, or cut."""


def people_of(faces: Path) -> dict[str, list[Path]]:
    """Who is on which photograph.

    Args:
        faces: the folder with ``deepface`` and ``face_recognition``.
    """
    people = {
        f"example-{name}": [faces / "face_recognition" / one for one in files]
        for name, files in EXAMPLES.items()
    }
    with (faces / "deepface" / "master.csv").open(encoding="utf-8") as file:
        rows = [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]
    group = {name: {name} for row in rows for name in (row["file_x"], row["file_y"])}
    for row in rows:
        if row["Decision"] == "Yes":
            joined = group[row["file_x"]] | group[row["file_y"]]
            group.update(dict.fromkeys(joined, joined))
    for members in {frozenset(one) for one in group.values()}:
        names = sorted(members)
        people[f"deepface-{names[0]}"] = [faces / "deepface" / name for name in names]
    return people


def lay_out(people: dict[str, list[Path]], root: Path) -> None:
    """Copy the photographs into a folder for each person."""
    for name, files in people.items():
        folder = root / name
        folder.mkdir()
        for number, file in enumerate(files):
            shutil.copyfile(file, folder / f"{number:02d}{file.suffix.lower()}")


def main() -> int:
    """Measure, write, and say what was measured."""
    from kiosk.identity_desk import Wanted, calibrate_folder, evaluate_folder  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engine", default="dlib-resnet-v1")
    parser.add_argument("--factor-similarity", type=float)
    parser.add_argument("--report", type=Path, help="also write the report to this folder")
    arguments = parser.parse_args()
    faces = MEDIA / "faces"
    if not (faces / "deepface" / "master.csv").is_file():
        print(f"no photographs below {faces}; set XIANGLIN_MEDIA", file=sys.stderr)
        return 1
    factor = arguments.factor_similarity or FACTOR_SIMILARITY.get(arguments.engine)
    with tempfile.TemporaryDirectory(prefix="xianglin-") as scratch:
        people, settings = Path(scratch) / "people", Path(scratch) / "settings.toml"
        people.mkdir()
        lay_out(people_of(faces), people)
        # dlib's engine is measured as it comes: with nothing else installed.
        folder = Path(scratch) if arguments.engine in FACTOR_SIMILARITY else MEDIA / "models"
        settings.write_text(f"[models]\nfolder = {json.dumps(str(folder))}\n", encoding="utf-8")
        wanted = Wanted(people, arguments.engine, DATASET)
        if arguments.report:
            evaluate_folder(settings, wanted, arguments.report)
        return calibrate_folder(settings, wanted, FILE, factor_similarity=factor)


if __name__ == "__main__":
    sys.exit(main())
