"""The printer that a setting names, and what the doctor says of it."""

from pathlib import Path

import pytest

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.config import parse_config
from kiosk.devices.absent_printer import AbsentPrinter
from kiosk.devices.escpos_printer import EscposPrinter
from kiosk.devices.pdf_printer import CupsPrinter, PdfPrinter
from kiosk.devices.printer_factory import make_printer
from kiosk.devices.simulated_printer import SimulatedPrinter
from kiosk.doctor.device_checks import check_printer
from kiosk.doctor.finding import Health
from kiosk.domain.printout import A4, ROLL_58, ROLL_80, PrintTarget
from kiosk.errors import ConfigError

GOOD: list[tuple[str, type, PrintTarget]] = [
    ("none", AbsentPrinter, ROLL_80),
    ("escpos-file:/dev/usb/lp0", EscposPrinter, ROLL_80),
    ("escpos-file:/dev/usb/lp0:58", EscposPrinter, ROLL_58),
    ("escpos-usb:04b8:0202", EscposPrinter, ROLL_80),
    ("escpos-usb:0416:5011:58", EscposPrinter, ROLL_58),
    ("escpos-network:192.168.1.50:80", EscposPrinter, ROLL_80),
    ("pdf:/srv/打印", PdfPrinter, A4),
    ("cups:office", CupsPrinter, A4),
    ("cups:roll:80", CupsPrinter, ROLL_80),
    ("simulated:C:\\out:58", SimulatedPrinter, ROLL_58),
    ("simulated:/tmp/out:a4", SimulatedPrinter, A4),
]


@pytest.mark.parametrize(("spec", "kind", "target"), GOOD)
def test_setting_makes_the_printer_that_it_names(
    spec: str, kind: type, target: PrintTarget
) -> None:
    assert parse_config({"hardware": {"printer": spec}}).hardware.printer == spec
    printer = make_printer(spec)
    assert isinstance(printer, kind)
    assert printer.target is target


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "escpos",
        "escpos-usb:4b8:202",
        "escpos-usb:04b8",
        "escpos-network:a b",
        "escpos-network:x;rm -rf",
        "escpos-file:/dev/usb/lp0:a4",
        "cups:-o raw",
        "cups:a/b",
        "pdf:",
        "printer",
    ],
)
def test_other_text_is_refused_with_what_to_write(spec: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_printer(spec)
    assert "hardware.printer" in caught.value.faults[0]


def test_doctor_says_what_is_with_the_printer(tmp_path: Path) -> None:
    label = PromptCatalogue.load("zh-CN").label
    printer = SimulatedPrinter(tmp_path)
    assert check_printer(lambda: printer, "simulated:x", label).health is Health.GOOD
    printer.leave_paper(1)
    low = check_printer(lambda: printer, "simulated:x", label)
    assert (low.health, low.remedy) == (Health.WARNING, "纸快用完了，请备一卷新的")
    printer.vanish()
    gone = check_printer(lambda: printer, "simulated:x", label)
    assert (gone.health, gone.found) == (Health.WARNING, "模拟打印机：没有接好")
    assert check_printer(lambda: printer, "none", label).health is Health.WARNING
    wrong = check_printer(lambda: make_printer("escpos-usb:1"), "escpos-usb:1", label)
    assert (wrong.health, wrong.code) == (Health.FAULT, "KSK-100")
