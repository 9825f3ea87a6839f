"""The real engine against the real centre over real HTTP."""

from sync.answers import DecisionState, EventStatus
from sync.connectivity import LinkState
from sync.http_transport import HttpTransport
from sync.outbox import ItemState
from tests.sync.sync_parts import Centre, Kiosk, event


def test_request_is_delivered_decided_and_certified_in_one_run(
    kiosk: Kiosk, centre: Centre, transport: HttpTransport
):
    (event_id,) = kiosk.append(event("r-0001"))
    report = kiosk.engine(transport).run_once()
    assert (report.link, report.sent, report.acknowledged, report.error_code) == (
        LinkState.ONLINE,
        1,
        1,
        "",
    )
    assert kiosk.ids(ItemState.ACKNOWLEDGED) == [event_id]
    assert [one.status for one in kiosk.listener.outcomes] == [EventStatus.APPLIED]
    (decision,) = kiosk.listener.decisions
    assert (decision.event_id, decision.state, decision.code, decision.text) == (
        event_id,
        DecisionState.DECIDED,
        "certified",
        "认证通过",
    )
    assert kiosk.listener.residents() == {
        "r-0001": "2027-11-23",
        "r-0002": "2026-12-31",
        "r-0003": "2026-12-31",
    }
