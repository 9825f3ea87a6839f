import sys
from pathlib import Path

import pytest

from kiosk.errors import ProcessorUnsupported
from kiosk.identity.processor import require_avx

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="/proc/cpuinfo is Linux's")


def _cpuinfo(folder: Path, flags: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: {flags}\n")
    return path


def test_require_avx_raises_when_the_processor_has_none(tmp_path: Path) -> None:
    with pytest.raises(ProcessorUnsupported, match="AVX"):
        require_avx(_cpuinfo(tmp_path, "fpu sse4_2 avx_like xavx"), "x86_64")


def test_require_avx_passes_when_the_processor_has_it(tmp_path: Path) -> None:
    require_avx(_cpuinfo(tmp_path, "fpu sse4_2 avx avx2"), "x86_64")


def test_require_avx_passes_when_the_processor_is_an_arm(tmp_path: Path) -> None:
    require_avx(_cpuinfo(tmp_path, "fp asimd"), "aarch64")


def test_require_avx_passes_when_the_system_does_not_tell(tmp_path: Path) -> None:
    require_avx(tmp_path / "absent", "x86_64")
