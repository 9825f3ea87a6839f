"""Downloads from a server process that cuts, drips, lies and changes its mind."""

import hashlib
import json
import time
from pathlib import Path

import pytest

from kiosk.models.download import OVERLAP_BYTES, Download, DownloadLimits
from kiosk.models.errors import (
    CaptivePortal,
    ModelDigestWrong,
    ModelError,
    ModelRedirectRefused,
    ModelsFull,
    ModelSourceRefused,
    ModelSourceUnreachable,
    ModelSourceUntrusted,
)
from kiosk.models.part_file import CHECKPOINT_BYTES, PartFile, PartNote
from kiosk.models.source import WantedFile
from tests.models.file_server import FileServer, content

SIZE = 300_000
CUT = 180_000


class Desk:
    """One download after another of one file to one folder."""

    def __init__(self, server: FileServer, folder: Path, request: pytest.FixtureRequest) -> None:
        self.server = server
        self.part = PartFile(folder / "model.part")
        self.key = request.node.name.replace("[", "-").replace("]", "")
        self.pauses: list[float] = []
        self.progress: list[int] = []

    def wanted(
        self, fault: str = "", *, size: int = SIZE, knows_size: bool = True, **query: object
    ):
        url = self.server.url(self.key, size=size, fault=fault, **query)
        digest = hashlib.sha256(content(1, size)).hexdigest()
        return WantedFile(url, digest, size if knows_size else 0)

    def run(self, wanted: WantedFile, *, total_s: float = 20.0, room=lambda _more: None) -> bytes:
        download = Download(
            wanted,
            self.part,
            limits=DownloadLimits(total_s=total_s, stall_s=5.0, connect_s=5.0),
            ca_bundle=str(self.server.authority),
            progress=lambda done, _total: self.progress.append(done),
            room=room,
            pause=self.pauses.append,
        )
        return download.run().read_bytes()

    def failure(self, wanted: WantedFile, **options) -> ModelError:
        with pytest.raises(ModelError) as caught:
            self.run(wanted, **options)
        return caught.value

    def ranges(self) -> list[str]:
        return [headers.get("Range", "") for headers in self.server.asked(self.key)]


