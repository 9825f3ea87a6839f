"""A folder of people, as a county collects it: a folder for each person, with pictures or recordings.

``people.csv`` beside the folders may tell ``person,sex,birth_year`` or ``person,sex,age_band``;
``spoof/<species>/`` holds presentation attacks of one kind each. Whatever is not used is counted with its reason.
"""

import csv
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.domain.age_band import AgeBand
from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TrialSetUnusable

SPOOF_FOLDER = "spoof"
PEOPLE_FILE = "people.csv"
MAXIMUM_FILES = 200_000
MAXIMUM_PEOPLE_BYTES = 4 << 20
MAXIMUM_FAULTS = 20
"""As many as a person mends in one go."""
SUFFIXES = {
    Modality.FACE: frozenset({".jpg", ".jpeg", ".png"}),
    Modality.VOICE: frozenset({".wav", ".flac"}),
}
OTHER_KIND = "other_kind"
"""A file that is neither picture nor sound."""
SAME_FILE = "same_file"
"""The very bytes of a file that is used already."""

_READ_BYTES = 1 << 20
_SEXES = {
    "female": "female",
    "male": "male",
    "f": "female",
    "m": "male",
    "女": "female",
    "男": "male",
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the set."""

    folder: str
    sex: str = ""
    """female, male, or empty when not told."""
    age_band: AgeBand | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture or recording."""

    path: Path
    person: int
    """Place of its person."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not used, and why."""

    path: str
    """Below the folder."""
    reason: str


@dataclass(frozen=True, slots=True)
class TrialSet:
    """Everything of one kind in a folder."""

    root: Path
    modality: Modality
    people: tuple[Person, ...]
    samples: tuple[Sample, ...]
    left_out: tuple[LeftOut, ...] = ()
    attacks: dict[str, tuple[Path, ...]] = field(default_factory=dict)
    """By species."""

    def name_of(self, path: Path) -> str:
        """The path below the folder, for lists."""
        return path.relative_to(self.root).as_posix()


def read_trial_set(root: Path, modality: Modality, year: int) -> TrialSet:
    """Look through a folder; opens nothing but ``people.csv`` and reads each file once for its digest.

    Args:
        year: in which the set was taken, for ages.
    Raises:
        TrialSetUnusable: no folder of people, or a ``people.csv`` that is wrong: every fault of it.
    """
    if not root.is_dir():
        raise TrialSetUnusable((f"{root.name}：没有这个文件夹",))
    folders = [one for one in sorted(root.iterdir()) if _is_person(one)]
    if not folders:
        raise TrialSetUnusable((f"{root.name}：里面应当每人一个文件夹，放这个人的照片或录音",))
    told = _read_people(root / PEOPLE_FILE, {one.name for one in folders}, year)
    people: list[Person] = []
    samples: list[Sample] = []
    left_out: list[LeftOut] = []
    seen: set[bytes] = set()
    for place, folder in enumerate(folders):
        people.append(told.get(folder.name, Person(folder.name)))
        for path in _files(folder):
            reason = _reason(path, modality, seen)
            if reason is None:
                samples.append(Sample(path, place))
            elif reason:
                left_out.append(LeftOut(path.relative_to(root).as_posix(), reason))
        if len(samples) > MAXIMUM_FILES:
            raise TrialSetUnusable((f"{root.name}：多于{MAXIMUM_FILES}个文件，请分开做",))
    return TrialSet(
        root, modality, tuple(people), tuple(samples), tuple(left_out), _attacks(root, modality)
    )


def _is_person(folder: Path) -> bool:
    return folder.is_dir() and folder.name != SPOOF_FOLDER and not folder.name.startswith(".")


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path


def _reason(path: Path, modality: Modality, seen: set[bytes]) -> str | None:
    """Why a file is left out; None for one that is used, "" for one of the other modality."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES[modality]:
        return "" if any(suffix in known for known in SUFFIXES.values()) else OTHER_KIND
    try:
        digest = _digest(path)
    except OSError:
        return "unreadable"
    if digest in seen:
        # Twice the same picture is no comparison; of two people it is a mistake of the set.
        return SAME_FILE
    seen.add(digest)
    return None


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    return digest.digest()


def _attacks(root: Path, modality: Modality) -> dict[str, tuple[Path, ...]]:
    place = root / SPOOF_FOLDER
    if not place.is_dir():
        return {}
    found = {
        species.name: tuple(
            path for path in _files(species) if path.suffix.lower() in SUFFIXES[modality]
        )
        for species in sorted(place.iterdir())
        if species.is_dir()
    }
    return {name: paths for name, paths in found.items() if paths}


def _read_people(path: Path, folders: set[str], year: int) -> dict[str, Person]:
    if not path.exists():
        return {}
    rows = csv.DictReader(_people_text(path).splitlines())
    if "person" not in (rows.fieldnames or []):
        raise TrialSetUnusable((f"{path.name}：第一行应当是 person,sex,birth_year 或 age_band",))
    told: dict[str, Person] = {}
    faults: list[str] = []
    for number, row in enumerate(rows, start=2):
        person, fault = _person(row, year)
        if person.folder not in folders:
            fault = "没有这个人的文件夹"
        elif person.folder in told:
            fault = "这个人写了两次"
        if fault:
            faults.append(f"{path.name}:{number}：{fault}")
        told[person.folder] = person
    if faults:
        raise TrialSetUnusable(tuple(faults[:MAXIMUM_FAULTS]))
    return told


def _people_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_PEOPLE_BYTES + 1)
    except OSError as error:
        raise TrialSetUnusable((f"{path.name}：读不出来",)) from error
    if len(content) > MAXIMUM_PEOPLE_BYTES:
        raise TrialSetUnusable((f"{path.name}：太大",))
    try:
        # utf-8-sig: spreadsheet programs put a mark before the first letter.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrialSetUnusable((f"{path.name}：不是 UTF-8 文字，请另存为 UTF-8",)) from error


def _person(row: dict[str, str | None], year: int) -> tuple[Person, str]:
    name, sex, born, band = (
        (row.get(key) or "").strip() for key in ("person", "sex", "birth_year", "age_band")
    )
    if sex and sex.lower() not in _SEXES:
        return Person(name), "sex 写 female 或 male"
    known_sex = _SEXES.get(sex.lower(), "")
    if band:
        try:
            return Person(name, known_sex, AgeBand(band)), ""
        except ValueError:
            return Person(name), f"age_band 可以写 {'、'.join(one.value for one in AgeBand)}"
    if not born:
        return Person(name, known_sex), ""
    if not (born.isascii() and born.isdigit() and 0 <= year - int(born) <= 125):
        return Person(name), "birth_year 写四位年份"
    return Person(name, known_sex, AgeBand.of(year - int(born))), ""


def common_name(root: Path) -> str:
    """What a set is called when nobody names it."""
    return root.name or os.path.basename(root.absolute())
