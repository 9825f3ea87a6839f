"""Yes and no as phrases. A bare 是, 不 or 嗯 counts for nothing: any cough and any passer-by says that."""

import re

_QUESTION = re.compile(r"(?<!不)(.)[不没]\1")
"""对不对 asks, it answers nothing."""
_YES = (
    "没有错", "没错", "是的", "对的", "对对", "是对的", "对头", "是我", "就是我", "好的", "好嘞", "可以", "可以的",
    "行的", "要得", "得行", "愿意", "我愿意", "同意", "我同意", "要的", "有的", "中的", "是这样",
)  # fmt: skip
_NO = (
    "不是我", "不是", "不对", "错了", "没有", "没得", "莫得", "不要", "不用", "不行", "不可以", "不愿意", "我不愿意",
    "不同意", "我不同意", "不好", "不中", "不是这样", "不需要",
)  # fmt: skip
_FILLERS = (
    "嗯",
    "呃",
    "啊",
    "哦",
    "噢",
    "呀",
    "嘛",
    "吧",
    "哈",
    "呢",
    "的",
    "了",
    "那",
    "我",
    "都",
    "对",
    "谢谢",
)
_MEANING: dict[str, bool | None] = (
    dict.fromkeys(_FILLERS) | dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
)
_BY_LENGTH = sorted(_MEANING, key=len, reverse=True)


def yes_or_no(words: str) -> bool | None:
    """Decide an utterance; None when it is neither, both, or more than yes and no.

    Args:
        words: without pauses.
    """
    if _QUESTION.search(words):
        return None
    answers: set[bool] = set()
    while words:
        phrase = next((one for one in _BY_LENGTH if words.startswith(one)), None)
        if phrase is None:
            return None
        meaning = _MEANING[phrase]
        if meaning is not None:
            answers.add(meaning)
        words = words[len(phrase) :]
    return answers.pop() if len(answers) == 1 else None
