"""The database changes its shape without losing a row, and never goes back."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

import kiosk.storage.database as storage
from kiosk.errors import StorageNewer
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.migrations import KIOSK_MIGRATIONS
from sync import cursors
from tests.builders import NOW, ZHAO
from tests.storage.states import ACCEPTED, contents, receipts


def with_one_more(step: str) -> Migrations:
    """The shipped migrations and the next release's."""
    migrations = Migrations("kiosk")
    migrations._migrations.extend(KIOSK_MIGRATIONS._migrations)

    @migrations(name="0099_next")
    def _next(database: Database) -> None:
        database.execute("ALTER TABLE service_request ADD COLUMN channel TEXT NOT NULL DEFAULT ''")
        database.execute(step)

    return migrations


AS_OF = "2026-11-20T01:02:03.000+00:00"
GOOD_STEP = "UPDATE service_request SET channel = 'kiosk'"
BAD_STEP = "UPDATE no_such_table SET x = 1"


def channels(state: Path) -> list[tuple[str, int]]:
    database = open_kiosk_database(state, "file")
    try:
        with database.reading() as raw:
            query = "SELECT channel, count(*) FROM service_request GROUP BY channel"
            return [tuple(row) for row in raw.execute(query)]
    finally:
        database.close()


def test_rows_are_kept_when_a_newer_version_changes_a_table(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "KIOSK_MIGRATIONS", with_one_more(GOOD_STEP))
    assert channels(state) == [("kiosk", ACCEPTED)]
    assert channels(state) == [("kiosk", ACCEPTED)]  # a second start has nothing to do
    assert len(receipts(state)) == ACCEPTED


def test_nothing_is_changed_when_a_migration_breaks_half_way(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "KIOSK_MIGRATIONS", with_one_more(BAD_STEP))
    with pytest.raises(Exception, match="no_such_table"):
        open_kiosk_database(state, "file")
    monkeypatch.undo()
    assert len(receipts(state)) == ACCEPTED
    monkeypatch.setattr(storage, "KIOSK_MIGRATIONS", with_one_more(GOOD_STEP))
    assert channels(state) == [("kiosk", ACCEPTED)]


@pytest.mark.parametrize("migration_set", ["kiosk", "sync"])
def test_database_of_a_newer_version_is_refused_and_left_untouched(
    migration_set: str, state: Path
) -> None:
    database = open_kiosk_database(state, "file")
    with database.transaction() as raw:
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
            [migration_set, "9999_of_the_future", "2030-01-01"],
        )
    database.close()
    before = contents(state)
    with pytest.raises(StorageNewer):
        open_kiosk_database(state, "file")
    assert contents(state) == before


def first_release(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database as the first version left it, with a resident and a request."""
    first = Migrations("kiosk")
    first._migrations.append(KIOSK_MIGRATIONS._migrations[0])
    with monkeypatch.context() as patch:
        patch.setattr(storage, "KIOSK_MIGRATIONS", first)
        database = open_kiosk_database(state, "file")
    with database.transaction() as raw:
        raw.execute(
            "INSERT INTO resident VALUES ('r-0001', ?, '赵桂兰', '513022104203', '2026-12-31', ?)",
            [ZHAO, NOW.isoformat()],
        )
        raw.execute("INSERT INTO roster_state VALUES (1, ?)", [AS_OF])
        cursors.store(raw, cursors.ROSTER, 57)
        cursors.store(raw, cursors.DECISIONS, 31)
        raw.execute(
            "INSERT INTO service_request VALUES ('0199-1', 'r-0001', 'pension.life_certification', 1, 'd', "
            "'A07-000001-5', ?, 2, 0, 'needs_correction', NULL, ?, 'photo', '照片不清')",
            [NOW.isoformat(), NOW.isoformat()],
        )
    database.close()


def test_database_of_the_first_version_is_widened_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_release(tmp_path / "state", monkeypatch)
    database = open_kiosk_database(tmp_path / "state", "file")
    try:
        with database.reading() as raw:
            (resident,) = raw["resident"].rows
            (request,) = raw["service_request"].rows
            mark = list(raw["clock_mark"].rows)
            read = [cursors.read_cursor(raw, name) for name in ("roster", "decisions")]
    finally:
        database.close()
    assert (resident["name"], resident["record"]) == ("赵桂兰", "")
    assert (request["decision_text"], request["decision_fields"]) == ("照片不清", "[]")
    assert (request["corrects"], request["corrected_by"]) == ("", "")
    # The roster is read from its start: the version before had passed over the records.
    assert read == [0, 31]
    assert mark == [{"only_row": 1, "device_at": NOW.isoformat(), "centre_at": AS_OF}]


def test_two_first_starts_at_once_make_one_database(tmp_path: Path) -> None:
    state = tmp_path / "state"
    code = (
        "import sys; from pathlib import Path; from kiosk.storage.database import open_kiosk_database; "
        "open_kiosk_database(Path(sys.argv[1]), 'file').close()"
    )
    # The key of the first one may be a moment away from the second one's sight: one may be refused, never both.
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(state)], stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert 0 in [start.wait(60) for start in starts]
    assert receipts(state) == []


def test_sqlite_utils_catches_the_errors_of_the_encrypted_database() -> None:
    code = "import kiosk.storage.store, sqlite_utils.utils as u; print(u.sqlite3.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "sqlcipher3"
