"""What the centre publishes is offered from the next visit on, is never half of a set, and never stops a kiosk."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kiosk.__main__ import main
from kiosk.catalogue_sources import load_catalogue
from kiosk.config import (
    DeviceConfig,
    HardwareConfig,
    IdentityConfig,
    KioskConfig,
    SiteConfig,
    StorageConfig,
    SyncConfig,
)
from kiosk.doctor.centre_checks import check_catalogue, check_roster
from kiosk.doctor.finding import Health
from kiosk.flows.actions import Begin, ChooseService, Finish
from kiosk.flows.navigator import Navigator
from kiosk.published import check_published, refusal
from kiosk.runtime import Runtime, open_runtime
from sync.feed_health import FeedHealth
from sync.feed_reader import FeedReader
from sync.feed_sinks import CatalogueSink
from sync.sealed_page import FeedPage
from tests.builders import NOW, REGION, FakeClock
from tests.sync.feed_parts import page

ASSETS = Path(__file__).parents[2] / "assets"
CARD = "card.electronic"


def definition(version: int, **changes: object) -> dict[str, Any]:
    text = (ASSETS / f"services/{CARD}.json").read_text("utf-8")
    return {**json.loads(text), "version": version, **changes}


def service(content: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(content, ensure_ascii=False)
    version = content["version"]
    return {"kind": "service", "name": content["id"], "version": version, "text": text}


def figures(valid_from: str, **changes: object) -> dict[str, Any]:
    content = json.loads((ASSETS / "parameters/pension-2026-01.json").read_text("utf-8"))
    text = json.dumps({**content, "valid_from": valid_from, **changes})
    return {"kind": "pension", "name": f"pension-{valid_from[:7]}", "version": 1, "text": text}


def config(folder: Path, **site: str) -> KioskConfig:
    return KioskConfig(
        site=SiteConfig(**site),
        device=DeviceConfig("dev-0007", "A07", REGION),
        hardware=HardwareConfig(camera="none", card_reader="none", printer="none"),
        identity=IdentityConfig(),
        sync=SyncConfig(),
        storage=StorageConfig(str(folder / "state"), "file"),
    )


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    with open_runtime(config(tmp_path), FakeClock()) as opened:
        yield opened


def publish(runtime: Runtime, *documents: dict[str, Any], gone: tuple[str, ...] = ()) -> None:
    """Take a page of the feed in, as the exchange does."""
    sink = CatalogueSink(partial(check_published, runtime.config))
    reader = FeedReader(runtime.encrypted, sink)
    after = reader.after()
    came: FeedPage = replace(
        page(after, after + 1, feed="catalogue", nonce="n", gone=gone), upserts=documents
    )
    reader.take(came)


def version_of(runtime: Runtime | None, service_id: str = CARD) -> int:
    assert runtime is not None
    found = runtime.catalogue.find(service_id)
    assert found is not None
    return found.version


def test_newer_definition_is_offered_from_the_next_visit_on(runtime: Runtime) -> None:
    class Assembly:
        present = runtime

        def renewed(self):  # type: ignore[no-untyped-def]
            newer = self.present.renewed()
            if newer is None:
                return None
            self.present = newer
            return newer.visit_ports()

    assembly = Assembly()
    navigator = Navigator(runtime.visit_ports(), renewed=assembly.renewed)
    navigator.start()
    navigator.act(Begin())
    publish(runtime, service(definition(2, title="手机社保卡")))
    navigator.act(ChooseService(CARD))
    assert navigator._visit.service is not None
    assert navigator._visit.service.version == 1
    navigator.act(Finish())
    page = navigator.act(Begin())
    assert navigator._ports.catalogue.find(CARD).title == "手机社保卡"  # type: ignore[union-attr]
    # Every new text can be said by those who hold the texts already.
    for prompt_id, title, _sentence in assembly.present.catalogue.find(CARD).prompts():  # type: ignore[union-attr]
        assert runtime.prompts.prompts[prompt_id].title is not None, title
    assert page.page_id


def test_newer_definition_is_there_after_a_restart(tmp_path: Path) -> None:
    with open_runtime(config(tmp_path), FakeClock()) as opened:
        publish(opened, service(definition(2)))
        assert version_of(opened) == 1
    with open_runtime(config(tmp_path), FakeClock()) as opened:
        assert version_of(opened) == 2
        assert opened.renewed() is None
        # A draft that was begun with the shipped one finishes on it.
        shipped = load_catalogue().find(CARD)
        assert shipped is not None
        assert opened.catalogue.pinned(shipped.digest) is not None
        publish(opened, gone=(f"service/{CARD}",))
        assert version_of(opened.renewed()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        service(definition(2, steps=[])),
        service(definition(2, title="")),
        service(definition(1, title="另一个")),
        {"kind": "service", "name": "x", "version": 1, "text": "no JSON"},
        figures("2027-01-01", tiers=[]),
    ],
    ids=["no steps", "no title", "same version", "no JSON", "no tiers"],
)
def test_set_with_one_fault_is_refused_as_a_whole(runtime: Runtime, wrong: dict[str, Any]) -> None:
    good = service(definition(1, id="allowance.forester", title="护林员补贴"))
    publish(runtime, good, wrong)
    assert refusal(runtime.encrypted)
    assert runtime.renewed() is None
    publish(runtime, gone=(f"{wrong['kind']}/{wrong['name']}",))
    assert refusal(runtime.encrypted) == ""
    assert version_of(runtime.renewed(), "allowance.forester") == 1


def test_withdrawal_of_a_service_that_the_site_names_is_refused(tmp_path: Path) -> None:
    """Else the kiosk would not start any more, for a setting that was right."""
    forester = service(definition(1, id="allowance.forester", title="护林员补贴"))
    with open_runtime(config(tmp_path), FakeClock()) as opened:
        publish(opened, forester)
    site = config(tmp_path, first_services="allowance.forester")
    with open_runtime(site, FakeClock()) as opened:
        publish(opened, gone=("service/allowance.forester",))
        assert "allowance.forester" in refusal(opened.encrypted)
    with open_runtime(site, FakeClock()) as opened:
        assert version_of(opened, "allowance.forester") == 1


def test_accepted_set_that_a_later_version_cannot_read_is_left_out(tmp_path: Path) -> None:
    with open_runtime(config(tmp_path), FakeClock()) as opened:
        publish(opened, service(definition(2)))
        with opened.encrypted.transaction() as database:
            database.execute("UPDATE accepted_document SET text = '{}'")
    with open_runtime(config(tmp_path), FakeClock()) as opened:
        assert version_of(opened) == 1


def test_published_figures_hold_from_their_day_on(runtime: Runtime) -> None:
    publish(
        runtime, figures("2027-01-01", basic_fen=20_000), figures("2026-01-01", basic_fen=18_400)
    )
    newer = runtime.renewed()
    assert newer is not None
    days = (date(2026, 11, 23), date(2027, 2, 1))
    assert [newer.pension.on(day).basic_fen for day in days] == [18_400, 20_000]
    assert runtime.pension.on(days[0]).basic_fen == 18_300


def test_kinds_that_this_version_does_not_know_are_passed_over(runtime: Runtime) -> None:
    publish(runtime, {"kind": "leaflet", "name": "x", "version": 1, "text": "?"})
    assert refusal(runtime.encrypted) == ""
    assert version_of(runtime.renewed()) == 1


def test_doctor_warns_of_an_old_roster_and_of_a_refused_set() -> None:
    fresh = FeedHealth(roster_as_of=NOW)
    assert check_roster(3, fresh, NOW, 30).health is Health.GOOD
    old = check_roster(3, fresh, NOW.replace(year=2027), 30)
    assert (old.health, "365 天没更新" in old.found, "照常受理" in old.remedy) == (
        Health.WARNING,
        True,
        True,
    )
    # A clock in 1970 tells no age.
    assert check_roster(3, fresh, NOW.replace(year=1970), 30).health is Health.GOOD
    assert check_roster(0, FeedHealth(), NOW, 30).health is Health.WARNING
    assert check_catalogue(23, fresh).health is Health.GOOD
    refused = check_catalogue(23, FeedHealth(refusal="\n".join(f"x.json:{n}" for n in range(9))))
    assert refused.health is Health.WARNING
    assert "x.json:4\n另有 4 处" in refused.found


def test_centre_refuses_to_publish_what_kiosks_would_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(definition(2, steps=[])), "utf-8")
    words = ["--state-dir", str(tmp_path / "centre"), "--key-provider", "file"]
    assert main(["central", "load-catalogue", str(folder), *words]) == 1
    assert "card.electronic.json" in capsys.readouterr().err
    (folder / "a.json").write_text(json.dumps(definition(2)), "utf-8")
    assert main(["central", "load-catalogue", str(folder), *words]) == 0
    assert "1 documents changed" in capsys.readouterr().out
