"""The ways to a thermal printer, each as an open driver of ``python-escpos``."""

import functools
import logging
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from escpos.escpos import Escpos

TIMEOUT_S = 8.0
"""For one answer and for one piece of a picture."""
PRINTER_CLASS = 7
"""Source: USB Device Class Definition for Printing Devices 1.1, base class."""
_PICKLES = "ESCPOS_CAPABILITIES_PICKLE_DIR"


@functools.cache
def escpos_drivers() -> "ModuleType":
    """The library's drivers, without what its import leaves behind.

    It makes a folder for a pickle in the system's temporary folder at every start and gives the root logger a
    handler; neither is wanted.
    """
    root = logging.getLogger()
    handlers = list(root.handlers)
    from escpos import capabilities, printer

    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
    if _PICKLES not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    drivers: ModuleType = printer
    return drivers


def file_driver(path: Path) -> "Escpos":
    """A device file, such as ``/dev/usb/lp0`` or ``/dev/ttyUSB0``.

    Raises:
        FileNotFoundError: it is not there; a plain file would be made in its place.
    """
    if not path.exists():
        raise FileNotFoundError(path.name)
    driver: Escpos = escpos_drivers().File(str(path), auto_flush=True)
    driver.open()
    return driver


def network_driver(host: str, port: int = 9100) -> "Escpos":
    """A printer in the local network, raw port.

    Raises:
        OSError: nobody answers there.
    """
    driver: Escpos = escpos_drivers().Network(host, port=port, timeout=TIMEOUT_S)
    # Not its own open: that knows IPv4 only and leaves the socket open when nobody answers.
    driver.device = socket.create_connection((host, port), timeout=TIMEOUT_S)
    return driver


def usb_driver(vendor: int, product: int) -> "Escpos":
    """A USB printer without a kernel driver.

    Raises:
        OSError, ValueError: it is not there, or libusb is not installed.
    """
    reads_from, writes_to = _endpoints(vendor, product)
    driver: Escpos = escpos_drivers().Usb(
        vendor,
        product,
        timeout=round(TIMEOUT_S * 1000),
        in_ep=reads_from,
        out_ep=writes_to,
    )
    driver.open()
    return driver


def _endpoints(vendor: int, product: int) -> tuple[int, int]:
    """Where to read and write: makers number them as they like, so the printer is asked."""
    import usb.core
    import usb.util

    device = usb.core.find(idVendor=vendor, idProduct=product)
    if device is None:
        raise FileNotFoundError(f"usb {vendor:04x}:{product:04x}")
    interface = usb.util.find_descriptor(
        device.get_active_configuration(), bInterfaceClass=PRINTER_CLASS
    )
    found: dict[int, int] = {}
    for endpoint in interface if interface is not None else ():
        direction = usb.util.endpoint_direction(endpoint.bEndpointAddress)
        found.setdefault(direction, endpoint.bEndpointAddress)
    usb.util.dispose_resources(device)
    return found.get(usb.util.ENDPOINT_IN, 0x82), found.get(usb.util.ENDPOINT_OUT, 0x01)
