"""``xianglin catalogue``: look at the service definitions, and check those that an administrator writes."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.definition_files import DefinitionFile
    from kiosk.domain.catalogue import Catalogue, ServiceDefinition
    from kiosk.domain.question import AnyQuestion

_ASSURANCE = ("不用核实身份", "放卡或输号码", "核实一次本人", "核实两样")
_OFFLINE = {
    "accepted": "先受理，中心再办",
    "roster": "本机名册当场答复",
    "local": "本机当场算",
}
_CATEGORY = {
    "pension": "养老",
    "medical": "医保",
    "card": "社保卡",
    "employment": "就业",
    "allowance": "补贴",
}
_KIND = {
    "choice": "选一个",
    "yes_no": "是或不是",
    "citizen_id": "身份证号",
    "name": "姓名",
    "phone": "电话",
    "bank_card": "银行卡",
    "money": "钱数",
    "date": "日期",
    "month": "月份",
    "year": "年份",
    "number": "数字",
    "address": "地址",
    "text": "几个字",
    "signature": "签名",
    "photo": "照片",
    "files": "材料",
    "group": "一组人或事",
    "computed": "算出来的",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser("catalogue", help="list, show and check service definitions")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = verbs.add_parser("check", help="say every fault of every file, with its line")
    check.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="FOLDER|FILE",
        help="definitions to check together with the shipped ones (default: the shipped ones)",
    )
    check.set_defaults(execute=execute_check)
    listing = verbs.add_parser("list", help="every service that is offered")
    show = verbs.add_parser("show", help="one service with all that it asks")
    show.add_argument("service", metavar="ID", help="such as pension.claim")
    walk = verbs.add_parser("try", help="walk one service in the terminal with invented people")
    walk.add_argument("service", metavar="ID", help="such as pension.claim")
    for verb, execute in (
        (listing, execute_list),
        (show, execute_show),
        (walk, execute_try),
    ):
        verb.add_argument("--folder", type=Path, help="definitions besides the shipped ones")
        verb.set_defaults(execute=execute)


def execute_check(arguments: argparse.Namespace) -> int:
    """Check files; 1 when one is wrong."""
    from kiosk.definition_files import shipped_files
    from kiosk.domain.catalogue import CatalogueError

    own = _files(arguments.paths)
    try:
        catalogue = _catalogue(shipped_files(), own)
    except CatalogueError as error:
        for fault in error.faults:
            _say(fault)
        _say(f"共 {len(error.faults)} 处要改。改好以后，请再检查一次。")
        return 1
    count = len(catalogue.services())
    _say(f"没有错。共 {count} 项业务" + (f"，检查了 {len(own)} 个文件。" if own else "。"))
    return 0


def execute_list(arguments: argparse.Namespace) -> int:
    """List the services, in the order of their tiles."""
    for definition in _load(arguments.folder).services():
        _say(
            f"{definition.id:<30} 第 {definition.version} 版  {_CATEGORY[definition.category]}  "
            f"{definition.title}（{_ASSURANCE[definition.assurance]}，{_OFFLINE[definition.offline]}）"
        )
    return 0


def execute_show(arguments: argparse.Namespace) -> int:
    """Show one service; 1 when there is none of that id."""
    from kiosk.domain.fault import did_you_mean

    catalogue = _load(arguments.folder)
    definition = catalogue.find(arguments.service)
    if definition is None:
        known = [one.id for one in catalogue.services()]
        hint = did_you_mean(arguments.service, known) or "请用 xianglin catalogue list 看有哪些。"
        _say(f"没有 {arguments.service} 这项业务。{hint}")
        return 1
    for line in _lines_of(definition):
        _say(line)
    return 0


def execute_try(arguments: argparse.Namespace) -> int:
    """Walk one service; 1 when there is none of that id, or the input ended before the service did."""
    from kiosk.trial import walk_in_terminal

    definition = _load(arguments.folder).find(arguments.service)
    if definition is None:
        _say(f"没有 {arguments.service} 这项业务。请用 xianglin catalogue list 看有哪些。")
        return 1
    return walk_in_terminal(definition, _say, input)


def _load(folder: Path | None) -> "Catalogue":
    from kiosk.catalogue_sources import load_catalogue

    return load_catalogue(folder)


def _files(paths: Sequence[Path]) -> "tuple[DefinitionFile, ...]":
    from kiosk.definition_files import files_at

    return tuple(file for path in paths for file in files_at(path))


def _catalogue(
    shipped: "tuple[DefinitionFile, ...]", own: "tuple[DefinitionFile, ...]"
) -> "Catalogue":
    from kiosk.definition_files import make_catalogue

    return make_catalogue(shipped, own)


def _lines_of(definition: "ServiceDefinition") -> Iterator[str]:
    yield f"{definition.title}（{definition.id}，第 {definition.version} 版）"
    yield f"  类别：{_CATEGORY[definition.category]}，上传次序：{definition.priority}"
    yield f"  身份：{_ASSURANCE[definition.assurance]}；办法：{_OFFLINE[definition.offline]}"
    for requirement in definition.requires:
        ending = "（不能办）" if requirement.is_final else "（可以接着办）"
        yield f"  条件：不合时说「{requirement.title}。{requirement.sentence}」{ending}"
    for number, step in enumerate(definition.steps, 1):
        yield f"  {number:>2}. {_step_line(step)}"
    if definition.receipt_note:
        yield f"  回执上说：{definition.receipt_note}"
    for group, ways in definition.sayings.items():
        yield f"  {group}：{'、'.join(ways)}"


def _step_line(step: "AnyQuestion") -> str:
    from kiosk.domain.question import ComputedValue

    if isinstance(step, ComputedValue):
        return f"{step.label or step.id}（{_KIND[step.type]}）"
    notes = [_KIND[step.type]]
    if step.prefill is not None:
        notes.append("名册里有就不问")
    if step.default is not None:
        notes.append("有默认")
    if step.when is not None:
        notes.append("有时才问")
    if step.is_optional:
        notes.append("可以跳过")
    return f"{step.title} {step.sentence}（{step.id}，{'，'.join(notes)}）"


def _say(line: str) -> None:
    print(line)  # noqa: T201 (a command line's own output)
