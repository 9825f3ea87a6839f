from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.age_band import AgeBand
from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TrialSetUnusable
from kiosk.identity.evaluation.attacks import judge_attacks
from kiosk.identity.evaluation.samples import SampleUnusable, describe
from kiosk.identity.evaluation.trial_set import read_trial_set
from kiosk.identity.score_space import Metric


def make(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return root


SOME = {
    "a/1.jpg": "a1",
    "a/2.PNG": "a2",
    "a/say.wav": "w",
    "b/1.jpg": "b1",
    "b/again.jpg": "a1",
    "b/note.txt": "x",
    "b/.hidden.jpg": "h",
    "spoof/print/1.jpg": "s1",
    "spoof/screen/1.jpg": "s2",
    "spoof/screen/2.jpg": "s3",
}


def test_folder_is_read_and_what_is_not_used_is_listed_with_its_reason(tmp_path: Path) -> None:
    found = read_trial_set(make(tmp_path, SOME), Modality.FACE, 2026)
    assert [person.folder for person in found.people] == ["a", "b"]
    assert [found.name_of(sample.path) for sample in found.samples] == [
        "a/1.jpg",
        "a/2.PNG",
        "b/1.jpg",
    ]
    assert [(one.path, one.reason) for one in found.left_out] == [
        ("b/again.jpg", "same_file"),
        ("b/note.txt", "other_kind"),
    ]
    assert {name: len(paths) for name, paths in found.attacks.items()} == {"print": 1, "screen": 2}
    voices = read_trial_set(tmp_path, Modality.VOICE, 2026)
    assert [voices.name_of(sample.path) for sample in voices.samples] == ["a/say.wav"]


def test_people_file_tells_sex_and_age(tmp_path: Path) -> None:
    make(
        tmp_path,
        SOME | {"people.csv": "\ufeffperson,sex,birth_year,age_band\na,女,1951,\nb,M,,80+\n"},
    )
    one, other = read_trial_set(tmp_path, Modality.FACE, 2026).people
    assert (one.sex, one.age_band) == ("female", AgeBand.FROM_70)
    assert (other.sex, other.age_band) == ("male", AgeBand.FROM_80)


def test_every_fault_of_the_people_file_is_said_with_its_line(tmp_path: Path) -> None:
    rows = "person,sex,birth_year,age_band\na,x,,\nz,,,\nb,,20x6,\nb,,,old\n"
    make(tmp_path, SOME | {"people.csv": rows})
    with pytest.raises(TrialSetUnusable) as caught:
        read_trial_set(tmp_path, Modality.FACE, 2026)
    assert [fault.partition("：")[0] for fault in caught.value.faults] == [
        f"people.csv:{n}" for n in (2, 3, 4, 5)
    ]


@pytest.mark.parametrize(
    "files", [{}, {"1.jpg": "x"}, {"a/1.jpg": "x", "people.csv": "name,sex\n"}], ids=str
)
def test_folder_that_is_none_of_people_is_refused(files: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(TrialSetUnusable):
        read_trial_set(make(tmp_path, files), Modality.FACE, 2026)
    with pytest.raises(TrialSetUnusable):
        read_trial_set(tmp_path / "none", Modality.FACE, 2026)


class Letters:
    """Describes a file by its text; refuses those of b."""

    engine_id = "letters-1"
    modality = Modality.FACE
    metric = Metric.COSINE

    def embed(self, path: Path) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        text = path.read_text("utf-8")
        if text.startswith("b"):
            raise SampleUnusable("too_dark")
        return np.array([ord(text[0]), ord(text[1])], np.float32)


def test_person_of_whom_nothing_can_be_used_is_still_counted(tmp_path: Path) -> None:
    ticks: list[int] = []
    found = describe(
        read_trial_set(make(tmp_path, SOME), Modality.FACE, 2026),
        Letters(),
        lambda: ticks.append(1),
    )
    assert (len(ticks), found.given, len(found.embedded.person)) == (3, 3, 2)
    assert [person.folder for person in found.people] == ["a"]
    assert [(one.person.folder, one.given, one.used) for one in found.tried] == [
        ("a", 2, 2),
        ("b", 1, 0),
    ]
    assert [one.reason for one in found.left_out] == ["same_file", "other_kind", "too_dark"]


class Guesses:
    name = "guesses-1"

    def is_live(self, path: Path) -> bool:
        text = path.read_text("utf-8")
        if text == "b1":
            raise SampleUnusable("no_face")
        return text in ("a1", "s2")


def test_worst_species_counts_and_silence_is_counted_apart(tmp_path: Path) -> None:
    result = judge_attacks(read_trial_set(make(tmp_path, SOME), Modality.FACE, 2026), Guesses())
    rows = {one.group: (one.errors, one.answered, one.silent) for one in result.species}
    assert rows == {"print": (0, 1, 0), "screen": (1, 2, 0)}
    assert (result.bona_fide.errors, result.bona_fide.answered, result.bona_fide.silent) == (
        1,
        2,
        1,
    )
    assert result.worst is not None
    assert (result.worst.group, result.worst.rate) == ("screen", 0.5)
    assert result.worst.interval.high > 0.98


def test_ages_fall_into_bands_by_birthday() -> None:
    from datetime import date

    born = date(1956, 11, 28)
    assert AgeBand.on(born, date(2026, 11, 27)) is AgeBand.FROM_60
    assert AgeBand.on(born, date(2026, 11, 28)) is AgeBand.FROM_70
    assert [AgeBand.of(age).value for age in (0, 17, 18, 44, 45, 59, 60, 79, 80, 120)] == [
        "0-17", "0-17", "18-44", "18-44", "45-59", "45-59", "60-69", "70-79", "80+", "80+",
    ]  # fmt: skip
