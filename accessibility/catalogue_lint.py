"""Reading and checking of a strings file: every fault at once, so that an editor needs one round."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accessibility.slots import SlottedText, parse_slots

LONGEST_TITLE = 14
"""Characters; a title must be read at a glance."""
LONGEST_PHRASE = 40
"""Characters between two pauses; more cannot be followed by ear."""
_ID = re.compile(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*")
_PAUSE = re.compile(r"[，。！？；：、,!?;:\n]|——|……")


@dataclass(frozen=True, slots=True)
class Strings:
    """The content of a strings file."""

    prompts: Mapping[str, tuple[str, str]]
    """Prompt id to title and sentence."""
    texts: Mapping[str, str]
    """Text id to label."""


def parse_strings(text: str) -> Strings:
    """Take a strings file that ``lint_strings`` found without fault apart."""
    content: dict[str, Any] = json.loads(text)
    return Strings(
        prompts={
            prompt_id: (entry["title"], entry.get("sentence", ""))
            for prompt_id, entry in content["prompts"].items()
        },
        texts=content["texts"],
    )


def lint_strings(text: str) -> tuple[str, ...]:
    """Return every fault of a strings file as ``<id>: <what is wrong>``; an empty tuple when there is none."""
    repeated: list[str] = []

    def keep_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
        return content

    try:
        content = json.loads(text, object_pairs_hook=keep_pairs)
    except (json.JSONDecodeError, RecursionError) as error:
        return (f"not JSON: {error}",)
    if not isinstance(content, dict):
        return ("the file must be a JSON object",)
    faults = [f"{key}: given more than once" for key in repeated]
    faults += [f"{key}: unknown section" for key in content if key not in ("prompts", "texts")]
    for section, lint in (("prompts", _lint_prompt), ("texts", _lint_label)):
        entries = content.get(section)
        if not isinstance(entries, dict):
            faults.append(f"{section}: section missing")
            continue
        for entry_id, entry in entries.items():
            if not _ID.fullmatch(entry_id):
                faults.append(f"{entry_id}: an id is lower-case words joined by . or -")
            faults += [f"{entry_id}: {fault}" for fault in lint(entry)]
    return tuple(faults)


def lint_phrases(sentence: str) -> str:
    """What is wrong with the length of a sentence's parts between two pauses; "" when nothing is."""
    longest = max((_length(phrase) for phrase in _PAUSE.split(sentence)), default=0)
    if longest <= LONGEST_PHRASE:
        return ""
    return f"the sentence has {longest} characters without a pause, more than {LONGEST_PHRASE}"


def _lint_label(label: object) -> Iterator[str]:
    if not isinstance(label, str):
        yield "must be a text"
        return
    yield from _slot_faults(label, "text")


def _lint_prompt(entry: object) -> Iterator[str]:
    if not isinstance(entry, dict) or not all(isinstance(part, str) for part in entry.values()):
        yield 'must be {"title": …, "sentence": …}'
        return
    for unknown in sorted(entry.keys() - {"title", "sentence"}):
        yield f"unknown key {unknown!r}"
    title, sentence = entry.get("title", ""), entry.get("sentence", "")
    if not title.strip():
        yield "the title is empty"
    yield from _slot_faults(title, "title")
    yield from _slot_faults(sentence, "sentence")
    if _length(title) > LONGEST_TITLE:
        yield f"the title has {_length(title)} characters, more than {LONGEST_TITLE}"
    if fault := lint_phrases(sentence):
        yield fault


def _slot_faults(text: str, where: str) -> Iterator[str]:
    try:
        parse_slots(text)
    except ValueError as error:
        yield f"{where}: {error}"


def _length(text: str) -> int:
    """Count characters; an open slot counts for nothing, its value is not known yet."""
    try:
        parsed = parse_slots(text)
    except ValueError:
        parsed = SlottedText((text,))
    return sum(len(part) for part in parsed.parts if isinstance(part, str))
