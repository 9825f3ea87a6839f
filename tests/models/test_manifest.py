import re
from collections.abc import Callable

import pytest

from kiosk.models.manifest import (
    COMMERCIAL,
    KINDS,
    MOBILEFACE,
    SFACE,
    VOSK_SPEAKER,
    ManifestFaulty,
    is_safe_path,
    parse_manifest,
    read_manifest,
)

ENTRIES = list(read_manifest().values())
SOUND = """
[[models]]
id = "vad_one"
kind = "vad"
name = "One"
purpose = "试"
version = "1"
file = "one.onnx"
licence = "MIT"
commercial = "yes"
remark = ""
source = "https://example.org"
url = "https://example.org/one.onnx"
input = "x"
output = "y"
"""


def test_every_engine_of_the_design_is_listed() -> None:
    assert {entry.kind for entry in ENTRIES} == set(KINDS)
    names = " ".join(entry.name for entry in ENTRIES)
    for engine in ("YuNet", "SFace", "MobileFace", "MiniFASNet V2", "MiniFASNet V1SE", "GE2E"):
        assert engine in names
    for engine in ("Silero", "CAM++", "Vosk x-vector", "Vosk 小型中文", "Zipformer", "dlib"):
        assert engine in names


def test_manifest_never_lists_the_landmarks_that_exclude_commercial_use() -> None:
    assert not any("68" in entry.id + entry.file for entry in ENTRIES)
    # The digest of the 68-point file begins so; no other name may bring it in either.
    assert not any(
        digest.startswith("fbdc2cb8")
        for entry in ENTRIES
        for digest in (entry.sha256, *entry.files.values())
    )


def test_a_model_whose_training_data_are_unstated_says_so() -> None:
    for model_id in (MOBILEFACE, SFACE):
        entry = read_manifest()[model_id]
        assert entry.commercial == "unclear"
        assert "没有说明用什么图片训练" in entry.remark


def test_every_doubt_about_commercial_use_is_explained() -> None:
    assert [entry.id for entry in ENTRIES if entry.commercial != "yes" and not entry.remark] == []
    assert set(COMMERCIAL) == {"yes", "unclear", "no"}


def test_a_digest_that_nobody_could_state_is_left_out_and_said() -> None:
    without = [entry for entry in ENTRIES if not entry.digest_from]
    assert [entry.id for entry in without] == [VOSK_SPEAKER]
    assert "--sha256" in without[0].remark


def test_face_embedders_declare_what_the_aligner_and_the_network_need() -> None:
    embedders = [entry for entry in ENTRIES if entry.kind == "face_embedder"]
    assert len({entry.engine_id for entry in embedders}) == len(embedders) == 3
    for entry in embedders:
        assert entry.dimension in (128, 256)
        size = {"dlib150": "150x150", "arcface112": "112x112"}[entry.alignment]
        assert size in entry.input


def test_every_link_is_https_and_every_licence_a_short_name() -> None:
    for entry in ENTRIES:
        assert entry.source.startswith("https://")
        assert re.fullmatch(r"[A-Z][A-Za-z0-9.-]{2,20}", entry.licence)


Change = Callable[[str], str]


def set_to(key: str, value: str) -> Change:
    return lambda text: re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "change",
    [
        set_to("kind", '"mind_reader"'),
        set_to("kind", '"face_embedder"'),
        set_to("file", '"../one.onnx"'),
        set_to("file", '"/one.onnx"'),
        set_to("url", '"http://example.org/one.onnx"'),
        set_to("url", '""'),
        set_to("commercial", '"perhaps"'),
        lambda text: text + 'sha256 = "abc"\ndigest_from = "computed"\n',
        lambda text: text + f'sha256 = "{"a" * 64}"\n',
        lambda text: text + 'archive = "rar"\n',
        lambda text: text + 'archive = "zip"\n',
        lambda text: text + 'hosts = ["*"]\n',
        lambda text: text + f'digest_from = "computed"\n[models.files]\n"a" = "{"a" * 64}"\n',
        lambda text: text + 'colour = "blue"\n',
        lambda text: text + text,
        lambda text: text + text.replace("vad_one", "vad_two"),
    ],
)
def test_a_manifest_that_says_something_impossible_is_refused(change: Change) -> None:
    assert set(parse_manifest(SOUND)) == {"vad_one"}
    with pytest.raises(ManifestFaulty):
        parse_manifest(change(SOUND))


@pytest.mark.parametrize(
    "path",
    ["", ".", "..", "a/../b", "/a", "a//b", "a/", "C:/a", "a\\b", ".hidden", "a/.b", "con", "a/NUL.txt",
     "a.", "a b", "a\n", "a\0", "模", "x" * 200, "/".join("abcdefghi")],
)  # fmt: skip
def test_a_path_that_may_leave_its_folder_anywhere_is_not_safe(path: str) -> None:
    assert not is_safe_path(path)
    assert is_safe_path("am/final.mdl")
