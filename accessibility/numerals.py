"""Numbers as Mandarin reads them: quantities, digit strings, money, dates and times. Pure."""

DIGITS = "零一二三四五六七八九"
_SECTION_UNITS = ("", "万", "亿", "万亿")
_LARGEST = 10**16


def read_integer(number: int) -> str:
    """Read a whole number as a quantity: 10500 is 一万零五百, 12 is 十二, 2000 is 两千.

    Numbers of more than 16 digits are read digit by digit: nobody counts with them.
    """
    if number < 0:
        return "负" + read_integer(-number)
    if number >= _LARGEST:
        return read_digits(str(number))
    if number == 0:
        return "零"
    words = ""
    sections: list[int] = []
    while number:
        number, section = divmod(number, 10_000)
        sections.append(section)
    needs_zero = False
    for index in range(len(sections) - 1, -1, -1):
        section = sections[index]
        if section == 0:
            needs_zero = bool(words)
            continue
        if words and (needs_zero or section < 1000):
            words += "零"
        words += _read_section(section, is_first=not words, unit=_SECTION_UNITS[index])
        needs_zero = False
    return words


def _read_section(section: int, *, is_first: bool, unit: str) -> str:
    """Read 1-9999 followed by its unit; 10-19 at the head of a number is 十…, elsewhere 一十…."""
    if section == 2 and unit and is_first:
        return "两" + unit
    words = ""
    pending_zero = False
    for value, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, section = divmod(section, value)
        if digit == 0:
            pending_zero = bool(words)
            continue
        words += "零" if pending_zero else ""
        pending_zero = False
        if value == 10 and digit == 1 and is_first and not words:
            words += "十"
        elif value == 1000 and digit == 2:
            words += "两千"
        else:
            words += DIGITS[digit] + name
    return words + unit


def read_decimal(text: str) -> str:
    """Read a number written with ASCII digits, thousands commas, a sign and a point: -3.50 is 负三点五零."""
    sign = "负" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").replace(",", "").partition(".")
    words = sign + read_integer(int(whole or "0"))
    return words + ("点" + read_digits(fraction) if fraction else "")


def read_digits(digits: str, *, telephone: bool = False) -> str:
    """Read digit by digit; with ``telephone`` 1 is 幺, which cannot be taken for 七."""
    words = "".join(DIGITS[int(digit)] for digit in digits)
    return words.replace("一", "幺") if telephone else words


def read_money(text: str) -> str:
    """Read an amount of yuan written as a number: 205.50 is 二百零五元五角, 0.05 is 五分, 2 is 两元."""
    sign = "负" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").replace(",", "").partition(".")
    if len(fraction) > 2:
        return read_decimal(text) + "元"
    yuan = int(whole or "0")
    jiao, fen = int(fraction[:1] or "0"), int(fraction[1:2] or "0")
    words = f"{read_count(yuan)}元" if yuan or not (jiao or fen) else ""
    if jiao:
        words += f"{read_count(jiao)}角"
    if fen:
        words += "零" if words and not jiao else ""
        words += f"{read_count(fen)}分"
    return sign + words


def read_count(number: int) -> str:
    """Read a number before a measure word: a lone 2 is 两."""
    return "两" if number == 2 else read_integer(number)


def read_year(digits: str) -> str:
    """Read a calendar year digit by digit: 2026 is 二零二六."""
    return read_digits(digits)


def read_time(hour: int, minute: int) -> str:
    """Read a time of day: 9:05 is 九点零五分, 14:00 is 十四点, 2:30 is 两点三十分."""
    words = f"{read_count(hour)}点"
    if minute == 0:
        return words
    return words + ("零" if minute < 10 else "") + f"{read_integer(minute)}分"
