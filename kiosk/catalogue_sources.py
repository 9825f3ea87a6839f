"""Where the catalogue of a kiosk comes from: the product, the administrator's folder, and what drafts still need."""

import logging
from collections.abc import Sequence
from pathlib import Path

from kiosk.config import SiteConfig
from kiosk.definition_files import DefinitionFile, files_at, make_catalogue, shipped_files
from kiosk.domain.catalogue import (
    Catalogue,
    CatalogueError,
    ServiceDefinition,
    parse_definition,
)
from kiosk.errors import ConfigError
from kiosk.storage.database import kiosk_errors
from kiosk.storage.drafts import SqliteDrafts
from sync.sqlcipher import EncryptedDatabase

_log = logging.getLogger(__name__)

OWN_SERVICES = "services"
"""Folder beside the database for definitions of the county or administrator."""


def load_catalogue(
    folder: Path | None = None, published: Sequence[DefinitionFile] = ()
) -> Catalogue:
    """The shipped service definitions, those of the county or administrator, and those of the centre.

    Args:
        folder: of ``*.json`` files; without any it changes nothing.
        published: what came from the centre.
    Raises:
        ConfigError: a file is wrong; names every fault of every file.
    """
    has_own = folder is not None and any(folder.glob("*.json"))
    try:
        own = files_at(folder) if folder and has_own else ()
        return make_catalogue(shipped_files(), (*own, *published))
    except CatalogueError as error:
        raise ConfigError(error.faults) from error


def arranged(catalogue: Catalogue, site: SiteConfig) -> Catalogue:
    """What this site offers, in its own order.

    Raises:
        ConfigError: a setting names a service that there is not.
    """
    hidden, first = site.hidden_services.split(), site.first_services.split()
    try:
        return catalogue.arranged(frozenset(hidden), tuple(first))
    except CatalogueError as error:
        faults = tuple(f"site.hidden_services, site.first_services：{one}" for one in error.faults)
        raise ConfigError(faults) from error


def with_older(catalogue: Catalogue, encrypted: EncryptedDatabase) -> Catalogue:
    """The catalogue, with what drafts and open requests were begun with.

    Only reads: the doctor and the commands open these parts beside a kiosk that is writing.
    """
    with kiosk_errors(), encrypted.reading() as database:
        kept = SqliteDrafts(database).definitions()
    older: list[ServiceDefinition] = []
    for name, text in kept:
        try:
            older.append(parse_definition(text, name))
        except CatalogueError:
            # Of a schema that this version no longer reads: its draft is not offered, all else works.
            _log.warning("a kept definition cannot be read name=%s", name)
    return catalogue.with_older(tuple(older))
