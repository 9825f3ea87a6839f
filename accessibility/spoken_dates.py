"""Days, months and years as people say them: 三月五号, 去年, 二零二五年三月, 昨天. Pure.

The farmers' calendar (正月, 腊月, 初五) is not understood on purpose: its days are other days.
"""

import re
from datetime import date, timedelta

from accessibility.spoken_numbers import spoken_digits, spoken_integer

_YEARS = {
    "大前年": -3,
    "前年": -2,
    "去年": -1,
    "上年": -1,
    "旧年": -1,
    "今年": 0,
    "本年": 0,
    "明年": 1,
    "后年": 2,
}
_DAYS = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "后天": 2,
}
_MONTHS = {
    "上上个月": -2,
    "上个月": -1,
    "上月": -1,
    "这个月": 0,
    "本月": 0,
    "当月": 0,
    "下个月": 1,
    "下月": 1,
}

_N = "[零〇洞一幺二两三四五六七八九十廿卅0-9]"
_YEAR = rf"(?:(?P<near>{'|'.join(_YEARS)})的?|(?P<year>{_N}{{2,4}})年)"
_MONTH = rf"(?:(?P<relative>{'|'.join(_MONTHS)})的?|(?P<month>{_N}{{1,3}})月份?)"
_DAY = rf"(?P<day>{_N}{{1,3}})[号日]?"
_WHOLE_DAY = re.compile(rf"(?:{_YEAR})?{_MONTH}{_DAY}")
_WHOLE_MONTH = re.compile(rf"(?:{_YEAR})?{_MONTH}")
_WHOLE_YEAR = re.compile(_YEAR)
_ONLY_DAY = re.compile(rf"(?P<day>{_N}{{1,3}})[号日]")


def spoken_year(words: str, today: date) -> int | None:
    """Read a year: 今年, 前年, 二零二五年, 25年 (the latest that is not more than a year ahead)."""
    match = _WHOLE_YEAR.fullmatch(words) or _WHOLE_YEAR.fullmatch(words + "年")
    if match is None:
        return None
    if match["near"]:
        return today.year + _YEARS[match["near"]]
    digits = spoken_digits(match["year"]) or ""
    if len(digits) == 2:
        century = today.year // 100 * 100
        year = century + int(digits)
        return year if year <= today.year + 1 else year - 100
    return int(digits) if len(digits) == 4 else None


def spoken_month(words: str, today: date) -> str | None:
    """Read a month as ``YYYY-MM``: 二零二五年三月, 去年三月, 上个月; 三月 alone is this year's."""
    match = _WHOLE_MONTH.fullmatch(words)
    if match is None:
        return None
    found = _month_of(match, today)
    return None if found is None else f"{found[0]:04d}-{found[1]:02d}"


def spoken_date(words: str, today: date) -> date | None:
    """Read a day: 二零二五年三月五号, 去年三月五号, 昨天; without a year it is this year's, 五号 is this month's.

    A year of two digits counts only when one century alone is possible: 四八年 is 1948, 二五年 is asked again.
    """
    if words in _DAYS:
        return today + timedelta(days=_DAYS[words])
    if match := _WHOLE_DAY.fullmatch(words):
        found = _month_of(match, today, is_day=True)
        return None if found is None else _day(*found, match["day"])
    if match := _ONLY_DAY.fullmatch(words):
        return _day(today.year, today.month, match["day"])
    if (digits := spoken_digits(words)) and len(digits) == 8:
        return _day(int(digits[:4]), int(digits[4:6]), digits[6:])
    return None


def _month_of(match: re.Match[str], today: date, *, is_day: bool = False) -> tuple[int, int] | None:
    """Year and month of a match; None when they contradict each other or are none."""
    if match["relative"]:
        if match["near"] or match["year"]:
            return None
        number = today.year * 12 + today.month - 1 + _MONTHS[match["relative"]]
        return number // 12, number % 12 + 1
    year: int | None = today.year
    if match["near"]:
        year = today.year + _YEARS[match["near"]]
    elif match["year"]:
        year = _year_of_day(match["year"], today) if is_day else spoken_year(match["year"], today)
    month = spoken_integer(match["month"])
    return (year, month) if year and month and month <= 12 else None


def _year_of_day(words: str, today: date) -> int | None:
    digits = spoken_digits(words) or ""
    if len(digits) == 4:
        return int(digits)
    is_one_century = len(digits) == 2 and int(digits) > today.year % 100
    return today.year // 100 * 100 - 100 + int(digits) if is_one_century else None


def _day(year: int, month: int, words: str) -> date | None:
    day = spoken_integer(words)
    try:
        return date(year, month, day) if day else None
    except ValueError:
        return None
