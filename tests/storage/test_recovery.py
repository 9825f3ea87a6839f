"""A damaged database is moved aside, a fresh one has all that can be read, and no number comes twice."""

import hashlib
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import StorageBusy, StorageDamaged, StorageError
from kiosk.storage import quarantine
from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.database import DATABASE_FILE, IDENTITY_FILE, open_kiosk_database
from kiosk.storage.quarantine import RecoveryReport
from kiosk.storage.recovery import open_or_recover, recover
from kiosk.storage.template_rows import Opened, TemplateRows
from kiosk.template_keys import make_template_seal
from sync.device_keys import DeviceKeys
from tests.crash.kiosk_parts import NOW, open_kiosk
from tests.storage.damage import (
    DAMAGES,
    GIVEN,
    Given,
    noise,
    pages_of,
    serve_everything,
    spoil,
    tables_in,
    zero_first_page,
)
from tests.storage.states import FINGERPRINT_FILE, KEY_FILE, contents, serve
from tests.storage.test_keys import FAULTS


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Given]:
    folder = tmp_path_factory.mktemp("everything")
    return folder, serve_everything(folder)


@pytest.fixture
def state(before: tuple[Path, Given], tmp_path: Path) -> Path:
    return Path(shutil.copytree(before[0] / "state", tmp_path / "state"))


@pytest.fixture
def given(before: tuple[Path, Given]) -> Given:
    return before[1]


def recovered(state: Path) -> RecoveryReport:
    """Repair; what there was must be kept as it was."""
    damaged = contents(state).get(DATABASE_FILE)
    open_or_recover(state, "file").close()
    (report,) = quarantine.reports(state)
    kept = state / "quarantine" / report.folder / DATABASE_FILE
    assert (kept.read_bytes() if kept.exists() else None) == damaged
    assert kept.parent.stat().st_mode & 0o077 == 0
    assert not [path for path in state.iterdir() if ".new" in path.name or ".swap" in path.name]
    return report


def check(state: Path, given: Given, report: RecoveryReport) -> set[str]:
    """What holds after every repair; gives the ids of the requests whose event is there."""
    with open_kiosk(state.parent) as kiosk:
        assert kiosk.signer.public_key == given.key
        with kiosk.encrypted.reading() as raw:
            assert first_broken_link(raw) is None
            requests = dict(raw.execute("SELECT request_id, receipt_number FROM service_request"))
            rows = raw.execute("SELECT id, digest, item FROM outbox").fetchall()
            entries = raw.execute("SELECT kind FROM audit ORDER BY audit_no DESC").fetchone()
        assert entries[0] == "storage.recovered"
        assert all(hashlib.sha256(item).hexdigest() == digest for _, digest, item in rows)
        assert requests.items() <= given.requests.items()
        events = {row[0] for row in rows}
        # Whatever is lost is named: by its number, or by the range of its counter.
        missing = {
            number for first, last in report.missing_receipts for number in range(first, last + 1)
        }
        for request_id, receipt in given.requests.items():
            counter = int(receipt.split("-")[1])
            assert (request_id in requests) is not (counter in missing)
        assert not missing - set(range(1, given.last_receipt + 1))
        fresh = kiosk.submit()
        assert int(fresh.receipt_number.split("-")[1]) > given.last_receipt
        with kiosk.encrypted.reading() as raw:
            assert raw.execute("SELECT max(seq) FROM outbox").fetchone()[0] > given.last_seq
    return events


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_no_number_is_given_twice_and_what_is_lost_is_named_when_the_file_is_damaged(
    damage: Callable[[Path], None], state: Path, given: Given
) -> None:
    damage(state)
    report = recovered(state)
    check(state, given, report)


def test_nothing_is_lost_when_only_the_first_page_is(state: Path, given: Given) -> None:
    untouched = open_kiosk_database(state, "file")
    rows = tables_in(untouched)
    untouched.close()
    zero_first_page(state)
    report = recovered(state)
    fresh = open_kiosk_database(state, "file")
    now = tables_in(fresh)
    fresh.close()
    changed = {name for name in rows if now[name] != rows[name]}
    # What a repair itself writes: its entry in the log, the numbers passed over, the cursors set back.
    assert changed == {"audit", "receipt_block", "sync_cursor"}
    assert set(now["audit"]) > set(rows["audit"])
    assert (report.lost_receipts, report.missing_receipts, report.lost_audit) == ((), (), 0)
    assert check(state, given, report) == set(given.requests)


