"""One suite for every printer: what is on the paper, and what is said when there is none."""

import io
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kiosk.devices.absent_printer import AbsentPrinter
from kiosk.devices.escpos_drivers import escpos_drivers, file_driver, network_driver, usb_driver
from kiosk.devices.escpos_printer import EscposPrinter
from kiosk.devices.pdf_printer import CupsPrinter, PdfPrinter
from kiosk.devices.print_raster import render_printout
from kiosk.devices.simulated_printer import SimulatedPrinter
from kiosk.domain.printout import A4, ROLL_58, ROLL_80
from kiosk.errors import PrinterFault, PrinterUnavailable
from kiosk.services.ports import Printer, PrinterState
from tests.printing.papers import receipt
from tests.printing.thermal import ThermalPrinter, pieces_of

LP = """#!{python}
import pathlib, sys
spool = pathlib.Path({spool!r})
name, *words = pathlib.Path(sys.argv[0]).name, *sys.argv[1:]
if name == "lp":
    number = len(list(spool.glob("*.pdf"))) + 1
    (spool / f"{{number:04d}}.pdf").write_bytes(sys.stdin.buffer.read())
    print(f"request id is desk-{{number}} (1 file(s))")
elif name == "cancel":
    (spool / "cancelled").write_text(words[0])
elif words[0] == "-o":
    print((spool / "waiting").read_text() if (spool / "waiting").exists() else "")
else:
    print((spool / "status").read_text() if (spool / "status").exists() else "printer desk is idle.")
"""


@dataclass
class Bench:
    """A printer and what came out of it."""

    printer: Printer
    sheets: Callable[[], list[Image.Image]]
    """Black and white, in order."""
    unplug: Callable[[], None]
    is_lossy: bool = False


def thermal_bytes(stream: bytes) -> list[Image.Image]:
    pieces, understood = pieces_of(stream)
    assert understood == len(stream)
    return pieces


def pdf_sheets(folder: Path) -> list[Image.Image]:
    """The pictures inside the PDF files, read by their markers: a reader of PDF would be one more dependency."""
    sheets = []
    for path in sorted(folder.glob("*.pdf")):
        body = path.read_bytes()
        assert body.startswith(b"%PDF-")
        start = 0
        while (start := body.find(b"\xff\xd8\xff", start)) >= 0:
            end = body.index(b"endstream", start)
            sheets.append(Image.open(io.BytesIO(body[start:end])).convert("1", dither=0))
            start = end
    return sheets


def dummy_bench(folder: Path) -> Iterator[Bench]:
    driver = escpos_drivers().Dummy()
    plugged = [True]

    def make():  # type: ignore[no-untyped-def]
        if not plugged[0]:
            raise FileNotFoundError("unplugged")
        return driver

    printer = EscposPrinter(make, ROLL_58, "dummy", can_answer=False)
    yield Bench(
        printer, lambda: thermal_bytes(driver.output), lambda: plugged.__setitem__(0, False)
    )


def file_bench(folder: Path) -> Iterator[Bench]:
    device = folder / "lp0"
    device.touch()
    seen: list[Image.Image] = []

    def sheets() -> list[Image.Image]:
        # A plain file begins anew with each opening; a device does not.
        seen.extend(thermal_bytes(device.read_bytes()))
        device.write_bytes(b"")
        return seen

    printer = EscposPrinter(partial(file_driver, device), ROLL_80, "file", can_answer=False)
    yield Bench(printer, sheets, device.unlink)


def network_bench(folder: Path) -> Iterator[Bench]:
    with closing(ThermalPrinter()) as device:
        make = partial(network_driver, "127.0.0.1", device.port)
        printer = EscposPrinter(make, ROLL_80, "network", can_answer=True)
        yield Bench(printer, device.printed, device.close)


def simulated_bench(folder: Path) -> Iterator[Bench]:
    printer = SimulatedPrinter(folder / "out", ROLL_58)

    def sheets() -> list[Image.Image]:
        paths = sorted((folder / "out").glob("*.png"))
        return [Image.open(io.BytesIO(path.read_bytes())) for path in paths]

    yield Bench(printer, sheets, printer.vanish)


def pdf_bench(folder: Path) -> Iterator[Bench]:
    place = folder / "pdf"

    def unplug() -> None:
        place.mkdir(exist_ok=True)
        for path in place.iterdir():
            path.unlink()
        place.rmdir()
        place.write_text("a file where the folder was", "ascii")

    yield Bench(PdfPrinter(place), lambda: pdf_sheets(place), unplug, is_lossy=True)


