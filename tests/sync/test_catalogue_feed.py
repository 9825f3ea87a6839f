"""Documents that the centre publishes: changed as one set, taken over as one set or not at all."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from sync.central.catalogue import CatalogueUnusable, read_folder
from sync.engine import SyncEngine
from sync.errors import Unreachable
from sync.feed_health import feed_health
from sync.feed_sinks import PublishedDocument, accepted_documents
from tests.sync.feed_parts import WatchedTransport
from tests.sync.sync_parts import Centre, Kiosk

DATABASES = ("sqlite", "postgresql")
SERVICES = Path(__file__).parents[2] / "assets" / "services"


def write(folder: Path, **versions: int) -> Path:
    """A folder of small definitions; the name tells the id."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, version in versions.items():
        text = json.dumps({"id": name, "version": version, "title": f"业务{version}"})
        (folder / f"{name}.json").write_text(text, "utf-8")
    return folder


class Rules:
    """A kiosk's rules, as a test sets them."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.faults: list[str] = []

    def __call__(self, documents: Sequence[PublishedDocument]) -> Sequence[str]:
        self.seen.append([f"{one.name} {one.version}" for one in documents])
        return self.faults


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def engine(kiosk: Kiosk, transport, rules: Rules) -> SyncEngine:
    return SyncEngine(
        kiosk.database, kiosk.outbox, transport, kiosk.listener, kiosk.clock, check_documents=rules
    )


def accepted(kiosk: Kiosk) -> list[str]:
    with kiosk.database.reading() as database:
        return [f"{one.name} {one.version}" for one in accepted_documents(database)]


def refusal(kiosk: Kiosk) -> str:
    with kiosk.database.reading() as database:
        return feed_health(database).refusal


def test_published_set_arrives_changes_and_is_withdrawn(
    kiosk: Kiosk, centre: Centre, engine: SyncEngine, rules: Rules, tmp_path: Path
):
    assert engine.run_once().catalogue_changes == 0
    assert rules.seen == []
    centre.admin.publish(write(tmp_path / "set", a=1, b=1))
    assert engine.run_once().catalogue_changes == 2
    assert accepted(kiosk) == ["a 1", "b 1"]
    published = centre.admin.publish(write(tmp_path / "set", a=2, c=1))
    assert (published.changed, published.withdrawn) == (2, 1)
    assert engine.run_once().catalogue_changes == 3
    assert accepted(kiosk) == ["a 2", "c 1"]
    # Nothing new: neither the centre's numbers nor the kiosk move.
    assert centre.admin.publish(tmp_path / "set").changed == 0
    assert engine.run_once().catalogue_changes == 0
    assert len(rules.seen) == 2
    centre.admin.publish(write(tmp_path / "set", b=2, c=1))
    engine.run_once()
    assert accepted(kiosk) == ["b 2", "c 1"]


def test_bad_set_is_refused_as_a_whole_and_the_last_good_one_stays(
    kiosk: Kiosk, centre: Centre, transport, engine: SyncEngine, rules: Rules, tmp_path: Path
):
    centre.admin.publish(write(tmp_path / "set", a=1, b=1))
    engine.run_once()
    rules.faults = ["b.json:3: 没有 title", "b.json:9: 没有 steps"]
    centre.admin.publish(write(tmp_path / "set", a=2, b=2))
    report = engine.run_once()
    assert report.error_code == ""
    assert accepted(kiosk) == ["a 1", "b 1"]
    assert refusal(kiosk) == "b.json:3: 没有 title\nb.json:9: 没有 steps"
    engine.run_once()
    assert len(rules.seen) == 2  # Not looked at again in each run.
    rules.faults = []
    again = SyncEngine(
        kiosk.database, kiosk.outbox, transport, kiosk.listener, kiosk.clock, check_documents=rules
    )
    again.run_once()  # After a start: the program may have been updated.
    assert (accepted(kiosk), refusal(kiosk)) == (["a 2", "b 2"], "")


def test_set_that_arrived_in_part_is_not_gone_by(
    kiosk: Kiosk, centre: Centre, transport, rules: Rules, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr("sync.central.feed_pages.MOST_CHANGES", 1)
    watched = WatchedTransport(transport)

    def cut(question: str) -> None:
        if question == "catalogue 1":
            raise Unreachable("cut")

    watched.before = cut
    centre.admin.publish(write(tmp_path / "set", a=1, b=1))
    engine = SyncEngine(
        kiosk.database, kiosk.outbox, watched, kiosk.listener, kiosk.clock, check_documents=rules
    )
    engine.run_once()
    assert (accepted(kiosk), rules.seen) == ([], [])
    watched.before = lambda _question: None
    engine.run_once()
    assert accepted(kiosk) == ["a 1", "b 1"]
    assert rules.seen == [["a 1", "b 1"]]


def test_check_that_breaks_leaves_everything_as_it_was(
    kiosk: Kiosk, centre: Centre, engine: SyncEngine, rules: Rules, tmp_path: Path
):
    rules.faults = None
    centre.admin.publish(write(tmp_path / "set", a=1))
    assert engine.run_once().error_code == "SYN-501"
    rules.faults = []
    assert engine.run_once().error_code == ""
    assert accepted(kiosk) == ["a 1"]


def test_centre_that_lost_a_publication_has_it_withdrawn(
    kiosk: Kiosk, centre: Centre, engine: SyncEngine, tmp_path: Path
):
    centre.admin.publish(write(tmp_path / "set", a=1, b=1))
    engine.run_once()
    with centre.admin._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM published_document WHERE name = 'b'")
    centre.admin.renew_epoch()
    engine.run_once()
    assert accepted(kiosk) == ["a 1"]


def test_every_shipped_definition_travels_letter_for_letter(
    kiosk: Kiosk, centre: Centre, engine: SyncEngine
):
    centre.admin.publish(SERVICES)
    engine.run_once()
    with kiosk.database.reading() as database:
        came = {one.name: one.text for one in accepted_documents(database)}
    assert came == {path.stem: path.read_text("utf-8") for path in SERVICES.glob("*.json")}


def test_definition_that_changed_without_its_version_is_not_published(
    centre: Centre, tmp_path: Path
):
    folder = write(tmp_path / "set", a=1, b=1)
    centre.admin.publish(folder)
    (folder / "a.json").write_text('{"id": "a", "version": 1, "title": "x"}', "utf-8")
    (folder / "b.json").write_text('{"id": "b", "version": 2}', "utf-8")
    with pytest.raises(CatalogueUnusable, match='"version": 2'):
        centre.admin.publish(folder)
    assert centre.admin.publish(write(folder, a=1, b=1)).changed == 0


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("x.json", b"{", "no JSON"),
        ("x.json", b"\xff\xfe", "no JSON"),
        ("x.json", b"[]", "no object"),
        ("x.json", b"[" * 100_000, "no JSON"),
        ("x.json", b'{"id": "x"}', '"version" is no number'),
        ("x.json", b'{"id": "x", "version": 0}', '"version" is no number'),
        ("x.json", b'{"id": "../x", "version": 1}', "neither"),
        ("x.json", b'{"id": "a", "version": 1}', "stands in two files"),
        ("x.json", b'{"valid_from": "2026-01-01"}', "neither"),
        ("X Y.json", b'{"id": "x", "version": 1}', "a name of small letters"),
        ("x.json", b" " * 300_000, "larger than"),
    ],
)
def test_folder_with_a_wrong_file_is_not_published(
    name: str, content: bytes, fault: str, tmp_path: Path
):
    folder = write(tmp_path / "set", a=1)
    (folder / name).write_bytes(content)
    with pytest.raises(CatalogueUnusable, match=fault) as caught:
        read_folder(folder)
    assert name in str(caught.value)


def test_link_out_of_the_folder_is_not_followed(tmp_path: Path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"id": "secret", "version": 1}', "utf-8")
    folder = write(tmp_path / "set", a=1)
    (folder / "b.json").symlink_to(secret)
    with pytest.raises(CatalogueUnusable, match=r"b.json: no plain file"):
        read_folder(folder)


@pytest.mark.parametrize("names", [(), ("notes.txt",)])
def test_folder_without_definitions_withdraws_nothing(names: Sequence[str], tmp_path: Path):
    (tmp_path / "set").mkdir()
    for name in names:
        (tmp_path / "set" / name).write_text("x", "utf-8")
    with pytest.raises(CatalogueUnusable):
        read_folder(tmp_path / "set")
    with pytest.raises(CatalogueUnusable):
        read_folder(tmp_path / "missing")
