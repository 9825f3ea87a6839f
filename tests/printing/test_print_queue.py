"""Papers come out once where the printer confirms, again and marked where it does not, and never get lost."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from kiosk.devices.simulated_printer import SimulatedPrinter
from kiosk.domain.print_job import PrintJob, PrintJobState
from kiosk.domain.printout import ROLL_58, PrintKind, Printout, QrCode
from kiosk.errors import PrinterFault, PrinterUnavailable, StorageFull
from kiosk.services.ports import PrintImage
from kiosk.services.print_document import PrintDocument, PrintOutcome
from kiosk.services.print_worker import PrintWorker
from kiosk.storage.audit_log import first_broken_link
from kiosk.storage.print_jobs import SqlitePrintJobs
from kiosk.storage.printout_text import PrintoutUnreadable, parse_printout, printout_text
from tests.builders import World, make_world
from tests.printing.papers import every_paper, receipt
from tests.printing.queues import JOB, documents

ROOT = Path(__file__).parents[2]
LIMIT_S = 60
PRINTED, LATER = PrintOutcome.PRINTED, PrintOutcome.LATER
NOTHING, GIVEN_UP = PrintOutcome.NOTHING, PrintOutcome.GIVEN_UP


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path) as made:
        yield made


@pytest.fixture
def printer(tmp_path: Path) -> SimulatedPrinter:
    return SimulatedPrinter(tmp_path / "paper", ROLL_58)


def heights(folder: Path) -> list[int]:
    """Of every whole sheet that came out; a paper marked 补打 is longer."""
    found = []
    for path in sorted((folder / "paper").glob("*.png")):
        with Image.open(path) as sheet:
            found.append(sheet.height)
    return found


def height_of(printout: Printout) -> int:
    from kiosk.devices.print_raster import render_printout

    (sheet,) = render_printout(printout, ROLL_58)
    return sheet.height


FIRST, AGAIN = height_of(receipt()), height_of(receipt().reprint())


def row(world: World, job: str = JOB) -> dict[str, object]:
    return next(row for row in world.rows("print_job") if row["job_id"] == job)


def test_paper_comes_out_once_and_its_words_are_erased(
    world: World, printer: SimulatedPrinter, tmp_path: Path
) -> None:
    queue = documents(world, printer)
    queue.submit(receipt(), JOB)
    assert queue.state_of(JOB) is PrintJobState.WAITING
    assert "赵*兰" in str(row(world)["printout"])
    assert [queue.run_next(), queue.run_next()] == [PRINTED, NOTHING]
    assert heights(tmp_path) == [FIRST]
    assert queue.state_of(JOB) is PrintJobState.PRINTED
    assert row(world)["printout"] == ""
    (entry,) = [row for row in world.rows("audit") if row["kind"] == "paper.printed"]
    assert entry["details"] == '{"attempts":1,"error":"","kind":"receipt"}'


def test_same_job_is_queued_once_whatever_became_of_it(
    world: World, printer: SimulatedPrinter, tmp_path: Path
) -> None:
    queue = documents(world, printer)
    for _ in range(3):
        queue.submit(receipt(), JOB)
    assert [queue.run_next(), queue.run_next()] == [PRINTED, NOTHING]
    queue.submit(receipt(), JOB)
    assert queue.run_next() is NOTHING
    assert len(heights(tmp_path)) == 1


def test_paper_waits_unmarked_for_a_printer_that_is_not_there(
    world: World, printer: SimulatedPrinter, tmp_path: Path
) -> None:
    queue = documents(world, printer)
    queue.submit(receipt(), JOB)
    printer.vanish()
    assert queue.run_next() is LATER
    printer.plug_in()
    assert queue.run_next() is PRINTED
    assert heights(tmp_path) == [FIRST]


def test_paper_that_jammed_is_printed_again_and_marked(
    world: World, printer: SimulatedPrinter, tmp_path: Path
) -> None:
    queue = documents(world, printer)
    queue.submit(receipt(), JOB)
    printer.jam()
    assert queue.run_next() is LATER
    printer.vanish()
    assert queue.run_next() is LATER
    printer.plug_in()
    assert queue.run_next() is PRINTED
    # Half a sheet, and then the whole one with its mark, though the try between them brought nothing.
    assert heights(tmp_path) == [FIRST // 2, AGAIN]


def test_kiosk_gives_up_politely_and_forgets_the_words(
    world: World, printer: SimulatedPrinter
) -> None:
    queue = documents(world, printer, tries=3)
    queue.submit(receipt(), JOB)
    queue.submit(receipt(), "another")
    printer.vanish()
    assert [queue.run_next() for _ in range(3)] == [LATER, LATER, GIVEN_UP]
    assert queue.state_of(JOB) is PrintJobState.GIVEN_UP
    assert (row(world)["printout"], row(world)["error_code"]) == ("", "KSK-402")
    assert queue.state_of("another") is PrintJobState.WAITING
    printer.plug_in()
    assert queue.run_next() is PRINTED


def test_paper_that_cannot_be_drawn_holds_up_no_other(
    world: World, printer: SimulatedPrinter
) -> None:
    queue = documents(world, printer)
    queue.submit(Printout(PrintKind.ANSWER, "密", (QrCode("A" * 2000),)), JOB)
    queue.submit(receipt(), "another")
    assert [queue.run_next(), queue.run_next()] == [GIVEN_UP, PRINTED]


def test_row_that_cannot_be_read_holds_up_no_other(world: World, printer: SimulatedPrinter) -> None:
    queue = documents(world, printer)
    queue.submit(receipt(), JOB)
    queue.submit(receipt(), "another")
    with world.store.transaction() as transaction:
        transaction.database.execute("UPDATE print_job SET printout = '{' WHERE job_id = ?", [JOB])
    assert [queue.run_next(), queue.run_next()] == [PRINTED, NOTHING]
    assert (queue.state_of(JOB), queue.state_of("another")) == (
        PrintJobState.GIVEN_UP,
        PrintJobState.PRINTED,
    )


@pytest.mark.parametrize("moved", [timedelta(hours=3), timedelta(days=-400)])
def test_paper_that_waits_too_long_is_erased_also_when_the_clock_fell_back(
    world: World, printer: SimulatedPrinter, moved: timedelta
) -> None:
    queue = documents(world, printer)
    queue.submit(receipt(), JOB)
    world.clock.wall += moved
    assert queue.run_next() is NOTHING
    assert queue.state_of(JOB) is PrintJobState.EXPIRED
    assert row(world)["printout"] == ""


def test_proof_takes_its_number_together_with_its_job(
    world: World, printer: SimulatedPrinter
) -> None:
    queue = documents(world, printer)
    number = queue.submit_numbered(lambda given: receipt(number=given), JOB)
    assert number == "A07-000001-D"
    assert number in str(row(world)["printout"])
    (entry,) = [row for row in world.rows("audit") if row["kind"] == "paper.numbered"]
    assert entry["details"] == '{"kind":"receipt","receipt":"A07-000001-D"}'

    def broken(_number: str) -> Printout:
        raise ValueError("cannot be made")

    with pytest.raises(ValueError, match="cannot be made"):
        queue.submit_numbered(broken, "another")
    assert queue.submit_numbered(lambda given: receipt(number=given), "third")[:10] == "A07-000002"
    with world.store.encrypted.reading() as database:
        assert first_broken_link(database) is None


def test_nothing_is_queued_when_the_store_refuses(
    world: World, printer: SimulatedPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: SqlitePrintJobs, job: PrintJob) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(SqlitePrintJobs, "add", refuse)
    with pytest.raises(StorageFull):
        documents(world, printer).submit(receipt(), JOB)
    assert world.rows("print_job") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("instant", "papers"),
    [
        ("after-submit", [FIRST]),
        ("before-paper", [AGAIN]),
        ("after-paper", [FIRST, AGAIN]),
    ],
)
def test_paper_is_never_lost_when_the_kiosk_is_killed(
    tmp_path: Path, instant: str, papers: list[int]
) -> None:
    command = [sys.executable, "-m", "tests.printing.doomed_printer", str(tmp_path), instant]
    killed = subprocess.run(command, cwd=ROOT, timeout=LIMIT_S, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with make_world(tmp_path) as world:
        queue = documents(world, SimulatedPrinter(tmp_path / "paper", ROLL_58))
        assert [queue.run_next(), queue.run_next()] == [PRINTED, NOTHING]
        assert heights(tmp_path) == papers
        assert world.store.encrypted.check_integrity() == []


@pytest.mark.parametrize("name", every_paper())
def test_paper_comes_back_from_its_row_as_it_was(name: str) -> None:
    for paper in (
        every_paper()[name],
        every_paper()[name].practice(),
        every_paper()[name].reprint(),
    ):
        again = parse_printout(printout_text(paper))
        assert (again, again.blocks) == (paper, paper.blocks)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"kind":"receipt"}',
        '{"blocks":[["Bomb",{}]],"kind":"receipt","title":"","mark":"","watermark":""}',
    ],
)
def test_text_that_is_no_paper_is_refused(text: str) -> None:
    with pytest.raises(PrintoutUnreadable):
        parse_printout(text)


class WatchedPrinter(SimulatedPrinter):
    """Tells when a paper is out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ROLL_58)
        self.is_out = threading.Event()
        self.fails = 0

    def print(self, images: Sequence[PrintImage]) -> None:
        if self.fails:
            self.fails -= 1
            raise PrinterFault("made to fail")
        super().print(images)
        self.is_out.set()


