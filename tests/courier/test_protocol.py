"""PROTOCOL.md, section Courier, against the code."""

import hashlib
import re
from pathlib import Path

from sync.courier import van_server
from sync.courier.custody import MAXIMUM_RECEIPT_BYTES
from sync.courier.discovery import SERVICE
from sync.courier.lan_auth import SCHEME
from sync.courier.layout import ROOT, custody_file, report_file
from sync.courier.manifest import (
    MAXIMUM_MANIFEST_BYTES,
    MAXIMUM_PARTS,
    Manifest,
    Part,
    SignedManifest,
    part_file_name,
)
from sync.courier.merkle import merkle_root
from sync.courier.messages import MAXIMUM_PIECE_BYTES, MAXIMUM_UPLOAD_PART_BYTES
from sync.courier.records import RecordKind
from sync.courier.report import (
    MAXIMUM_REPORT_BYTES,
    DeliveryReport,
    ReportedBundle,
    ReportedRange,
    ReportedRefusal,
)
from sync.courier.sealed_part import FRAME_BYTES, INFO
from sync.signing import DeviceSigner, Verifier

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


def example(name: str) -> str:
    (found,) = re.findall(rf"```example:{name}\n(.*?)\n```", TEXT, re.DOTALL)
    return found


def the_item() -> bytes:
    """The item of the page's own example."""
    text = f"{example('header')}\n{example('body')}".encode()
    return text + bytes.fromhex(example("signature"))


def test_the_manifest_on_the_page_is_what_the_code_makes():
    """A bundle with the page's item; its part is made up, as a sealed one is never the same twice."""
    item = the_item()
    manifest = Manifest(
        bundle="5f0c0f2e-6c1b-4c55-9f6e-0d6f3a1b2c3d",
        device="dev-0007",
        serial=1,
        created="2026-11-23T08:00:00.000Z",
        centre="56475aa75463474c",
        epoch="",
        floor=1,
        items=1,
        chunks=0,
        first_seq=1,
        last_seq=1,
        root=merkle_root([bytes([RecordKind.ITEM]) + item]).hex(),
        parts=[Part(size=1829, sha256=hashlib.sha256(b"a part").hexdigest())],
        certificate="",
    )
    made = manifest.sign(DeviceSigner(bytes(range(32))))
    assert made.decode() == example("manifest")
    SignedManifest.parse(made).check(Verifier(bytes.fromhex(example("public-key"))))


def test_the_range_on_the_page_names_the_pages_item():
    span = ReportedRange.model_validate_json(example("range"))
    assert span.all_digests() == [example("digest")[:32]]
    assert (span.first, span.last, span.status.value) == (1, 1, "applied")


def test_every_member_of_the_report_stands_on_the_page():
    known = (DeliveryReport, ReportedRange, ReportedRefusal, ReportedBundle)
    names = {name for model in known for name in model.model_fields} - {"keyring", "protocol"}
    assert [name for name in sorted(names) if f"`{name}" not in SECTION] == []


def test_limits_of_the_ways_on_the_page_are_those_of_the_code():
    assert (MAXIMUM_RECEIPT_BYTES, MAXIMUM_REPORT_BYTES) == (4096, 16 * 1024 * 1024)
    assert (MAXIMUM_PIECE_BYTES, MAXIMUM_UPLOAD_PART_BYTES) == (256 * 1024, 64 * 1024 * 1024)
    assert van_server.MAXIMUM_PIECE_BYTES == 1024 * 1024
    assert f"`{SERVICE}`" in SECTION
    assert f"Authorization: {SCHEME} <" in SECTION
    for said in ("at most 4 KiB", "at most 16 MiB", "at most 64 MiB", "at most 1 MiB"):
        assert said in SECTION
    assert "at most 256 KiB" in TEXT
