"""What the words of a dialect table mean in sounds: each feature becomes rules of a dialect pack."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Rule = dict[str, object]
"""A row of ``confusions`` without basis and source."""
Stats = Mapping[str, float]

WHOLE, HALF, SOME = 0.9, 0.5, 0.3
"""Shares where a table has only words: 不分, 部分, 少数 or 老派."""
_PARTLY = re.compile("部分|混读|老派|少数|弱化|多舒|写|鼻化")


def weight(base: float, share: float) -> float:
    """Cost in matching: far below the base cost where the whole place mixes two sounds, near it where few do."""
    return round(0.02 + base * 0.6 * (1 - share), 2)


def rule(part: str, standard: str, spoken: str, base: float, share: float, **where: object) -> Rule:
    """One row; ``base`` is the cost that the two sounds have for everybody."""
    limits = {name: value for name, value in where.items() if value not in ([], None)}
    return {
        "part": part, "standard": standard, "spoken": spoken, **limits,
        "weight": weight(base, share), "share": round(share, 2),
    }  # fmt: skip


def initials(pairs: str, base: float, share: float, **where: object) -> Iterator[Rule]:
    """Rules of initials, written as ``zh>z ch>c``; 0 is none."""
    for pair in pairs.split():
        standard, spoken = pair.replace("0", "").split(">")
        yield rule("initial", standard, spoken, base, share, **where)


def coda(pair: str, nuclei: Sequence[str], share: float, base: float = 0.12) -> Rule:
    """A rule of codas after certain nuclei."""
    standard, spoken = pair.replace("0", "").split(">")
    return rule("coda", standard, spoken, base, share, nuclei=list(nuclei))


def _flat(share: float) -> Iterator[Rule]:
    yield from initials("zh>z ch>c sh>s", 0.10, share)


def _l(share: float, openings: Sequence[str] = ()) -> Iterator[Rule]:
    yield from initials("n>l", 0.10, share, openings=list(openings))


def _hu_to_f(share: float) -> Iterator[Rule]:
    yield from initials("h>f", 0.25, share, openings=["u"], medial="")


def _f_to_h(share: float) -> Iterator[Rule]:
    yield from initials("f>h", 0.25, share, medial="u")


def _f_to_p(share: float) -> Iterator[Rule]:
    yield from initials("f>b", 0.50, share)


def _en_eng(share: float, pair: str = "ng>n") -> Iterator[Rule]:
    yield coda(pair, ["e"], share)


def _in_ing(share: float, pair: str = "ng>n") -> Iterator[Rule]:
    yield coda(pair, ["i"], share)


def _zero_r(share: float) -> Iterator[Rule]:
    for standard, spoken in (("ri", "yi"), ("ru", "yu"), ("ruan", "yuan")):
        yield rule("syllable", standard, spoken, 0.30, share)
    yield from initials("r>0", 0.30, share, openings=[""], medial="i")
    yield from initials("r>0", 0.30, share, openings=["u"])


def _labial(share: float) -> Iterator[Rule]:
    """知系合口 as pf, f, v: a recogniser of Mandarin hears f and w."""
    yield from initials("sh>f", 0.55, share, openings=["u"], medial="")
    yield from initials("ch>f zh>f", 0.60, round(share / 2, 2), openings=["u"], medial="")
    yield rule("syllable", "ru", "wu", 0.30, share)


def _aspirated(share: float) -> Iterator[Rule]:
    # a third of the words had a voiced initial in old Chinese
    yield from initials("b>p d>t g>k j>q zh>ch z>c", 0.40, round(share / 3, 2))


def _plain(share: float) -> Iterator[Rule]:
    """Voiced or unaspirated where Mandarin aspirates: a recogniser hears b, d, g."""
    yield from initials("p>b t>d k>g q>j ch>zh c>z", 0.40, round(share / 2, 2))


def _backs(share: float) -> Iterator[Rule]:
    yield from initials("j>g q>k x>h", 0.35, share)


def _stops_for_zh(share: float) -> Iterator[Rule]:
    yield from initials("zh>d ch>t", 0.45, share)


def _no_rounding(share: float) -> Iterator[Rule]:
    yield rule("medial", "ü", "i", 0.15, share)
    yield rule("nucleus", "ü", "i", 0.15, share)


def _nasal_start(spoken: str, share: float) -> Iterator[Rule]:
    yield from initials(f"0>{spoken}", 0.50, share, openings=[""], nuclei=["a", "e", "o"])


def _sharp(share: float) -> Iterator[Rule]:
    yield from initials("j>z q>c x>s", 0.30, share)


def _curled_front(share: float) -> Iterator[Rule]:
    for standard, spoken in (("shu", "xu"), ("zhu", "ju"), ("chu", "qu"), ("ru", "yu")):
        yield rule("syllable", standard, spoken, 0.30, share)


def _no_nasal(share: float) -> Iterator[Rule]:
    yield coda("n>0", ["a", "e"], share, 0.35)


def _back_nasal(share: float) -> Iterator[Rule]:
    yield coda("n>ng", ["a", "e", "i", "ü"], share)


def _m_end(share: float) -> Iterator[Rule]:
    # an eighth of the words in n ended in m
    yield coda("n>m", ["a", "i", "e"], round(share / 8, 2))


@dataclass(frozen=True, slots=True)
class _Feature:
    words: re.Pattern[str]
    rules: Callable[[float], Iterator[Rule]]
    stat: str = ""
    """Of the measured shares that replaces the guess."""
    whole: float = WHOLE


def _feature(
    words: str, rules: Callable[[float], Iterator[Rule]], stat: str = "", whole: float = WHOLE
) -> _Feature:
    return _Feature(re.compile(words), rules, stat, whole)


FEATURES = (
    _feature("平翘|zh/z|读ts|\\(ts\\)", _flat, "zh_z"),
    _feature("n/l洪音", lambda share: _l(share, ("", "u")), "n_l"),
    _feature("n/l(?!洪|可分|部分可分|.*可分)|n→l", _l, "n_l"),
    _feature("hu读f|读fu|(?:溪晓|晓匣|晓匣溪)?合口(?:晓匣)?读f|f/hu混|hu/f混|hu与f", _hu_to_f, "h_f"),
    _feature("无f|f读x|f/hu混|hu/f混|hu与f", _f_to_h, "f_h"),
    _feature("无f\\(读h/[pb]", _f_to_p, "f_p"),
    _feature("eng读en|en=eng(?!读ŋ|,in=ing\\(均ŋ)", _en_eng),
    _feature("en=eng读ŋ|均ŋ", lambda share: _en_eng(share, "n>ng")),
    _feature("ing读in|in=ing(?!\\(均ŋ)", _in_ing, "in_ing"),
    _feature("in=ing\\(均ŋ", lambda share: _in_ing(share, "n>ng"), "in_ing"),
    _feature("an/ang混", lambda share: iter([coda("ng>n", ["a"], share)]), whole=HALF),
    _feature("鼻尾(?:大量)?(?:弱化|脱落)|an脱鼻尾|an鼻化|an/en鼻化|鼻化韵多", _no_nasal, whole=HALF),
    _feature("鼻尾仅-ŋ|鼻尾并[为入]ŋ|前鼻尾并入ŋ|仅-ŋ|阳声韵并入ŋ", _back_nasal),
    _feature("-m(?:/|尾)", _m_end, "m_coda"),
    _feature("无撮口", _no_rounding),
    _feature("日母(?:少数)?读(?:零|j|n/零)", _zero_r),
    _feature("日母合口读(?:z/)?l", lambda share: initials("r>l", 0.30, share, openings=["u"])),
    _feature("影疑母开口读n", lambda share: _nasal_start("n", share), whole=HALF),
    _feature("影疑母开口读(?:n/)?ŋ", lambda share: _nasal_start("ng", share)),
    _feature("知系合口读", _labial),
    _feature("书母合口读f|ʂu读f", lambda share: initials("sh>f", 0.55, share, openings=["u"], medial="")),
    _feature("分尖团", _sharp, whole=HALF),
    _feature("全浊(?:声母|仄声)?(?:全)?送气", _aspirated, "asp"),
    _feature("浊声母|全浊声母存|平声保留浊音", _plain, "voiced"),
    _feature("全浊(?:塞音)?不送气|内爆", _plain, whole=HALF),
    _feature("知[组三].{0,3}读t(?!s)|/t(?:$|[^s])", _stops_for_zh, "zh_t"),
    _feature("无送气音", lambda share: initials("p>f t>h k>h", 0.45, share)),
    _feature("s读t\\(", lambda share: initials("s>t", 0.50, share)),
    _feature("s读(?:边擦音)?ɬ", lambda share: initials("s>l s>x", 0.40, SOME)),
    _feature("透定读h", lambda share: initials("t>h", 0.45, share)),
    _feature("精组读t", lambda share: initials("z>d c>t", 0.45, share)),
    _feature("来母细音读t", lambda share: initials("l>t", 0.50, share, openings=["i"])),
    _feature("来母部分读s", lambda share: initials("l>s", 0.60, 0.1)),
    _feature("书=虚", _curled_front),
    _feature("端组齐齿腭化", lambda share: initials("t>q d>j", 0.50, share, openings=["i"])),
    _feature("二读ɯ", lambda share: iter([rule("syllable", "er", "e", 0.30, share)])),
    _feature("黄=王", lambda share: initials("h>0", 0.40, share, openings=["u"])),
    _feature("d→ɾ", lambda share: initials("d>r", 0.45, HALF)),
)  # fmt: skip

GROUP_RULES: Mapping[str, tuple[Rule, ...]] = {
    "wu": (*_flat(WHOLE), *_plain(WHOLE), *initials("h>0", 0.40, 0.4, openings=["u"])),
    "min": (*_flat(WHOLE), *_f_to_h(WHOLE), *_backs(0.7), *_plain(HALF)),
    "hakka": (*_flat(WHOLE), *_aspirated(WHOLE), *_backs(0.7), *_no_rounding(WHOLE)),
    "yue": (*_flat(WHOLE), *_backs(0.7), *_zero_r(WHOLE), rule("medial", "u", "", 0.25, SOME)),
    "xiang": (*_flat(WHOLE), *_l(WHOLE)),
    "gan": (*_aspirated(WHOLE), *_hu_to_f(WHOLE)),
    "xinan": tuple(_flat(WHOLE)),
}
"""What a whole group or area has in common; a profile's own rows replace these."""


def rules_of(features: str, stats: Stats) -> Iterator[tuple[Rule, str]]:
    """Turn one profile's features into rules, each with the words that it stands on.

    Args:
        features: as in the table, parted by semicolons.
        stats: measured shares; empty for a profile that was not measured.
    """
    for words in re.split(r"[;,，；](?![^(]*\))", features):
        for feature in FEATURES:
            if not feature.words.search(words):
                continue
            guess = min(feature.whole, HALF) if _PARTLY.search(words) else feature.whole
            share = stats.get(feature.stat, guess) if feature.stat else guess
            for row in feature.rules(share):
                yield row, f"{words} ({feature.stat})" if feature.stat in stats else words
