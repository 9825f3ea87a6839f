import logging
import os
import stat
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from kiosk.identity import face_network
from kiosk.identity.embedded_engine import EmbeddedFaceEngine
from kiosk.identity.face_detector import DetectedFace
from kiosk.identity.face_embedder import FaceEmbedder
from kiosk.identity.face_network import (
    DlibEmbedder,
    FaceNetworkLoader,
    parity_error,
    synthetic_chip,
    write_private,
)
from kiosk.models.manifest import EMBEDDING_MODEL
from kiosk.models.store import ModelStore
from tests.identity.people import SINGLE_PORTRAITS, as_camera_frame

LONGEST_STALL_S = 0.030


@pytest.fixture(scope="module")
def fast(cache_dir: Path) -> FaceEmbedder:
    return FaceNetworkLoader(ModelStore(), cache_dir).load()


@pytest.fixture(scope="module")
def reference() -> FaceEmbedder:
    return DlibEmbedder(ModelStore().checked_path(EMBEDDING_MODEL))


def _loader(cache_dir: Path) -> FaceNetworkLoader:
    return FaceNetworkLoader(ModelStore(), cache_dir)


@pytest.fixture(scope="module")
def converted(cache_dir: Path, fast: FaceEmbedder) -> bytes:
    return _loader(cache_dir).converted_path().read_bytes()


def _cached(folder: Path, content: bytes) -> FaceNetworkLoader:
    loader = _loader(folder)
    write_private(loader.converted_path(), content)
    return loader


def test_load_uses_onnxruntime_when_it_is_installed(fast: FaceEmbedder) -> None:
    assert fast.runtime == "onnxruntime"


@pytest.mark.parametrize("index", [0, 3, 7, 41, 255])
def test_both_runtimes_agree_when_the_chip_is_synthetic(
    fast: FaceEmbedder, reference: FaceEmbedder, index: int
) -> None:
    assert parity_error(fast, reference, synthetic_chip(index)) < 1e-5


def test_both_runtimes_agree_when_the_chips_are_portraits(
    fast: FaceEmbedder, reference: FaceEmbedder, engine: EmbeddedFaceEngine, faces: Path
) -> None:
    for names in SINGLE_PORTRAITS.values():
        frame = as_camera_frame(faces / names[0])
        box = engine.observe(frame).box
        assert box is not None
        assert engine._parts is not None
        chip = engine._parts.aligner.chip(frame, DetectedFace(box, 0.0))
        assert parity_error(fast, reference, chip) < 1e-5


def test_synthetic_chips_differ_from_each_other(reference: FaceEmbedder) -> None:
    one, other = synthetic_chip(0), synthetic_chip(1)

    assert one.shape == (150, 150, 3)
    assert float(np.linalg.norm(reference.embed(one) - reference.embed(other))) > 0.05


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_load_keeps_the_converted_network_for_its_owner_only(
    cache_dir: Path, fast: FaceEmbedder
) -> None:
    path = _loader(cache_dir).converted_path()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "55533b28" in path.name
    assert [p.name for p in cache_dir.iterdir()] == [path.name]


def test_load_does_not_convert_again_when_the_cache_is_sound(
    tmp_path: Path, converted: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = _cached(tmp_path, converted)
    monkeypatch.setitem(sys.modules, "onnx", None)

    assert loader.load().runtime == "onnxruntime"


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "weights"])
def test_load_converts_again_when_the_cached_network_is_damaged(
    tmp_path: Path, converted: bytes, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    middle = len(converted) // 2
    wrong_weights = np.full(1000, 3.0, "<f4").tobytes()
    content = {
        "empty": b"",
        "cut": converted[:middle],
        "noise": os.urandom(5000),
        "weights": converted[:middle] + wrong_weights + converted[middle + len(wrong_weights) :],
    }[damage]
    loader = _cached(tmp_path, content)

    network = loader.load()

    assert network.runtime == "onnxruntime"
    assert loader.converted_path().read_bytes() == converted
    assert "converting again" in caplog.text


def test_load_removes_networks_of_earlier_versions_when_it_converts(tmp_path: Path) -> None:
    for name in ("face-network-0000-c0.onnx", ".face-network-5553-x7", "something-else"):
        (tmp_path / name).write_bytes(b"old")
    loader = _loader(tmp_path)

    loader.load()

    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {loader.converted_path().name, "something-else"}


@pytest.mark.parametrize("missing", ["onnx", "onnxruntime"])
def test_load_falls_back_to_dlib_when_a_package_is_missing(
    tmp_path: Path, missing: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)

    network = _loader(tmp_path).load()

    assert network.runtime == "dlib"
    assert any(record.levelno == logging.WARNING for record in caplog.records)


def test_load_falls_back_to_dlib_when_the_results_disagree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(face_network, "MAX_PARITY_ERROR", 0.0)
    loader = _loader(tmp_path)

    network = loader.load()

    assert network.runtime == "dlib"
    assert not loader.converted_path().exists()
    assert "does not agree" in caplog.text


def test_load_falls_back_to_dlib_when_the_cache_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file where the folder belongs", encoding="ascii")

    assert _loader(tmp_path / "cache").load().runtime == "dlib"
    assert "slow runtime" in caplog.text


def test_write_private_leaves_no_file_when_the_folder_is_no_folder(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_bytes(b"")

    with pytest.raises(OSError, match="blocked"):
        write_private(blocked / "file", b"content")

    assert list(tmp_path.iterdir()) == [blocked]


def _longest_stall_s(network: FaceEmbedder, embeddings: int) -> float:
    """The longest time for which another thread could not run while embeddings were made."""
    chip = synthetic_chip(0)
    is_done, ticks = threading.Event(), [time.perf_counter()]

    def tick() -> None:
        while not is_done.wait(0.001):
            ticks.append(time.perf_counter())

    ticker = threading.Thread(target=tick)
    ticker.start()
    for _ in range(embeddings):
        network.embed(chip)
    is_done.set()
    ticker.join()
    ticks.append(time.perf_counter())
    return float(np.diff(ticks).max())


def test_embedding_lets_other_threads_run(fast: FaceEmbedder) -> None:
    # The best of a few: a busy machine stalls any thread now and then, a held lock stalls it every time.
    stalls = [_longest_stall_s(fast, embeddings=10) for _ in range(8)]

    assert min(stalls) < LONGEST_STALL_S


def test_stall_measurement_sees_a_held_interpreter_lock(
    fast: FaceEmbedder, reference: FaceEmbedder
) -> None:
    held = min(_longest_stall_s(reference, embeddings=1) for _ in range(2))
    free = min(_longest_stall_s(fast, embeddings=1) for _ in range(4))

    assert held > 2 * free
