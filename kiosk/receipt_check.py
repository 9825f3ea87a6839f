"""A receipt's code from the command line: read, judged, said in plain words."""

import re
import sys
from collections.abc import Collection
from pathlib import Path

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.clock import SITE_TIME_ZONE
from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.devices.picture import PictureUnreadable, read_picture
from kiosk.devices.qr_reader import read_qr_text
from kiosk.domain.receipt_statement import LONGEST_TEXT, ReceiptStatement
from kiosk.errors import ConfigError
from kiosk.explain import Label
from kiosk.failures import LOCALE
from kiosk.services.verify_receipt import ReceiptCheck, ReceiptVerdict, VerifyReceipt
from sync.keyring import open_keyring
from sync.keyring_file import read_keyring_file
from sync.signing import Verifier

EXIT_CODES = {
    ReceiptVerdict.GENUINE: 0,
    ReceiptVerdict.CHANGED: 3,
    ReceiptVerdict.UNKNOWN: 4,
    ReceiptVerdict.NOT_YET: 5,
}
"""1 and 2 mean a failure and a wrong usage, as for every command."""

EXIT_FAILED = 1
_KEY = re.compile(r"[0-9a-f]{64}")


def verify_code(
    config_path: Path | None,
    *,
    code: str | None,
    image: Path | None,
    centre_key: str,
    centre_keys: Path | None = None,
) -> int:
    """Judge a code; needs the centre's public key and nothing else, neither database nor network.

    Args:
        centre_keys: a keyring that this key vouches for.
    Returns:
        the exit code; see ``EXIT_CODES``.
    Raises:
        ConfigError: there is no key, or the settings are wrong.
        KeyringRefused: the keyring is not of this centre.
    """
    label = PromptCatalogue.load(LOCALE).label
    key = centre_key or load_config(config_path).sync.centre_public_key
    if not _KEY.fullmatch(key):
        raise ConfigError((label("verify_receipt.command.no_key"),))
    text, fault = _text_of(code, image)
    if fault:
        make_console().print(label(f"verify_receipt.command.{fault}"))
        return EXIT_FAILED
    check = VerifyReceipt(_verifiers(key, centre_keys)).check(text)
    _say(check, label)
    return EXIT_CODES[check.verdict]


def _verifiers(key: str, keyring: Path | None) -> Collection[Verifier]:
    anchor = Verifier(bytes.fromhex(key))
    trusted = {anchor.key_id: anchor}
    if keyring is None:
        return trusted.values()
    opened = open_keyring(read_keyring_file(keyring), trusted)
    return {**trusted, **opened.paper_verifiers}.values()


def _text_of(code: str | None, image: Path | None) -> tuple[str, str]:
    """The code's text, or the name of what is wrong."""
    if image is None:
        return (code if code is not None else sys.stdin.readline(LONGEST_TEXT + 2)), ""
    try:
        text = read_qr_text(read_picture(image))
    except PictureUnreadable:
        return "", "no_picture"
    return text, "" if text else "no_code"


def _say(check: ReceiptCheck, label: Label) -> None:
    console = make_console()
    verdict = check.verdict.value
    values = {"device": check.device} if check.statement is not None else {}
    console.print(label(f"verify_receipt.command.{verdict}", **values), markup=False)
    if check.statement is not None:
        for name, value in _lines(check.statement, label):
            console.print(f"  {name}：{value}", markup=False)


def _lines(statement: ReceiptStatement, label: Label) -> tuple[tuple[str, str], ...]:
    local = statement.accepted_at.astimezone(SITE_TIME_ZONE)
    return (
        (label("verify_receipt.number"), statement.number),
        (label("verify_receipt.kind"), label(f"receipt_kind.{statement.kind.value}")),
        (label("verify_receipt.service"), statement.service_id),
        (label("verify_receipt.time"), f"{local:%Y-%m-%d %H:%M}"),
    )
