"""Progress on terminals and in logs."""

import io
import threading

import pytest
from _console import Console, elapsed_text


class Told(io.StringIO):
    """A stream that rings when enough was written."""

    def __init__(self, word: str, times: int) -> None:
        super().__init__()
        self._word, self._times = word, times
        self.rang = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.getvalue().count(self._word) >= self._times:
            self.rang.set()
        return written


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.3, "12 s"), (185, "3:05")]
)
def test_a_duration_reads_as_a_person_says_it(seconds: float, text: str) -> None:
    assert elapsed_text(seconds) == text


def test_a_long_step_says_again_and_again_what_it_does_when_there_is_no_terminal() -> None:
    stream = Told("fetching rich", 2)
    with Console(stream, live=False, interval_s=0.01).step("3/4 packages") as step:
        step.detail = "fetching rich"
        assert stream.rang.wait(10)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "3/4 packages ..."
    assert lines[-1].startswith("3/4 packages  done in")
    assert "\x1b" not in stream.getvalue()


def test_a_long_step_draws_over_its_own_line_on_a_terminal() -> None:
    stream = Told("\r\x1b[K", 3)
    with Console(stream, live=True, interval_s=0.01).step("3/4 packages") as step:
        step.measure = lambda: "12 MB arrived"
        assert stream.rang.wait(10)
    assert "12 MB arrived" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_a_step_says_that_it_failed_when_its_body_raises() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="x"), Console(stream, live=False).step("one"):
        raise ValueError("x")
    assert "one  failed in" in stream.getvalue()


def test_a_step_says_that_it_was_stopped_when_somebody_interrupts() -> None:
    stream = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Console(stream, live=False).step("one"):
        raise KeyboardInterrupt
    assert "one  stopped in" in stream.getvalue()


def test_letters_that_a_terminal_lacks_are_replaced_and_never_fatal() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Console(stream, live=False).say("乡邻 ready")
    assert raw.getvalue().split() == [b"??", b"ready"]
