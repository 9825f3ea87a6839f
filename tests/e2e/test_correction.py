"""The whole way of a correction, over real processes and a link that is cut: kiosk, staff, kiosk, staff."""

import json
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.clock import site_date
from kiosk.demo.world import DemoWorld
from kiosk.domain.attachment import Attachment
from kiosk.domain.citizen_id import CitizenId
from kiosk.domain.identity_policy import Evidence, Factor
from kiosk.domain.resident import Resident
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.runtime import Runtime, open_runtime
from sync.connectivity import LinkState
from sync.engine import SyncEngine
from sync.identifiers import new_event_id
from tests.e2e.test_visit import write_settings
from tests.e2e.visits import exchange

pytestmark = pytest.mark.slow

ANSWERS = {"bank": {"bank": "乡村信用社", "number": "6217000000000000001"}, "start": "2027-01"}
ONE_PROOF = Evidence(has_claim=True, factors=frozenset({Factor.CARD}))
BLURRED = Attachment("bank_page", "image/jpeg", b"blurred" * 1000)
SHARP = Attachment("bank_page", "image/jpeg", b"sharp" * 1000)


@pytest.fixture
def settings(world: DemoWorld) -> Path:
    return write_settings(world)


def person(world: DemoWorld, runtime: Runtime, place: int) -> Resident:
    number = CitizenId.parse(world.residents[place].citizen_id, site_date(runtime.clock.now()))
    found = runtime.visit_ports().find_resident.find(number)
    assert found is not None
    return found


def submit(
    runtime: Runtime, resident: Resident, picture: Attachment, **more: object
) -> ServiceRequest:
    """A request that staff decide; any service would do."""
    form = {"start": "2027-01", "bank_page": [{"sha256": picture.sha256, "size": picture.size}]}
    service = runtime.catalogue.find("pension.life_certification")
    assert service is not None
    return runtime.visit_ports().submit_request.submit(
        new_event_id(),
        service,
        resident,
        resident.citizen_id,
        ONE_PROOF,
        form,
        answers=ANSWERS,
        attachments=(picture,),
        **more,  # type: ignore[arg-type]
    )


def staff(world: DemoWorld, *words: str) -> None:
    """The centre's command line, beside its running process."""
    place = ("--state-dir", str(world.folder / "centre"), "--key-provider", "file")
    assert main(["central", *words, *place]) == 0


def at_centre(world: DemoWorld) -> dict[str, dict[str, object]]:
    return {str(row["event_id"]): row for row in world.centre_applications()}


def get(runtime: Runtime, request: ServiceRequest) -> ServiceRequest:
    found = runtime.visit_ports().list_requests.get(request.request_id)
    assert found is not None
    return found


def kept_engine(runtime: Runtime) -> SyncEngine:
    """One that has compared with the centre where it can, so that the next answer is to what it sends or asks."""
    engine = runtime.sync_engine()
    assert engine is not None
    assert engine.run_once().link is LinkState.ONLINE
    return engine


def test_correction_goes_round_and_both_sides_agree(
    world: DemoWorld, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_runtime(world.config) as runtime:
        engine = kept_engine(runtime)
        resident = person(world, runtime, 1)
        first = submit(runtime, resident, BLURRED)
        engine.run_once()
        engine.run_once()  # compares: there is something to lose since the first delivery
        words = ("--needs-correction", "--field", "bank_page", "--text", "银行卡照片不清楚")
        staff(world, "decide", first.request_id, *words)
        # The answer is lost once; the next exchange brings the same decision.
        world.link.lose_next_answer()
        assert engine.run_once().link is LinkState.OFFLINE
        assert engine.run_once().decisions == 1
        (asked,) = runtime.visit_ports().list_requests.needing_correction(resident)
        assert (asked.request_id, asked.decision_fields) == (first.request_id, ("bank_page",))
        earlier = runtime.visit_ports().list_requests.form_of(asked)
        assert earlier is not None
        assert earlier.answers == ANSWERS
    capsys.readouterr()

    assert main(["requests", "--correction", "--json", "--config", str(settings)]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["receipt_number"], line["needs_correction"]) == (first.receipt_number, True)
    assert line["decision"] == {
        "code": "needs_correction",
        "text": "银行卡照片不清楚",
        "fields": ["bank_page"],
    }
    assert resident.name not in str(line)
    assert resident.citizen_id.value not in str(line)

    with open_runtime(world.config) as runtime:
        engine = kept_engine(runtime)
        world.link.down()
        second = submit(runtime, resident, SHARP, corrects=asked)
        assert engine.run_once().link is LinkState.OFFLINE
        assert runtime.visit_ports().list_requests.needing_correction(resident) == ()
        world.link.up()
        world.link.lose_next_answer()
        assert engine.run_once().link is LinkState.OFFLINE
        assert engine.run_once().link is LinkState.ONLINE
        rows = at_centre(world)
        assert rows[first.request_id]["state"] == "superseded"
        assert rows[first.request_id]["corrected_by"] == second.request_id
        assert rows[second.request_id]["corrects"] == first.request_id
        staff(world, "decide", second.request_id)
        engine.run_once()
        assert get(runtime, second).state is RequestState.DECIDED
        assert get(runtime, first).corrected_by == second.request_id
        assert at_centre(world)[second.request_id]["state"] == "decided"
        assert len(at_centre(world)) == 2
        with runtime.encrypted.reading() as raw:
            assert raw["request_form"].count == 0
            assert raw["attachment"].count == 0


def test_certification_by_proxy_waits_for_staff_and_moves_the_date_of_the_one_at_home(
    world: DemoWorld,
) -> None:
    with open_runtime(world.config) as runtime:
        exchange(runtime)
        son, mother = person(world, runtime, 13), person(world, runtime, 10)
        assert son.record.family[0].citizen_id == mother.citizen_id.value
        before = mother.certified_until
        request = submit(runtime, son, SHARP, on_behalf_of=mother, proxy_reason="bed_bound")
        exchange(runtime)
        row = at_centre(world)[request.request_id]
        assert (row["state"], row["resident_id"], row["proxy_resident_id"]) == (
            "in_review",
            "r-0011",
            "r-0014",
        )
        assert person(world, runtime, 10).certified_until == before
        staff(world, "decide", request.request_id)
        exchange(runtime)
        after = person(world, runtime, 10).certified_until
        assert before is not None
        assert after is not None
        assert after > before
        assert after.year == request.accepted_at.year + 1
        assert person(world, runtime, 13).certified_until is None


def test_list_of_requests_names_receipts_and_services_only(
    world: DemoWorld, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["requests", "--config", str(settings)]) == 0
    assert capsys.readouterr().out == "没有这样的件。\n"
    with open_runtime(world.config) as runtime:
        exchange(runtime)
        resident = person(world, runtime, 0)
        first = submit(runtime, resident, BLURRED)
        exchange(runtime)
        staff(world, "decide", first.request_id, "--needs-correction", "--text", "[缺]照片")
        exchange(runtime)
    capsys.readouterr()
    assert main(["requests", "--config", str(settings)]) == 0
    said = capsys.readouterr().out
    for word in (first.receipt_number, "养老资格认证", "需补正", "刚刚", "[缺]照片"):
        assert word in said
    assert resident.name not in said
    assert resident.citizen_id.value not in said
