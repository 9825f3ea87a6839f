"""Which system libraries the project opens on Linux, and which of them this machine lacks.

The wheels bring everything else. A library is looked for the way the program will look for it, by
opening it, so a hand-built or a differently packaged one counts as well.
"""

import ctypes
import enum
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


class Purpose(enum.Enum):
    """What a library is for; decides who needs it and what happens without it."""

    VENV = "making the virtual environment"
    WINDOW = "drawing windows, even unseen ones"
    X11 = "showing the window on this display"
    WAYLAND = "showing the window on this Wayland display"
    FONT = "Chinese letters"
    SPEECH = "speaking the prompts"
    SOUND = "playing and recording sound"
    TESTING = "tests that need a program of the system"

    @property
    def without(self) -> str:
        """What happens when it is not there; empty when nothing goes on without it."""
        if self in (Purpose.SPEECH, Purpose.SOUND):
            return "prompts are shown as captions, not spoken"
        return "the tests that need it are skipped" if self is Purpose.TESTING else ""

    @property
    def is_optional(self) -> bool:
        """Whether the task can go on without it."""
        return bool(self.without)


@dataclass(frozen=True, slots=True)
class Library:
    """One thing that the system has to bring."""

    name: str
    """What is opened: a soname, or a plain name where it is no library."""
    package: str
    """Debian's package of it, by its oldest name (before the ``t64`` renames)."""
    purpose: Purpose


def _libraries(purpose: Purpose, names: str) -> tuple[Library, ...]:
    pairs = (line.split() for line in names.strip().splitlines())
    return tuple(Library(soname, package, purpose) for soname, package in pairs)


CHINESE_FONT = Library("a font with Chinese letters", "fonts-noto-cjk", Purpose.FONT)
ENSUREPIP = Library(
    "ensurepip", f"python{sys.version_info[0]}.{sys.version_info[1]}-venv", Purpose.VENV
)
POSTGRESQL = Library("initdb", "postgresql", Purpose.TESTING)
ESPEAK_DATA = Library("espeak-ng-data", "espeak-ng-data", Purpose.SPEECH)

LIBRARIES: tuple[Library, ...] = (
    # Debian and Ubuntu keep this part of Python's own venv module in a package of its own.
    ENSUREPIP,
    # Every Qt program, the offscreen platform included (read off the wheel's libraries with ldd).
    *_libraries(
        Purpose.WINDOW,
        """
        libEGL.so.1         libegl1
        libGL.so.1          libgl1
        libX11.so.6         libx11-6
        libxkbcommon.so.0   libxkbcommon0
        libdbus-1.so.3      libdbus-1-3
        libfontconfig.so.1  libfontconfig1
        libfreetype.so.6    libfreetype6
        libglib-2.0.so.0    libglib2.0-0
        """,
    ),
    # Qt's own message blames libxcb-cursor for whichever of these is missing.
    *_libraries(
        Purpose.X11,
        """
        libX11-xcb.so.1          libx11-xcb1
        libxkbcommon-x11.so.0    libxkbcommon-x11-0
        libxcb-cursor.so.0       libxcb-cursor0
        libxcb-icccm.so.4        libxcb-icccm4
        libxcb-image.so.0        libxcb-image0
        libxcb-keysyms.so.1      libxcb-keysyms1
        libxcb-randr.so.0        libxcb-randr0
        libxcb-render-util.so.0  libxcb-render-util0
        libxcb-shape.so.0        libxcb-shape0
        libxcb-sync.so.1         libxcb-sync1
        libxcb-xfixes.so.0       libxcb-xfixes0
        libxcb-xkb.so.1          libxcb-xkb1
        """,
    ),
    *_libraries(
        Purpose.WAYLAND,
        """
        libwayland-client.so.0  libwayland-client0
        libwayland-cursor.so.0  libwayland-cursor0
        """,
    ),
    CHINESE_FONT,
    Library("libespeak-ng.so.1", "libespeak-ng1", Purpose.SPEECH),
    ESPEAK_DATA,
    Library("libportaudio.so.2", "libportaudio2", Purpose.SOUND),
    # Programs, looked for on PATH. strace: the crash tests watch what a process really asks of the disk.
    Library("strace", "strace", Purpose.TESTING),
    # Gives one process a clock of its own, which OpenSSL goes by too.
    Library("faketime", "faketime", Purpose.TESTING),
    # The centre's other database; Debian keeps its programs out of PATH.
    POSTGRESQL,
)

OPTIONAL = frozenset(purpose for purpose in Purpose if purpose.is_optional)

