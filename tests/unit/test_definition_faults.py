"""An administrator's mistakes: each is told with its line and with what was probably meant."""

import json
from typing import Any

import pytest

from kiosk.definition_files import DefinitionFile, parse_files
from kiosk.domain.catalogue import CatalogueError

RIGHT = """{
  "id": "card.trial",
  "version": 1,
  "title": "试一试",
  "icon": "card",
  "category": "card",
  "order": 9,
  "assurance": 2,
  "required_factors": 2,
  "offline": "accepted",
  "on_behalf_of": "number",
  "prints": ["receipt"],
  "sayings": {
    "zh-CN": ["试一试", "试试看"],
    "xinan": ["试哈"]
  },
  "requires": [
    {
      "when": {"at_least": ["person.age", 16]},
      "title": "年纪还不够",
      "sentence": "满十六岁才能办。"
    }
  ],
  "steps": [
    {
      "type": "choice",
      "id": "who",
      "title": "给谁办？",
      "label": "给谁办",
      "options_from": {
        "list": "record.family",
        "value": "citizen_id",
        "title": "{name}",
        "when": {"not": {"known": "item.died_on"}}
      },
      "options": [
        {"value": "self", "title": "给我自己"},
        {"value": "other", "title": "给别的人"}
      ],
      "default": "self"
    },
    {
      "type": "citizen_id",
      "id": "number",
      "when": {"not": {"is": ["who", "self"]}},
      "title": "他的号码？",
      "label": "号码",
      "prefill": {"if": [{"is": ["who", "other"]}, null, {"ref": "who"}]}
    },
    {
      "type": "choice",
      "id": "bank",
      "title": "哪家银行？",
      "label": "银行",
      "options_from": {"county": "banks"}
    },
    {
      "type": "yes_no",
      "id": "is_sure",
      "title": "想好了吗？",
      "label": "想好了",
      "default": true
    },
    {
      "type": "money",
      "id": "amount",
      "when": {"is": ["is_sure", true]},
      "title": "多少钱？",
      "sentence": "请输入钱数。",
      "label": "钱数",
      "minimum_fen": 100,
      "maximum_fen": 5000
    },
    {
      "type": "computed",
      "id": "half",
      "value": {"times": [{"ref": "amount"}, 2]},
      "shown_as": "money",
      "label": "两倍"
    },
    {
      "type": "files",
      "id": "papers",
      "title": "材料",
      "label": "材料",
      "default": "later",
      "documents": [
        {"id": "page", "title": "第一页"}
      ]
    }
  ],
  "example": {
    "answers": {
      "who": "other",
      "number": "513022194803120647",
      "bank": "abc",
      "amount": 300
    }
  }
}
"""


def faults_of(text: str) -> list[str]:
    try:
        parse_files([DefinitionFile("trial.json", text)])
    except CatalogueError as error:
        return list(error.faults)
    return []


def test_the_file_itself_is_right() -> None:
    assert faults_of(RIGHT) == []


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


