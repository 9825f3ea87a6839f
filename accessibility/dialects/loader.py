"""Reads dialect packs, joins them with what they inherit, and names every fault of every file at once."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TypeVar

from pydantic import ValidationError

from accessibility.dialects.pack import DialectPack
from accessibility.dialects.schema import Confusion, Intent, PackFile, Word
from accessibility.errors import DialectPacksDamaged

DEEPEST = 6
"""Steps of inheritance; common, group, area and profile are four."""
MOST_BYTES = 200_000
_Key = TypeVar("_Key", bound=str)


class DialectPacks:
    """The packs of one folder; files are read when first asked for."""

    def __init__(self, folder: Traversable | None = None) -> None:
        self._folder = folder or resources.files("assets").joinpath("dialects")
        self._files: dict[str, PackFile] = {}

    def ids(self) -> tuple[str, ...]:
        """The profiles that a site can choose from, sorted."""
        return tuple(sorted(_stem(path) for path in _toml_files(self._folder)))

    def load(self, pack_id: str) -> DialectPack:
        """Read a profile, area or group with all that it inherits.

        Raises:
            DialectPacksDamaged: there is none of that name, or one of its files has faults.
        """
        faults: list[str] = []
        lineage = self._lineage(pack_id, faults)
        if faults:
            raise DialectPacksDamaged(tuple(faults))
        return _join(lineage)

    def load_all(self) -> tuple[DialectPack, ...]:
        """Read every profile.

        Raises:
            DialectPacksDamaged: one or more files have faults; all are named.
        """
        faults: list[str] = []
        lineages = [self._lineage(pack_id, faults) for pack_id in self.ids()]
        for path in _toml_files(self._folder.joinpath("groups")):
            self._file(_stem(path), faults)
        if not lineages:
            faults.append("没有方言包")
        if faults:
            raise DialectPacksDamaged(tuple(dict.fromkeys(faults)))
        return tuple(_join(lineage) for lineage in lineages)

    def _lineage(self, pack_id: str, faults: list[str]) -> list[PackFile]:
        found: list[PackFile] = []
        next_id: str | None = pack_id
        while next_id is not None:
            if next_id in [file.id for file in found] or len(found) >= DEEPEST:
                faults.append(f"{pack_id}：inherits 绕了圈或者太深")
                break
            file = self._file(next_id, faults)
            if file is None:
                break
            found.append(file)
            next_id = file.inherits
        return found

    def _file(self, pack_id: str, faults: list[str]) -> PackFile | None:
        if pack_id in self._files:
            return self._files[pack_id]
        path, is_profile = self._folder.joinpath(f"{pack_id}.toml"), True
        if not path.is_file():
            path, is_profile = self._folder.joinpath("groups", f"{pack_id}.toml"), False
        if not path.is_file():
            faults.append(f"{pack_id}：没有这个方言包")
            return None
        own = list(_faults_of(path, pack_id, is_profile=is_profile))
        faults += [fault for fault in own if isinstance(fault, str)]
        parsed = next((one for one in own if isinstance(one, PackFile)), None)
        if parsed is not None:
            self._files[pack_id] = parsed
        return parsed


def _faults_of(path: Traversable, pack_id: str, *, is_profile: bool) -> Iterator[str | PackFile]:
    """What is wrong with a file; the file itself where nothing is."""
    try:
        encoded = path.read_bytes()
        if len(encoded) > MOST_BYTES:
            yield f"{path.name}：太大"
            return
        parsed = PackFile.model_validate(tomllib.loads(encoded.decode("utf-8")))
    except ValidationError as error:
        for one in error.errors():
            place = ".".join(str(step) for step in one["loc"])
            yield f"{path.name}：{place}：{one['msg']}"
        return
    except (OSError, ValueError) as error:
        yield f"{path.name}：读不出来：{error}"
        return
    faults = list(_logical_faults(parsed, path.name, pack_id, is_profile=is_profile))
    if faults:
        yield from faults
    else:
        yield parsed


def _logical_faults(file: PackFile, name: str, pack_id: str, *, is_profile: bool) -> Iterator[str]:
    if file.id != pack_id:
        yield f"{name}：id：应当是 {pack_id}"
    if file.is_profile != is_profile:
        yield f"{name}：is_profile：groups 里的写 false，其余写 true"
    if is_profile and not file.provinces:
        yield f"{name}：provinces：至少要一个"
    if is_profile and file.inherits is None:
        yield f"{name}：inherits：至少要有一个组"
    keys = [rule.key for rule in file.confusions]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield f"{name}：confusions.{number}：写了两遍"
    for table, rows in _word_tables(file):
        said = [word.said for word in rows]
        for word in sorted({one for one in said if said.count(one) > 1}):
            yield f"{name}：{table}：{word} 写了两遍"


def _word_tables(file: PackFile) -> Iterator[tuple[str, tuple[Word, ...]]]:
    for title, table in (
        ("words", file.words), ("digits", file.digits), ("services", file.services), ("vocabulary", file.vocabulary),
    ):  # fmt: skip
        for key, rows in table.items():
            yield f"{title}.{key}", rows


def _join(lineage: list[PackFile]) -> DialectPack:
    own = lineage[0]
    rules: dict[tuple[object, ...], Confusion] = {}
    for file in lineage:
        for rule in file.confusions:
            rules.setdefault(rule.key, rule)
    return DialectPack(
        id=own.id,
        name=own.name,
        lineage=tuple(file.id for file in lineage),
        titles=tuple(file.name for file in lineage[1:] if file.inherits),
        cluster=own.cluster,
        point=own.point,
        provinces=own.provinces,
        features=own.features,
        basis=own.basis,
        reviewer=own.reviewer,
        sayings=tuple(dict.fromkeys(key for file in lineage for key in file.sayings)),
        readings=next((file.readings for file in lineage if file.readings), ""),
        confusions=tuple(rule for rule in rules.values() if rule.share > 0),
        words=_join_words(lineage),
        digits=_join_tables(file.digits for file in lineage),
        services=_join_tables(file.services for file in lineage),
        vocabulary=_join_tables(file.vocabulary for file in lineage),
    )


def _join_words(lineage: Iterable[PackFile]) -> dict[Intent, tuple[Word, ...]]:
    joined: dict[Intent, dict[str, Word]] = {}
    dropped: set[tuple[Intent, str]] = set()
    for file in lineage:
        for intent, words in file.words.items():
            for word in words:
                if (intent, word.said) not in dropped:
                    joined.setdefault(intent, {}).setdefault(word.said, word)
        dropped |= {(intent, said) for intent, words in file.without.items() for said in words}
    return {intent: tuple(words.values()) for intent, words in joined.items()}


def _join_tables(
    tables: Iterable[Mapping[_Key, tuple[Word, ...]]],
) -> dict[_Key, tuple[Word, ...]]:
    joined: dict[_Key, dict[str, Word]] = {}
    for table in tables:
        for key, words in table.items():
            for word in words:
                joined.setdefault(key, {}).setdefault(word.said, word)
    return {key: tuple(words.values()) for key, words in joined.items()}


def _toml_files(folder: Traversable) -> list[Traversable]:
    try:
        return [one for one in folder.iterdir() if one.name.endswith(".toml")]
    except OSError:
        return []


def _stem(path: Traversable) -> str:
    return path.name.removesuffix(".toml")
