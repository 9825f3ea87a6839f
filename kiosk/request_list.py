"""The accepted requests on the command line: receipt numbers, services, states; nothing about people."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from kiosk.commands.options import make_console
from kiosk.config import load_config
from kiosk.domain.service_request import RequestState, ServiceRequest
from kiosk.runtime import Runtime, open_runtime
from kiosk.services.list_requests import ListRequests

_STATE_WORDS = {
    RequestState.ACCEPTED: "受理",
    RequestState.DELIVERED: "送达",
    RequestState.DECIDED: "办结",
    RequestState.NEEDS_CORRECTION: "需补正",
}
_CORRECTED = "已补正"


def print_requests(
    config_path: Path | None, *, only_corrections: bool, as_json: bool, limit: int
) -> int:
    """Print requests, newest first; those that need a correction, longest waiting first.

    Args:
        limit: of the whole list; corrections are all shown.
    """
    with open_runtime(load_config(config_path)) as runtime:
        listed = ListRequests(runtime.store)
        requests = listed.all_needing_correction() if only_corrections else listed.newest(limit)
        now = runtime.clock.now()
        if as_json:
            rows = [_json_row(request, runtime, now) for request in requests]
            sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
            return 0
        _print_table(requests, runtime, now)
    return 0


def _print_table(requests: tuple[ServiceRequest, ...], runtime: Runtime, now: datetime) -> None:
    console = make_console()
    if not requests:
        console.print("没有这样的件。")
        return
    table = Table(title="受理的件")
    for heading in ("受理号", "事项", "进度", "多久了", "中心要求"):
        table.add_column(heading, overflow="fold")
    for request in requests:
        table.add_row(
            request.receipt_number,
            _service_title(request, runtime),
            _CORRECTED if request.corrected_by else _STATE_WORDS[request.state],
            age_words(now - request.accepted_at),
            escape(_asked(request)),
        )
    console.print(table)


def age_words(age: timedelta) -> str:
    """How long ago, in the largest unit that fits; a clock that was set back gives no negative age."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时" if minutes < 24 * 60 else f"{minutes // (24 * 60)}天"


def _asked(request: ServiceRequest) -> str:
    """What the centre wants corrected, as it wrote it, and the questions that it names."""
    if not request.needs_correction:
        return ""
    named = f"（{'、'.join(request.decision_fields)}）" if request.decision_fields else ""
    return request.decision_text + named


def _service_title(request: ServiceRequest, runtime: Runtime) -> str:
    definition = runtime.catalogue.find(request.service_id)
    return definition.title if definition else request.service_id


def _json_row(request: ServiceRequest, runtime: Runtime, now: datetime) -> dict[str, object]:
    return {
        "receipt_number": request.receipt_number,
        "request_id": request.request_id,
        "service_id": request.service_id,
        "service": _service_title(request, runtime),
        "state": request.state.value,
        "accepted_at": request.accepted_at.isoformat(timespec="seconds"),
        "age_hours": max(0, int((now - request.accepted_at).total_seconds() // 3600)),
        "needs_correction": request.needs_correction,
        "decision": {
            "code": request.decision_code,
            "text": request.decision_text,
            "fields": list(request.decision_fields),
        },
        "corrects": request.corrects,
        "corrected_by": request.corrected_by,
    }