@pytest.fixture
def desk(server: FileServer, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    return Desk(server, tmp_path, request)


@pytest.mark.parametrize("fault", ["", "nolength"])
@pytest.mark.parametrize("knows_size", [True, False])
def test_a_file_comes_whole(desk: Desk, fault: str, knows_size: bool) -> None:
    assert desk.run(desk.wanted(fault, knows_size=knows_size)) == content(1, SIZE)
    assert desk.progress[-1] == SIZE
    assert desk.ranges() == [""]
    assert desk.server.asked(desk.key)[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("fault", ["cut", "weak"])
def test_a_cut_download_goes_on_from_where_it_was_cut(desk: Desk, fault: str) -> None:
    assert desk.run(desk.wanted(f"{fault}:{CUT}")) == content(1, SIZE)

    _, second = desk.server.asked(desk.key)
    begins = int(second["Range"].removeprefix("bytes=").rstrip("-"))
    # A piece may have been on its way when the connection ended.
    assert CUT - 2 * OVERLAP_BYTES - 1 <= begins <= CUT - OVERLAP_BYTES
    assert second.get("If-Range") == (None if fault == "weak" else f'"1-{SIZE}"')
    assert desk.pauses == [2.0]


def test_a_download_goes_on_in_another_process_and_after_many_cuts(desk: Desk) -> None:
    wanted = desk.wanted(f"cut:{60_000}", times=4)
    assert desk.run(wanted) == content(1, SIZE)
    assert len(desk.ranges()) == 5
    # Each attempt brought something, so each waits the short time.
    assert set(desk.pauses) == {2.0}


def test_what_a_run_left_behind_is_taken_up_by_the_next(desk: Desk) -> None:
    wanted = desk.wanted(f"cut:{CUT}")
    assert isinstance(desk.failure(wanted, total_s=1.0), ModelSourceUnreachable)
    note = json.loads((desk.part.path.parent / "model.part.json").read_text())
    assert note["durable"] == desk.part.path.stat().st_size > CUT - OVERLAP_BYTES - 1

    assert desk.run(wanted) == content(1, SIZE)
    assert desk.ranges()[1] == f"bytes={note['durable'] - OVERLAP_BYTES}-"


def test_another_mirror_goes_on_with_the_same_file(desk: Desk) -> None:
    assert desk.failure(desk.wanted(f"cut:{CUT}"), total_s=1.0).code == "IDN-104"

    mirror = desk.server.url(desk.key, port=1, size=SIZE)
    first = desk.wanted()
    assert desk.run(WantedFile(mirror, first.sha256, SIZE)) == content(1, SIZE)
    assert "If-Range" not in desk.server.asked(desk.key)[1]
    assert desk.ranges()[1] != ""


@pytest.mark.parametrize("fault", ["then_silent", "then_elsewhere", "then_noranges"])
def test_what_does_not_belong_to_the_beginning_makes_it_begin_anew(desk: Desk, fault: str) -> None:
    failure = None
    try:
        got = desk.run(desk.wanted(f"{fault}:{CUT}"))
    except ModelDigestWrong as error:
        failure = error
    if fault == "then_silent":
        # Nothing but the other version is left there: refused, and nothing of it stays.
        assert failure is not None
        assert not desk.part.path.exists()
        assert desk.ranges()[2] == ""
    else:
        assert got == content(1, SIZE)


def test_a_file_that_changed_honestly_is_sent_whole_and_refused_by_its_digest(desk: Desk) -> None:
    failure = desk.failure(desk.wanted(f"then_changed:{CUT}"))

    assert isinstance(failure, ModelDigestWrong)
    assert failure.facts["found"] == hashlib.sha256(content(2, SIZE)).hexdigest()
    assert len(desk.ranges()) == 2
    assert not desk.part.path.exists()


def test_halves_of_two_versions_are_noticed_and_fetched_again_as_one(desk: Desk) -> None:
    assert desk.run(desk.wanted(f"then_spliced:{CUT}")) == content(1, SIZE)
    assert [bool(one) for one in desk.ranges()] == [False, True, False]


def test_an_unknown_size_and_a_wrong_length_end_in_a_refusal_that_keeps_what_came(
    desk: Desk,
) -> None:
    failure = desk.failure(desk.wanted("length", knows_size=False))
    assert isinstance(failure, ModelSourceUnreachable)
    assert len(desk.pauses) < 6


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("html", CaptivePortal, "IDN-106"),
        ("page", ModelSourceRefused, "IDN-105"),
        ("length", ModelSourceRefused, "IDN-105"),
        ("gzip", ModelSourceRefused, "IDN-105"),
        ("status:404", ModelSourceRefused, "IDN-105"),
        ("status:206", ModelSourceRefused, "IDN-105"),
        ("status:511", CaptivePortal, "IDN-106"),
        ("redirect:http://127.0.0.1:1/x", CaptivePortal, "IDN-106"),
        ("redirect:https://portal.example/login", ModelRedirectRefused, "IDN-107"),
        ("redirect:https://user@127.0.0.1/x", ModelRedirectRefused, "IDN-107"),
        ("redirect:https://127.0.0.1:1/x", ModelRedirectRefused, "IDN-107"),
        ("redirect:file:///etc/passwd", ModelRedirectRefused, "IDN-107"),
        ("redirect:", ModelSourceRefused, "IDN-105"),
    ],
)
def test_an_answer_that_cannot_be_the_file_is_refused_at_once(
    desk: Desk, fault: str, kind: type[ModelError], code: str
) -> None:
    failure = desk.failure(desk.wanted(fault, times=9))
    assert (type(failure), failure.code) == (kind, code)
    assert desk.pauses == []
    assert not desk.part.path.exists()


def test_a_page_that_calls_itself_a_file_is_known_by_its_beginning(desk: Desk) -> None:
    failure = desk.failure(desk.wanted("page", knows_size=False))
    assert failure.code == "IDN-106"
    assert not desk.part.path.exists()


def test_a_portal_does_not_cost_what_came_before_it(desk: Desk) -> None:
    desk.failure(desk.wanted(f"cut:{CUT}"), total_s=1.0)
    kept = desk.part.path.stat().st_size
    wanted = desk.wanted()
    for fault in ("html", "status:511"):
        portal = desk.server.url(desk.key + fault[:4], size=SIZE, fault=fault)
        assert desk.failure(WantedFile(portal, wanted.sha256, SIZE)).code == "IDN-106"
    assert desk.part.path.stat().st_size == kept
    assert desk.run(wanted) == content(1, SIZE)
    assert desk.ranges()[-1] != ""


