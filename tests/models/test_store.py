import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.errors import ModelUnavailable
from kiosk.models.manifest import (
    EMBEDDING_MODEL,
    GE2E,
    LANDMARK_MODEL,
    MOBILEFACE,
    PAD_NEAR,
    PAD_WIDE,
    POCKETSPHINX_CHINESE,
    SILERO_VAD,
    VOSK_SPEAKER,
    YUNET,
    read_manifest,
)
from kiosk.models.record import InstallRecord, read_record, write_record
from kiosk.models.store import ModelState, ModelStore, file_sha256, package_folder
from tests.models.places import MEDIA_MODELS, media_store

PACKAGED = [entry for entry in read_manifest().values() if entry.package]


def store_with(folder: Path, file: str, content: bytes) -> ModelStore:
    (folder / "models").mkdir()
    (folder / file).write_bytes(content)
    return ModelStore(locate=lambda package: folder)


def test_checked_path_finds_every_model_that_a_package_carries() -> None:
    assert len(PACKAGED) == 2
    for entry in PACKAGED:
        assert ModelStore().checked_path(entry.id).stat().st_size == entry.size_bytes


def test_every_model_of_the_media_is_the_one_that_the_manifest_means() -> None:
    store = media_store()
    for model_id in (YUNET, MOBILEFACE, PAD_NEAR, PAD_WIDE, GE2E, SILERO_VAD, POCKETSPHINX_CHINESE):
        entry = read_manifest()[model_id]
        path = store.checked_path(model_id)

        assert path == MEDIA_MODELS / entry.local_name
        assert entry.is_folder or path.stat().st_size == entry.size_bytes


def test_file_sha256_agrees_with_the_manifest_when_computed_from_the_installed_file() -> None:
    entry = read_manifest()[EMBEDDING_MODEL]

    digest = file_sha256(package_folder(entry.package) / entry.file)

    assert digest == "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"


def test_checked_path_raises_when_one_byte_differs(tmp_path: Path) -> None:
    entry = read_manifest()[LANDMARK_MODEL]
    content = bytearray((package_folder(entry.package) / entry.file).read_bytes())
    content[len(content) // 2] ^= 1
    store = store_with(tmp_path, entry.file, bytes(content))

    with pytest.raises(ModelUnavailable, match="damaged"):
        store.checked_path(LANDMARK_MODEL)


def test_checked_path_raises_when_the_file_is_cut_off(tmp_path: Path) -> None:
    store = store_with(tmp_path, read_manifest()[EMBEDDING_MODEL].file, b"\x01\x01")

    with pytest.raises(ModelUnavailable, match="damaged"):
        store.checked_path(EMBEDDING_MODEL)


def test_checked_path_raises_when_the_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="reinstall"):
        ModelStore(locate=lambda package: tmp_path).checked_path(EMBEDDING_MODEL)


def test_checked_path_says_how_to_install_what_no_package_carries(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="xianglin models install"):
        ModelStore(tmp_path).checked_path(SILERO_VAD)


def test_checked_path_raises_when_the_model_is_unknown() -> None:
    with pytest.raises(ModelUnavailable, match="manifest"):
        ModelStore().checked_path("face_landmarks_68_points")


def test_package_folder_raises_when_the_package_is_not_installed() -> None:
    with pytest.raises(ModelUnavailable, match="not installed"):
        package_folder("a_package_that_is_not_there")


def test_the_models_folder_comes_before_a_package_and_its_damage_is_said(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    name = read_manifest()[LANDMARK_MODEL].local_name
    (tmp_path / name).write_bytes(b"damaged")

    assert store.state(read_manifest()[LANDMARK_MODEL], reads=True) is ModelState.DAMAGED
    with pytest.raises(ModelUnavailable, match="damaged"):
        store.checked_path(LANDMARK_MODEL)
    (tmp_path / name).unlink()
    assert store.checked_path(LANDMARK_MODEL).name == name


def test_a_folder_model_is_damaged_when_one_of_its_files_is_missing(tmp_path: Path) -> None:
    entry = read_manifest()[POCKETSPHINX_CHINESE]
    place = tmp_path / entry.local_name
    place.mkdir()
    (place / "LICENSE").write_text("BSD")

    found = ModelStore(tmp_path).find(entry)

    assert found is not None
    assert set(found.damaged()) == set(entry.files)


def test_a_pipe_in_the_place_of_a_model_is_damage_and_holds_nobody(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes in folders here")
    entry = read_manifest()[SILERO_VAD]
    os.mkfifo(tmp_path / entry.local_name)

    assert ModelStore(tmp_path).state(entry, reads=True) is ModelState.DAMAGED


def a_record(folder: Path, content: bytes = b"vector") -> InstallRecord:
    place = folder / "vosk-model-spk-0.4-abcdef12"
    place.mkdir()
    (place / "final.ext.raw").write_bytes(content)
    digest = file_sha256(place / "final.ext.raw")
    return InstallRecord(VOSK_SPEAKER, "0.4", "a" * 64, True, place.name, {"final.ext.raw": digest})


def test_a_record_tells_what_must_be_in_an_unpacked_folder(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    write_record(tmp_path, record)
    store = ModelStore(tmp_path)

    assert read_record(tmp_path, VOSK_SPEAKER) == record
    assert store.checked_path(VOSK_SPEAKER) == tmp_path / record.place
    (tmp_path / record.place / "final.ext.raw").write_bytes(b"vectoR")
    assert store.state(read_manifest()[VOSK_SPEAKER], reads=True) is ModelState.DAMAGED


def test_a_model_of_another_version_is_outdated_and_not_given_out(tmp_path: Path) -> None:
    write_record(tmp_path, replace(a_record(tmp_path), version="0.3"))
    store = ModelStore(tmp_path)

    assert store.state(read_manifest()[VOSK_SPEAKER], reads=True) is ModelState.OUTDATED
    with pytest.raises(ModelUnavailable, match="not the expected version"):
        store.checked_path(VOSK_SPEAKER)


@pytest.mark.parametrize(
    "change",
    [
        {"place": "../elsewhere"},
        {"place": "/etc"},
        {"place": ".."},
        {"digests": {}},
        {"digests": {"../key": "b" * 64}},
        {"digests": {"a": "short"}},
        {"digests": ["a"]},
        {"sha256": "?"},
    ],
)
def test_a_record_that_points_elsewhere_or_says_nothing_counts_as_none(
    tmp_path: Path, change: dict[str, object]
) -> None:
    write_record(tmp_path, a_record(tmp_path))
    path = tmp_path / ".records" / f"{VOSK_SPEAKER}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    assert read_record(tmp_path, VOSK_SPEAKER) is None
    assert ModelStore(tmp_path).find(read_manifest()[VOSK_SPEAKER]) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100_000, b"\xff"])
def test_a_record_that_is_damaged_counts_as_none(tmp_path: Path, content: bytes) -> None:
    write_record(tmp_path, a_record(tmp_path))
    (tmp_path / ".records" / f"{VOSK_SPEAKER}.json").write_bytes(content)

    assert read_record(tmp_path, VOSK_SPEAKER) is None
