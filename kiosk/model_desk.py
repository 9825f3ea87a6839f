"""Models from the command line: listed, installed from the network or a stick, verified."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from kiosk.commands.options import byte_progress, make_console
from kiosk.config import KioskConfig, load_config
from kiosk.models.bringing import Medium
from kiosk.models.download import DownloadLimits
from kiosk.models.errors import ModelDigestUnstated
from kiosk.models.installer import (
    Installer,
    Network,
    Stage,
    Stated,
    downloaded_bytes,
    expected_digest,
)
from kiosk.models.manifest import COMMERCIAL, KINDS, ModelEntry
from kiosk.models.store import FoundModel, ModelState, ModelStore, examine
from kiosk.runtime import open_runtime
from kiosk.services.store import AuditEntry
from kiosk.storage.database import has_database

_COLOURS = {
    ModelState.GOOD: "green",
    ModelState.PRESENT: "green",
    ModelState.DAMAGED: "red",
    ModelState.OUTDATED: "yellow",
    ModelState.ABSENT: "dim",
}
_ORIGINS = {
    "computed": "算过",
    "upstream": "上游写明",
    "reported": "公开项目一致",
    "": "没有",
}
"""Where a digest comes from, for staff."""
_SHOWN_FILES = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be installed."""

    ids: tuple[str, ...]
    """None with a folder: everything that is recognised there."""
    folder: Path | None
    """Where to take it from; None downloads."""
    stated: Stated
    ca_bundle: Path | None
    total_s: float
    """Seconds for each download."""


def print_models(config_path: Path | None, *, as_json: bool) -> int:
    """List every model of the manifest: what it is for, its licence, whether it is here."""
    console = make_console()
    store = _store(load_config(config_path))
    if as_json:
        rows = [
            _plain(store, entry, store.state(entry, reads=False), ())
            for entry in store.manifest.values()
        ]
        console.out(json.dumps(rows, indent=2))
        return 0
    console.print(_listing(store))
    console.print(
        "商用「不明确」：许可允许，但训练数据没有说明，或者只供研究；商用之前请问法务。\n"
        "装：xianglin models install 编号，或者 --from 文件夹。",
        soft_wrap=True,
    )
    return 0


def verify_models(config_path: Path | None, *, as_json: bool) -> int:
    """Read everything that is here.

    Returns:
        0 when all is whole, 1 when something must be installed again.
    """
    console = make_console()
    store = _store(load_config(config_path))
    read = [
        (entry, *examine(entry, found))
        for entry in store.manifest.values()
        if (found := store.find(entry)) is not None
    ]
    bad = [entry for entry, state, _ in read if state is not ModelState.GOOD]
    if as_json:
        console.out(json.dumps([_plain(store, *row) for row in read], indent=2))
        return 1 if bad else 0
    table = Table(title="识别模型 · 核对")
    for heading in ("模型", "情况", "不对的文件"):
        table.add_column(heading, overflow="fold")
    for entry, state, damaged in read:
        more = f"……共 {len(damaged)} 个" if len(damaged) > _SHOWN_FILES else ""
        shown = escape("、".join(damaged[:_SHOWN_FILES])) + more
        table.add_row(f"{entry.id}\n{escape(entry.name)}", _coloured(state), shown or "—")
    console.print(table)
    for entry in bad:
        found = store.find(entry)
        is_ours = found is not None and found.is_installed
        how = f"xianglin models install {entry.id}" if is_ours else "重新安装程序"
        console.print(f"{entry.id} 不会被使用。请重装：{how}", markup=False, soft_wrap=True)
    console.print(
        f"看了 {len(read)} 个，{len(bad)} 个要重装。" if bad else f"{len(read)} 个都完好。"
    )
    return 1 if bad else 0


def install_models(config_path: Path | None, wishes: Wishes) -> int:
    """Install models from the network or from a folder.

    Raises:
        ModelError: said in plain words by the caller; what was installed before it stays.
    """
    console = make_console()
    config = load_config(config_path)
    store = _store(config)
    limits = DownloadLimits(total_s=wishes.total_s)
    with _bar(console) as bar:
        ca_bundle = str(wishes.ca_bundle) if wishes.ca_bundle else None
        network = Network(limits, ca_bundle, bar.pause)
        installer = Installer(store, network, bar.tell)
        if not wishes.ids:
            _take_all(console, config, installer, _searched(wishes, bar), bar)
            return 0
        entries = [installer.entry(model_id) for model_id in wishes.ids]
        wanted = [entry for entry in entries if not _is_there(console, installer, entry)]
        medium = _searched(wishes, bar) if wishes.folder is not None and wanted else None
        for entry in wanted:
            # Asked for first: without a digest nothing of a medium is read.
            sha256, is_stated = expected_digest(entry, wishes.stated)
            brought = medium.assert_found(entry, sha256) if medium is not None else None
            bar.begin(entry.name)
            if brought is None:
                installer.download(entry, wishes.stated)
            else:
                installer.take(brought, is_stated=is_stated)
            _installed(console, config, entry, is_stated=is_stated)
    return 0


def _searched(wishes: Wishes, bar: "_Bar") -> Medium:
    bar.begin("在文件夹里找")
    medium = Medium(wishes.folder or Path(), bar.read)
    medium.search()
    return medium