def cups_bench(folder: Path) -> Iterator[Bench]:
    programs, spool = folder / "bin", folder / "spool"
    programs.mkdir()
    spool.mkdir()
    for name in ("lp", "lpstat", "cancel"):
        program = programs / name
        program.write_text(LP.format(python=sys.executable, spool=str(spool)), "utf-8")
        program.chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = str(programs)

    def unplug() -> None:
        for program in programs.iterdir():
            program.unlink()

    try:
        yield Bench(CupsPrinter("desk"), lambda: pdf_sheets(spool), unplug, is_lossy=True)
    finally:
        os.environ["PATH"] = before


BENCHES = {
    "escpos-dummy": dummy_bench,
    "escpos-file": file_bench,
    "escpos-network": network_bench,
    "simulated": simulated_bench,
    "pdf": pdf_bench,
    "cups": cups_bench,
}


@pytest.fixture(params=BENCHES.values(), ids=BENCHES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if sys.platform == "win32" and request.param is cups_bench:
        pytest.skip("Windows has no CUPS")
    yield from request.param(tmp_path)


def assert_same(printed: Image.Image, drawn: Image.Image, *, is_lossy: bool) -> None:
    # A roll is a whole number of bytes wide and drawn so; a PDF's picture is compressed with loss.
    assert printed.size == drawn.size
    differing = ImageChops.logical_xor(printed.convert("1"), drawn.convert("1", dither=0))
    count = sum(differing.histogram()[1:])
    assert count <= (drawn.width * drawn.height // 1000 if is_lossy else 0)


def test_paper_holds_exactly_the_dots_that_were_drawn(bench: Bench) -> None:
    images = render_printout(receipt(), bench.printer.target)
    assert bench.printer.state().state is PrinterState.READY
    bench.printer.print(images)
    sheets = bench.sheets()
    assert len(sheets) == len(images)
    for printed, drawn in zip(sheets, images, strict=True):
        assert_same(printed, drawn, is_lossy=bench.is_lossy)


def test_second_job_comes_out_after_the_first(bench: Bench) -> None:
    (first,) = render_printout(receipt(), bench.printer.target)
    (second,) = render_printout(receipt(service_title="社保卡挂失"), bench.printer.target)
    bench.printer.print((first,))
    if bench.printer.label == "file":
        bench.sheets()
    bench.printer.print((second,))
    printed = bench.sheets()
    assert len(printed) == 2
    assert_same(printed[1], second, is_lossy=bench.is_lossy)


def test_printer_that_is_gone_says_so_and_prints_nothing(bench: Bench) -> None:
    images = render_printout(receipt(), bench.printer.target)
    bench.unplug()
    status = bench.printer.state()
    assert status.state is PrinterState.ABSENT
    assert not status.can_print
    assert status.words
    with pytest.raises(PrinterUnavailable):
        bench.printer.print(images)


def test_kiosk_without_a_printer_says_so() -> None:
    printer = AbsentPrinter()
    assert printer.state().state is PrinterState.ABSENT
    with pytest.raises(PrinterUnavailable):
        printer.print(())


@pytest.fixture
def thermal() -> Iterator[ThermalPrinter]:
    with closing(ThermalPrinter()) as device:
        yield device


def networked(device: ThermalPrinter) -> EscposPrinter:
    make = partial(network_driver, "127.0.0.1", device.port)
    return EscposPrinter(make, ROLL_58, "network", can_answer=True)


def test_printer_without_paper_is_not_sent_anything(thermal: ThermalPrinter) -> None:
    thermal.paper = b"\x7e"
    printer = networked(thermal)
    assert printer.state().state is PrinterState.FAULT
    assert "没有纸" in printer.state().words
    with pytest.raises(PrinterUnavailable):
        printer.print(render_printout(receipt(), ROLL_58))
    assert thermal.printed() == []


def test_open_cover_and_little_paper_are_told_apart(thermal: ThermalPrinter) -> None:
    printer = networked(thermal)
    thermal.online = b"\x1a"
    assert printer.state().state is PrinterState.FAULT
    thermal.online, thermal.paper = b"\x12", b"\x1e"
    assert printer.state().state is PrinterState.PAPER_LOW
    printer.print(render_printout(receipt(), ROLL_58))
    assert len(thermal.printed()) == 1


def test_paper_that_ends_within_the_job_is_a_fault(thermal: ThermalPrinter) -> None:
    thermal.confirms = b"\x0c"
    with pytest.raises(PrinterFault):
        networked(thermal).print(render_printout(receipt(), ROLL_58))


def test_cable_that_is_pulled_within_the_job_is_a_fault(thermal: ThermalPrinter) -> None:
    thermal.drops_after = 4000
    with pytest.raises(PrinterFault):
        networked(thermal).print(render_printout(receipt(), ROLL_58))


def test_printer_that_never_answers_still_prints(
    thermal: ThermalPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.devices.escpos_drivers.TIMEOUT_S", 0.2)
    thermal.online = thermal.paper = thermal.confirms = None
    printer = networked(thermal)
    assert printer.state().state is PrinterState.READY
    printer.print(render_printout(receipt(), ROLL_58))
    thermal.close()
    assert len(thermal.printed()) == 1


def test_printer_that_answered_and_then_does_not_confirm_is_a_fault(
    thermal: ThermalPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.devices.escpos_drivers.TIMEOUT_S", 0.2)
    thermal.confirms = None
    with pytest.raises(PrinterFault):
        networked(thermal).print(render_printout(receipt(), ROLL_58))


def test_usb_printer_that_is_not_there_is_absent() -> None:
    printer = EscposPrinter(partial(usb_driver, 0x04B8, 0x0001), ROLL_80, "usb", can_answer=True)
    assert printer.state().state is PrinterState.ABSENT
    with pytest.raises(PrinterUnavailable):
        printer.print(())


def test_device_file_that_is_missing_is_never_made(tmp_path: Path) -> None:
    printer = EscposPrinter(
        partial(file_driver, tmp_path / "lp0"), ROLL_80, "file", can_answer=False
    )
    with pytest.raises(PrinterUnavailable):
        printer.print(render_printout(receipt(), ROLL_80))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_device_that_takes_no_more_is_a_fault() -> None:
    printer = EscposPrinter(
        partial(file_driver, Path("/dev/full")), ROLL_80, "file", can_answer=False
    )
    with pytest.raises(PrinterFault):
        printer.print(render_printout(receipt(), ROLL_80))


def test_import_of_the_library_leaves_neither_folder_nor_log_handler() -> None:
    from escpos import capabilities

    escpos_drivers()
    assert not Path(capabilities.pickle_dir).exists()


def test_simulated_printer_runs_out_of_paper_jams_and_vanishes(tmp_path: Path) -> None:
    printer = SimulatedPrinter(tmp_path, ROLL_58)
    images = render_printout(receipt(), ROLL_58)
    printer.leave_paper(1)
    assert printer.state().state is PrinterState.PAPER_LOW
    with pytest.raises(PrinterFault):
        printer.print((*images, *images))
    assert printer.state().state is PrinterState.FAULT
    with pytest.raises(PrinterUnavailable):
        printer.print(images)
    printer.plug_in()
    printer.jam()
    with pytest.raises(PrinterFault):
        printer.print(images)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["0001.png", "0002-half.png"]
    printer.vanish()
    assert printer.state().state is PrinterState.ABSENT
    printer.plug_in()
    printer.print(images)
    assert printer.state().state is PrinterState.READY


def test_queue_that_does_not_finish_is_a_fault_and_the_job_is_taken_back(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no CUPS")
    benches = cups_bench(tmp_path)
    bench = next(benches)
    try:
        spool = tmp_path / "spool"
        (spool / "waiting").write_text("desk-1 kiosk 1024 Mon", "ascii")
        printer = CupsPrinter("desk", A4, confirm_s=0.1)
        with pytest.raises(PrinterFault):
            printer.print(render_printout(receipt(), A4))
        assert (spool / "cancelled").read_text("ascii") == "desk-1"
        (spool / "status").write_text("printer desk disabled since Mon", "ascii")
        assert bench.printer.state().state is PrinterState.FAULT
    finally:
        benches.close()  # type: ignore[attr-defined]


def test_files_of_the_pdf_printer_are_the_kiosks_own(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no such modes")
    PdfPrinter(tmp_path / "pdf").print(render_printout(receipt(), A4))
    (made,) = (tmp_path / "pdf").iterdir()
    assert (made.name, made.stat().st_mode & 0o777) == ("0001.pdf", 0o600)


def test_port_without_a_printer_is_absent_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    printer = EscposPrinter(
        partial(network_driver, "127.0.0.1", port), ROLL_80, "network", can_answer=True
    )
    assert printer.state().state is PrinterState.ABSENT