def test_a_redirect_to_a_host_that_was_allowed_is_followed(desk: Desk) -> None:
    target = desk.server.url(desk.key + "-target", port=1, size=SIZE)
    wanted = desk.wanted(f"redirect:{target}")
    assert desk.failure(wanted).facts["host"] == f"127.0.0.1:{desk.server.ports[1]}"

    allowed = frozenset({f"127.0.0.1:{desk.server.ports[1]}"})
    assert desk.run(WantedFile(wanted.url, wanted.sha256, SIZE, allowed)) == content(1, SIZE)


def test_a_busy_server_is_asked_again_and_a_broken_one_given_up(desk: Desk) -> None:
    assert desk.run(desk.wanted("status:503", times=2)) == content(1, SIZE)
    assert desk.pauses == [2.0, 4.0]
    desk.part.discard()
    desk.pauses.clear()
    assert desk.failure(desk.wanted("status:500", times=99)).code == "IDN-104"
    assert desk.pauses == [2.0, 4.0, 8.0, 16.0]


def test_a_server_that_drips_is_cut_off_by_the_total_time(desk: Desk) -> None:
    began = time.monotonic()
    failure = desk.failure(desk.wanted("drip"), total_s=1.0)
    assert failure.code == "IDN-104"
    assert time.monotonic() - began < 8


def test_a_server_without_end_is_cut_off_at_the_size(desk: Desk) -> None:
    assert desk.failure(desk.wanted("endless")).code == "IDN-105"
    assert not desk.part.path.exists()


def test_a_server_that_always_cuts_and_knows_no_ranges_is_given_up(desk: Desk) -> None:
    failure = desk.failure(desk.wanted(f"then_cut:{CUT}", times=99))
    assert failure.code == "IDN-104"
    assert len(desk.ranges()) <= 6


def test_another_file_of_the_same_size_is_refused_and_thrown_away(desk: Desk) -> None:
    wanted = WantedFile(desk.server.url(desk.key, size=SIZE, seed=7), "a" * 64, SIZE)
    failure = desk.failure(wanted)
    assert isinstance(failure, ModelDigestWrong)
    assert failure.facts["expected"] == "a" * 64
    assert list(desk.part.path.parent.iterdir()) == []


def test_a_server_with_another_certificate_is_not_spoken_with(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The environment names our authority, and must not matter.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(desk.server.authority))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(ModelSourceUntrusted):
        Download(desk.wanted(), desk.part, pause=desk.pauses.append).run()
    assert desk.server.asked(desk.key) == []


@pytest.mark.parametrize(
    "url", ["http://example.org/m", "ftp://example.org/m", "https://", "https://u:p@example.org/m",
            "https://example.org:0/m", "https://[/m", "/m", "https://example.org/\n"],
)  # fmt: skip
def test_only_plain_https_addresses_are_asked(desk: Desk, url: str) -> None:
    assert desk.failure(WantedFile(url, "a" * 64)).code == "IDN-105"


def test_a_disk_that_fills_up_is_said_and_what_came_is_kept(desk: Desk) -> None:
    taken = 0

    def room(more: int) -> None:
        nonlocal taken
        taken += more
        if taken > SIZE + CUT:  # the whole was asked for at first
            raise ModelsFull("no room")

    wanted = desk.wanted()
    assert desk.failure(wanted, room=room).code == "IDN-111"
    assert 0 < desk.part.path.stat().st_size < SIZE
    assert desk.run(wanted) == content(1, SIZE)
    assert desk.ranges()[1] != ""


def test_only_what_was_synced_is_taken_up_after_a_power_cut(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "one.part")
    part.open_for("a" * 64)
    part.begin(PartNote("a" * 64, "https://example.org/m", '"tag"', 0))
    for _ in range(3):
        part.append(bytes(CHECKPOINT_BYTES // 2))
    part.close()  # as a power cut: no checkpoint

    again = PartFile(part.path)
    again.open_for("a" * 64)
    assert again.size == CHECKPOINT_BYTES
    again.close()
    other = PartFile(part.path)
    other.open_for("b" * 64)
    assert other.size == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("note", [b"", b"{}", b"[1]", b"\xff", b'{"sha256": 1}', b"[" * 9999])
def test_a_damaged_note_means_a_new_beginning(tmp_path: Path, note: bytes) -> None:
    (tmp_path / "one.part").write_bytes(b"half")
    (tmp_path / "one.part.json").write_bytes(note)
    part = PartFile(tmp_path / "one.part")
    part.open_for("a" * 64)
    assert part.size == 0
