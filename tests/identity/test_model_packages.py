"""The engine and the packages that carry its weights."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.errors import ModelUnavailable
from kiosk.models.manifest import EMBEDDING_MODEL, LANDMARK_MODEL, read_manifest
from kiosk.models.store import ModelStore, package_folder
from tests.identity.engines import dlib_engine

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("missing", [EMBEDDING_MODEL, LANDMARK_MODEL])
def test_warm_up_raises_when_a_model_is_missing(tmp_path: Path, missing: str) -> None:
    manifest = read_manifest()
    installed = package_folder(manifest[missing].package)
    (tmp_path / "models").mkdir()
    for model_id in {EMBEDDING_MODEL, LANDMARK_MODEL} - {missing}:
        (tmp_path / manifest[model_id].file).symlink_to(installed / manifest[model_id].file)
    models = ModelStore(locate=lambda package: tmp_path)

    with pytest.raises(ModelUnavailable, match=missing):
        dlib_engine(tmp_path / "cache", models).warm_up()


def test_warm_up_loads_neither_the_wrapper_nor_its_models_package(cache_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from kiosk.config import KioskConfig; from kiosk.face_engine import make_face_engine\n"
        "assert 'dlib' not in sys.modules and 'cv2' not in sys.modules, 'loaded too early'\n"
        f"make_face_engine(KioskConfig(), Path({str(cache_dir)!r})).warm_up()\n"
        "print(sorted(m for m in sys.modules if m.startswith('face_recognition')), 'dlib' in sys.modules)"
    )

    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.stdout.strip() == "[] True", result.stderr
