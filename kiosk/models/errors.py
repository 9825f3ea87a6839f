"""What can go wrong while models are installed. Nothing is ever put in place that is not the expected content."""

from typing import TypedDict, Unpack

from kiosk.errors import IdentityError


class Facts(TypedDict, total=False):
    """What staff are told beside the words of a code; each has a text ``error.idn-100.<name>``. Never personal."""

    model: object
    file: object
    folder: object
    host: object
    status: object
    expected: object
    found: object
    expected_bytes: object
    found_bytes: object
    needed: object
    """Mebibytes."""
    free: object
    """Mebibytes."""
    entries: object


class ModelError(IdentityError):
    """A model could not be installed or checked; ``facts`` are shown to staff below the words of the code."""

    code = "IDN-100"

    def __init__(self, message: str, **facts: Unpack[Facts]) -> None:
        """Make the error.

        Args:
            message: for the log.
            facts: empty ones are left out.
        """
        super().__init__(message)
        self.facts = {name: str(value) for name, value in facts.items() if value != ""}


class ModelUnknown(ModelError):
    """The manifest lists no such model."""

    code = "IDN-101"


class ModelDigestWrong(ModelError):
    """What was brought is not the expected content; it was thrown away, and what was installed before stays."""

    code = "IDN-102"


class ModelDigestUnstated(ModelError):
    """The manifest has no digest for this model, and none was given; or one was given that contradicts it."""

    code = "IDN-103"


class ModelSourceUnreachable(ModelError):
    """The network is down, broke off or is too slow; what came so far is kept."""

    code = "IDN-104"
    is_retryable = True


class ModelSourceRefused(ModelError):
    """The server answers with something that cannot be this model."""

    code = "IDN-105"


class CaptivePortal(ModelSourceRefused):
    """A web page came instead of the file: mostly a network that wants a login first."""

    code = "IDN-106"


class ModelRedirectRefused(ModelError):
    """The server sends the download on to a host that nobody allowed, or away from HTTPS."""

    code = "IDN-107"


class ModelSourceUntrusted(ModelError):
    """The server's certificate is not trusted, or is out of its dates."""

    code = "IDN-108"


class ModelNotFound(ModelError):
    """Nothing in the folder is the wanted model, whatever it is called there."""

    code = "IDN-109"


class ModelArchiveRefused(ModelError):
    """An archive is damaged, larger than it may be, or holds what must not be unpacked."""

    code = "IDN-110"


class ModelsFull(ModelError):
    """The disk has no room; nothing was installed, and what was downloaded so far is kept."""

    code = "IDN-111"


class ModelsBusy(ModelError):
    """Another process installs models at this moment."""

    code = "IDN-112"
    is_retryable = True


class ModelFolderUnusable(ModelError):
    """The models folder, or the folder to install from, cannot be read or written."""

    code = "IDN-113"


class ModelNotOffered(ModelError):
    """Nobody offers this very file for download: it comes from a folder or a stick, or from a stated address."""

    code = "IDN-114"
