"""Use case: keep what was filled in until the same person comes back with the same card or slip.

A draft is sealed with a key that only the card's number, or the code on the slip, can make: whoever opens the database
without them reads nothing, and nobody is offered another's draft.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from kiosk.clock import Clock
from kiosk.domain.form import Form
from kiosk.domain.json_values import JsonValue
from kiosk.errors import StorageFull
from kiosk.services.store import AuditEntry, Store, Transaction

KEPT_FOR = timedelta(days=14)
"""Long enough to fetch a paper from town, short enough that nothing lies about."""

CODE_DIGITS = 8
"""Of a slip. With scrypt before each guess, 10^8 codes are out of reach of one who has the database."""


@dataclass(frozen=True, slots=True, repr=False)
class DraftOwner:
    """Who can open a draft, by what they bring."""

    kind: Literal["card", "slip"]
    secret: str
    """The card's number with the citizen id, or the code of the slip."""

    def __repr__(self) -> str:
        return f"DraftOwner({self.kind})"


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """A form on its way."""

    service_id: str
    digest: str
    """Of the definition that it was begun with, and will be finished with."""
    given: Mapping[str, JsonValue]
    photos: Mapping[str, bytes]
    """Pictures by SHA-256, JPEG."""


class DraftSeal(Protocol):
    """Keys that are made of what the owner brings; the device's own secret goes in too."""

    def tag(self, owner: DraftOwner) -> str:
        """A name that says nothing about the owner and is the same at each visit. May take 0.1 s for a slip."""

    def seal(self, owner: DraftOwner, content: bytes, context: str) -> bytes:
        """Encrypt; ``context`` must be the same again to open."""

    def open(self, owner: DraftOwner, sealed: bytes, context: str) -> bytes | None:
        """Decrypt, or None: another owner, another context, damaged."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """Keep, offer and drop drafts."""

    store: Store
    seal: DraftSeal
    clock: Clock

    def keep(self, owner: DraftOwner, form: Form, photos: Mapping[str, bytes]) -> None:
        """Write a form down; the newest state replaces the one before.

        Raises:
            StorageFull: less than the reserve is free, and that is for promises.
            StorageError: nothing was changed.
        """
        if not self.store.has_room():
            raise StorageFull("less than the reserve is free")
        tag = self.seal.tag(owner)
        definition = form.definition
        context = f"{tag}|{definition.id}"
        content = {"digest": definition.digest, "given": dict(form.given)}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        expires_at = self.clock.now() + KEPT_FOR
        with self.store.transaction() as transaction:
            drafts = transaction.drafts
            drafts.put(tag, definition, self.seal.seal(owner, text, context), expires_at)
            kept = drafts.photo_ids(tag, definition.id)
            for digest in photos.keys() - kept:
                sealed = self.seal.seal(owner, photos[digest], f"{context}|{digest}")
                drafts.put_photo(tag, definition.id, digest, sealed)
            for digest in kept - photos.keys():
                drafts.erase_photo(tag, definition.id, digest)

    def find(self, owner: DraftOwner) -> tuple[Draft, ...]:
        """The drafts that this owner can open, newest first; one that fails its checks is passed over.

        Raises:
            StorageError.
        """
        tag = self.seal.tag(owner)
        found: list[Draft] = []
        with self.store.transaction() as transaction:
            rows = transaction.drafts.of(tag, self.clock.now())
            photos = {
                service_id: transaction.drafts.photos(tag, service_id) for service_id, _ in rows
            }
        for service_id, sealed in rows:
            draft = self._opened(owner, tag, service_id, sealed, photos[service_id])
            if draft is not None:
                found.append(draft)
        return tuple(found)

    def _opened(
        self,
        owner: DraftOwner,
        tag: str,
        service_id: str,
        sealed: bytes,
        photos: Mapping[str, bytes],
    ) -> Draft | None:
        context = f"{tag}|{service_id}"
        text = self.seal.open(owner, sealed, context)
        if text is None:
            return None
        content = json.loads(text)
        opened = {
            digest: self.seal.open(owner, photo, f"{context}|{digest}")
            for digest, photo in photos.items()
        }
        return Draft(
            service_id,
            content["digest"],
            content["given"],
            {digest: photo for digest, photo in opened.items() if photo is not None},
        )

    def drop(self, owner: DraftOwner, service_id: str) -> None:
        """Forget a draft: it was submitted, or is not wanted.

        Raises:
            StorageError.
        """
        tag = self.seal.tag(owner)
        with self.store.transaction() as transaction:
            if transaction.drafts.erase(tag, service_id):
                transaction.audit(AuditEntry("draft.dropped", service_id, {}))

    def dropping(self, owner: DraftOwner, service_id: str) -> Callable[[Transaction], None]:
        """The same as part of another transaction: a draft goes when it becomes a request, or both stay."""
        tag = self.seal.tag(owner)

        def drop(transaction: Transaction) -> None:
            transaction.drafts.erase(tag, service_id)

        return drop

    def purge(self) -> int:
        """Erase what is older than it may be; returns how many.

        Raises:
            StorageError.
        """
        with self.store.transaction() as transaction:
            count = transaction.drafts.purge(self.clock.now())
            if count:
                transaction.audit(AuditEntry("draft.expired", "", {"count": count}))
        return count
