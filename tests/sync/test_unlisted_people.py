"""A person whom the roster does not know: staff can find them, nobody else sees who came."""

import pytest

from tests.sync.sender import Sender
from tests.sync.sync_parts import Centre, event
from tests.sync.test_cli import run

CLAIM = "513022195001010014"


@pytest.fixture(autouse=True)
def wide_console(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")


def test_claim_of_an_unlisted_person_is_kept_with_the_application(sender: Sender, centre: Centre):
    unlisted = event("unlisted-77", resident_id="", citizen_id=CLAIM)
    assert sender.outcomes(sender.item(1, unlisted)) == [("applied", "")]
    (person,) = centre.admin.unlisted_people()
    assert (person["person_claim"], person["subject"]) == (CLAIM, "unlisted-77")
    (application,) = centre.admin.applications()
    assert CLAIM not in application.values()
    assert application["subject"] == "unlisted-77"


def test_claim_is_not_kept_when_the_roster_knows_the_person(sender: Sender, centre: Centre):
    listed = event("r-0001", resident_id="r-0001", citizen_id=CLAIM)
    assert sender.outcomes(sender.item(1, listed)) == [("applied", "")]
    assert centre.admin.unlisted_people() == []


def test_claim_is_shown_only_with_residents(
    sender: Sender, centre: Centre, capsys: pytest.CaptureFixture[str]
):
    sender.send(sender.item(1, event("unlisted-77", resident_id="", citizen_id=CLAIM)))
    assert run(centre.state_dir, "show") == 0
    assert CLAIM not in capsys.readouterr().out
    assert run(centre.state_dir, "show", "--with-residents") == 0
    assert CLAIM in capsys.readouterr().out
