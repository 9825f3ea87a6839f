"""Whose answers count: the centre's key of the settings, and then the keys of its newest keyring."""

import contextlib
from collections.abc import Iterator, Mapping

from sync.errors import NotTheCentre
from sync.keyring import Keyring
from sync.signing import Verifier


class CentreTrust:
    """Shared by the transport, which checks with it, and the exchange of keys, which renews it.

    Args:
        centre_public_key: 32 bytes, of the settings.
    """

    def __init__(self, centre_public_key: bytes) -> None:
        self.anchor = Verifier(centre_public_key)
        self._verifiers: Mapping[str, Verifier] = {self.anchor.key_id: self.anchor}
        self.serial = 0
        """Of the keyring in use; 0 for none."""
        self.announced = 0
        """The highest serial that a signed answer has spoken of."""

        self.is_refused = False
        """Whether the centre did not know the key of the last request: perhaps it was set back to before the change."""

        self.is_in_doubt = False
        """Whether the last answer was signed by no known key: somebody else's, or the centre's next key."""

    @property
    def verifiers(self) -> Mapping[str, Verifier]:
        """By key id. Replaced as a whole, so that any thread may look."""
        return self._verifiers

    def use(self, keyring: Keyring) -> None:
        """Believe the keys of a keyring that was opened with the present ones, and no others."""
        self._verifiers = keyring.verifiers
        self.serial = keyring.serial

    @contextlib.contextmanager
    def judging(self) -> Iterator[Mapping[str, Verifier]]:
        """Lend the keys for one answer, and remember whether it was signed by one of them."""
        try:
            yield self._verifiers
        except NotTheCentre:
            self.is_in_doubt = True
            raise
        self.is_in_doubt = False

    def note(self, announced: int | None) -> None:
        """A signed answer spoke of a keyring."""
        self.announced = max(self.announced, announced or 0)
