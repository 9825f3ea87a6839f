"""The centre's tables: made and changed by revisions only, once, and never by an older version."""

import importlib
import pkgutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import MetaData, text

import sync.central
from sync.answers import DecisionState
from sync.central import migrate, tables, tables_admission
from sync.central.admin import CentralAdmin
from sync.central.database import DATABASE_FILE, DATABASE_KEY_NAME, CentralDatabase
from sync.central.keys import CentreKeyStore
from sync.errors import DatabaseDamaged
from sync.key_provider import resolve_key
from sync.sqlcipher import connect
from tests.storage.states import HOT_JOURNAL, PAGE_BYTES

DATABASES = ("sqlite", "postgresql")

BEFORE_REVISIONS = [
    "CREATE TABLE meta (name VARCHAR(64) NOT NULL PRIMARY KEY, value VARCHAR(512) NOT NULL)",
    "CREATE TABLE counter (name VARCHAR(64) NOT NULL PRIMARY KEY, value INTEGER NOT NULL)",
    """CREATE TABLE device (id VARCHAR(64) NOT NULL PRIMARY KEY, receipt_prefix VARCHAR(3) NOT NULL,
       public_key BLOB NOT NULL, region_code VARCHAR(12) NOT NULL, enabled BOOLEAN NOT NULL, hwm INTEGER NOT NULL,
       UNIQUE (receipt_prefix))""",
    """CREATE TABLE resident (resident_id VARCHAR(64) NOT NULL PRIMARY KEY, citizen_id VARCHAR(18) NOT NULL,
       name VARCHAR(100) NOT NULL, region_code VARCHAR(12) NOT NULL, certified_until VARCHAR(10),
       version INTEGER NOT NULL, UNIQUE (version))""",
    """CREATE TABLE inbox (id VARCHAR(36) NOT NULL PRIMARY KEY, device VARCHAR(64) NOT NULL REFERENCES device (id),
       seq INTEGER NOT NULL, subject VARCHAR(128) NOT NULL, digest VARCHAR(64) NOT NULL, item BLOB NOT NULL,
       received_at VARCHAR(32) NOT NULL, status VARCHAR(16) NOT NULL, problem VARCHAR(200) NOT NULL,
       server_seq INTEGER NOT NULL, UNIQUE (server_seq), CONSTRAINT inbox_device_seq UNIQUE (device, seq))""",
    """CREATE TABLE application (event_id VARCHAR(36) NOT NULL PRIMARY KEY REFERENCES inbox (id),
       device VARCHAR(64) NOT NULL, service_id VARCHAR(64) NOT NULL, resident_id VARCHAR(64) NOT NULL,
       subject VARCHAR(128) NOT NULL, person_claim VARCHAR(64) NOT NULL, receipt_number VARCHAR(32) NOT NULL,
       accepted_at VARCHAR(32) NOT NULL, assurance INTEGER NOT NULL, state VARCHAR(20) NOT NULL,
       decision_code VARCHAR(64) NOT NULL, decision_text VARCHAR(400) NOT NULL, decided_at VARCHAR(32),
       change INTEGER NOT NULL UNIQUE)""",
    "CREATE INDEX application_feed ON application (device, change)",
    "CREATE INDEX resident_feed ON resident (region_code, version)",
    "INSERT INTO meta VALUES ('schema_version', '1'), ('epoch', 'an-epoch')",
    f"INSERT INTO meta VALUES ('signing_seed', '{'07' * 32}')",
    "INSERT INTO counter VALUES ('received', 1), ('application_change', 4), ('roster_version', 7)",
    "INSERT INTO device VALUES ('dev-0001', 'A01', x'00', '513022104203', 1, 12)",
    "INSERT INTO resident VALUES ('r-0001', '513022194803120641', '赵桂兰', '513022104203', NULL, 7)",
    "INSERT INTO inbox VALUES ('0199-1', 'dev-0001', 12, 'r-0001', 'd', x'00', 't', 'applied', '', 1)",
    """INSERT INTO application VALUES ('0199-1', 'dev-0001', 'pension.claim', 'r-0001', 'r-0001', '', 'A01-1',
       '2026-11-23T08:00:00.000Z', 2, 'in_review', '', '', NULL, 4)""",
]
"""Tables of a centre that made them itself, without a table and columns that came later."""


def declared() -> MetaData:
    for module in pkgutil.iter_modules(sync.central.__path__):
        if module.name.startswith("tables"):
            importlib.import_module(f"sync.central.{module.name}")
    return tables.metadata


def assert_as_declared(database: CentralDatabase) -> None:
    with database.reading() as connection:
        wanted = MetaData()
        # SQLite has those of the admission in a database of their own.
        for some in (declared(), tables_admission.metadata)[
            : 2 if database.kind == "postgresql" else 1
        ]:
            for table in some.tables.values():
                table.to_metadata(wanted)
        if migrate.differences(connection, wanted):
            code = migrate.operations(connection, wanted)
            pytest.fail(f"a revision is missing:\n{code}")


