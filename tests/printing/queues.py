"""The queue before a printer, on a real store."""

from kiosk.devices.print_raster import render_printout
from kiosk.services.ports import Printer
from kiosk.services.print_document import PrintDocument
from tests.builders import World

JOB = "019a0c1e-7d30-7cc2-9d2e-5f1a6b7c8d9e"


def documents(world: World, printer: Printer, tries: int = 3) -> PrintDocument:
    return PrintDocument(world.store, printer, render_printout, world.clock, "A07", tries)