def _take_all(
    console: Console, config: KioskConfig, installer: Installer, medium: Medium, bar: "_Bar"
) -> None:
    """Install whatever is recognised."""
    count = 0
    for entry in installer.store.manifest.values():
        try:
            sha256, _ = expected_digest(entry, Stated())
        except ModelDigestUnstated:
            continue
        found = medium.find(entry, sha256)
        if found is None:
            continue
        count += 1
        if not _is_there(console, installer, entry):
            bar.begin(entry.name)
            installer.take(found)
            _installed(console, config, entry, is_stated=False)
    if not count:
        console.print(
            "这个文件夹里没有认得的模型，什么都没有装。只认内容，名字不要紧。", soft_wrap=True
        )


def _is_there(console: Console, installer: Installer, entry: ModelEntry) -> bool:
    is_good = installer.is_good(entry)
    if is_good:
        console.print(f"早就装好了，完好：{escape(entry.name)}（{entry.id}）", soft_wrap=True)
    return is_good


def _installed(
    console: Console, config: KioskConfig, entry: ModelEntry, *, is_stated: bool
) -> None:
    console.print(f"装好了：{escape(entry.name)}（{entry.id}）", soft_wrap=True)
    if entry.commercial != "yes":
        console.print(
            f"  商用{COMMERCIAL[entry.commercial]}：{escape(entry.remark)}", soft_wrap=True
        )
    if not has_database(config.state_dir):
        return
    details: dict[str, str | int | bool | None] = {"version": entry.version, "stated": is_stated}
    with open_runtime(config) as runtime, runtime.store.transaction() as transaction:
        transaction.audit(AuditEntry("models.installed", entry.id, details))


def _store(config: KioskConfig) -> ModelStore:
    return ModelStore(config.models_folder)


def _listing(store: ModelStore) -> Table:
    table = Table(title="识别模型", show_lines=True)
    # Whole, because staff copy it.
    table.add_column("编号、名字", no_wrap=True)
    table.add_column("用途、引擎", overflow="fold")
    table.add_column("大小", no_wrap=True)
    table.add_column("许可", overflow="fold")
    table.add_column("情况", overflow="fold")
    for entry in store.manifest.values():
        use = f"{KINDS[entry.kind]}：{entry.purpose}"
        licence = f"{entry.licence}\n商用：{COMMERCIAL[entry.commercial]}"
        table.add_row(
            f"{entry.id}\n{escape(entry.name)}",
            escape(f"{use}\n{entry.engine_id}" if entry.engine_id else use),
            size_text(entry.size_bytes),
            escape(f"{licence}\n{entry.remark}" if entry.remark else licence),
            _situation(store, entry),
        )
    return table


def _situation(store: ModelStore, entry: ModelEntry) -> str:
    found = store.find(entry)
    state = store.state(entry, reads=False)
    lines = [_coloured(state)]
    if found is not None and not found.is_installed:
        lines.append("随程序")
    if _is_stated(found):
        lines.append("校验码是管理员写的")
    if state is ModelState.ABSENT:
        begun = downloaded_bytes(store.folder, entry) if store.folder else 0
        if begun:
            lines.append(f"下了 {size_text(begun)}")
        lines.append("可下载" if entry.url else "从U盘装")
    lines.append(f"校验码：{_ORIGINS[entry.digest_from]}")
    return "\n".join(lines)


def _is_stated(found: FoundModel | None) -> bool:
    return found is not None and found.record is not None and found.record.is_stated


def _coloured(state: ModelState) -> str:
    return f"[{_COLOURS[state]}]{state.value}[/]"


def _plain(
    store: ModelStore, entry: ModelEntry, state: ModelState, damaged: tuple[str, ...]
) -> dict[str, object]:
    found = store.find(entry)
    return {
        "id": entry.id,
        "kind": entry.kind,
        "name": entry.name,
        "version": entry.version,
        "engine": entry.engine_id,
        "size_bytes": entry.size_bytes,
        "licence": entry.licence,
        "commercial": entry.commercial,
        "remark": entry.remark,
        "source": entry.source,
        "sha256": entry.sha256,
        "digest_from": entry.digest_from,
        "state": state.name.lower(),
        "is_packaged": found is not None and not found.is_installed,
        "is_stated": _is_stated(found),
        "damaged": list(damaged),
    }


def size_text(count: int) -> str:
    """A size for staff; a dash when nobody knows it."""
    if not count:
        return "—"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{-(-count // 1000)} KB"


@dataclass(slots=True)
class _Bar:
    """One line of progress, for one thing after another."""

    progress: Progress
    task: TaskID | None = None
    stage: Stage | None = None
    name: str = ""
    done: int = 0

    def begin(self, name: str) -> None:
        self.name, self.stage, self.done = name, None, 0
        if self.task is not None:
            self.progress.remove_task(self.task)
        self.task = self.progress.add_task(escape(name), total=None)

    def tell(self, stage: Stage, done: int, total: int) -> None:
        if self.task is None:
            return
        if stage is not self.stage:
            self.stage = stage
            text = f"{stage.value} {escape(self.name)}"
            self.progress.reset(self.task, description=text, total=total or None)
        self.progress.update(self.task, completed=done, total=total or None)

    def pause(self, seconds: float) -> None:
        """Wait before the next attempt."""
        if self.task is not None:
            text = f"断了，{seconds:.0f} 秒后接着下 {escape(self.name)}"
            self.progress.update(self.task, description=text)
        self.stage = None
        threading.Event().wait(seconds)

    def read(self, more: int) -> None:
        self.done += more
        if self.task is not None:
            self.progress.update(self.task, completed=self.done)


@contextlib.contextmanager
def _bar(console: Console) -> Iterator[_Bar]:
    with byte_progress(console, is_shown=console.is_terminal) as progress:
        yield _Bar(progress)
