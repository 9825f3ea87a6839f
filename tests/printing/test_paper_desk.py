"""What a visit has printed: from a request or an answer to the paper that comes out."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.catalogue_sources import load_catalogue
from kiosk.devices.picture import read_picture
from kiosk.devices.qr_reader import read_qr_text
from kiosk.devices.simulated_printer import SimulatedPrinter
from kiosk.domain.definition import ServiceDefinition
from kiosk.domain.form import Form
from kiosk.domain.printout import A4, QrCode
from kiosk.domain.service_request import ServiceRequest
from kiosk.errors import StorageBusy
from kiosk.services.answer_sheet import AnswerSheet
from kiosk.services.paper_desk import PaperDesk
from kiosk.services.ports import PrinterState, PrinterStatus
from kiosk.services.print_document import PrintOutcome
from kiosk.services.printouts import Printouts
from kiosk.services.verify_receipt import ReceiptVerdict
from kiosk.storage.printout_text import parse_printout
from tests.builders import World, make_world, resident
from tests.printing.codes import CENTRE, VAN, Machine
from tests.printing.papers import ASK
from tests.printing.queues import documents
from tests.storage.states import submit

LABEL = PromptCatalogue.load("zh-CN").label
CATALOGUE = load_catalogue()
SHEET = AnswerSheet(
    (("姓名", "赵桂兰"), ("身份证号", "5130**********0647"), ("险种", "城乡居民基本养老保险")),
    "截至2026年11月23日",
    "个人账户里有",
    "4,386.20元",
)


class Desk:
    """A desk before a printer of files, with its own device's certificate."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder / "paper"
        self.printer = SimulatedPrinter(self.folder, A4)
        self.documents = documents(world, self.printer)
        self.status = PrinterStatus(PrinterState.READY)
        self.woken = 0
        machine = Machine(world.signer, "A07", "dev-0007", CENTRE)
        self.desk = PaperDesk(
            documents=self.documents,
            printouts=Printouts(LABEL, ASK),
            code=machine.code(),
            clock=world.clock,
            label=LABEL,
            title_of=lambda service: CATALOGUE.find(service).title,  # type: ignore[union-attr]
            status=lambda: self.status,
            wake=self.wake,
            drafts_kept_for=timedelta(days=14),
        )

    def wake(self) -> None:
        self.woken += 1

    def papers(self) -> list[str]:
        """What the waiting papers say, as their rows hold it."""
        return [str(row["printout"]) for row in self.world.rows("print_job")]

    def request(self) -> ServiceRequest:
        number = submit(self.world)
        (row,) = [r for r in self.world.rows("service_request") if r["receipt_number"] == number]
        with self.world.store.transaction() as transaction:
            found = transaction.requests.get(str(row["request_id"]))
        assert found is not None
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with make_world(tmp_path) as world:
        yield Desk(world, tmp_path)


def form(service: str, **answers: object) -> Form:
    definition = CATALOGUE.find(service)
    assert isinstance(definition, ServiceDefinition)
    return Form(definition, lambda _name: None, answers)  # type: ignore[arg-type]


def test_receipt_that_is_printed_is_found_genuine_by_another_terminal(desk: Desk) -> None:
    request = desk.request()
    job = desk.desk.print_receipt(request)
    assert (desk.desk.state_of(job), desk.woken) == ("printing", 1)
    assert desk.documents.run_next() is PrintOutcome.PRINTED
    assert desk.desk.state_of(job) == "printed"
    text = read_qr_text(read_picture(desk.folder / "0001.png"))
    check = VAN.verify().check(text)
    assert check.verdict is ReceiptVerdict.GENUINE
    assert check.statement is not None
    assert check.statement.number == request.receipt_number
    assert check.statement.accepted_at == request.accepted_at.replace(microsecond=0)
    assert check.statement.request_id == request.request_id


def test_receipt_asked_for_twice_is_one_paper_and_later_a_marked_one(desk: Desk) -> None:
    request = desk.request()
    first = desk.desk.print_receipt(request)
    assert desk.desk.print_receipt(request) == first
    desk.documents.run_next()
    assert desk.documents.run_next() is PrintOutcome.NOTHING
    second = desk.desk.print_receipt(request)
    assert second != first
    assert '"mark":"补打"' in desk.papers()[1]


