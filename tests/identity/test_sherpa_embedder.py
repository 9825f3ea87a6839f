"""The real extractor of sherpa-onnx, on a small network made here: CAM++ itself is not among the test media."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kiosk.errors import ModelUnavailable, VoiceEngineMissing, VoiceNotUsable
from kiosk.identity.voice import sherpa_embedder
from kiosk.identity.voice.sherpa_embedder import SherpaEmbedder
from kiosk.models.manifest import CAMPPLUS, read_manifest
from tests.identity.voices import MEDIA, SPEECH, read_sound

BANDS, SIZE = 80, 32


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mean of the features over time, times a fixed matrix: with the metadata that sherpa-onnx asks for."""
    pytest.importorskip("sherpa_onnx", reason="sherpa-onnx comes with the extra 'voice'")
    from onnx import TensorProto, helper, numpy_helper

    matrix = np.random.default_rng(5).normal(size=(BANDS, SIZE)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0),
            helper.make_node("MatMul", ["mean", "matrix"], ["embedding"]),
        ],
        "mean",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", BANDS])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", SIZE])],
        [numpy_helper.from_array(matrix, "matrix")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    described = {
        "framework": "3d-speaker", "language": "Chinese", "url": "", "comment": "test",
        "sample_rate": "16000", "output_dim": str(SIZE), "normalize_samples": "1",
        "feature_normalize_type": "",
    }  # fmt: skip
    for key, value in described.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    path = tmp_path_factory.mktemp("sherpa") / "mean.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def test_real_extractor_describes_real_speech(network: Path) -> None:
    embedder = SherpaEmbedder(network)
    speech = read_sound(SPEECH / "commands" / "spk01" / "00-01.flac")
    one, other = embedder.embed(speech), embedder.embed(speech[::-1].copy())
    assert one.shape == (SIZE,)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-6)
    np.testing.assert_array_equal(one, embedder.embed(speech))
    assert one @ other < 1


def test_real_extractor_refuses_too_little_speech(network: Path) -> None:
    with pytest.raises(VoiceNotUsable):
        SherpaEmbedder(network).embed(np.ones(1_600, np.int16))


def test_missing_model_is_unavailable(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="sherpa-onnx comes with the extra 'voice'")
    with pytest.raises(ModelUnavailable):
        SherpaEmbedder(tmp_path / "absent.onnx").warm_up()


def test_missing_package_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sherpa_embedder, "_PACKAGE", "no_such_package_here")
    with pytest.raises(VoiceEngineMissing):
        SherpaEmbedder(tmp_path / "x.onnx").warm_up()


def test_damaged_model_never_ends_our_own_process(tmp_path: Path) -> None:
    """The library may end its process over a damaged file, which is why the digest is checked before."""
    pytest.importorskip("sherpa_onnx", reason="sherpa-onnx comes with the extra 'voice'")
    (tmp_path / "damaged.onnx").write_bytes(b"no network at all")
    program = (
        "from pathlib import Path; from kiosk.errors import ModelUnavailable\n"
        "from kiosk.identity.voice.sherpa_embedder import SherpaEmbedder\n"
        "try: SherpaEmbedder(Path('damaged.onnx')).warm_up()\n"
        "except ModelUnavailable: print('unavailable')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert "unavailable" in run.stdout or run.returncode != 0


def test_campplus_itself_when_it_is_there() -> None:
    entry = read_manifest()[CAMPPLUS]
    assert entry.engine_id == SherpaEmbedder(Path("x")).engine_id
    model = MEDIA / "models" / entry.file
    if not model.exists():
        pytest.skip(f"{entry.file} is not among the test media: CAM++ was not measured here")
    speech = read_sound(SPEECH / "commands" / "spk01" / "00-01.flac")
    assert SherpaEmbedder(model).embed(speech).shape == (entry.dimension,)
