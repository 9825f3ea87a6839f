"""Builds the printer that the configuration names."""

import re
from functools import partial
from pathlib import Path

from kiosk.devices.absent_printer import AbsentPrinter
from kiosk.devices.escpos_drivers import file_driver, network_driver, usb_driver
from kiosk.devices.escpos_printer import EscposPrinter
from kiosk.devices.pdf_printer import CupsPrinter, PdfPrinter
from kiosk.devices.simulated_printer import SimulatedPrinter
from kiosk.domain.printout import A4, ROLL_58, ROLL_80, PrintTarget
from kiosk.errors import ConfigError
from kiosk.services.ports import Printer

PRINTER_KEY = "hardware.printer"

_WIDTHS: dict[str, PrintTarget] = {"58": ROLL_58, "80": ROLL_80, "a4": A4}
_SPEC = re.compile(
    r"(?P<kind>escpos-file|escpos-usb|escpos-network|pdf|cups|simulated):(?P<rest>.+?)"
    r"(?::(?P<width>58|80|a4))?"
)
_USB = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")
_QUEUE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}")


def make_printer(spec: str) -> Printer:
    """Build a printer; opens nothing.

    Args:
        spec: ``none``, ``escpos-file:<device>``, ``escpos-usb:<vid>:<pid>``, ``escpos-network:<host>``,
            ``pdf:<folder>``, ``cups:<queue>`` or ``simulated:<folder>``; behind it ``:58``, ``:80`` or ``:a4``.
    Raises:
        ConfigError: another text; names the key and what to write.
    """
    if spec == "none":
        return AbsentPrinter()
    found = _SPEC.fullmatch(spec)
    printer = _made(found["kind"], found["rest"], found["width"]) if found else None
    if printer is None:
        fault = (
            "请写 escpos-file:/dev/usb/lp0:80、escpos-network:192.168.1.50:80、pdf:<文件夹> 或 none"
        )
        raise ConfigError((f"{PRINTER_KEY}：不是打印机；{fault}",))
    return printer


def _made(kind: str, rest: str, width: str | None) -> Printer | None:
    sheet = _WIDTHS[width] if width else A4
    if kind == "pdf":
        return PdfPrinter(Path(rest).expanduser(), sheet)
    if kind == "cups":
        return CupsPrinter(rest, sheet) if _QUEUE.fullmatch(rest) else None
    roll = _WIDTHS[width] if width else ROLL_80
    if kind == "simulated":
        return SimulatedPrinter(Path(rest).expanduser(), roll)
    return _thermal(kind, rest, roll) if roll is not A4 else None


def _thermal(kind: str, rest: str, roll: PrintTarget) -> Printer | None:
    if kind == "escpos-file":
        path = Path(rest).expanduser()
        make = partial(file_driver, path)
        return EscposPrinter(make, roll, f"热敏打印机 {path.name}", can_answer=False)
    if kind == "escpos-network" and _HOST.fullmatch(rest):
        return EscposPrinter(
            partial(network_driver, rest), roll, f"热敏打印机 {rest}", can_answer=True
        )
    usb = _USB.fullmatch(rest)
    if kind == "escpos-usb" and usb:
        make_usb = partial(usb_driver, int(usb[1], 16), int(usb[2], 16))
        return EscposPrinter(make_usb, roll, "热敏打印机 USB", can_answer=True)
    return None