MISTAKES = [
    # what is written, instead of what; a part of the line that is named; what is said
    ('"title": "给谁办？"', '"titel": "给谁办？"', "titel", "没有 'titel' 这个键；是不是 'title'？"),
    ('"type": "money"', '"type": "mony"', "mony", "没有 'mony' 这一种；是不是 'money'？"),
    ('"category": "card"', '"category": "cards"', "cards", "不能写 'cards'；是不是 'card'？"),
    ('"offline": "accepted"', '"offline": "later"', '"later",\n  "on_be', "可以写：accepted、roster、local"),
    ('"order": 9', '"order": "9"', '"9"', "要写整数，不加引号"),
    ('"assurance": 2', '"assurance": 7', "7", "7 太大；最大是 3"),
    ('"title": "试一试"', '"title": "试一试这个名字实在是太长太长太长"', "实在", "有 16 个字，最多 14 个；请缩短 2 个字"),
    ('"id": "card.trial"', '"id": "Card.Trial"', "Card.Trial", "写成 类别.名字"),
    ('  "icon": "card",\n', "", "{", "少了 'icon'；请加上这个键"),
    ('["person.age", 16]', '["person.aeg", 16]', "aeg", "这里没有 'person.aeg'；是不是 'person.age'？"),
    ('"at_least"', '"atleast"', "atleast", "没有 'atleast' 这一种；是不是 'at_least'？"),
    ('["person.age", 16]', '["person.age"]', '["person.age"]', "少了第 2 项"),
    ('"list": "record.family"', '"list": "record.famly"', "famly", "这里没有 'record.famly'；是不是 'record.family'？"),
    ('"value": "citizen_id"', '"value": "citizenid"', "citizenid", "record.family 里没有 'citizenid'；是不是 'citizen_id'？"),
    ('"title": "{name}"', '"title": "{nmae}"', "nmae", "record.family 里没有 'nmae'；是不是 'name'？"),
    ("item.died_on", "item.died", 'item.died"', "这里没有 'item.died'；是不是 'item.died_on'？"),
    ('{"not": {"is": ["who", "self"]}}', '{"not": {"is": ["who", "slef"]}}', "slef", "who 没有 'slef' 这个选项；是不是 'self'？"),
    ('{"not": {"is": ["who", "self"]}}', '{"not": {"is": ["amount", 1]}}', '"amount", 1', "这里没有 'amount'；这一步在后面"),
    ('{"ref": "who"}', '{"ref": "picked.bank.name"}', "picked.bank", "'bank' 不是从名册列表里选的一步；可以写：who"),
    ('{"ref": "who"}', '{"ref": "picked.who.relaton"}', "relaton", "record.family 里没有 'relaton'；是不是 'relation'？"),
    ('"county": "banks"', '"county": "bank"', '"county": "bank"', "县里没有 'bank' 这张表；是不是 'banks'？"),
    ('"id": "bank"', '"id": "who"', '"id": "who",\n      "title": "哪家', "'who' 写了两遍"),
    ('"value": "other"', '"value": "self"', '"self", "title": "给别', "'self' 写了两遍；请换一个"),
    ('"default": "self"', '"default": "sefl"', "sefl", "没有 'sefl' 这个选项；是不是 'self'？"),
    ('"default": true', '"default": "yes"', '"yes"', "'yes' 不能作这个问题的答案；要写true 或 false"),
    ('["is_sure", true]', '["is_sure", "yes"]', '"yes"', "is_sure 从来不是 'yes'"),
    ('"minimum_fen": 100', '"minimum_fen": 10000', "10000", "10000 比 maximum_fen 的 5000 还大"),
    ('"minimum_fen": 100', '"minimum_fen": 1.5', "1.5", "不能有小数；请写整数；钱以分为单位"),
    ('"label": "两倍"', '"icon": "money"', '{\n      "type": "computed"', "读回来要有名称；请写 label"),
    ('"default": "later"', '"default": "now"', '"now"', "照片和材料的默认值只能是 'later'"),
    ('"title": "第一页"}', '"title": "第一页", "maximum": 99}', "99", "99 太大；最大是 10"),
    ('"on_behalf_of": "number"', '"on_behalf_of": "numbr"', "numbr", "没有叫 'numbr' 的身份证号问题；是不是 'number'？"),
    ('"xinan"', '"xinnan"', "xinnan", "没有 'xinnan' 这种话；是不是 'xinan'？"),
    ('["试一试", "试试看"]', '["试一试", "试一试"]', '"zh-CN"', "'试一试' 写了两遍"),
    ('"sentence": "请输入钱数。"', '"sentence": "请输入{amount}。"', "{amount}", "问题里不能有花括号"),
    ('"sentence": "请输入钱数。"', '"sentence": "' + "请您慢慢地输入钱数" * 5 + '"', "慢慢", "一口气超过 40 个字"),
    ('"offline": "accepted",\n', '"offline": "accepted",\n  "answer": "payments",\n', "payments", "受理的业务没有当场的答复"),
    ('"bank": "abc"', '"bnak": "abc"', "bnak", "没有 'bnak' 这一步；是不是 'bank'？"),
    ('      "bank": "abc",\n', "", '"answers"', "没有回答 'bank'"),
    ('"amount": 300', '"amount": "300"', '"300"', "答案的写法不对；例如 20000，单位是分"),
    ('"513022194803120647"', '"513022194803120648"', "0648", "校验位要对"),
    ('"version": 1,\n', '"version": 1,\n  "version": 2,\n', '"version": 2', "'version' 写了两遍"),
    ('"version": 1,\n', '"version": 1,\n  "digest": "abc",\n', "digest", "是程序算出来的；请去掉"),
    ('"order": 9,\n', '"order": 9\n', '"assurance"', "不是 JSON"),
    ('"when": {"at_least": ["person.age", 16]}', '"when": {}', "{},", "要写只有一个键的对象；可以写：all"),
    ('"required_factors": 2', '"required_factors": 2, "prints": ["estimate"]', '"prints": ["receipt"]', "'prints' 写了两遍"),
    ('["receipt"]', '["estimate"]', "estimate", "没有 'estimate' 可以打印"),
    ('"id": "is_sure"', '"id": "person"', '"id": "person"', "'person' 另有用处"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("right", "wrong", "at", "said"), MISTAKES, ids=[mistake[3][:24] for mistake in MISTAKES]
)
def test_a_mistake_is_told_with_its_line_and_what_was_meant(
    right: str, wrong: str, at: str, said: str
) -> None:
    assert right in RIGHT
    text = RIGHT.replace(right, wrong, 1)
    faults = faults_of(text)
    expected = f"trial.json:{line_of(text, at)}: "
    assert [fault for fault in faults if fault.startswith(expected) and said in fault], faults


@pytest.mark.parametrize(("right", "wrong", "at", "said"), MISTAKES[:20])
def test_a_misspelling_is_one_fault_not_several(right: str, wrong: str, at: str, said: str) -> None:
    assert len(faults_of(RIGHT.replace(right, wrong, 1))) == 1


def test_faults_of_shape_and_of_meaning_are_told_in_one_round() -> None:
    text = RIGHT
    planted = [MISTAKES[number] for number in (0, 1, 2, 4, 9, 12, 18, 20, 31, 32, 37)]
    for right, wrong, _, _ in planted:
        text = text.replace(right, wrong, 1)
    faults = faults_of(text)
    for _, _, at, said in planted:
        line = line_of(text, at)
        assert any(f":{line}: " in fault and said in fault for fault in faults), (said, faults)
    assert len(faults) == len(planted)
    lines = [int(fault.split(":")[1]) for fault in faults]
    assert lines == sorted(lines)


def test_faults_of_every_file_are_told_at_once() -> None:
    files = [
        DefinitionFile("a.json", RIGHT.replace('"titel"', "").replace('"order": 9', '"order": -1')),
        DefinitionFile("b.json", fault="不是 UTF-8 文字；请另存为 UTF-8 编码"),
        DefinitionFile("c.json", "{"),
        DefinitionFile("d.json", RIGHT.replace('"banks"', '"bonks"')),
    ]
    with pytest.raises(CatalogueError) as caught:
        parse_files(files)
    assert [fault.partition(": ")[0] for fault in caught.value.faults] == [
        "a.json:7",
        "b.json",
        "c.json:1",
        "d.json:55",
    ]


@pytest.mark.parametrize(
    "layout",
    [
        lambda text: json.dumps(json.loads(text), indent="\t", ensure_ascii=False),
        lambda text: json.dumps(json.loads(text), indent=1).replace("/", "\\/"),
        lambda text: text.replace('": ', '":'),
    ],
    ids=["tabs", "escapes", "no spaces"],
)
def test_lines_are_known_in_every_layout_of_json(layout: Any) -> None:
    text = layout(RIGHT).replace('"icon"', '"icn"', 1)
    (fault,) = faults_of(text)
    assert fault.startswith(f"trial.json:{line_of(text, 'icn')}: icn: ")


def test_whatever_is_taken_out_or_bent_is_told_and_never_breaks_the_check() -> None:
    raw = json.loads(RIGHT)
    count = 0
    for place in _places(raw):
        for bent in ("?", [], {"x": 1}):
            copy = json.loads(RIGHT)
            owner = copy
            for step in place[:-1]:
                owner = owner[step]
            owner[place[-1]] = bent
            for fault in faults_of(json.dumps(copy, indent=1, ensure_ascii=False)):
                assert fault.startswith("trial.json:"), fault
                count += 1
    assert count > 300


def _places(node: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else ()
    if isinstance(node, list):
        children = enumerate(node)
    return [
        place
        for key, child in children
        for place in ((*before, key), *_places(child, (*before, key)))
    ]
