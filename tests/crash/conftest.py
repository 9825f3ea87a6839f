import pytest

EXPLORED = "explored"
"""Name of the property under which a test leaves its line for the end of the run."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was explored: silence of an explorer that saw nothing would look the same as success."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = [
        text for report in reports for name, text in report.user_properties if name == EXPLORED
    ]
    if lines:
        terminalreporter.section("power cuts")
        for line in lines:
            terminalreporter.line(str(line))
