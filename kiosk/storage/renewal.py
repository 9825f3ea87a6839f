"""Fresh rotations for every stored template: what was copied before has nothing in common with what is there after."""

from dataclasses import dataclass

from kiosk.domain.identity_evidence import Modality
from kiosk.errors import TemplateUnusable
from kiosk.services.template_seal import TemplateSeal
from kiosk.storage.database import kiosk_errors
from kiosk.storage.template_rows import TemplateRows
from sync.sqlcipher import EncryptedDatabase

_PAGE = 100
"""In one transaction: a kiosk beside it must be able to write in between."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of the templates."""

    count: int
    unusable: int
    """Damaged, or of another machine: they stay as they are, their residents have to enrol anew."""


def renew_templates(encrypted: EncryptedDatabase, seal: TemplateSeal) -> Renewed:
    """Renew faces and voices; broken off, each one is either the old or the new.

    Raises:
        StorageError.
    """
    count = unusable = 0
    for modality in Modality:
        names = [""]
        while names:
            with kiosk_errors(), encrypted.transaction() as database:
                rows = TemplateRows(database, seal, modality)
                names = rows.residents(None, after=names[-1], count=_PAGE)
                for resident_id in names:
                    try:
                        rows.renew(resident_id)
                        count += 1
                    except TemplateUnusable:
                        unusable += 1
    return Renewed(count, unusable)