def test_receipt_says_title_and_time_of_the_request(desk: Desk) -> None:
    desk.desk.print_receipt(desk.request())
    (paper,) = desk.papers()
    assert "养老资格认证" in paper
    assert "2026年11月23日 16:00" in paper


def test_proof_has_a_number_of_its_own_the_whole_name_and_a_code(desk: Desk) -> None:
    asked = form("pension.participation_proof", purpose="loan")
    job = desk.desk.print_answer(asked, SHEET, resident())
    (text,) = desk.papers()
    paper = parse_printout(text)
    assert "赵桂兰" in text
    assert "513022194803120647" in text
    assert "5130**********0647" not in text
    (code,) = [block for block in paper.blocks if isinstance(block, QrCode)]
    check = VAN.verify().check(code.content)
    assert check.statement is not None
    assert (check.statement.kind, check.statement.number[:10]) == (paper.kind, "A07-000001")
    assert check.statement.request_id == job
    assert desk.documents.run_next() is PrintOutcome.PRINTED
    assert desk.papers() == [""]


def test_rights_statement_names_its_year(desk: Desk) -> None:
    desk.desk.print_answer(form("pension.rights_statement", year=2025), SHEET, resident())
    assert "2025年社会保险权益记录单" in desk.papers()[0]


def test_answer_and_estimate_take_no_number(desk: Desk) -> None:
    desk.desk.print_answer(form("pension.payment_enquiry"), SHEET, resident())
    desk.desk.print_answer(form("pension.estimate"), SHEET, None)
    assert desk.world.rows("receipt_block")[0]["next"] == 1
    assert "不能当证明用" in desk.papers()[0]
    assert "只是估算" in desk.papers()[1]


def test_slip_shows_its_code_and_until_when(desk: Desk) -> None:
    desk.desk.print_slip("4829 1307", "养老保险参保")
    (paper,) = desk.papers()
    assert "4829 1307" in paper
    assert "2026年12月7日" in paper


def test_practice_prints_nothing_that_could_be_taken_for_real(desk: Desk) -> None:
    practice = desk.desk.practising()
    practice.print_receipt(desk.request())
    practice.print_answer(form("pension.participation_proof", purpose="loan"), SHEET, resident())
    practice.print_answer(form("pension.estimate"), SHEET, None)
    papers = [parse_printout(text) for text in desk.papers()]
    assert [paper.watermark for paper in papers] == ["练习 · 无效"] * 3
    assert not any(isinstance(block, QrCode) for paper in papers for block in paper.blocks)
    # One number went to the request itself, none to its papers.
    assert desk.world.rows("receipt_block")[0]["next"] == 2


def test_visit_goes_on_when_the_paper_cannot_be_queued(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = desk.request()

    def busy(*_: object) -> None:
        raise StorageBusy("busy")

    monkeypatch.setattr("kiosk.services.print_document.PrintDocument.submit", busy)
    job = desk.desk.print_receipt(request)
    assert desk.desk.state_of(job) == "failed"
    monkeypatch.setattr("kiosk.services.print_document.PrintDocument.state_of", busy)
    assert desk.desk.state_of("any") == "printing"


def test_desk_offers_printing_only_while_the_printer_is_ready(desk: Desk) -> None:
    assert desk.desk.can_print()
    desk.status = PrinterStatus(PrinterState.PAPER_LOW)
    assert desk.desk.can_print()
    for state in (PrinterState.ABSENT, PrinterState.FAULT):
        desk.status = PrinterStatus(state)
        assert not desk.desk.can_print()
    assert desk.desk.state_of("") == ""


def test_paper_of_the_simulated_printer_can_be_opened(desk: Desk) -> None:
    desk.desk.print_receipt(desk.request())
    desk.documents.run_next()
    body = (desk.folder / "0001.png").read_bytes()
    assert Image.open(io.BytesIO(body)).size == (A4.width, A4.height)
