"""What only a PostgreSQL can show: parts by county, a server that goes away, a restore of the whole database."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import OperationalError

from sync.central import migrate, tables
from sync.central.database import CannotConnect, CentralDatabase
from sync.central.database_url import (
    FILE_VARIABLE,
    URL_VARIABLE,
    DatabaseUrlRefused,
    parse_url,
    told_url,
)
from sync.central.still_there import IDLE_S, ask_when_idle
from sync.errors import ServerBusy
from sync.outbox import ItemState
from sync.signing import DeviceSigner
from tests.sync.postgresql import Cluster
from tests.sync.sender import Sender
from tests.sync.sync_parts import (
    DEVICE,
    REGION,
    ROSTER,
    Centre,
    Kiosk,
    RecordingListener,
    event,
    make_centre,
    make_kiosk,
)

DATABASES = ("postgresql",)
OTHER_COUNTY = "510322100001"


def rows_of(centre: Centre, table: str) -> int:
    with centre.admin._database.reading() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_rows_lie_in_the_part_of_their_county(sender: Sender, centre: Centre):
    assert sender.outcomes(sender.item(1)) == [("applied", "")]
    for table in ("inbox", "application"):
        assert rows_of(centre, f"{table}_{REGION[:6]}") == 1
        assert rows_of(centre, f"{table}_rest") == 0


def test_device_that_moved_to_another_county_keeps_its_decisions(sender: Sender, centre: Centre):
    one, other = event(assurance=1), event("r-0002", assurance=1)
    sender.send(sender.item(1, one))
    centre.admin.enrol_device(DEVICE, "A07", OTHER_COUNTY, sender.signer.public_key)
    sender.send(sender.item(2, other), sender.item(3, event(corrects=one.id, assurance=1)))
    assert rows_of(centre, f"application_{OTHER_COUNTY[:6]}") == 2
    centre.admin.decide(other.id)
    with pytest.raises(Exception, match="a correction has taken its place"):
        centre.admin.decide(one.id)
    assert [one.event_id for one in sender.transport.decisions(0).decisions] == [other.id]
    centre.admin.enrol_device(DEVICE, "A07", REGION, sender.signer.public_key)
    (device,) = centre.admin.devices()
    assert device["earlier_regions"] == OTHER_COUNTY


def test_id_is_unique_across_counties(sender: Sender, centre: Centre):
    other = DeviceSigner.generate()
    centre.admin.enrol_device("dev-0008", "A08", OTHER_COUNTY, other.public_key)
    one = event()
    sender.send(sender.item(1, one))
    transport = centre.transport(other, "dev-0008")
    try:
        far = Sender(transport, other)
        assert far.outcomes(far.item(1, one, device="dev-0008")) == [("conflict", "id-reused")]
    finally:
        transport.close()


def test_event_of_a_county_without_a_part_is_taken_all_the_same(sender: Sender, centre: Centre):
    with centre.admin._database.writing() as connection:
        row = tables.device
        connection.execute(row.update().values(region_code="110101001001"))
    assert sender.outcomes(sender.item(1)) == [("applied", "")]
    assert rows_of(centre, "application_rest") == 1
    centre.admin.enrol_device(DEVICE, "A07", "110101001001", sender.signer.public_key)
    assert sender.outcomes(sender.item(2)) == [("applied", "")]


def test_rows_of_an_older_database_are_moved_into_their_parts(tmp_path: Path, cluster: Cluster):
    url = cluster.new_database()
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        migrate.upgrade(connection, "0001")
        for statement in (
            "INSERT INTO meta VALUES ('schema_version', '1'), ('epoch', 'e')",
            f"INSERT INTO meta VALUES ('signing_seed', '{'07' * 32}')",
            "INSERT INTO counter VALUES ('received', 41), ('application_change', 4), ('roster_version', 7)",
            f"INSERT INTO device VALUES ('dev-1', 'A01', '\\x00', '{REGION}', true, 12)",
            "INSERT INTO inbox VALUES ('0199-1', 'dev-1', 12, 'r', 'd', '\\x00', 't', 'applied', '', 41)",
            "INSERT INTO application (event_id, device, service_id, resident_id, subject, person_claim, receipt_number,"
            " accepted_at, assurance, state, decision_code, decision_text, change) VALUES ('0199-1', 'dev-1', 's', 'r',"
            " 'r', '', 'A01-1', '2026-11-23T08:00:00.000Z', 2, 'in_review', '', '', 4)",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    database = CentralDatabase(tmp_path, "file", url)
    with database.writing() as connection:
        found = connection.execute(
            text(f"SELECT event_id, change FROM application_{REGION[:6]}")
        ).all()
        assert [tuple(row) for row in found] == [("0199-1", 4)]
        assert connection.execute(select(tables.device.c.change)).scalar_one() == 4
        assert connection.execute(text("SELECT nextval('event_number')")).scalar_one() == 42
    database.close()


def test_server_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(CannotConnect) as caught:
        CentralDatabase(tmp_path, "file", f"postgresql://u:secret@/x?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_server_that_crashes_costs_an_answer_and_nothing_else(
    sender: Sender, centre: Centre, cluster: Cluster
):
    first, second = sender.item(1), sender.item(2)
    sender.send(first)
    cluster.stop("immediate")
    try:
        with pytest.raises(ServerBusy):
            sender.send(second)
    finally:
        cluster.start()
    assert sender.outcomes(first, second) == [("duplicate", ""), ("applied", "")]


def test_centre_restored_from_a_dump_is_given_again_what_it_lost(tmp_path: Path, cluster: Cluster):
    """The dump of last night is played back, and the staff renew the epoch."""
    url = cluster.new_database()
    dump = cluster.folder / "night.dump"
    name = url.rpartition("?")[0].rpartition("/")[2]
    address = ("-h", str(cluster.folder), "-U", "centre")
    with make_kiosk(tmp_path / "kiosk") as near:
        with make_centre(tmp_path / "centre", url) as centre:
            centre.load(ROSTER)
            centre.enrol(near.signer)
            ids = near.append(event("r-0001", assurance=1), event("r-0002", assurance=1))
            _exchange(near, centre)
            centre.admin.decide(ids[0])
            _exchange(near, centre)
            cluster.run("pg_dump", *address, "-Fc", "-f", str(dump), name)
            ids += near.append(event("r-0003", assurance=1))
            _exchange(near, centre)
            centre.admin.decide(ids[1])
            centre.admin.decide(ids[2])
            _exchange(near, centre)
            assert len(near.listener.decisions) == 3
        cluster.execute(f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        cluster.run("pg_restore", *address, "-d", name, "--exit-on-error", str(dump))
        with make_centre(tmp_path / "centre", url) as centre:
            before = centre.admin._database.epoch
            assert centre.admin.renew_epoch() != before
            ids += near.append(event("r-0004", assurance=1))
            near.listener = RecordingListener()
            report = _exchange(near, centre)
            assert (report.requeued, report.error_code) == (1, "")
            held = {row["event_id"]: row["state"] for row in centre.admin.applications()}
            assert sorted(held) == sorted(ids)
            assert held[ids[0]] == "decided"
            # What staff had decided since is theirs to decide again; the kiosk takes it without harm.
            for event_id in ids[1:]:
                centre.admin.decide(event_id)
            _exchange(near, centre)
            assert sorted(one.event_id for one in near.listener.decisions) == sorted(ids)
            assert near.ids(ItemState.QUEUED) == []


def _exchange(kiosk: Kiosk, centre: Centre):
    transport = centre.transport(kiosk.signer)
    try:
        return kiosk.engine(transport).run_once()
    finally:
        transport.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://host/x",
        "postgresql//x",
        "postgresql://u:secret@host/x",
        "postgresql://u:secret@host:port/x",
    ],
)
def test_url_that_must_not_stand_in_the_command_line_is_refused(wrong: str):
    with pytest.raises(DatabaseUrlRefused) as caught:
        told_url(wrong, {})
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_url_comes_from_the_variable_or_a_file_of_the_centre_alone(tmp_path: Path):
    secret = "postgresql://u:secret@host/x"
    file = tmp_path / "url"
    file.write_text(secret + "\n")
    file.chmod(0o644)
    assert told_url(None, {}) == ""
    assert told_url(None, {URL_VARIABLE: secret}) == secret
    assert told_url("postgresql://host/y", {URL_VARIABLE: secret}) == "postgresql://host/y"
    with pytest.raises(DatabaseUrlRefused, match="chmod 600"):
        told_url(None, {FILE_VARIABLE: str(file)})
    file.chmod(0o600)
    assert told_url(None, {FILE_VARIABLE: str(file)}) == secret
    with pytest.raises(DatabaseUrlRefused):
        told_url(None, {FILE_VARIABLE: str(tmp_path / "nothing")})


def test_connection_that_died_idle_is_replaced_before_anybody_uses_it(cluster: Cluster):
    engine = create_engine(parse_url(cluster.new_database()), pool_size=2)
    now = [0.0]
    ask_when_idle(engine, lambda: now[0])

    def backend() -> int:
        with engine.connect() as connection:
            return connection.execute(text("SELECT pg_backend_pid()")).scalar_one()

    first = backend()
    now[0] += IDLE_S / 2
    assert backend() == first
    cluster.execute(f"SELECT pg_terminate_backend({first})")
    now[0] += IDLE_S
    second = backend()
    assert second != first
    # Within the second nobody asks; the statement finds it out, and the next one has another connection.
    cluster.execute(f"SELECT pg_terminate_backend({second})")
    with pytest.raises(OperationalError):
        backend()
    assert backend() not in (first, second)
    engine.dispose()
