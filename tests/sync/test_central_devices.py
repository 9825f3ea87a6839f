"""The centre by itself: roster, devices and who may speak."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from sync.central.admin import CentralAdmin, EnrolmentRefused
from sync.central.roster import RosterUnusable
from sync.errors import NotAuthorised
from sync.framing import encode_batch
from sync.http_transport import HttpTransport
from sync.signing import DeviceSigner
from tests.sync.sender import Sender, centre_now, post
from tests.sync.sync_parts import (
    DEVICE,
    OTHER_REGION,
    ROSTER,
    Centre,
    Kiosk,
)

DATABASES = ("sqlite", "postgresql")

ROOT = Path(__file__).parents[2]


def test_roster_gives_only_the_devices_region_and_then_only_changes(sender: Sender, centre: Centre):
    first = sender.transport.roster(0)
    assert sorted(person.resident_id for person in first.upserts) == ["r-0001", "r-0002", "r-0003"]
    assert not first.more
    assert sender.transport.roster(first.cursor).upserts == ()
    assert centre.load(ROSTER) == 0
    moved = {**ROSTER["residents"][0], "region_code": OTHER_REGION}
    assert centre.load({"residents": [moved], "removed": ["r-0002"]}) == 2
    second = sender.transport.roster(first.cursor)
    assert (second.upserts, sorted(second.tombstones)) == ((), ["r-0001", "r-0002"])
    centre.load(ROSTER)
    third = sender.transport.roster(second.cursor)
    assert sorted(person.resident_id for person in third.upserts) == ["r-0001", "r-0002"]
    assert third.tombstones == ()
    whole = sender.transport.roster(0)
    assert (len(whole.upserts), whole.tombstones) == (3, ())


def test_long_roster_comes_whole(kiosk: Kiosk, centre: Centre, transport: HttpTransport):
    people = [
        {**ROSTER["residents"][0], "resident_id": f"p-{number:04d}", "citizen_id": f"{number:018d}"}
        for number in range(450)
    ]
    centre.load({"residents": people})
    report = kiosk.engine(transport).run_once()
    assert sum(len(page.upserts) for page in kiosk.listener.pages) == 453
    assert report.roster_changes == 453


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"residents":[{"resident_id":"x"}]}',
        '{"residents":[{"resident_id":"r","citizen_id":"1","name":"秘密","region_code":"2","certified_until":"soon"}]}',
    ],
)
def test_unusable_roster_changes_nothing_and_names_no_one(
    centre: Centre, tmp_path: Path, text: str
):
    path = tmp_path / "bad.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RosterUnusable) as caught:
        centre.admin.load_roster(path)
    assert "秘密" not in str(caught.value)
    assert centre.admin.summary().residents == 5


def test_unknown_device_is_not_authorised(centre: Centre):
    transport = centre.transport(DeviceSigner.generate())
    try:
        with pytest.raises(NotAuthorised):
            transport.decisions(0)
    finally:
        transport.close()


def test_device_with_another_key_is_not_authorised(centre: Centre, kiosk: Kiosk):
    centre.enrol(kiosk.signer)
    transport = centre.transport(DeviceSigner.generate())
    try:
        with pytest.raises(NotAuthorised):
            transport.decisions(0)
    finally:
        transport.close()


def test_device_that_was_switched_off_is_not_authorised(sender: Sender, centre: Centre):
    assert centre.admin.disable_device(DEVICE)
    with pytest.raises(NotAuthorised):
        sender.transport.roster(0)


def test_kiosk_with_a_wrong_clock_takes_the_time_from_the_signed_echo(
    centre: Centre, kiosk: Kiosk, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
):
    transport.clock_offset = timedelta(days=-400)
    assert transport.decisions(0).decisions == ()
    assert abs(transport.clock_offset) < timedelta(minutes=1)


def test_statement_for_another_request_is_refused(centre: Centre, kiosk: Kiosk, sender: Sender):
    body = encode_batch([sender.item(1)])
    assert post(centre, kiosk.signer, body).status_code == 200
    assert post(centre, kiosk.signer, body, path="/v1/roster").status_code == 401
    assert post(centre, kiosk.signer, body, method="GET").status_code == 401
    assert post(centre, kiosk.signer, body, body=b"other").status_code == 401
    old = centre_now() - timedelta(minutes=6)
    answer = post(centre, kiosk.signer, body, time=old)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:xianglin:problem:clock")


def test_request_shown_twice_is_refused(centre: Centre, kiosk: Kiosk, sender: Sender):
    body = encode_batch([sender.item(1)])
    nonce = uuid.uuid4().hex
    assert post(centre, kiosk.signer, body, nonce=nonce).status_code == 200
    answer = post(centre, kiosk.signer, body, nonce=nonce)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:xianglin:problem:replay")


def test_new_key_is_refused_when_the_device_has_delivered(
    centre: Centre, kiosk: Kiosk, sender: Sender
):
    centre.enrol(kiosk.signer)
    assert sender.outcomes(sender.item(1)) == [("applied", "")]
    with pytest.raises(EnrolmentRefused, match="give the machine a new id and prefix"):
        centre.enrol(DeviceSigner.generate())
    centre.enrol(kiosk.signer)
    assert sender.outcomes(sender.item(2)) == [("applied", "")]


def test_new_key_is_taken_before_the_first_delivery(centre: Centre, kiosk: Kiosk):
    signer = DeviceSigner.generate()
    centre.enrol(signer)
    (device,) = centre.admin.devices()
    assert device["public_key"] == signer.public_key


def test_running_centre_answers_with_the_epoch_that_staff_renewed_beside_it(
    sender: Sender, centre: Centre
):
    before = sender.transport.decisions(0).epoch
    renewed = centre.admin.renew_epoch()
    assert renewed != before
    assert sender.transport.decisions(0).epoch == renewed
    assert sender.transport.device_state().epoch == renewed
    assert sender.send(sender.item(1)).epoch == renewed


def test_feed_tells_a_kiosk_that_is_ahead_where_the_centre_ends(sender: Sender, centre: Centre):
    sender.send(sender.item(1))
    reached = sender.transport.decisions(0).cursor
    assert sender.transport.decisions(reached).cursor == reached
    assert sender.transport.decisions(reached + 900).cursor < reached + 900
    assert sender.transport.roster(900).cursor < 900


def test_prefix_of_practice_is_given_to_no_device(tmp_path: Path):
    with (
        CentralAdmin(tmp_path / "centre", "file") as admin,
        pytest.raises(EnrolmentRefused, match="practised"),
    ):
        admin.enrol_device("dev-0009", "ZZZ", "513022104203", DeviceSigner.generate().public_key)
