"""Installing from the network and from a stick."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.models.bringing import Medium
from kiosk.models.errors import (
    ModelDigestUnstated,
    ModelDigestWrong,
    ModelFolderUnusable,
    ModelNotFound,
    ModelNotOffered,
    ModelUnknown,
)
from kiosk.models.installer import Stage, Stated, expected_digest
from kiosk.models.store import ModelState
from tests.models.archives import MODEL, a_tar, a_zip
from tests.models.file_server import FileServer, content
from tests.models.installs import (
    WEIGHTS,
    an_archive_entry,
    an_entry,
    an_installer,
    digest,
    leftovers,
    many_files,
    mode,
    online,
    take,
)


def test_a_model_on_a_stick_is_known_by_its_content_whatever_it_is_called(
    place: Path, stick: Path
) -> None:
    deep = stick / "新建文件夹" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "照片 (1).jpg").write_bytes(WEIGHTS)
    (stick / "one.txt").write_bytes(b"nothing")
    entry = an_entry()
    told: list[tuple[Stage, int, int]] = []
    installer = an_installer(place, entry, tell=lambda *values: told.append(values))

    path = take(installer, entry, stick)

    assert path == place / "one.onnx"
    assert path.read_bytes() == WEIGHTS
    assert (mode(path), mode(place), mode(place / ".partial")) == (0o600, 0o700, 0o700)
    assert installer.store.checked_path("vad_one") == path
    assert told[-1] == (Stage.COPY, len(WEIGHTS), len(WEIGHTS))
    assert leftovers(place) == []


def test_a_file_of_the_right_name_with_another_content_is_refused_and_nothing_changes(
    place: Path, stick: Path
) -> None:
    entry = an_entry()
    installer = an_installer(place, entry)
    (stick / "first").write_bytes(WEIGHTS)
    take(installer, entry, stick)
    (stick / "first").unlink()
    (stick / "ONE.onnx").write_bytes(WEIGHTS[:-1] + b"?")

    with pytest.raises(ModelDigestWrong) as caught:
        take(installer, entry, stick)

    assert caught.value.facts["file"] == "ONE.onnx"
    assert installer.is_good(entry)


def test_an_empty_stick_and_a_missing_one_are_told_apart(place: Path, stick: Path) -> None:
    entry = an_entry()
    with pytest.raises(ModelNotFound):
        take(an_installer(place, entry), entry, stick)
    with pytest.raises(ModelFolderUnusable):
        Medium(stick / "none").search()


def test_links_and_pipes_on_a_stick_are_not_followed(place: Path, stick: Path) -> None:
    (stick.parent / "secret").write_bytes(WEIGHTS)
    (stick / "one.onnx").symlink_to(stick.parent / "secret")
    (stick / "loop").symlink_to(stick)
    if hasattr(os, "mkfifo"):
        os.mkfifo(stick / "pipe")
    entry = an_entry(size_bytes=0)
    with pytest.raises(ModelNotFound):
        take(an_installer(place, entry), entry, stick)


def test_a_file_that_is_exchanged_between_look_and_copy_is_refused(
    place: Path, stick: Path
) -> None:
    entry = an_entry()
    (stick / "one").write_bytes(WEIGHTS)
    medium = Medium(stick)
    medium.search()
    found = medium.assert_found(entry, entry.sha256)
    (stick / "one").write_bytes(WEIGHTS[::-1])

    with pytest.raises(ModelDigestWrong):
        an_installer(place, entry).take(found)

    assert leftovers(place) == []
    assert not (place / "one.onnx").exists()


def test_a_model_of_many_files_is_gathered_from_anywhere_on_the_stick(
    place: Path, stick: Path
) -> None:
    entry = an_entry(
        file="many",
        sha256="",
        size_bytes=0,
        **many_files(),
    )
    (stick / "x").mkdir()
    for number, one in enumerate(one for one in MODEL.values() if one):
        (stick / "x" / f"f{number}").write_bytes(one)
    installer = an_installer(place, entry)
    with pytest.raises(ModelNotFound):
        take(installer, entry, stick)
    (stick / "empty").write_bytes(b"")

    assert take(installer, entry, stick) == place / "many"
    assert installer.is_good(entry)
    assert mode(place / "many" / "am") == 0o700
    # Installed again over a damaged one.
    (place / "many" / "am" / "final.mdl").write_bytes(b"?")
    take(installer, entry, stick)
    assert installer.is_good(entry)
    assert leftovers(place) == []


@pytest.mark.parametrize("kind", ["zip", "tar.bz2"])
def test_an_archive_becomes_a_folder_that_verify_knows_file_by_file(
    place: Path, stick: Path, kind: str
) -> None:
    files = {f"m/{path}": one for path, one in MODEL.items()}
    archive = (a_zip if kind == "zip" else a_tar)(stick / "whatever", files)
    entry = an_archive_entry(archive, kind)
    installer = an_installer(place, entry)

    folder = take(installer, entry, stick)

    assert folder.name == f"speech-one-{entry.sha256[:8]}"
    assert installer.store.checked_path("speech_one") == folder
    assert leftovers(place) == []
    found = installer.store.find(entry)
    assert found is not None
    (folder / "conf" / "mfcc.conf").write_bytes(b"--rate=8000\n")
    (folder / "README").unlink()
    assert sorted(found.damaged()) == ["README", "conf/mfcc.conf"]
    take(installer, entry, stick)
    assert installer.is_good(entry)


def test_a_new_version_takes_the_place_of_the_old_one(place: Path, stick: Path) -> None:
    first = an_archive_entry(a_zip(stick / "1", {"m/a": b"1"}))
    second = replace(an_archive_entry(a_zip(stick / "2", {"m/a": b"2"})), version="2")
    old = take(an_installer(place, first), first, stick)
    installer = an_installer(place, second)
    assert installer.store.state(second, reads=True) is ModelState.OUTDATED

    new = take(installer, second, stick)

    assert installer.is_good(second)
    assert not old.exists()
    assert (new / "a").read_bytes() == b"2"


def test_a_model_without_a_digest_needs_one_that_an_administrator_states(
    place: Path, stick: Path
) -> None:
    entry = an_entry(sha256="", digest_from="", size_bytes=0, url="https://example.org/one")
    (stick / "one").write_bytes(WEIGHTS)
    installer = an_installer(place, entry)
    with pytest.raises(ModelDigestUnstated):
        take(installer, entry, stick)
    with pytest.raises(ModelDigestUnstated):
        installer.download(entry, Stated())

    path = take(installer, entry, stick, Stated(digest(WEIGHTS).upper()))

    assert path.name == f"one-{digest(WEIGHTS)[:8]}.onnx"
    found = installer.store.find(entry)
    assert found is not None
    assert found.record is not None
    assert found.record.is_stated
    assert installer.store.checked_path("vad_one") == path


def test_a_stated_digest_never_overrules_the_manifest(place: Path) -> None:
    with pytest.raises(ModelDigestUnstated):
        expected_digest(an_entry(), Stated("a" * 64))
    with pytest.raises(ModelDigestUnstated):
        expected_digest(an_entry(sha256="", digest_from=""), Stated("abc"))
    assert expected_digest(an_entry(), Stated(digest(WEIGHTS))) == (digest(WEIGHTS), False)


def test_a_digest_that_the_manifest_learns_later_replaces_the_stated_one(
    place: Path, stick: Path
) -> None:
    (stick / "one").write_bytes(WEIGHTS)
    unknown = an_entry(sha256="", digest_from="", size_bytes=0)
    old = take(an_installer(place, unknown), unknown, stick, Stated(digest(WEIGHTS)))
    known = an_entry()
    installer = an_installer(place, known)
    assert installer.is_good(known)

    (stick / "one").write_bytes(WEIGHTS)
    assert take(installer, known, stick) == place / "one.onnx"
    assert not old.exists()
    assert installer.is_good(known)


def test_unknown_models_and_models_that_nobody_offers_are_said(place: Path) -> None:
    entry = an_entry()
    with pytest.raises(ModelUnknown):
        an_installer(place, entry).entry("face_landmarks_68_points")
    with pytest.raises(ModelNotOffered):
        an_installer(place, entry).download(entry, Stated())


def test_a_model_is_downloaded_unpacked_and_the_archive_removed(
    server: FileServer, place: Path, tmp_path: Path
) -> None:
    # The server's content stands for weights; the archive's way is the same from there on.
    entry = an_entry(
        url=server.url("plain", size=70_000, seed=3, fault="cut:30000"),
        sha256=digest(content(3, 70_000)),
        size_bytes=70_000,
    )
    installer = online(server, place, entry)

    path = installer.download(entry, Stated())

    assert installer.is_good(entry)
    assert (mode(path), leftovers(place)) == (0o600, [])


def test_a_mirror_may_be_stated_because_the_digest_is_what_counts(
    server: FileServer, place: Path
) -> None:
    entry = an_entry(sha256=digest(content(3, 7000)), size_bytes=7000)
    installer = online(server, place, entry)
    wrong = server.url("mirror", size=7000, seed=4)
    with pytest.raises(ModelDigestWrong) as caught:
        installer.download(entry, Stated(url=wrong))
    assert caught.value.facts["model"] == "vad_one"
    assert not (place / "one.onnx").exists()

    installer.download(entry, Stated(url=server.url("mirror", size=7000, seed=3)))
    assert installer.is_good(entry)
