"""Write first dialect packs from two tables of facts: profiles with their features, and words.

The packs in assets/dialects are the source of truth and are edited by hand; this script never touches a file that is
there already unless it is told to:

    python3 packaging/build_dialects.py profiles.csv words.csv [--overwrite]

profiles.csv has the columns id, name, group, area, cluster, point, provinces, features, ccr_stats, feature_basis;
words.csv has intent, dialects, words, heard_as_pinyin, basis.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _dialect_features import GROUP_RULES, Rule, rules_of  # noqa: E402
from _dialect_words import GROUPS, PROFILE_SAYINGS, WITHOUT, WordRow, words_for  # noqa: E402

FOLDER = ROOT / "assets" / "dialects"
TABLE = "dialect table"
CCR = "Academia Sinica CCR character readings"
_GROUP_ID = {
    "官话": "guanhua", "晋语": "jin", "吴语": "wu", "闽语": "min", "客家话": "hakka", "粤语": "yue", "湘语": "xiang",
    "赣语": "gan", "徽语": "hui", "平话土话": "pinghua",
}  # fmt: skip
_AREA_ID = {
    "东北官话": "dongbei", "北京官话": "beijing", "冀鲁官话": "jilu", "胶辽官话": "jiaoliao", "中原官话": "zhongyuan",
    "兰银官话": "lanyin", "江淮官话": "jianghuai", "西南官话": "xinan",
}  # fmt: skip
_MIN_AREAS = {"闽南": "minnan", "闽东": "mindong"}
_Row = Mapping[str, str]
_KEYS = ("part", "standard", "spoken", "openings", "initials", "nuclei")


def parent_of(row: _Row) -> str:
    """The area or group that a profile inherits from."""
    if row["area"]:
        return _AREA_ID[row["area"]]
    for start, area in _MIN_AREAS.items():
        if row["cluster"].startswith(start):
            return area
    return _GROUP_ID[row["group"]]


def toml_value(value: object) -> str:
    """Write a value as TOML: JSON's strings, numbers, truths and lists are TOML's."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def toml_table(name: str, rows: Iterable[Mapping[str, object]]) -> str:
    """Write a list of rows, one to a line."""
    lines = "".join(f"  {toml_value(row)},\n" for row in rows)
    return f"{name} = [\n{lines}]\n" if lines else ""


def words_text(title: str, tables: Mapping[str, Sequence[WordRow]]) -> str:
    """Write tables of words under one heading."""
    filled = {key: rows for key, rows in tables.items() if rows}
    if not filled:
        return ""
    return f"\n[{title}]\n" + "".join(toml_table(key, rows) for key, rows in filled.items())


def profile_text(row: _Row, stands_on: Sequence[Rule]) -> str:
    """Write one profile's pack.

    Args:
        row: of the profile table.
        stands_on: rules that it inherits.
    """
    stats = {
        key: float(value)
        for key, value in (one.split("=") for one in row["ccr_stats"].split(";") if one)
    }
    head = {
        "id": row["id"],
        "name": row["name"],
        "inherits": parent_of(row),
        "cluster": row["cluster"],
        "point": row["point"],
        "provinces": row["provinces"].split(";"),
        "features": [one for one in re.split("[;；]", row["features"]) if one],
        "basis": "D" if stats else "K",
        "reviewer": "",
        "source": f"{TABLE}; {CCR}" if stats else f"{TABLE}; handbook, not checked with recordings",
    }
    confusions = own_rules(row["features"], stats, stands_on)
    text = "".join(f"{key} = {toml_value(value)}\n" for key, value in head.items())
    text += toml_table("confusions", confusions)
    text += words_text("words", words_for(row["id"], "words"))
    if WITHOUT.get(row["id"]):
        text += "\n[without]\n" + "".join(
            f"{key} = {toml_value(list(said))}\n" for key, said in WITHOUT[row["id"]].items()
        )
    return text + words_text("vocabulary", words_for(row["id"], "vocabulary"))


def own_rules(
    features: str, stats: Mapping[str, float], inherited: Sequence[Rule]
) -> list[dict[str, object]]:
    """The rules of a profile that it does not inherit in the same strength."""
    found: dict[str, dict[str, object]] = {}
    known = {_key(rule): rule for rule in inherited}
    for rule, words in rules_of(features, stats):
        is_measured = words.endswith(")") and any(f"({name})" in words for name in stats)
        row = {**rule, "basis": "D" if is_measured else "K", "source": words}
        is_said = known.get(_key(rule)) == rule
        if not is_said and (rule["share"] or _key(rule) in known):
            found.setdefault(_key(rule), row)
    measured = {"n_l": ("n", "l"), "h_f": ("h", "f"), "f_h": ("f", "h"), "zh_z": ("zh", "z")}
    for name, (standard, spoken) in measured.items():
        # a group's rule that the readings of this very place contradict
        for rule in inherited:
            is_it = (rule["standard"], rule["spoken"]) == (standard, spoken)
            if is_it and _key(rule) not in found and stats.get(name, 1.0) < 0.1:
                taken_back = {"share": 0.0, "basis": "D", "source": f"{name}={stats[name]}"}
                found[_key(rule)] = {**rule, **taken_back}
    return list(found.values())


def _key(rule: Rule) -> str:
    return json.dumps([rule.get(name) for name in _KEYS], ensure_ascii=False)


def group_text(group_id: str, name: str, parent: str | None) -> str:
    """Write a group's or an area's pack."""
    head: dict[str, object] = {"id": group_id, "name": name}
    if parent:
        head["inherits"] = parent
    head |= {"is_profile": False, "source": TABLE}
    if group_id in PROFILE_SAYINGS:
        head["sayings"] = list(PROFILE_SAYINGS[group_id])
    rules = [
        {**rule, "basis": "K", "source": "common to the group"}
        for rule in GROUP_RULES.get(group_id, ())
    ]
    text = "".join(f"{key} = {toml_value(value)}\n" for key, value in head.items())
    text += toml_table("confusions", rules)
    return text + "".join(
        words_text(title, words_for(group_id, title)) for title in ("words", "digits", "vocabulary")
    )


def inherited_rules(group_id: str | None) -> list[Rule]:
    """The rules that a profile of a group or area starts from."""
    rules: dict[str, Rule] = {}
    while group_id:
        for rule in GROUP_RULES.get(group_id, ()):
            rules.setdefault(_key(rule), rule)
        group_id = GROUPS[group_id][1]
    return list(rules.values())


def write(path: Path, text: str, *, overwrites: bool) -> bool:
    """Write a pack unless there is one; whether it was written."""
    if path.exists() and not overwrites:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return True


def main() -> int:
    """Write the packs and say how many."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("profiles", type=Path)
    parser.add_argument("words", type=Path)
    parser.add_argument("--overwrite", action="store_true")
    arguments = parser.parse_args()
    with arguments.words.open(encoding="utf-8", newline="") as file:
        words_for.read(list(csv.DictReader(file)))
    with arguments.profiles.open(encoding="utf-8", newline="") as file:
        profiles = list(csv.DictReader(file))
    texts = {
        FOLDER / "groups" / f"{group_id}.toml": group_text(group_id, name, parent)
        for group_id, (name, parent) in GROUPS.items()
    }
    for row in profiles:
        text = profile_text(row, inherited_rules(parent_of(row)))
        texts[FOLDER / f"{row['id']}.toml"] = text
    written = sum(write(path, text, overwrites=arguments.overwrite) for path, text in texts.items())
    print(f"{written} written, {len(texts) - written} left as they are")
    return 0


if __name__ == "__main__":
    sys.exit(main())
