"""Health and figures, for supervisors and Prometheus."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from sync.central.admin import CentralAdmin
from sync.central.metrics import DatabaseFigures, Metrics
from sync.central.server import running
from sync.central.settings import CentralSettings
from tests.sync.sender import Sender
from tests.sync.sync_parts import DEVICE, REGION, Centre, Kiosk, event, make_centre

DATABASES = ("sqlite", "postgresql")


def get(url: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=10)


@pytest.fixture
def doomed(tmp_path: Path, fresh_url: str) -> Iterator[Centre]:
    """A centre whose database a test may ruin."""
    with make_centre(tmp_path / "doomed", fresh_url) as made:
        yield made


@pytest.fixture
def fresh_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.central.health._FRESH_S", 0)


@pytest.mark.usefixtures("fresh_checks")
def test_centre_is_not_ready_when_its_tables_are_of_another_version(doomed: Centre):
    centre = doomed
    assert get(centre.url + "/readyz").json() == {"status": "ready"}
    with centre.admin._database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    answer = get(centre.url + "/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:xianglin:problem:not-ready")
    assert "SYN-602" in answer.json()["title"]
    assert get(centre.url + "/healthz").json() == {"status": "ok"}


@pytest.mark.usefixtures("fresh_checks")
def test_centre_is_not_ready_when_the_database_cannot_be_written(doomed: Centre):
    assert get(doomed.url + "/readyz").json() == {"status": "ready"}
    with doomed.admin._database.writing() as connection:
        connection.execute(text("DROP TABLE meta"))
    assert get(doomed.url + "/readyz").status_code == 503
    assert get(doomed.url + "/healthz").status_code == 200


def value_of(figures: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} ([0-9.e+]+)$", figures, re.M)
    assert found, name
    return float(found[1])


def test_figures_tell_what_became_of_events_and_of_nobody(
    tmp_path: Path, kiosk: Kiosk, database_url: str
):
    settings = CentralSettings(
        tmp_path / "centre", port=0, key_provider="file", database=database_url, metrics_port=0
    )
    with (
        running(settings) as server,
        CentralAdmin(settings.state_dir, "file", database_url) as admin,
    ):
        admin.enrol_device(DEVICE, "A07", REGION, kiosk.signer.public_key)
        centre = Centre(settings.state_dir, server, admin)
        sender = Sender(centre.transport(kiosk.signer), kiosk.signer)
        one = event(assurance=1)
        sender.send(sender.item(1, one), sender.item(2), sender.item(3, event(kind="unheard_of")))
        sender.send(sender.item(1), sender.item(1, one))
        sender.transport.decisions(0)
        sender.transport.close()
        get(server.url + "/no/such/path/13900000000")
        figures = get(server.metrics_url).text
        assert get(server.url + "/metrics").status_code == 404
    county = 'county="513022"'
    for status, count in (("applied", 2), ("rejected", 1), ("duplicate", 1), ("conflict", 1)):
        name = f'xianglin_events_total{{{county},status="{status}"}}'
        assert value_of(figures, name) == count, status
    assert value_of(figures, "xianglin_batch_items_count") == 2
    assert value_of(figures, "xianglin_batch_items_sum") == 5
    assert value_of(figures, "xianglin_event_age_seconds_count") == 2
    assert value_of(figures, 'xianglin_open_alarms{kind="cloned-device"}') == 1
    assert value_of(figures, "xianglin_applications_in_review") == 2
    assert value_of(figures, "xianglin_oldest_application_seconds") > 0
    assert value_of(figures, "xianglin_group_batches_sum") == 2
    assert (
        value_of(figures, 'xianglin_requests_total{operation="POST /v1/batches",status="200"}') == 2
    )
    assert value_of(figures, 'xianglin_requests_total{operation="other",status="404"}') == 1
    for secret in (DEVICE, one.id, "r-0001", "A07", "13900000000", REGION):
        assert secret not in figures


def test_figures_say_when_the_database_is_away(doomed: Centre):
    with doomed.admin._database.writing() as connection:
        connection.execute(text("DROP TABLE alarm"))
    (found,) = DatabaseFigures(doomed.admin._database).collect()
    assert [(sample.name, sample.value) for sample in found.samples] == [
        ("xianglin_database_up", 0)
    ]


def test_many_ages_at_once_are_counted_as_each_alone_would_be():
    ages = [-1.0, 0.0, 59.9, 60.0, 60.1, 600.0, 86_400.0, 1e9, 60.0]
    at_once, alone = Metrics(), Metrics()
    at_once.arrivals(ages)
    for age in ages:
        alone._ages.observe(age)

    def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
        found = [one for family in metrics._ages.collect() for one in family.samples]
        return {
            (one.name, one.labels.get("le", "")): one.value
            for one in found
            if "created" not in one.name
        }

    assert samples(at_once) == samples(alone)
    assert samples(at_once)["xianglin_event_age_seconds_bucket", "60.0"] == 5
