"""The page of the contract on feeds, against the code."""

import base64
import re
from pathlib import Path

from sync.canonical import canonical_json
from sync.feed_sinks import CATALOGUE, PENSION, ROSTER, SERVICE
from sync.opening_key import opening_keys_of
from sync.pull_parcel import MAXIMUM_PARCEL_BYTES, write_parcel
from sync.sealed_page import MAXIMUM_PLAIN_BYTES, PAGE_MEDIA_TYPE, open_page
from sync.signing import DeviceSigner, Verifier

TEXT = (Path(__file__).parents[2] / "sync/PROTOCOL.md").read_text("utf-8")
DEVICE, CENTRE = DeviceSigner(bytes(range(32))), DeviceSigner(bytes(range(32, 64)))


def example(name: str) -> str:
    (found,) = re.findall(rf"```example:{name}\n(.*?)\n```", TEXT, re.DOTALL)
    return found


def test_page_of_the_contract_opens_to_its_content():
    encoded = base64.b64decode(example("page").replace("\n", ""))
    verifiers = {CENTRE.key_id: Verifier(CENTRE.public_key)}
    page = open_page(encoded, "dev-0007", opening_keys_of([DEVICE]), verifiers)
    header = page.header
    assert (header.feed, header.after, header.cursor, header.more) == (ROSTER, 40, 57, False)
    assert (header.scope, header.nonce) == ("e1:513022104203", "q83vEjRWeJA9x1Qm")
    content = canonical_json(
        {"tombstones": list(page.tombstones), "upserts": [dict(one) for one in page.upserts]}
    )
    assert content.decode() == example("page-content")
    assert header.size == len(content)


def test_words_and_limits_on_the_page_are_those_of_the_code():
    section = TEXT.partition("## Feeds")[2].partition("\n## ")[0]
    for said in (
        PAGE_MEDIA_TYPE,
        f"/v2/{ROSTER}",
        f"/v2/{CATALOGUE}",
        f"`{SERVICE}`",
        f"`{PENSION}`",
    ):
        assert said in section
    assert MAXIMUM_PLAIN_BYTES == 1024 * 1024
    assert MAXIMUM_PARCEL_BYTES == 64 * 1024 * 1024
    assert "at most 1 MiB" in section
    assert "at most 64 MiB" in section
    assert write_parcel([b"abc"]) == b"XLPP\x01\0\0\0\x03abc"
