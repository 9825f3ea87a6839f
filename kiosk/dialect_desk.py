"""What ``xianglin dialects`` does, in words for staff."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import track
from rich.table import Table

from accessibility.dialects.accent import AccentCosts
from accessibility.dialects.loader import DialectPacks
from accessibility.dialects.pack import DialectPack
from accessibility.dialects.schema import Basis, Intent
from accessibility.phonetics.syllable import parse_syllables
from accessibility.understanding.candidates import navigation, services, yes_no
from accessibility.understanding.margins import Margins
from accessibility.understanding.matcher import Accept, Again, Ask, Matcher, Verdict
from accessibility.understanding.reading import SyllableReader
from accessibility.understanding.simulation import Mistake, Tally, Trial, measure
from kiosk.catalogue_sources import load_catalogue
from kiosk.commands.options import make_console

if TYPE_CHECKING:
    from rich.console import Console

BASIS_WORDS = {
    Basis.DATA: "D 字音材料",
    Basis.LITERATURE: "L 文献",
    Basis.KNOWLEDGE: "K 待母语人审",
}
RIGHT_BAR, WRONG_BAR = 0.99, 0.0
"""Of undisturbed speech: accepted and meant; accepted and not meant."""
NOISY_RIGHT_BAR, NOISY_WRONG_BAR = 0.95, 0.03
"""Of disturbed speech: accepted or asked about, and meant; accepted and not meant."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``measure`` shall print."""

    ids: tuple[str, ...] = ()
    """Empty for all profiles."""
    shows_mistakes: bool = False
    as_json: bool = False


def catalogue_sayings() -> dict[str, dict[str, list[str]]]:
    """The shipped services' sayings by id and group; the title is one of the standard ones."""
    found: dict[str, dict[str, list[str]]] = {}
    for definition in load_catalogue().services():
        groups = {group: list(ways) for group, ways in definition.sayings.items()}
        groups["zh-CN"] = list(dict.fromkeys((definition.title, *groups.get("zh-CN", ()))))
        found[definition.id] = groups
    return found


def print_dialects(province: str, *, as_json: bool) -> int:
    """Print the profiles; 1 when a province has none."""
    packs = [
        pack for pack in DialectPacks().load_all() if not province or province in pack.provinces
    ]
    console = make_console()
    if as_json:
        rows = [_row(pack) for pack in packs]
        console.print_json(json.dumps(rows, ensure_ascii=False))
        return 0
    if not packs:
        console.print(f"{province} 没有方言包。省名写两三个字，如 四川、内蒙古。", markup=False)
        return 1
    table = Table(box=None)
    table.add_column("编号", no_wrap=True)
    for title in ("名称", "归类", "代表点", "省份", "依据", "审过"):
        table.add_column(title, overflow="fold")
    for pack in packs:
        table.add_row(
            pack.id, pack.name, "·".join(pack.titles), pack.point, "、".join(pack.provinces),
            BASIS_WORDS[pack.basis], pack.reviewer or f"没有（{pack.unreviewed} 行待审）",
        )  # fmt: skip
    console.print(table)
    console.print(f"共 {len(packs)} 个。准不准，要看 xianglin dialects measure 和当地人的试用。")
    return 0


def _row(pack: DialectPack) -> dict[str, object]:
    return {
        "id": pack.id, "name": pack.name, "groups": pack.titles, "cluster": pack.cluster, "point": pack.point,
        "provinces": pack.provinces, "basis": pack.basis, "reviewer": pack.reviewer, "unreviewed": pack.unreviewed,
    }  # fmt: skip


def check_dialects(folder: Path | None) -> int:
    """Read everything and say what is wrong; 1 when something is.

    Raises:
        DialectPacksDamaged: a file has faults; all of all files are named.
    """
    packs = DialectPacks(folder).load_all()
    faults = [fault for pack in packs for fault in double_meanings(pack)]
    known = catalogue_sayings()
    faults += [
        f"{pack.id}：services：没有 {service} 这项业务"
        for pack in packs
        for service in pack.services
        if service not in known
    ]
    console = make_console()
    for fault in dict.fromkeys(faults):
        console.print(fault, markup=False)
    unreviewed = sum(not pack.reviewer for pack in packs)
    console.print(f"{len(packs)} 个方言包，{len(faults)} 处有错；{unreviewed} 个还没有母语人审过。")
    return 1 if faults else 0


def double_meanings(pack: DialectPack) -> list[str]:
    """Words of a pack that mean two things at once."""
    meanings: dict[str, set[Intent]] = {}
    for intent, words in pack.words.items():
        for word in words:
            meanings.setdefault(word.said, set()).add(intent)
    return [
        f"{pack.id}：{said} 有两个意思：{'、'.join(sorted(intents))}"
        for said, intents in meanings.items()
        if len(intents) > 1
    ]


