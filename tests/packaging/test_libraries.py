"""Which system libraries are looked for, and how."""

import sys
from pathlib import Path

import pytest
from _libraries import (
    LIBRARIES,
    Purpose,
    consequences,
    has_chinese_font,
    has_espeak_data,
    has_postgresql,
    missing_libraries,
    opens,
    purposes_for_window,
    reasons,
)

EVERYTHING = frozenset(Purpose)


def own_font(root: Path) -> Path:
    folder = root / "assets" / "fonts"
    folder.mkdir(parents=True)
    (folder / "own.otf").touch()
    return folder


def test_x11_libraries_are_asked_for_when_a_display_is_there() -> None:
    assert Purpose.X11 in purposes_for_window({"DISPLAY": ":0"})
    assert Purpose.WAYLAND not in purposes_for_window({"DISPLAY": ":0"})


def test_wayland_libraries_are_asked_for_when_a_wayland_display_is_there() -> None:
    assert Purpose.WAYLAND in purposes_for_window({"WAYLAND_DISPLAY": "wayland-0"})


@pytest.mark.parametrize(
    "environment", [{}, {"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, {"DISPLAY": ""}]
)
def test_no_display_library_is_asked_for_when_nothing_is_shown(
    environment: dict[str, str],
) -> None:
    assert not purposes_for_window(environment) & {Purpose.X11, Purpose.WAYLAND}


def test_only_what_does_not_open_is_missing(tmp_path: Path) -> None:
    own_font(tmp_path)
    absent = {"libEGL.so.1", "libxcb-icccm.so.4"}
    missing = missing_libraries(
        tmp_path,
        frozenset({Purpose.WINDOW, Purpose.X11, Purpose.FONT}),
        {},
        opens=lambda name: name not in absent,
        platform="linux",
    )
    assert [library.package for library in missing] == ["libegl1", "libxcb-icccm4"]


def test_a_library_is_not_missing_when_nobody_needs_its_purpose(tmp_path: Path) -> None:
    missing = missing_libraries(
        tmp_path, frozenset({Purpose.SOUND}), {}, opens=lambda _: False, platform="linux"
    )
    assert [library.package for library in missing] == ["libportaudio2"]


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_nothing_is_missing_when_the_wheels_bring_everything(tmp_path: Path, platform: str) -> None:
    found = missing_libraries(tmp_path, EVERYTHING, {}, opens=lambda _: False, platform=platform)
    assert found == ()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="opens a library of Linux")
def test_a_library_opens_when_the_system_has_it_and_not_when_it_has_not() -> None:
    assert opens("libc.so.6")
    assert not opens("libxianglin-nosuch.so.1")


def test_a_font_is_there_when_the_project_brings_one(tmp_path: Path) -> None:
    assert has_chinese_font(own_font(tmp_path), [])


@pytest.mark.parametrize(
    "name", ["NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "msyh.ttc", "SourceHanSansSC.otf"]
)
def test_a_font_is_there_when_the_system_has_a_known_one(tmp_path: Path, name: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).touch()
    assert has_chinese_font(tmp_path / "none", [tmp_path])


def test_a_font_is_missing_when_only_others_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    (tmp_path / "DejaVuSans.ttf").touch()
    (tmp_path / "NotoSansCJK.txt").touch()
    assert not has_chinese_font(tmp_path / "none", [tmp_path])


def test_voices_are_there_when_the_named_folder_holds_them(tmp_path: Path) -> None:
    (tmp_path / "espeak-ng-data").mkdir()
    (tmp_path / "espeak-ng-data" / "phontab").touch()
    assert has_espeak_data({"ESPEAK_DATA_PATH": str(tmp_path)})


def test_only_speech_sound_and_programs_of_tests_can_be_done_without() -> None:
    assert {p for p in Purpose if p.is_optional} == {Purpose.SPEECH, Purpose.SOUND, Purpose.TESTING}


def test_program_of_a_test_is_looked_for_on_the_path(tmp_path: Path) -> None:
    wanted = frozenset({Purpose.TESTING})
    empty = {"PATH": str(tmp_path)}
    missing = missing_libraries(tmp_path, wanted, empty, platform="linux")
    assert "strace" in [library.package for library in missing]
    assert "skipped" in consequences(missing)
    (tmp_path / "strace").touch(mode=0o755)
    there = missing_libraries(tmp_path, wanted, empty, platform="linux")
    assert "strace" not in [library.package for library in there]


def test_every_library_names_one_package_in_its_oldest_form() -> None:
    assert all(" " not in library.package for library in LIBRARIES)
    assert not [library.package for library in LIBRARIES if library.package.endswith("t64")]
    assert len({library.name for library in LIBRARIES}) == len(LIBRARIES)


def test_reasons_are_a_line_for_each_purpose() -> None:
    wanted = [lib for lib in LIBRARIES if lib.purpose in (Purpose.SOUND, Purpose.WAYLAND)]
    lines = reasons(wanted).splitlines()
    assert len(lines) == 2
    assert lines[1] == "  for playing and recording sound: libportaudio.so.2"


def test_postgresql_is_found_on_path_or_where_debian_puts_it(tmp_path: Path) -> None:
    assert not has_postgresql(str(tmp_path), tmp_path)
    assert "postgresql" in [library.package for library in LIBRARIES]
    programs = tmp_path / "17" / "bin"
    programs.mkdir(parents=True)
    (programs / "initdb").touch(mode=0o755)
    assert has_postgresql(None, tmp_path)
    assert has_postgresql(str(programs), tmp_path / "nowhere")
