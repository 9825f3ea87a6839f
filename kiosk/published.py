"""What the centre published, as this kiosk goes by it: definitions of services and tables of figures, as one set."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from accessibility.errors import CatalogueDamaged
from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.catalogue_prompts import with_services
from kiosk.catalogue_sources import OWN_SERVICES, arranged, load_catalogue, with_older
from kiosk.config import KioskConfig
from kiosk.definition_files import DefinitionFile
from kiosk.domain.catalogue import Catalogue
from kiosk.errors import ConfigError, KioskError, PensionParametersUnusable
from kiosk.parameters import PensionFiles
from kiosk.storage.database import kiosk_errors
from sync import cursors
from sync.feed_sinks import (
    ACCEPTED,
    PENSION,
    REFUSED,
    SERVICE,
    PublishedDocument,
    accepted_documents,
)
from sync.sqlcipher import EncryptedDatabase

_log = logging.getLogger(__name__)

LOCALE = "zh-CN"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a visit works with."""

    catalogue: Catalogue
    pension: PensionFiles
    number: int
    """Grows when the kiosk goes over to another published set."""


def make_offer(config: KioskConfig, encrypted: EncryptedDatabase) -> Offer:
    """The catalogue and the figures of now.

    A published set that this version cannot read any more is left out, with a line in the log: the kiosk serves with
    what it brings itself.

    Raises:
        ConfigError: a file of the product or the administrator is wrong.
        StorageError.
    """
    with kiosk_errors(), encrypted.reading() as database:
        documents = accepted_documents(database)
        number = cursors.read_cursor(database, ACCEPTED)
    try:
        catalogue, pension = _read(config, documents)
    except (ConfigError, PensionParametersUnusable) as error:
        if not documents:
            raise
        _log.warning("published documents left out code=%s", error.code)
        catalogue, pension = _read(config, ())
    return Offer(with_older(catalogue, encrypted), pension, number)


def offer_number(encrypted: EncryptedDatabase) -> int:
    """Of the set that this kiosk should go by now.

    Raises:
        StorageError.
    """
    with kiosk_errors(), encrypted.reading() as database:
        return cursors.read_cursor(database, ACCEPTED)


def refusal(encrypted: EncryptedDatabase) -> str:
    """Why the last published set is not gone by; empty when it is.

    Raises:
        StorageError.
    """
    with kiosk_errors(), encrypted.reading() as database:
        return cursors.read_text(database, REFUSED)


def check_published(config: KioskConfig, documents: Sequence[PublishedDocument]) -> Sequence[str]:
    """Every fault of a set, by the rules that the kiosk's own files must pass; none when it can be gone by."""
    try:
        catalogue, _pension = _read(config, documents)
        with_services(PromptCatalogue.load(LOCALE), catalogue)
    except (ConfigError, PensionParametersUnusable, CatalogueDamaged) as error:
        return error.faults
    except KioskError as error:
        return (str(error),)
    return ()


def _read(
    config: KioskConfig, documents: Sequence[PublishedDocument]
) -> tuple[Catalogue, PensionFiles]:
    """Read everything; the figures too, so that a damaged table is found now and not in a visit."""
    pension = PensionFiles(published=_files(documents, PENSION))
    if any(one.kind == PENSION for one in documents):
        pension.check()
    catalogue = load_catalogue(config.state_dir / OWN_SERVICES, _files(documents, SERVICE))
    return arranged(catalogue, config.site), pension


def _files(documents: Sequence[PublishedDocument], kind: str) -> tuple[DefinitionFile, ...]:
    """Those of a kind; of kinds that this version does not know the kiosk has no need."""
    return tuple(
        DefinitionFile(f"{one.name}.json", one.text) for one in documents if one.kind == kind
    )