def try_words(dialect: str, words: str, *, is_yes_no: bool) -> int:
    """Print what would be understood; 1 when it would be nothing.

    Raises:
        DialectPacksDamaged: there is no such dialect.
    """
    pack = DialectPacks().load(dialect)
    read = SyllableReader()
    if is_yes_no:
        candidates = [*yes_no([pack], read), *navigation([pack], read)]
    else:
        candidates = [*services(catalogue_sayings(), [pack], read), *navigation([pack], read)]
    matcher = Matcher(candidates, AccentCosts(pack.confusions), Margins.load(), read)
    is_pinyin = words.isascii()
    heard = parse_syllables(words) if is_pinyin else read(words)
    verdict = matcher.understand_sounds(heard) if is_pinyin else matcher.understand(words)
    console = make_console()
    console.print(f"{pack.name}（{'·'.join(pack.titles)}）听成：{' '.join(map(str, heard))}")
    for near in matcher.nearest(heard)[:_SHOWN]:
        one = near.candidate
        console.print(f"  {near.distance:.3f}  {one.meaning}  {one.said}", markup=False)
    console.print(verdict_words(verdict), markup=False)
    return 1 if isinstance(verdict, Again) else 0


def verdict_words(verdict: Verdict) -> str:
    """One verdict in a sentence."""
    if isinstance(verdict, Accept):
        return f"照办：{verdict.meaning}（{verdict.said}，相差 {verdict.distance:.3f}）"
    if isinstance(verdict, Ask):
        others = "，还是 ".join((verdict.meaning, *verdict.others))
        return f"问一句：是不是 {others}（{verdict.said}，相差 {verdict.distance:.3f}）"
    return f"没听懂，再问一遍（{verdict.reason}）"


def measure_dialects(trial: Trial, wanted: Wanted) -> int:
    """Measure and print; 1 when a profile is below the bar.

    Raises:
        DialectPacksDamaged: there is no such dialect.
    """
    console = make_console()
    folder = DialectPacks()
    packs = [folder.load(one) for one in wanted.ids or folder.ids()]
    sayings, read, margins = catalogue_sayings(), SyllableReader(), Margins.load()
    tallies: dict[str, Tally] = {}
    mistakes: dict[str, list[Mistake]] = {}
    for pack in track(packs, "量", console=console, transient=True, disable=wanted.as_json):
        tallies[pack.id], mistakes[pack.id] = measure(pack, sayings, read, margins, trial)
    failed = [one for one in tallies if not reaches_bar(tallies[one], trial.noise)]
    if wanted.as_json:
        rows = [{**_row(pack), **asdict(tallies[pack.id])} for pack in packs]
        console.print_json(
            json.dumps({"trial": asdict(trial), "profiles": rows}, ensure_ascii=False)
        )
        return 1 if failed else 0
    _print_measured(console, packs, tallies, trial)
    if wanted.shows_mistakes:
        for pack_id, found in mistakes.items():
            for one in found:
                line = f"{pack_id} {one.said}（{one.meaning}）[{one.heard}] {verdict_words(one.verdict)}"
                console.print(line, markup=False)
    console.print(f"未达标：{'、'.join(failed)}" if failed else "每个方言都达标。")
    return 1 if failed else 0


def reaches_bar(tally: Tally, noise: float) -> bool:
    """Whether a profile's figures are good enough for what was measured."""
    if not tally.total:
        return False
    wrong = tally.wrong / tally.total
    if noise:
        return (
            tally.right + tally.asked
        ) / tally.total >= NOISY_RIGHT_BAR and wrong <= NOISY_WRONG_BAR
    return tally.right / tally.total >= RIGHT_BAR and wrong <= WRONG_BAR


def _print_measured(
    console: "Console", packs: Sequence[DialectPack], tallies: Mapping[str, Tally], trial: Trial
) -> None:
    table = Table("编号", "名称", "句数", "听对", "问对", "问错", "再问", "办错", "依据", box=None)
    table.columns[0].no_wrap = True
    for pack in packs:
        table.add_row(pack.id, pack.name, *_shares(tallies[pack.id]), BASIS_WORDS[pack.basis])
    total = sum(tallies.values(), Tally())
    table.add_row("", "合计", *_shares(total), "")
    console.print(table)
    way = "用各自的方言包" if trial.uses_pack else "不用方言包"
    speech = "按当地的字音念（有字音表的）" if trial.speaks_locally else "按文字模拟口音"
    console.print(
        f"{speech}，{way}，{trial.noise:.0%} 的音节随机听错（种子 {trial.seed}）；"
        "没有真人录音，不等于真人说话的准确率。",
        markup=False,
    )


def _shares(tally: Tally) -> list[str]:
    total = max(1, tally.total)
    counts = (tally.right, tally.asked, tally.asked_wrong, tally.again)
    shares = [f"{100 * count / total:.1f} %" for count in counts]
    return [str(tally.total), *shares, f"{tally.wrong}（{100 * tally.wrong / total:.2f} %）"]
