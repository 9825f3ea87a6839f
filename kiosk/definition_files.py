"""The definition files: those that ship with the product, and those of an administrator's folder.

A newer version of a shipped service takes its place; the older one stays for drafts that were begun with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from accessibility.catalogue_lint import LONGEST_PHRASE, lint_phrases
from kiosk.definition_lines import Lines
from kiosk.domain.catalogue import Catalogue, CatalogueError, ServiceDefinition, parse_definition
from kiosk.domain.fault import Fault
from kiosk.domain.question import GroupQuestion, Question

MAXIMUM_BYTES = 256 * 1024
"""The longest shipped definition has some ten thousand; anything near this is another file."""


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """One file as it was found."""

    name: str
    """For messages."""
    text: str = ""
    fault: str = ""
    """Why it could not be read."""


def shipped_files() -> tuple[DefinitionFile, ...]:
    """Those of the product."""
    return _files_in(resources.files("assets") / "services", "")


def files_at(path: Path) -> tuple[DefinitionFile, ...]:
    """One file, or every ``*.json`` of a folder; a fault is a file too, so that all are told at once."""
    if path.is_dir():
        found = _files_in(path, f"{path.name}/")
        return found or (DefinitionFile(path.name, fault="文件夹里没有 .json 文件"),)
    return (_read(path, path.name),)


def _files_in(folder: Traversable, before: str) -> tuple[DefinitionFile, ...]:
    files = (file for file in folder.iterdir() if file.name.endswith(".json"))
    return tuple(
        _read(file, before + file.name) for file in sorted(files, key=lambda one: one.name)
    )


def _read(file: Traversable, name: str) -> DefinitionFile:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAXIMUM_BYTES + 1)
        if len(content) > MAXIMUM_BYTES:
            return DefinitionFile(name, fault="太大，不是业务定义")
        return DefinitionFile(name, content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        return DefinitionFile(name, fault="不是 UTF-8 文字；请另存为 UTF-8 编码")
    except OSError as error:
        return DefinitionFile(name, fault=f"读不出来（{error.strerror}）；请检查文件和权限")


def parse_files(files: Iterable[DefinitionFile]) -> tuple[ServiceDefinition, ...]:
    """Check every file.

    Raises:
        CatalogueError: every fault of every file, with its line.
    """
    found: list[ServiceDefinition] = []
    faults: list[str] = []
    for file in files:
        if file.fault:
            faults.append(f"{file.name}: {file.fault}")
            continue
        try:
            found.append(_parse(file))
        except CatalogueError as error:
            faults += _with_lines(file, error.details)
    if faults:
        raise CatalogueError(tuple(faults))
    return tuple(found)


def make_catalogue(
    shipped: Iterable[DefinitionFile], own: Iterable[DefinitionFile] = ()
) -> Catalogue:
    """The catalogue of a kiosk: of each service the newest version.

    Args:
        own: the administrator's files.
    Raises:
        CatalogueError: every fault of every file, or two different files of one version.
    """
    newest: dict[str, ServiceDefinition] = {}
    older: list[ServiceDefinition] = []
    faults: list[str] = []
    for definition in parse_files((*shipped, *own)):
        other = newest.setdefault(definition.id, definition)
        if other.digest == definition.digest:
            continue
        if other.version == definition.version:
            faults.append(
                f"{definition.id}: 第 {definition.version} 版有两份，内容不一样；"
                f"改过的请把 version 写成 {definition.version + 1}"
            )
            continue
        newest[definition.id] = max(definition, other, key=lambda one: one.version)
        older.append(min(definition, other, key=lambda one: one.version))
    if faults:
        raise CatalogueError(tuple(faults))
    return Catalogue(tuple(newest.values()), older=tuple(older))


def _parse(file: DefinitionFile) -> ServiceDefinition:
    definition = parse_definition(file.text, file.name)
    faults = tuple(_spoken_faults(definition))
    if faults:
        raise CatalogueError.of(file.name, faults)
    return definition


def _spoken_faults(definition: ServiceDefinition) -> Iterator[Fault]:
    """Sentences that cannot be followed by ear."""
    spoken: list[tuple[tuple[str | int, ...], str]] = [
        (("requires", number, "sentence"), requirement.sentence)
        for number, requirement in enumerate(definition.requires)
    ]
    for number, step in enumerate(definition.steps):
        if isinstance(step, Question):
            spoken.append((("steps", number, "sentence"), step.sentence))
        if isinstance(step, GroupQuestion):
            spoken += [
                (("steps", number, "fields", at, "sentence"), part.sentence)
                for at, part in enumerate(step.fields)
            ]
    spoken.append((("receipt_note",), definition.receipt_note))
    for place, sentence in spoken:
        if lint_phrases(sentence):
            yield Fault(place, f"一口气超过 {LONGEST_PHRASE} 个字，听不明白", "请加上逗号或句号")


def _with_lines(file: DefinitionFile, faults: Iterable[Fault]) -> list[str]:
    """Name the line of each fault, first line first."""
    lines = Lines(file.text)
    placed = [(fault.line or lines.of(fault.place), fault) for fault in faults]
    return [
        f"{file.name}:{line}: {fault}" if line else f"{file.name}: {fault}"
        for line, fault in sorted(placed, key=lambda one: one[0])
    ]
