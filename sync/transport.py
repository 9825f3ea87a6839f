"""How the engine speaks with the centre, whatever lies between."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from sync.answers import BatchAnswer, DecisionPage, DeviceState, RosterPage

if TYPE_CHECKING:
    from sync.blob_messages import BlobAnswer, BlobsAnswer
    from sync.key_announcement import DeviceKeyAnswer
    from sync.sealed_page import FeedPage
    from sync.signing import DeviceSigner
    from sync.supply import CertificateAnswer, ReceiptBlockAnswer


class Transport(Protocol):
    """Asks and brings back signed answers only.

    Every method raises, besides what it names:
        Unreachable, TimedOut, NotTheCentre, ServerBusy, ServerFault, ClockFault, NotAuthorised, ProtocolMismatch.
    """

    def send_batch(self, batch_id: str, items: Sequence[bytes]) -> BatchAnswer:
        """Deliver items.

        Raises:
            BatchTooLarge: the body is refused for its size.
        """

    def decisions(self, after: int) -> DecisionPage:
        """Decisions on this device's events after a cursor."""

    def roster(self, after: int) -> RosterPage:
        """Changes of the region's roster after a cursor."""

    def feed_page(self, feed: str, after: int, limit_bytes: int) -> "FeedPage":
        """A page of a feed that is sealed to this device, after a cursor.

        Args:
            feed: ``roster`` or ``catalogue``.
            limit_bytes: about as large the page should be; one change may be larger.
        Raises:
            FeedUnusable: the centre's page, but it cannot be read.
        """

    def device_state(self) -> DeviceState:
        """What the centre holds of this device."""

    def receipt_block(self, after: int) -> "ReceiptBlockAnswer":
        """This device's receipt numbers behind its last one; asking again gives the same block."""

    def device_certificate(self) -> "CertificateAnswer":
        """The centre's word for this device's key."""

    def lacking_blobs(self, names: Sequence[str]) -> "BlobsAnswer":
        """How much the centre holds of these files."""

    def put_blob(self, name: str, offset: int, piece: bytes) -> "BlobAnswer":
        """Deliver the next sealed bytes of a file.

        Raises:
            BatchTooLarge: the piece is refused for its size.
        """

    def use_signer(self, signer: "DeviceSigner") -> None:
        """Sign requests with this key from now on."""

    def announce_key(self, announcement: bytes) -> "DeviceKeyAnswer":
        """Tell the centre the device's next key; asking again with the same one gives the same answer."""

    def keyring(self) -> bytes:
        """The signed document of the centre's keys, not yet believed."""

    def close(self) -> None:
        """Give the connections back."""
