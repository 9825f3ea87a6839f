"""What the doctor found, as a table for people or as a list for programs."""

import json
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.commands.options import make_console
from kiosk.doctor.examination import examine
from kiosk.doctor.finding import SUBJECTS, Finding, Health
from kiosk.failures import LOCALE

_COLOURS = {Health.GOOD: "green", Health.WARNING: "yellow", Health.FAULT: "red"}
_VERDICTS = {
    Health.GOOD: "一切正常。",
    Health.WARNING: "可以办理业务；有几处请留意。",
    Health.FAULT: "现在不能办理业务：请先解决标为故障的。",
}


def print_report(config_path: Path | None, *, as_json: bool = False) -> int:
    """Check everything and print the table, or a list of objects for programs.

    Returns:
        0 when the kiosk can serve (also with less), 1 when a fault must be mended first.
    """
    console = make_console()
    label = PromptCatalogue.load(LOCALE).label
    if as_json:
        findings = examine(config_path, label, lambda _subject: None)
        # ASCII escapes: a program reads it, whatever the encoding of the pipe.
        console.out(json.dumps([_plain(finding) for finding in findings], indent=2))
    else:
        with console.status("正在检查……") as status:
            findings = examine(
                config_path, label, lambda subject: status.update(f"查过{subject}……")
            )
        console.print(_table(findings))
        console.print(_VERDICTS[_worst(findings)])
    return 1 if _worst(findings) is Health.FAULT else 0


def _worst(findings: list[Finding]) -> Health:
    order = tuple(Health)
    return max((finding.health for finding in findings), key=order.index, default=Health.GOOD)


def _table(findings: list[Finding]) -> Table:
    table = Table(title="乡邻 · 机器检查", show_lines=True)
    table.add_column("项目", overflow="fold", min_width=8)
    table.add_column("结果", no_wrap=True)
    for heading in ("情况", "怎么办"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        health = f"[{_COLOURS[finding.health]}]{finding.health.value}[/]"
        found = f"{finding.found}\n{finding.code}" if finding.code else finding.found
        table.add_row(SUBJECTS[finding.check], health, escape(found), finding.remedy or "—")
    return table


def _plain(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "health": finding.health.name.lower(),
        "code": finding.code,
        "found": finding.found,
        "remedy": finding.remedy,
    }
