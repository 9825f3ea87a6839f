"""What stands in a kiosk's queue, opened."""

from sync.item import SignedItem
from sync.item_body import ItemBody
from sync.outbox import ItemState
from sync.signing import Verifier
from tests.builders import World


def sent(world: World, request_id: str) -> ItemBody:
    """The event of a request as the centre will read it."""
    with world.store.encrypted.reading() as raw:
        (item,) = raw.execute("SELECT item FROM outbox WHERE id = ?", [request_id]).fetchone()
    return SignedItem.decode(bytes(item)).open(Verifier(world.signer.public_key))


def waiting(world: World) -> int:
    with world.store.encrypted.reading() as raw:
        return len(world.store.outbox.items(raw, ItemState.QUEUED))
