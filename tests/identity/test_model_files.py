import ast
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.errors import ModelUnavailable
from kiosk.identity.dlib_engine import DlibFaceEngine
from kiosk.identity.model_files import (
    EMBEDDING_MODEL,
    LANDMARK_MODEL,
    ModelStore,
    file_sha256,
    package_folder,
    read_manifest,
)

ROOT = Path(__file__).parents[2]
FORBIDDEN = {"face_recognition", "face_recognition_models"}


def _store_with(folder: Path, file: str, content: bytes) -> ModelStore:
    (folder / "models").mkdir()
    (folder / file).write_bytes(content)
    return ModelStore(lambda package: folder)


def test_checked_path_finds_every_model_of_the_manifest() -> None:
    for model_id, entry in read_manifest().items():
        path = ModelStore().checked_path(model_id)

        assert path.stat().st_size == entry.size_bytes


def test_file_sha256_agrees_with_the_manifest_when_computed_from_the_installed_file() -> None:
    entry = read_manifest()[EMBEDDING_MODEL]

    digest = file_sha256(package_folder(entry.package) / entry.file)

    assert digest == "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"


def test_manifest_never_lists_the_landmarks_that_exclude_commercial_use() -> None:
    assert not any("68" in entry.file for entry in read_manifest().values())


def test_checked_path_raises_when_one_byte_differs(tmp_path: Path) -> None:
    entry = read_manifest()[LANDMARK_MODEL]
    content = bytearray((package_folder(entry.package) / entry.file).read_bytes())
    content[len(content) // 2] ^= 1
    store = _store_with(tmp_path, entry.file, bytes(content))

    with pytest.raises(ModelUnavailable, match="damaged"):
        store.checked_path(LANDMARK_MODEL)


def test_checked_path_raises_when_the_file_is_cut_off(tmp_path: Path) -> None:
    store = _store_with(tmp_path, read_manifest()[EMBEDDING_MODEL].file, b"\x01\x01")

    with pytest.raises(ModelUnavailable, match="damaged"):
        store.checked_path(EMBEDDING_MODEL)


def test_checked_path_raises_when_the_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="reinstall"):
        ModelStore(lambda package: tmp_path).checked_path(EMBEDDING_MODEL)


def test_checked_path_raises_when_the_model_is_unknown() -> None:
    with pytest.raises(ModelUnavailable, match="manifest"):
        ModelStore().checked_path("face_landmarks_68_points")


def test_package_folder_raises_when_the_package_is_not_installed() -> None:
    with pytest.raises(ModelUnavailable, match="not installed"):
        package_folder("a_package_that_is_not_there")


@pytest.mark.parametrize("missing", [EMBEDDING_MODEL, LANDMARK_MODEL])
def test_warm_up_raises_when_a_model_is_missing(tmp_path: Path, missing: str) -> None:
    entry = read_manifest()[missing]
    installed = package_folder(entry.package)
    (tmp_path / "models").mkdir()
    for other in read_manifest().values():
        if other.id != missing:
            (tmp_path / other.file).symlink_to(installed / other.file)
    models = ModelStore(lambda package: tmp_path)

    with pytest.raises(ModelUnavailable, match=missing):
        DlibFaceEngine(cache_dir=tmp_path / "cache", models=models).warm_up()


def test_no_source_file_imports_the_wrapper_or_its_models_package() -> None:
    imported = set()
    for package in ("kiosk", "sync", "accessibility", "assets", "packaging"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    imported.add((node.module or "").partition(".")[0])

    assert not imported & FORBIDDEN


def test_warm_up_loads_neither_the_wrapper_nor_its_models_package(cache_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from kiosk.identity.dlib_engine import DlibFaceEngine\n"
        "assert 'dlib' not in sys.modules and 'cv2' not in sys.modules, 'loaded too early'\n"
        f"DlibFaceEngine(cache_dir=Path({str(cache_dir)!r})).warm_up()\n"
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
