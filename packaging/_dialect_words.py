"""Which groups of dialects there are, and how a table of words becomes rows of their packs."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from accessibility.phonetics.distance import phrase_distance
from accessibility.phonetics.syllable import Syllable, parse_syllables

WordRow = dict[str, object]

GROUPS: Mapping[str, tuple[str, str | None]] = {
    "common": ("各地通用", None),
    "guanhua": ("官话", "common"),
    "dongbei": ("东北官话", "guanhua"),
    "beijing": ("北京官话", "guanhua"),
    "jilu": ("冀鲁官话", "guanhua"),
    "jiaoliao": ("胶辽官话", "guanhua"),
    "zhongyuan": ("中原官话", "guanhua"),
    "lanyin": ("兰银官话", "guanhua"),
    "jianghuai": ("江淮官话", "guanhua"),
    "xinan": ("西南官话", "guanhua"),
    "jin": ("晋语", "common"),
    "wu": ("吴语", "common"),
    "min": ("闽语", "common"),
    "minnan": ("闽南话", "min"),
    "mindong": ("闽东话", "min"),
    "hakka": ("客家话", "common"),
    "yue": ("粤语", "common"),
    "xiang": ("湘语", "common"),
    "gan": ("赣语", "common"),
    "hui": ("徽语", "common"),
    "pinghua": ("平话土话", "common"),
}
"""Id to Chinese name and what it inherits."""

PROFILE_SAYINGS: Mapping[str, tuple[str, ...]] = {
    **{one: (one,) for one in GROUPS if one not in ("common", "guanhua", "mindong", "hakka")},
    "hakka": ("kejia", "hakka"),
}
"""Keys of the service definitions' sayings."""

WITHOUT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # 中, 管 and 沾 are yes on the central plain, not in the north-west
    one: {"yes": ("中", "中中", "管", "沾")}
    for one in ("zhongyuan_guanzhong", "zhongyuan_qinlong", "zhongyuan_longzhong", "zhongyuan_hezhou")
}  # fmt: skip

_WHERE = {
    "all": ("common",), "all Mandarin": ("common",), "中原官话": ("zhongyuan",),
    "冀鲁官话": ("jilu",), "兖菏": (), "徐淮": (),
    "西南官话(川渝贵)": ("xinan",), "东北官话": ("dongbei",), "江淮官话": ("jianghuai",), "湘语": ("xiang",),
    "中原官话关中": ("zhongyuan_guanzhong", "zhongyuan_qinlong"), "陇中": ("zhongyuan_longzhong",), "赣语": ("gan",),
    "吴语": ("wu",), "粤语": ("yue",), "客家话": ("hakka",), "闽南": ("minnan",),
    "闽东": ("mindong",), "晋语": ("jin",),
    "西南官话": ("xinan",), "中原": ("zhongyuan",), "冀鲁": ("jilu",), "胶辽": ("jiaoliao",), "北京": ("beijing",),
    "东北": ("dongbei",), "吴语苏沪": ("wu_suhujia", "wu_piling"), "吴语温州": ("wu_oujiang",), "西南": ("xinan",),
    "湘": ("xiang",), "赣": ("gan",), "粤": ("yue",), "客": ("hakka",), "吴": ("wu",), "徽": ("hui",),
    "平话": ("pinghua",),
    "西北": ("lanyin",), "闽": ("min",), "北方": ("guanhua",),
}  # fmt: skip
_TABLE = "word table"
_LITERATURE = "Liu, Sinitic word list (2007)"
_INTENTS = {"yes", "no", "repeat", "louder", "back", "help", "stop"}
_DIGITS = {"one": "1"}
_MORE = (
    ("common", "slower", "慢一点/慢点/慢点说/说慢点/说慢一点/讲慢点", ""),
    ("common", "faster", "快一点/快点说/说快点/讲快点", ""),
    ("common", "quieter", "小声点/声音小点/小声一点/声音小一点/太吵了", ""),
    ("common", "louder", "大声一点/声音大一点/太小声了", ""),
    ("common", "repeat", "再说一次/再讲一遍/没听清楚/你说什么", ""),
    ("common", "back", "上一步/回上一步/退一步", ""),
    ("common", "help", "找工作人员/叫工作人员/帮帮我/我不会/找人帮忙", ""),
    ("common", "stop", "不办/我不办了/结束/退出", ""),
    ("common", "yes", "对的/是这样/没错/同意/愿意/可以的/行的", ""),
    ("common", "no", "不是的/不愿意/不同意/错了/不需要", ""),
    ("xinan", "slower", "慢慢说/说慢些/慢点儿说", ""),
    ("dongbei", "slower", "慢点儿/说慢点儿", ""),
    ("yue", "slower", "慢啲/讲慢啲", "man di;gang man di"),
    ("yue", "faster", "快啲/讲快啲", "fai di;gang fai di"),
    ("minnan", "slower", "较慢咧/讲较慢", "ka man le;gong ka man"),
    ("wu", "slower", "慢眼/讲慢点", "mai ngai;gang mai di"),
    ("hakka", "slower", "慢滴/讲慢滴", "man di;gong man di"),
)
"""What the word table lacks; general knowledge."""