def test_templates_still_open_when_the_database_was_made_anew(state: Path) -> None:
    spoil(state / DATABASE_FILE, pages_of(state)["device_secret"])
    recovered(state)
    with open_kiosk(state.parent) as kiosk, kiosk.encrypted.reading() as raw:
        seal = make_template_seal(kiosk.encrypted, kiosk.signer)
        found = [TemplateRows(raw, seal, kind).tried(20) for kind in Modality]
    assert found == [Opened(200, 20, 0)] * 2


TABLES = (
    "outbox",
    "service_request",
    "audit",
    "receipt_block",
    "device_secret",
    "resident",
    "face_template",
    "voice_template",
    "consent",
    "blob_chunk",
    "attachment",
    "request_form",
    "_sqlite_migrations",
    "sync_cursor",
    "outbox_order",
    "sqlite_sequence",
)


@pytest.mark.parametrize(
    ("table", "share"),
    [(table, "all") for table in TABLES]
    + [(table, "root") for table in ("outbox", "service_request", "audit", "resident", "consent")]
    + [("outbox", "last"), ("audit", "last")],
)
def test_damage_in_one_table_costs_no_other_table_anything(
    table: str, share: str, state: Path, given: Given
) -> None:
    untouched = open_kiosk_database(state, "file")
    rows = tables_in(untouched)
    untouched.close()
    pages = pages_of(state)[table]
    spoil(state / DATABASE_FILE, {"root": pages[:1], "last": pages[-1:], "all": pages}[share])
    report = recovered(state)
    fresh = open_kiosk_database(state, "file")
    now = tables_in(fresh)
    fresh.close()
    for name, before_rows in rows.items():
        if name == table or name in ("audit", "receipt_block", "sync_cursor"):
            continue
        if table == "blob_chunk" and name in ("blob", "blob_claim", "attachment"):
            continue  # a file without one of its chunks is gone as a whole
        assert now[name] == before_rows, name
    if table not in ("audit", "sqlite_sequence"):
        assert set(now["audit"]) > set(rows["audit"])
    events = check(state, given, report)
    if table != "outbox":
        assert events == set(given.requests)
    if table in ("outbox", "service_request") and share == "root" and len(pages) > 2:
        # The leaves below a lost root are found again.
        assert len(now[table]) > GIVEN // 2


def test_item_that_only_the_copy_has_is_sent_after_all(state: Path, given: Given) -> None:
    database = open_kiosk_database(state, "file")
    with database.reading() as raw:
        waiting = dict(raw.execute("SELECT id, digest FROM outbox WHERE state = 'queued'"))
        kept = database.queue_copy.keep(raw)
        parked = raw.execute("SELECT count(*) FROM outbox WHERE state = 'parked'").fetchone()[0]
    database.close()
    assert kept == len(waiting) + parked
    spoil(state / DATABASE_FILE, pages_of(state)["outbox"])
    report = recovered(state)
    assert report.from_copies == kept
    assert report.lost_receipts == ()
    database = open_kiosk_database(state, "file")
    with database.reading() as raw:
        assert dict(raw.execute("SELECT id, digest FROM outbox WHERE state = 'queued'")) == waiting
    database.close()


def test_receipts_without_an_event_are_named_when_there_is_no_copy(
    state: Path, given: Given
) -> None:
    database = open_kiosk_database(state, "file")
    with database.reading() as raw:
        undelivered = {
            row[0]
            for row in raw.execute(
                "SELECT receipt_number FROM service_request WHERE state = 'accepted'"
            )
        }
    database.close()
    spoil(state / DATABASE_FILE, pages_of(state)["outbox"])
    report = recovered(state)
    assert set(report.lost_receipts) == undelivered
    assert undelivered < set(given.requests.values())


