"""Numbers as people say them in Mandarin, read back into digits: quantities, digit strings, amounts. Pure.

The other way round is ``numerals``. Everything answers None for what it does not understand: a wrong guess costs
more than a second question.
"""

import re
import unicodedata

LONGEST = 120
"""Characters of an utterance; more is no number."""

_DIGIT = {
    "零": 0, "〇": 0, "一": 1, "幺": 1, "壹": 1, "二": 2, "两": 2, "贰": 2, "三": 3, "叁": 3, "四": 4, "肆": 4,
    "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "拐": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9,
    "洞": 0, "勾": 9, "俩": 2, "仨": 3,
} | {str(number): number for number in range(10)}  # fmt: skip
_UNIT = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_SECTION = {"万": 10**4, "亿": 10**8}
_TENS = {"廿": "二十", "卅": "三十"}
NUMERALS = "".join([*_DIGIT, *_UNIT, *_SECTION, *_TENS])
"""Every character that a spoken number is made of."""
_ZEROS = "零〇洞0"
_REPEATED = re.compile(rf"(?:([一二两三四五六七八九])个|([俩仨双]))([{''.join(_DIGIT)}])")
_TIMES = {"俩": 2, "仨": 3, "双": 2}

_PAUSES = re.compile(r"[\s,，.。、!！?？:：;；~～…\-—]+")
_HEAD = re.compile(
    r"(?:嗯+|呃+|额|啊|哦|噢|唉|那个|这个|就是|应该|大概|差不多|好像|我说|我要|我想要?|我选|选|要|给我|填|写|是|就)+"
)
_TAIL = re.compile(r"(?:吧|啊|呀|呢|哈|嘛|哦|噢|了|就行|就好|就可以|的样子|左右|谢谢|这个|那个)+$")


def plain_speech(transcript: str) -> str:
    """What was said without pauses and spaces, in one width; "" for what is too long to be an answer."""
    if len(transcript) > LONGEST:
        return ""
    return _PAUSES.sub("", unicodedata.normalize("NFKC", _keep_point(transcript)))


def _keep_point(transcript: str) -> str:
    """A point between digits is one, everywhere else it is a pause."""
    return re.sub(r"(?<=[0-9])[.．](?=[0-9])", "点", transcript)


def without_fillers(words: str) -> str:
    """Drop what people say before and behind an answer: 嗯，我要…吧."""
    head = _HEAD.match(words)
    rest = words[head.end() :] if head and head.end() < len(words) else words
    shorter = _TAIL.sub("", rest)
    return shorter or rest


def spoken_integer(words: str) -> int | None:
    """Read a quantity: 一百二十三, 两千零五, 一万二 (12000), 三百五 (350), 二零二五, 15.

    Args:
        words: nothing but the number, as ``without_fillers`` leaves it.
    """
    if not words or len(words) > 24:
        return None
    words = _plain_tens(words)
    if all(character in _DIGIT for character in words):
        # 三四个 is three or four: digits alone make a number only where they cannot mean that
        is_guess = len(words) == 2 and not words.isascii() and not set(words) & set("零〇洞幺")
        return None if is_guess else int(spoken_digits(words) or 0)
    if re.fullmatch(rf"[0-9]+[{''.join(_SECTION)}]?", words):
        return int(words[:-1]) * _SECTION[words[-1]]
    total = 0
    rest = words
    for name, size in (("亿", 10**8), ("万", 10**4)):
        if rest.count(name) > 1:
            return None
        head, mark, tail = rest.partition(name)
        if not mark:
            continue
        section = _section(head)
        if not section:
            return None
        total += section * size
        if tail and tail in _DIGIT and tail not in _ZEROS:
            return total + _DIGIT[tail] * size // 10
        rest = tail
    if not rest:
        return total
    last = _section(rest, has_head=total > 0)
    return None if last is None else total + last


def _plain_tens(words: str) -> str:
    """廿三 is 二十三."""
    for short, plain in _TENS.items():
        words = words.replace(short, plain)
    return words