@pytest.fixture
def database(tmp_path: Path, fresh_url: str):
    made = CentralDatabase(tmp_path, "file", fresh_url)
    yield made
    made.close()


def test_revisions_make_the_tables_that_are_declared(database: CentralDatabase):
    assert_as_declared(database)
    with database.reading() as connection:
        assert migrate.revision_of(connection) == migrate.head()


def test_revisions_are_one_line_without_gaps():
    found = [(one.revision, one.down_revision) for one in migrate._scripts().walk_revisions()]
    numbers = [f"{number:04d}" for number in range(len(found), 0, -1)]
    assert found == list(zip(numbers, [*numbers[1:], None], strict=True))


def test_a_missing_revision_is_noticed(database: CentralDatabase):
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE receipt_block DROP COLUMN allotted_at"))
    with pytest.raises(pytest.fail.Exception, match="add_column"):
        assert_as_declared(database)


def test_database_from_before_revisions_keeps_its_rows(tmp_path: Path):
    key = resolve_key(tmp_path, DATABASE_KEY_NAME, "file", database_exists=False)
    old = connect(tmp_path / "central.db", key)
    for statement in BEFORE_REVISIONS:
        old.execute(statement)
    old.close()
    with CentralAdmin(tmp_path, "file") as admin:
        assert_as_declared(admin._database)
        assert admin._database.epoch == "an-epoch"
        assert [(row["id"], row["hwm"]) for row in admin.devices()] == [("dev-0001", 12)]
        assert [(row["name"], row["record"]) for row in admin.residents()] == [("赵桂兰", "")]
        admin.decide("0199-1", DecisionState.NEEDS_CORRECTION, fields=("bank",))
        (row,) = admin.applications()
        assert (row["region_code"], row["decision_fields"], row["change"]) == (
            "513022104203",
            "bank",
            5,
        )


def test_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path, fresh_url: str):
    database = CentralDatabase(tmp_path, "file", fresh_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(migrate.DatabaseNewer):
        CentralDatabase(tmp_path, "file", fresh_url)


def test_upgrade_that_fails_half_way_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_url: str
):
    module = migrate._scripts().get_revision("head").module
    real = module.upgrade

    def broken() -> None:
        real()
        raise LookupError("power cut")

    monkeypatch.setattr(module, "upgrade", broken)
    with pytest.raises(LookupError):
        CentralDatabase(tmp_path, "file", fresh_url)
    monkeypatch.undo()
    database = CentralDatabase(tmp_path, "file", fresh_url)
    assert_as_declared(database)
    database.close()


def test_workers_that_start_at_once_make_one_centre(tmp_path: Path, fresh_url: str):
    gate = threading.Barrier(4)
    resolve_key(tmp_path, DATABASE_KEY_NAME, "file", database_exists=False)

    def start(_number: int) -> bytes:
        gate.wait(20)
        database = CentralDatabase(tmp_path, "file", fresh_url)
        try:
            keys = CentreKeyStore(database).current()
            return keys.signers[0].public_key + keys.document
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(start, range(4)))
    assert len(keys) == 4
    assert len(set(keys)) == 1


@pytest.mark.parametrize("written", [0, 100, PAGE_BYTES], ids=["nothing", "a part", "all"])
def test_start_goes_on_while_another_process_writes_the_first_page_or_was_cut_off_there(
    tmp_path: Path, written: int
):
    CentralDatabase(tmp_path / "made", "file").close()
    page = (tmp_path / "made" / DATABASE_FILE).read_bytes()[:written]
    state_dir = tmp_path / "begun"
    state_dir.mkdir(mode=0o700)
    resolve_key(state_dir, DATABASE_KEY_NAME, "file", database_exists=False)
    (state_dir / DATABASE_FILE).write_bytes(page)
    (state_dir / f"{DATABASE_FILE}-journal").write_bytes(HOT_JOURNAL)
    for _ in range(2):
        database = CentralDatabase(state_dir, "file")
        assert_as_declared(database)
        database.close()


def test_made_database_follows_no_journal(tmp_path: Path):
    CentralDatabase(tmp_path, "file").close()
    before = (tmp_path / DATABASE_FILE).read_bytes()
    (tmp_path / f"{DATABASE_FILE}-journal").write_bytes(HOT_JOURNAL)
    with pytest.raises(DatabaseDamaged):
        CentralDatabase(tmp_path, "file")
    assert (tmp_path / DATABASE_FILE).read_bytes() == before


def test_revisions_are_part_of_the_wheel():
    """setuptools takes the folders that are packages, and what else pyproject names."""
    root = Path(sync.central.__file__).parents[1]
    folders = {path.parent for path in root.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
    assert migrate.FOLDER / "versions" in folders