def test_second_repair_keeps_what_the_first_saved(state: Path, given: Given) -> None:
    zero_first_page(state)
    recovered(state)
    with open_kiosk(state.parent) as kiosk:
        more = [kiosk.submit() for _ in range(3)]
    noise(state)
    # Nothing can be read now; the numbers still go on.
    open_or_recover(state, "file").close()
    assert len(quarantine.reports(state)) == 2
    with open_kiosk(state.parent) as kiosk:
        assert kiosk.signer.public_key == given.key
        number = kiosk.submit().receipt_number
    assert number > max(request.receipt_number for request in more)


@pytest.mark.parametrize(("break_key", "expected"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("is_damaged", [False, True])
def test_wrong_key_moves_nothing(
    is_damaged: bool,
    break_key: Callable[[Path], None],
    expected: type[StorageError],
    state: Path,
) -> None:
    if is_damaged:
        zero_first_page(state)
    break_key(state)
    files = contents(state)
    with pytest.raises(expected):
        open_or_recover(state, "file")
    assert contents(state) == files
    assert not (state / "quarantine").exists()


def test_wrong_key_moves_nothing_when_its_fingerprint_was_changed_too(
    state: Path, tmp_path: Path
) -> None:
    other = serve(tmp_path / "other", 1)
    for name in (KEY_FILE, FINGERPRINT_FILE):
        shutil.copy(other / name, state / name)
    files = contents(state)
    with pytest.raises(StorageDamaged):
        open_or_recover(state, "file")
    (state / FINGERPRINT_FILE).unlink()
    files.pop(FINGERPRINT_FILE)
    (state / KEY_FILE).write_text(secrets.token_hex(32))
    files[KEY_FILE] = (state / KEY_FILE).read_bytes()
    with pytest.raises(StorageDamaged):
        open_or_recover(state, "file")
    assert contents(state) == files


def test_database_of_another_kiosk_is_moved_aside_and_kept(
    state: Path, given: Given, tmp_path: Path
) -> None:
    other = serve(tmp_path / "other", 1)
    shutil.copy(other / DATABASE_FILE, state / DATABASE_FILE)
    check(state, given, recovered(state))


def test_repair_waits_for_whoever_has_the_database_open(state: Path) -> None:
    database = open_kiosk_database(state, "file")
    try:
        with pytest.raises(StorageBusy):
            recover(state, "file")
    finally:
        database.close()
    assert not (state / "quarantine").exists()


def test_state_without_an_identity_file_is_recovered_from_its_own_rows(
    state: Path, given: Given
) -> None:
    (state / IDENTITY_FILE).unlink()
    spoil(state / DATABASE_FILE, pages_of(state)["resident"])
    assert check(state, given, recovered(state)) == set(given.requests)


def test_state_without_an_identity_file_is_left_when_its_key_is_lost(state: Path) -> None:
    (state / IDENTITY_FILE).unlink()
    spoil(state / DATABASE_FILE, pages_of(state)["device_secret"])
    files = contents(state)
    with pytest.raises(StorageDamaged):
        open_or_recover(state, "file")
    assert contents(state) == files


def test_key_that_took_over_outlives_the_database(state: Path, given: Given) -> None:
    with open_kiosk(state.parent) as kiosk:
        keys = DeviceKeys(kiosk.signer)
        with kiosk.encrypted.transaction() as raw:
            second = keys.rotate(raw, NOW)
        with kiosk.encrypted.transaction() as raw:
            keys.confirm(raw, second.number, NOW)
    noise(state)
    open_or_recover(state, "file").close()
    with open_kiosk(state.parent) as kiosk, kiosk.encrypted.reading() as raw:
        assert kiosk.signer.public_key == given.key
        found = DeviceKeys(kiosk.signer).all(raw)[0]
        assert found.signer.public_key == second.signer.public_key
        assert (found.first_seq, found.is_announced) == (second.first_seq, True)


def test_alarm_stands_until_staff_have_seen_the_report(state: Path) -> None:
    zero_first_page(state)
    report = recovered(state)
    assert quarantine.unseen(state) == [report]
    assert quarantine.mark_seen(state) == 1
    assert quarantine.unseen(state) == []
    assert quarantine.mark_seen(state) == 0
    assert quarantine.reports(state) == [report]
