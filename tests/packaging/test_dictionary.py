"""What an item comes to on the wire, with the dictionary that is committed and events it was not trained on."""

import itertools
import statistics

import pytest
from _sample_items import SampleItem, SampleItems
from train_dictionary import CHECKING_SEED, TRAINING_SEED

from sync.compression import NO_DICTIONARY
from sync.envelope import decode_item, item_body, seal_item
from sync.sealing import OpeningKey
from sync.signing import DeviceSigner, Verifier

SEED = 2026_11_27
COUNT = 400
MOST_BYTES = 400
SIGNER = DeviceSigner(bytes(range(32)))
OPENER = OpeningKey("x25519", bytes(range(1, 33)))


@pytest.fixture(scope="module")
def samples() -> list[SampleItem]:
    return list(itertools.islice(SampleItems(SEED), COUNT))


def sealed(one: SampleItem, dictionary: int | None = None) -> bytes:
    return seal_item(
        one.event, "dev-0007", 4711, one.reading, SIGNER, OPENER.sealing_key, dictionary
    )


def test_sealed_and_signed_item_is_small(samples: list[SampleItem]):
    assert SEED not in (TRAINING_SEED, CHECKING_SEED)
    sizes = [len(sealed(one)) for one in samples]
    bare = statistics.mean(len(item_body(one.event, one.reading)) for one in samples)
    photos = statistics.mean(len(one.event.attachments) for one in samples)
    mean = statistics.mean(sizes)
    print(  # noqa: T201 (the figure, with -s or when it fails)
        f"seed {SEED}: {COUNT} events of {bare:.0f} bytes with {photos:.2f} photos each: "
        f"sealed and signed {mean:.1f} bytes, {min(sizes)} to {max(sizes)}"
    )
    assert mean <= MOST_BYTES
    # Each photo is 48 bytes of pure chance; a request without any must be far below the limit.
    assert statistics.mean(len(sealed(one)) for one in samples if not one.event.attachments) <= 340


def test_dictionary_is_worth_its_place(samples: list[SampleItem]):
    some = samples[:50]
    with_it = sum(len(sealed(one)) for one in some)
    without = sum(len(sealed(one, NO_DICTIONARY)) for one in some)
    assert with_it < 0.6 * without


def test_samples_are_what_kiosks_send(samples: list[SampleItem]):
    assert {one.event.payload["service_id"] for one in samples} > {
        "pension.claim",
        "profile.update",
    }
    assert len({one.event.payload["service_id"] for one in samples}) == 23
    counts = {len(one.event.attachments) for one in samples}
    assert counts >= {0, 1, 2}
    for one in samples[:20]:
        body = decode_item(sealed(one)).open(
            {OPENER.key_id: OPENER}, {SIGNER.key_id: Verifier(SIGNER.public_key)}
        )
        assert body.payload == one.event.payload
        assert body.attachments == one.event.attachments


def test_same_seed_gives_the_same_events(samples: list[SampleItem]):
    again = list(itertools.islice(SampleItems(SEED), 20))
    assert again == samples[:20]