def _section(words: str, *, has_head: bool = False) -> int | None:
    """Read up to 9999: 一千二百三十四, 十五, 一百零五, 三百五."""
    total, digit, last_unit = 0, None, 10_000
    has_zero = has_head and words[:1] in ("零", "〇")
    for character in words[1:] if has_zero else words:
        if character in _DIGIT:
            if digit is not None or (_DIGIT[character] == 0 and has_zero):
                return None
            if _DIGIT[character] == 0:
                has_zero = True
            else:
                digit = _DIGIT[character]
        elif character in _UNIT:
            unit = _UNIT[character]
            if unit >= last_unit or (digit is None and unit != 10):
                return None
            total += (1 if digit is None else digit) * unit
            digit, last_unit, has_zero = None, unit, False
        else:
            return None
    if digit is None:
        return None if has_zero else total
    # 三百五 is 350, 三百零五 is 305
    is_short = last_unit in (100, 1000) and not has_zero
    return total + digit * (last_unit // 10 if is_short else 1)


def spoken_digits(words: str) -> str | None:
    """Read digits one by one: 幺三八零零, 138 0000; 三个零 is 000, 双八 is 88. Quantities (十, 百) are none."""
    words = _REPEATED.sub(_repeated, words)
    if not words or not all(character in _DIGIT for character in words):
        return None
    return "".join(str(_DIGIT[character]) for character in words)


def _repeated(match: re.Match[str]) -> str:
    times = _TIMES[match[2]] if match[2] else _DIGIT[match[1]]
    return match[3] * times


_NOT_ZERO = [character for character, digit in _DIGIT.items() if digit]
_N = f"[{NUMERALS}]"
_MONEY = re.compile(
    rf"(?:(?P<yuan>{_N}+?)(?:[块元圆]钱?|(?=$)))?"
    rf"(?:(?<=[块元圆])(?P<loose>[{''.join(_NOT_ZERO)}])$|(?P<zero>零)?(?:(?P<jiao>{_N})[毛角])?"
    rf"(?:(?P<fen>{_N})分?)?)?(?:钱|整|正)*"
)
_POINT = re.compile(
    rf"(?P<whole>{_N}+)点(?P<fraction>[{''.join(_DIGIT)}]{{1,4}})(?P<section>万)?[块元圆]?钱?"
)
_HALF = re.compile(rf"(?P<yuan>{_N}+)块半钱?")


def spoken_fen(words: str) -> int | None:
    """Read an amount in fen: 一百二十三块五毛, 两块五, 三毛五, 一百二, 五块零五分, 十二点五元.

    Args:
        words: nothing but the amount.
    """
    if match := _POINT.fullmatch(words):
        whole = spoken_integer(match["whole"])
        fraction = spoken_digits(match["fraction"]) or ""
        if match["section"]:
            # 一点二万
            return None if whole is None else int(f"{whole}{fraction.ljust(4, '0')}") * 100
        is_money = whole is not None and len(fraction) <= 2
        return int(f"{whole}{fraction.ljust(2, '0')}") if is_money else None
    if match := _HALF.fullmatch(words):
        whole = spoken_integer(match["yuan"])
        return None if whole is None else whole * 100 + 50
    match = _MONEY.fullmatch(words)
    if match is None or not any(match[name] for name in ("yuan", "jiao", "fen")):
        return None
    # 两块零五 may be 2.05 or 2.50 in the speaker's mind; 两块零五毛 is clear
    if match["zero"] and (match["yuan"] is None or not (match["jiao"] or match["fen"])):
        return None
    if match["fen"] and not (match["jiao"] or words.rstrip("钱整正").endswith("分")):
        return None
    yuan = 0 if match["yuan"] is None else spoken_integer(match["yuan"])
    small = [match["loose"] or match["jiao"] or "0", match["fen"] or "0"]
    parts = [spoken_integer(part) for part in small]
    if yuan is None or not all(part is not None and part < 10 for part in parts):
        return None
    jiao, fen = (part or 0 for part in parts)
    return yuan * 100 + jiao * 10 + fen
