"""The keys of this machine that biometric templates are sealed with."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.identity.template_protection import TemplateProtection
from kiosk.storage.kiosk_database import KioskDatabase
from sync.signing import DeviceSigner, Purpose


def make_template_seal(encrypted: KioskDatabase, first: DeviceSigner) -> TemplateProtection:
    """Made of two secrets that lie apart: a database that was copied out in the clear opens no template.

    Args:
        encrypted: its key is kept outside of it.
        first: the key that the machine was set up with, kept inside the database; templates hang on it for ever.
    """
    own = first.sign(Purpose.TEMPLATE_KEY, b"")
    derivation = HKDF(
        SHA256(), length=32, salt=encrypted.template_secret, info=b"xianglin/template"
    )
    return TemplateProtection(derivation.derive(own))