_CHINESE_FONT_FILE = re.compile(
    r"cjk|notosanssc|notoserifsc|wqy|source-?han|droidsansfallback|uming|ukai|simsun|simhei|simkai"
    r"|msyh|lxgw|harmonyos|misans|unifont|fandol|arphic|gbsn|gkai|hanserif|hansans",
    re.IGNORECASE,
)

_FONT_SUFFIXES = {".ttf", ".otf", ".ttc", ".otc", ".pcf"}


def purposes_for_window(environment: Mapping[str, str]) -> frozenset[Purpose]:
    """Tell what a task that draws windows needs, by the display that is there, if any."""
    purposes = {Purpose.WINDOW, Purpose.FONT, Purpose.SPEECH, Purpose.SOUND}
    platform = environment.get("QT_QPA_PLATFORM", "")
    if platform not in ("offscreen", "minimal"):
        if environment.get("DISPLAY"):
            purposes.add(Purpose.X11)
        if environment.get("WAYLAND_DISPLAY"):
            purposes.add(Purpose.WAYLAND)
    return frozenset(purposes)


def opens(soname: str) -> bool:
    """Whether the dynamic loader finds and opens a shared library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def has_espeak_data(environment: Mapping[str, str]) -> bool:
    """Whether the speech engine's voices are where the engine looks for them."""
    places = [Path(folder, "espeak-ng-data") for folder in ("/usr/share", "/usr/local/share")]
    places += Path("/usr/lib").glob("*/espeak-ng-data")
    if environment.get("ESPEAK_DATA_PATH"):
        places.append(Path(environment["ESPEAK_DATA_PATH"]))
        places.append(Path(environment["ESPEAK_DATA_PATH"], "espeak-ng-data"))
    return any((place / "phontab").is_file() for place in places)


def has_postgresql(path: str | None, folder: Path = Path("/usr/lib/postgresql")) -> bool:
    """Whether a PostgreSQL server is installed, on PATH or where Debian puts its versions."""
    return shutil.which("initdb", path=path) is not None or any(folder.glob("*/bin/initdb"))


def has_chinese_font(own: Path, folders: Iterable[Path]) -> bool:
    """Whether the project brings a font, or one of the system's is known by its name to be Chinese.

    Where no name is known, fontconfig is asked, if its command is installed.
    """
    if own.is_dir() and any(path.suffix.lower() in _FONT_SUFFIXES for path in own.iterdir()):
        return True
    for folder in folders:
        for directory, _, names in os.walk(folder):
            for name in names:
                if Path(name).suffix.lower() in _FONT_SUFFIXES and (
                    _CHINESE_FONT_FILE.search(name) or _CHINESE_FONT_FILE.search(directory)
                ):
                    return True
    program = shutil.which("fc-list")
    if program is None:
        return False
    answer = subprocess.run([program, ":lang=zh-cn", "file"], capture_output=True, check=False)
    return bool(answer.stdout.strip())


def font_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where fonts are: the system's and the user's."""
    home = Path(environment.get("HOME") or "/nonexistent")
    return (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".fonts",
        home / ".local" / "share" / "fonts",
    )


def missing_libraries(
    root: Path,
    purposes: frozenset[Purpose],
    environment: Mapping[str, str],
    *,
    opens: Callable[[str], bool] = opens,
    platform: str = sys.platform,
) -> tuple[Library, ...]:
    """List what this machine lacks for the purposes; nothing on systems whose wheels bring it all."""
    if not platform.startswith("linux"):
        return ()
    # A package may have been installed since this process last looked.
    importlib.invalidate_caches()

    def is_there(library: Library) -> bool:
        if library is CHINESE_FONT:
            return has_chinese_font(root / "assets" / "fonts", font_folders(environment))
        if library is ENSUREPIP:
            return importlib.util.find_spec("ensurepip") is not None
        if library is ESPEAK_DATA:
            return has_espeak_data(environment)
        if library is POSTGRESQL:
            return has_postgresql(environment.get("PATH"))
        if library.purpose is Purpose.TESTING:
            return shutil.which(library.name, path=environment.get("PATH")) is not None
        return opens(library.name)

    return tuple(lib for lib in LIBRARIES if lib.purpose in purposes and not is_there(lib))


def reasons(libraries: Iterable[Library]) -> str:
    """Group what is missing by what it is for, as one line each."""
    groups: dict[Purpose, list[str]] = {}
    for library in libraries:
        groups.setdefault(library.purpose, []).append(library.name)
    return "\n".join(
        f"  for {purpose.value}: {', '.join(names)}" for purpose, names in groups.items()
    )


def consequences(libraries: Iterable[Library]) -> str:
    """What it means to go on without these, as one sentence."""
    said = dict.fromkeys(library.purpose.without for library in libraries)
    return f"Going on without: {'; '.join(filter(None, said))}."