_DIGIT_SPELLINGS = {
    "common": "0零〇 1一幺 2二 3三 4四 5五 6六 7七 8八 9九",
    "xinan": "0林 2尔 4思 6陆",
    "zhongyuan": "2阿 6陆",
    "jianghuai": "0林 2啊 6陆",
    "jin": "0林 2啊 6留",
    "wu": "0林 2你泥 3塞 4思 5恩 6罗落 7切",
    "xiang": "0林 2啊 4思 6楼",
    "gan": "0林 2啊 5恩 6聊 7切",
    "hakka": "2你 3萨 4西 5恩 6路 7切 9交",
    "yue": "0拎 1亚 2易 3仨 4晒 5恩 6陆 7擦 8巴 9高",
    "min": "0空 1吉 2能 3萨 4西 5果 6拉 7切 8北 9高",
}
"""How a group says the digits, each spelled with characters that sound so in Mandarin."""


class WordTable:
    """Words by pack and table, once a word table has been read."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], dict[str, WordRow]] = defaultdict(dict)

    def __call__(self, pack_id: str, title: str) -> dict[str, list[WordRow]]:
        """Return the rows of one pack under one heading."""
        return {
            key: list(rows.values())
            for (pack, heading, key), rows in self._rows.items()
            if (pack, heading) == (pack_id, title)
        }

    def read(self, table: Sequence[Mapping[str, str]]) -> None:
        """Take over the rows of a word table, and what it lacks."""
        for row in table:
            heading, key = _place(row["intent"])
            for pack in _packs(row["dialects"]):
                self._add(
                    pack, heading, key, row["words"], row["heard_as_pinyin"], row["basis"], _TABLE
                )
        for pack, intent, words, heard in _MORE:
            self._add(pack, "words", intent, words, heard, "K", "general knowledge")
        self._add_digits()

    def _add(
        self, pack: str, heading: str, key: str, words: str, heard: str, basis: str, source: str
    ) -> None:
        said = [re.sub(r"\(.*?\)", "", word).strip() for word in words.split("/")]
        rows = self._rows[pack, heading, key]
        for word, sound in zip(said, align(said, heard), strict=True):
            row: WordRow = {"said": word}
            if sound:
                row["heard"] = sound
            if source == _TABLE:
                attested = _attested(word, basis)
                row |= {"basis": "L" if attested else "K", "source": attested or source}
            else:
                row |= {"basis": basis, "source": source}
            rows.setdefault(word, row)

    def _add_digits(self) -> None:
        for pack, readings in _DIGIT_SPELLINGS.items():
            is_standard = pack == "common"
            source = "standard Mandarin" if is_standard else "general knowledge"
            for reading in readings.split():
                spellings = "/".join(reading[1:])
                self._add(
                    pack, "digits", reading[0], spellings, "", "L" if is_standard else "K", source
                )


def _attested(word: str, basis: str) -> str:
    """What attests a word; "" where nothing does. A note in brackets names the only words that are attested."""
    if not basis.startswith("L"):
        return ""
    note = re.search(r"\((.*)\)", basis)
    if note is None:
        return _LITERATURE
    named = note[1].replace("無", "无")
    return f"{_LITERATURE}: {note[1]}" if word in named else ""


def _place(intent: str) -> tuple[str, str]:
    if intent in _INTENTS:
        return "words", intent
    if intent in _DIGITS:
        return "digits", _DIGITS[intent]
    return "vocabulary", intent.lower()


def _packs(dialects: str) -> list[str]:
    if dialects in _WHERE:
        return list(_WHERE[dialects])
    return [pack for one in re.split("[,/]", dialects) for pack in _WHERE[one]]


def align(said: Sequence[str], heard: str) -> list[str]:
    """Find for each word how it sounds; "" where the table leaves it to Mandarin.

    The table gives fewer sounds than words, in the words' order: a sound belongs to a word of as many syllables, and of
    all such ways to the one that sounds nearest.
    """
    # gn is the table's way to write the n before i
    sounds = [one.strip().lower().replace("gn", "n") for one in heard.split(";") if one.strip()]
    readings = [_mandarin(word) for word in said]
    parsed = [_parsed(sound) for sound in sounds]
    # best[j]: least distance with the first j sounds given away, and the choice for each word so far
    best: dict[int, tuple[float, list[str]]] = {0: (0.0, [])}
    for word, reading in zip(said, readings, strict=True):
        following: dict[int, tuple[float, list[str]]] = {}
        for used, (cost, chosen) in best.items():
            options = [(used, cost + 0.55, "")]
            if used < len(sounds) and len(parsed[used]) == len(word):
                options.append(
                    (used + 1, cost + phrase_distance(reading, parsed[used]) - 0.5, sounds[used])
                )
            if used < len(sounds):
                # a sound of a word that the table does not write
                options.append((used + 1, cost + 0.9, ""))
            for now, price, sound in options:
                if now not in following or price < following[now][0]:
                    following[now] = (price, [*chosen, sound])
        best = following
    _, chosen = min(best.values(), key=lambda pair: pair[0])
    plain = [" ".join(str_of) for str_of in (_letters(word) for word in said)]
    return ["" if sound == reading else sound for sound, reading in zip(chosen, plain, strict=True)]


def _letters(word: str) -> list[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (only this table needs it)

    return [one.replace("ü", "v") for one in lazy_pinyin(word, errors="ignore")]


def _mandarin(word: str) -> tuple[Syllable, ...]:
    return parse_syllables(" ".join(_letters(word)))


def _parsed(sound: str) -> tuple[Syllable, ...]:
    return parse_syllables(sound)


words_for = WordTable()
