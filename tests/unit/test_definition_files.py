"""Definition files together: the shipped ones, an administrator's, their versions, their speed, their schema."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.catalogue_sources import load_catalogue
from kiosk.definition_files import files_at, make_catalogue, shipped_files
from kiosk.domain.catalogue import CatalogueError
from kiosk.domain.definition_schema import schema_text, service_schema
from kiosk.domain.form import Form
from kiosk.errors import ConfigError
from tests.people import STRANGER, by_example, walk
from tests.unit.test_definition_faults import RIGHT

ROOT = Path(__file__).parents[2]

IDS = [
    "pension.life_certification",
    "pension.payment_enquiry",
    "pension.enrolment",
    "pension.contribution",
    "pension.claim",
    "pension.estimate",
    "pension.transfer",
    "pension.rights_statement",
    "pension.participation_proof",
    "pension.death_benefit",
    "medical.enrolment",
    "medical.contribution",
    "medical.account_enquiry",
    "medical.reimbursement",
    "medical.remote_treatment",
    "medical.chronic_disease",
    "card.application",
    "card.loss_report",
    "card.electronic",
    "profile.update",
    "employment.registration",
    "unemployment.claim",
    "allowance.elderly",
]

FORESTER = {
    "id": "allowance.forester",
    "version": 1,
    "title": "护林员补贴",
    "icon": "money",
    "category": "allowance",
    "order": 5,
    "assurance": 2,
    "required_factors": 2,
    "offline": "accepted",
    "sayings": {"zh-CN": ["护林员补贴"]},
    "steps": [
        {
            "type": "number",
            "id": "days",
            "title": "巡山多少天？",
            "sentence": "请输入今年巡山的天数。",
            "label": "天数",
            "minimum": 1,
            "maximum": 366,
            "unit": "天",
        },
        {
            "type": "computed",
            "id": "money",
            "label": "补贴",
            "value": {"times": [{"ref": "days"}, 3000]},
            "shown_as": "money",
        },
    ],
    "example": {"answers": {"days": 120}},
}


def test_the_shipped_catalogue_has_all_services_of_the_standard() -> None:
    assert sorted(service.id for service in load_catalogue().services()) == sorted(IDS)


def test_a_new_service_is_offered_and_walked_when_its_file_lies_in_the_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "forester.json").write_text(json.dumps(FORESTER), "utf-8")
    catalogue = load_catalogue(tmp_path)
    service = catalogue.find("allowance.forester")
    assert service is not None
    assert len(catalogue.services()) == 24
    assert catalogue.services("allowance")[-1] is service
    form, asked = walk(Form(service, STRANGER.scope()), by_example)
    assert [place.key for place in asked] == ["days"]
    assert form.payload()["answers"] == {"days": 120, "money": 360_000}


def test_a_newer_version_takes_the_place_and_the_older_one_stays_for_drafts(
    tmp_path: Path,
) -> None:
    shipped = load_catalogue().find("card.electronic")
    assert shipped is not None
    changed = json.loads(shipped.canonical) | {"version": 2, "title": "手机社保卡"}
    (tmp_path / "card.electronic.json").write_text(json.dumps(changed), "utf-8")
    catalogue = load_catalogue(tmp_path)
    newest = catalogue.find("card.electronic")
    assert newest is not None
    assert (newest.version, newest.title) == (2, "手机社保卡")
    assert catalogue.pinned(shipped.digest) == shipped
    assert len(catalogue.services()) == 23


def test_two_contents_of_one_version_are_refused(tmp_path: Path) -> None:
    shipped = load_catalogue().find("card.electronic")
    assert shipped is not None
    changed = json.loads(shipped.canonical) | {"title": "手机社保卡"}
    (tmp_path / "a.json").write_text(json.dumps(changed), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(tmp_path)
    assert caught.value.faults == (
        "card.electronic: 第 1 版有两份，内容不一样；改过的请把 version 写成 2",
    )


def test_a_folder_that_is_not_there_or_empty_changes_nothing(tmp_path: Path) -> None:
    assert len(load_catalogue(tmp_path).services()) == 23
    assert len(load_catalogue(tmp_path / "missing").services()) == 23


def test_files_that_cannot_be_read_are_told_with_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes("{试}".encode("gb18030"))
    (tmp_path / "b.json").write_bytes(b" " * 300_000)
    (tmp_path / "c.json").write_text("{", "utf-8")
    (tmp_path / "d.json").mkdir()
    with pytest.raises(CatalogueError) as caught:
        make_catalogue(shipped_files(), files_at(tmp_path))
    told = [fault.partition("/")[2] for fault in caught.value.faults]
    assert told[0] == "a.json: 不是 UTF-8 文字；请另存为 UTF-8 编码"
    assert told[1] == "b.json: 太大，不是业务定义"
    assert told[2].startswith("c.json:1: 整个文件: 不是 JSON")
    assert told[3].startswith("d.json: 读不出来")


def test_a_mark_before_the_text_and_windows_line_ends_are_forgiven(tmp_path: Path) -> None:
    text = json.dumps(FORESTER, indent=1).replace("\n", "\r\n")
    (tmp_path / "forester.json").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_catalogue(tmp_path).find("allowance.forester") is not None


@pytest.mark.alone
def test_the_shipped_catalogue_loads_before_anybody_notices() -> None:
    def seconds(run: object) -> float:
        start = time.perf_counter()
        run()  # type: ignore[operator]
        return time.perf_counter() - start

    files = shipped_files()
    load_catalogue()
    whole = min(seconds(load_catalogue) for _ in range(5))
    alone = min(seconds(lambda: [json.loads(file.text) for file in files]) for _ in range(5))
    # Measured: some 35 ms, 35 to 60 times the reading; `tasks.py bench catalogue` gives the figures of a machine.
    assert whole < max(0.150, 150 * alone)


def test_a_kiosk_whose_files_are_right_never_loads_the_reader_of_lines() -> None:
    program = "import sys; from kiosk.catalogue_sources import load_catalogue; load_catalogue(); sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_the_published_schema_is_the_one_of_the_code() -> None:
    file = ROOT / "assets" / "schema" / "service.schema.json"
    assert file.read_text("utf-8") == schema_text(), "run: python3 packaging/tasks.py schema"


def test_every_shipped_file_names_the_schema_that_is_there() -> None:
    for file in (ROOT / "assets" / "services").glob("*.json"):
        named = json.loads(file.read_text("utf-8"))["$schema"]
        assert (file.parent / named).resolve() == ROOT / "assets" / "schema" / "service.schema.json"


def test_the_schema_asks_for_nothing_that_is_computed() -> None:
    assert "digest" not in service_schema()["properties"]
    assert "canonical" not in service_schema()["properties"]


def test_check_says_every_fault_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trial.json"
    file.write_text(RIGHT.replace('"icon"', '"icn"').replace('"banks"', '"bank"'), "utf-8")
    assert main(["catalogue", "check", str(file)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "trial.json:5: icn: 没有 'icn' 这个键；是不是 'icon'？",
        "trial.json:55: steps.2.options_from.county: 县里没有 'bank' 这张表；是不是 'banks'？",
        "共 2 处要改。改好以后，请再检查一次。",
    ]


def test_check_says_that_all_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trial.json").write_text(RIGHT, "utf-8")
    assert main(["catalogue", "check", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "没有错。共 24 项业务，检查了 1 个文件。\n"


def test_check_says_when_a_folder_holds_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "check", str(tmp_path)]) == 1
    assert "文件夹里没有 .json 文件" in capsys.readouterr().out


def test_list_names_every_service(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(IDS)


@pytest.mark.parametrize("service_id", IDS)
def test_show_tells_every_step(service_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    service = load_catalogue().find(service_id)
    assert service is not None
    assert main(["catalogue", "show", service_id]) == 0
    output = capsys.readouterr().out
    assert service.title in output
    for step in service.steps:
        assert getattr(step, "title", step.label) in output


def test_show_suggests_the_service_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "show", "pension.clam"]) == 1
    assert capsys.readouterr().out == "没有 pension.clam 这项业务。是不是 'pension.claim'？\n"
