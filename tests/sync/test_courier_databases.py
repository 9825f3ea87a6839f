"""The centre's side of the courier on each database that it may run on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.courier.deliver import Deliverer
from sync.courier.layout import CourierFolder
from sync.courier.link import CourierLink
from sync.outbox import ItemState
from tests.courier.courier_parts import VAN, CentreKeys, Loop, Van, make_site
from tests.sync.sync_parts import REGION, Centre, event

DATABASES = ("sqlite", "postgresql")


@pytest.fixture
def loop(centre: Centre, tmp_path: Path) -> Iterator[Loop]:
    stick = tmp_path / "stick"
    stick.mkdir()
    keys = CentreKeys.of(centre)
    with make_site(tmp_path / "looped", keys, keys.document) as site:
        centre.enrol(site.kiosk.signer)
        yield Loop(site, centre, stick)


def test_bundles_come_by_hand_and_in_pieces_and_reports_go_back(
    loop: Loop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.courier.deliver.MAXIMUM_PIECE_BYTES", 900)
    loop.site.item_part_bytes = 1500
    good = loop.site.kiosk.append(*(event(f"r-000{1 + number % 3}") for number in range(6)))
    (odd,) = loop.site.kiosk.append(event("r-0004", kind="unheard_of"))
    van = Van(tmp_path / "van", loop.site.keys)
    loop.centre.admin.enrol_device(VAN, "B01", REGION, van.signer.public_key)
    loop.export()
    van.carrier().take_from(CourierFolder.at(loop.medium))
    link = CourierLink(loop.centre.url, VAN, van.signer, loop.centre.admin.centre_public_key())
    done = Deliverer(van.carrier(), link).run()
    link.close()
    assert (done.complete, done.refused, done.reports) == (1, {}, 1)
    assert van.carrier().carried() == []
    # The same by hand as well.
    assert loop.intake()[0].is_known
    (again,) = loop.intake(loop.export())
    assert dict(again.statuses) == {"duplicate": 6, "rejected": 1}
    van.carrier().take_from(CourierFolder.at(loop.medium))
    brought = loop.bring()
    assert (brought.acknowledged, brought.parked, brought.requeued) == (6, 1, 0)
    assert loop.site.kiosk.ids(ItemState.ACKNOWLEDGED) == good
    assert loop.site.kiosk.ids(ItemState.PARKED) == [odd]
    loop.report()
    assert loop.bring().is_new
    assert len(loop.applied()) == 7
