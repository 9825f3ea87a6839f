"""Whether this processor can run dlib's wheels."""

import platform
import sys
from pathlib import Path

from kiosk.errors import ProcessorUnsupported

_X86_MACHINES = frozenset({"x86_64", "amd64", "i686", "i386"})
_CPUINFO = Path("/proc/cpuinfo")
_PF_AVX_INSTRUCTIONS_AVAILABLE = 39  # Windows SDK, winnt.h


def require_avx(cpuinfo: Path = _CPUINFO, machine: str | None = None) -> None:
    """Refuse x86 processors without AVX, before dlib is imported.

    dlib's wheels contain AVX code and choose nothing at run time: on a processor without it (some Celerons and
    Atoms) the first instruction would kill the whole kiosk with SIGILL, which no handler can turn into a message.
    A machine that does not tell is taken to have it.

    Raises:
        ProcessorUnsupported: the processor says that it has no AVX.
    """
    if (machine or platform.machine()).lower() not in _X86_MACHINES:
        return
    if sys.platform == "win32":
        import ctypes

        has_avx = bool(
            ctypes.windll.kernel32.IsProcessorFeaturePresent(_PF_AVX_INSTRUCTIONS_AVAILABLE)
        )
    else:
        has_avx = _flags_have_avx(cpuinfo)
    if not has_avx:
        raise ProcessorUnsupported(
            "this processor has no AVX instructions, which the face engine needs; "
            "face checks stay off, card and PIN work"
        )


def _flags_have_avx(cpuinfo: Path) -> bool:
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return True
    flags = [line.partition(":")[2].split() for line in lines if line.startswith("flags")]
    return not flags or all("avx" in words for words in flags)
