"""A view model of every kind of question, review and answer, with words as long as they get."""

from accessibility.prompt import Prompt
from accessibility.prompt_catalogue import PromptCatalogue, PromptTemplate
from accessibility.slots import parse_slots
from kiosk.flows import pages as m

STEP = m.Progress(4, 6)

WORDS = {
    "tier": ("您想按哪一档交？", "请点一下您要交的一档，一年交一次。"),
    "self": ("给自己办，还是帮别人办？", "帮卧床的家人办，请点帮别人办。"),
    "treatment": ("要报销哪一次看病？", "请点一下要报销的那一次。"),
    "village": ("您家住在哪个村？", "请点一下村子的名字，没有看到请点更多。"),
    "relation": ("您是他的什么人？", "请点一下您和去世的人是什么关系。"),
    "other_id": ("号码不对", "可能有一位按错了，请对着他的身份证再看一遍。"),
    "phone": ("您的电话号码是多少？", "请按数字键，家里的座机要加上区号。"),
    "bank_card": ("请输入银行卡号", "请对着银行卡正面，按数字键输入。"),
    "money": ("看病一共花了多少钱？", "请按发票上的合计金额输入，角和分点小数点。"),
    "years": ("您一共交了多少年？", "请按数字键，输入交过的年数。"),
    "birth": ("您是哪一天出生的？", "请点加号和减号，改成身份证上的日子。"),
    "month": ("从哪个月开始领？", "请点加号和减号，改成您要开始的月份。"),
    "year": ("要看哪一年的？", "请点加号和减号，改成您要看的年份。"),
    "name": ("您家人叫什么名字？", "请用拼音打出他的名字，一个字一个字地选。"),
    "hospital": ("在哪家医院看的病？", "请用拼音打出医院的名字。"),
    "files": ("要交这几样材料", "带来的可以现在拍，没带的以后再交也行。"),
    "group": ("家里还有谁一起参保？", "一个一个地加，加完了请点好了。"),
    "form_review": ("请您看一看", "哪一行不对，请点那一行的改。"),
    "answer": ("这是您的养老金", "上面是这个月的钱，要纸的请点打印。"),
    "hints": ("您可能还能办这些", "想办哪一样，请点一下，不想办也没关系。"),
}


def catalogue() -> PromptCatalogue:
    """The words of the product and of these samples."""
    samples = PromptCatalogue(
        "zh-CN",
        {
            f"sample.{name}": PromptTemplate(parse_slots(title), parse_slots(sentence))
            for name, (title, sentence) in WORDS.items()
        },
        {"sample.ask": parse_slots("问一问中心")},
    )
    return PromptCatalogue.joined([PromptCatalogue.load("zh-CN"), samples], "samples")


def ask(name: str) -> dict[str, object]:
    """What every question of the samples has."""
    return {"prompt": Prompt(f"sample.{name}"), "progress": STEP, "place_key": name}


def options(*titles: str, icon: str = "") -> tuple[m.OptionButton, ...]:
    return tuple(m.OptionButton(f"o{n}", title, icon) for n, title in enumerate(titles))


VILLAGES = options(
    "李家坪村", "上王家堡子村", "柳林新村", "石桥子社区居委会", "下磨峪村", icon="home"
)
RELATIONS = (
    m.OptionButton("child", "儿子或者女儿", "person"),
    m.OptionButton("spouse", "丈夫或者妻子", "person"),
    m.OptionButton("parent", "父亲或者母亲", "person"),
    m.OptionButton("sibling", "兄弟姐妹", "person"),
    m.OptionButton("grandchild", "孙子孙女、外孙外孙女", "person"),
    m.OptionButton("other", "村委会或者别的亲戚", "person"),
)
TIERS = options("每年 200 元", "每年 500 元", "每年 1000 元", "每年 2000 元", icon="receipt")
TREATMENTS = options(
    "清水县中西医结合医院，2026年10月21日，12345.60元",
    "清水县人民医院，2026年3月1日，860元",
    "柳林镇中心卫生院，2026年2月11日，85.50元",
    "天水市第一人民医院，2026年1月30日，23410.05元",
    "兰州大学第二医院，2025年12月28日，6120元",
    "石桥镇卫生院，2025年12月3日，48元",
    icon="shield",
)
WHOM = (m.OptionButton("self", "给自己办", "person"), m.OptionButton("other", "帮别人办", "staff"))
YES_NO = (m.OptionButton("yes", "是的", "check"), m.OptionButton("no", "不是", "cross"))
LONG_YES_NO = (
    m.OptionButton("yes", "从银行卡里自动扣", "check"),
    m.OptionButton("no", "不要扣，去柜台自己交", "cross"),
)

FORM_SAMPLES: dict[str, m.PageModel] = {
    "20-choice-yes-no": m.ChoicePage(**ask("self"), options=YES_NO, is_optional=True),
    "20-choice-yes-no-long": m.ChoicePage(**ask("self"), options=LONG_YES_NO, chosen="no"),
    "20-choice-2": m.ChoicePage(**ask("self"), options=WHOM),
    "20-choice-4": m.ChoicePage(
        **ask("tier"), options=TIERS, chosen="o1", old_value="每年 200 元", is_optional=True
    ),
    "20-choice-5-more": m.ChoicePage(
        **ask("village"),
        options=VILLAGES,
        crumbs="清水县 › 石桥镇",
        page_number=2,
        page_count=4,
    ),
    "20-choice-6": m.ChoicePage(**ask("relation"), options=RELATIONS, chosen="grandchild"),
    "20-choice-6-long": m.ChoicePage(**ask("treatment"), options=TREATMENTS, chosen="o0"),
    "21-digits-citizen-id": m.DigitsPage(
        **ask("other_id"), kind="citizen_id", value="42010619450903002X", is_rejected=True
    ),
    "21-digits-phone": m.DigitsPage(
        **ask("phone"),
        kind="phone",
        value="13800138000",
        longest=12,
        old_value="139****4321",
        is_optional=True,
    ),
    "21-digits-landline": m.DigitsPage(
        **ask("phone"), kind="phone", value="093855501423", longest=12
    ),
    "21-digits-bank-card": m.DigitsPage(
        **ask("bank_card"), kind="bank_card", value="6217000010001234567", longest=19
    ),
    "21-digits-money": m.DigitsPage(
        **ask("money"), kind="money", value="98765432.05", longest=11, unit="元"
    ),
    "21-digits-number": m.DigitsPage(
        **ask("years"), kind="number", value="15", longest=2, unit="年", is_optional=True
    ),
}
