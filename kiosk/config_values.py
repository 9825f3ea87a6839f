"""What is wrong with one value of the settings file, in words for who wrote it."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

DIGIT_PROFILES = {
    "xinan": "西南官话",
    "zhongyuan": "中原官话",
    "jianghuai": "江淮官话",
    "jin": "晋语",
    "wu": "吴语",
    "xiang": "湘语",
    "gan": "赣语",
    "hakka": "客家话",
    "yue": "粤语",
    "min": "闽语",
}
"""Groups of assets/dialects whose packs spell digits; the packs are read only when somebody speaks."""


def value_fault(entry: Any, value: Any) -> str:  # noqa: ANN401 (dataclasses.Field of any type)
    """What is wrong with the value of a key; empty when nothing is."""
    is_right = isinstance(value, entry.type) and not (
        entry.type is not bool and isinstance(value, bool)
    )
    if entry.type is float and isinstance(value, int) and not isinstance(value, bool):
        is_right = True
    if not is_right:
        return f"应当写{_TYPE_NAMES[entry.type]}，不能是 {_shown(value)}"
    checks = entry.metadata
    if "minimum" in checks and not checks["minimum"] <= value <= checks["maximum"]:
        return f"应当在 {checks['minimum']} 和 {checks['maximum']} 之间，不能是 {_shown(value)}"
    if "choices" in checks and value not in checks["choices"]:
        return f"只能是 {'、'.join(checks['choices'])} 中的一个，不能是 {_shown(value)}"
    if value and "pattern" in checks and not re.fullmatch(checks["pattern"], value):
        return f"写法不对，应当是：{checks['text']}"
    return ""


def _shown(value: object) -> str:
    """A wrong value as it is written, cut short: a file may hold anything."""
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


def shown_name(name: str) -> str:
    """A wrong name; a hostile one may hold control characters for the terminal, or a whole book."""
    return name if re.fullmatch(r"[\w.-]{1,40}", name) else _shown(name)


_TYPE_NAMES = {str: "带引号的文字", float: "一个数", bool: "true 或 false"}


def did_you_mean(word: str, known: Mapping[str, Any]) -> str:
    """What somebody may have meant by an unknown name."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"；是不是要写 {close[0]}？" if close else f"；可以写的有 {'、'.join(known)}"