def test_worker_prints_what_a_crash_left_and_then_what_comes(world: World, tmp_path: Path) -> None:
    printer = WatchedPrinter(tmp_path / "paper")
    queue = documents(world, printer)
    queue.submit(receipt(), JOB)
    changes: list[int] = []
    settled = threading.Event()

    def note() -> None:
        changes.append(1)
        if queue.state_of("second") is PrintJobState.PRINTED:
            settled.set()

    worker = PrintWorker(queue, note, retry_s=0.01)
    assert not worker.status().can_print
    worker.start()
    try:
        assert printer.is_out.wait(10)
        printer.is_out.clear()
        printer.fails = 1
        queue.submit(receipt(), "second")
        worker.wake()
        assert settled.wait(10)
        assert worker.status().can_print
    finally:
        assert worker.stop(10)
    assert heights(tmp_path) == [FIRST, AGAIN]
    assert len(changes) >= 3


def test_worker_outlives_a_bug_of_the_driver(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    printer = WatchedPrinter(tmp_path / "paper")
    queue = documents(world, printer)
    broken = [True]

    class Broken(PrintDocument):
        def run_next(self) -> PrintOutcome:
            if broken:
                broken.clear()
                raise LookupError("赵桂兰")
            return super().run_next()

    again = Broken(queue.store, printer, queue.render, queue.clock, "A07")
    again.submit(receipt(), JOB)
    worker = PrintWorker(again, retry_s=0.01)
    worker.start()
    try:
        assert printer.is_out.wait(10)
    finally:
        assert worker.stop(10)
    assert "LookupError" in caplog.text
    assert "赵桂兰" not in caplog.text


def test_errors_of_the_printer_are_told_apart() -> None:
    assert (PrinterUnavailable.code, PrinterFault.code) == ("KSK-402", "KSK-403")
    assert PrinterUnavailable.is_retryable
