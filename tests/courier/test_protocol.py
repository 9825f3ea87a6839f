"""PROTOCOL.md, section Courier, against the code."""

from pathlib import Path

from sync.courier.layout import ROOT, custody_file, report_file
from sync.courier.manifest import MAXIMUM_MANIFEST_BYTES, MAXIMUM_PARTS, Manifest, part_file_name
from sync.courier.records import RecordKind
from sync.courier.sealed_part import FRAME_BYTES, INFO

TEXT = (Path(__file__).parents[2] / "sync/PROTOCOL.md").read_text("utf-8")
SECTION = TEXT.partition("\n## Courier\n")[2].partition("\n## ")[0]


def test_every_member_of_the_manifest_stands_on_the_page():
    assert [name for name in Manifest.model_fields if f"`{name}`" not in SECTION] == []


def test_limits_and_names_on_the_page_are_those_of_the_code():
    assert (MAXIMUM_MANIFEST_BYTES, MAXIMUM_PARTS, FRAME_BYTES) == (512 * 1024, 4096, 65_536)
    assert (RecordKind.ITEM, RecordKind.CHUNK) == (1, 2)
    assert INFO == b"xianglin/v2/bundle-part\n"
    for said in (
        f"the folder `{ROOT}`",
        f"bundles/<bundle id>/manifest.json, {part_file_name(1)}",
        custody_file("custody/<bundle id>", "<van>"),
        report_file("reports/<device>"),
        "at most 512 KiB",
        "at most 4096",
        "frames of 65,536 bytes",
    ):
        assert said in SECTION
