"""Values written as people read them: amounts, dates, months."""

from datetime import date


def money(fen: int) -> str:
    """An amount of fen: ``1,234.50元``; whole yuan without decimals, which are one more thing to misread."""
    sign, (yuan, rest) = "-" if fen < 0 else "", divmod(abs(fen), 100)
    return f"{sign}{yuan:,}.{rest:02d}元" if rest else f"{sign}{yuan:,}元"


def day(value: date) -> str:
    """A date: ``2026年1月5日``."""
    return f"{value.year}年{value.month}月{value.day}日"


def month(value: str) -> str:
    """A month ``YYYY-MM``: ``2026年1月``."""
    year, _, number = value.partition("-")
    return f"{int(year)}年{int(number)}月"
