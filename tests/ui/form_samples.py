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
    "photo": ("请拍一下这张纸", "请把它平放在摄像头下面，看清楚了就点拍照。"),
    "portrait": ("请拍一张照片", "请看着屏幕，把脸放进圆圈里，再点拍照。"),
    "signature": ("请在这里签名", "请用手指在白框里写您的名字。"),
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

PAPERS = (
    "银行卡正面",
    "医院发票，一共几张都要",
    "出院小结或者诊断证明",
    "户口本首页和本人页",
    "和本人的合影",
)
FAMILY = (
    "王小梅，女儿，6205**********0021",
    "欧阳建国，丈夫，6205**********0038",
    "买买提·艾合买提江，女婿，6205**********123X",
    "王思远，孙子，6205**********0054",
    "王思雨，孙女，6205**********0062",
    "王建军，儿子，6205**********0079",
)
NAME = m.AnswerLine("姓名", "欧阳*国", "person")
READ_BACK = (
    m.AnswerLine(
        "家庭住址",
        "清水县石桥镇上王家堡子村3组",
        "address",
        "address",
        "名册里的",
    ),
    m.AnswerLine("电话", "138****8000", "phone", "phone", "原来：139****4321"),
    m.AnswerLine("银行卡", "中国农业银行 尾号4567", "bank", "bank_card"),
    m.AnswerLine("缴费档次", "每年 2000 元", "money", "tier"),
    m.AnswerLine("开始年份", "2026年", "calendar", "start"),
)
ANSWER_LINES = (
    m.AnswerLine("基础养老金", "143.00元"),
    m.AnswerLine("个人账户养老金", "86.52元"),
    m.AnswerLine("高龄补贴", "30.00元"),
    m.AnswerLine("发到哪里", "中国农业银行 尾号4567"),
    m.AnswerLine("发放状态", "正常发放", note="每月10号到账"),
)
WORKING = (
    m.AnswerLine("从哪个月起领", "2077年4月"),
    m.AnswerLine("账户现在大约有", "12,150.00元", note="(400.00元 + 50.00元) × 27"),
    m.AnswerLine("以后每年缴的和补贴的", "22,500.00元", note="(400.00元 + 50.00元) × 50"),
    m.AnswerLine("以后的利息", "36,113.56元", note="2%"),
    m.AnswerLine("领取时账户里有", "70,763.56元", note="12,150.00元 + 22,500.00元 + 36,113.56元"),
)
ASK = (m.ChoiceButton("ask", "sample.ask", "staff"),)


def answer(**more: object) -> m.AnswerPage:
    values = {
        "service_title": "养老金查询",
        "figure_label": "2026年6月",
        "figure": "12,345.67元",
        "lines": ANSWER_LINES,
        "as_of": "截至 2026年11月23日，以后的变动这里还没有",
        "choices": ASK,
    }
    return m.AnswerPage(Prompt("sample.answer"), **{**values, **more})


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
    "22-date-birth": m.DatePage(
        **ask("birth"),
        value="1945-09-28",
        earliest="1900-01-01",
        latest="2026-07-14",
        is_optional=True,
        old_value="1946年1月2日",
    ),
    "22-date-near": m.DatePage(**ask("birth"), earliest="2026-01-01", latest="2026-12-31"),
    "22-date-month": m.DatePage(
        **ask("month"), kind="month", value="2026-10", earliest="2026-08", latest="2027-12"
    ),
    "22-date-year": m.DatePage(
        **ask("year"), kind="year", value="2026", earliest="2012", latest="2026"
    ),
    "23-files": m.FilesPage(**ask("files"), documents=PAPERS),
    "23-files-no-camera": m.FilesPage(**ask("files"), documents=PAPERS[:2], has_camera=False),
    "24-group-none": m.GroupPage(**ask("group"), item_title="家人"),
    "24-group-6": m.GroupPage(**ask("group"), item_title="家庭成员", items=FAMILY),
    "24-group-full": m.GroupPage(
        **ask("group"), item_title="家人", items=FAMILY[:3], can_add=False
    ),
    "25-form-review": m.FormReviewPage(
        Prompt("sample.form_review"), READ_BACK, page_number=1, page_count=3, progress=STEP
    ),
    "25-form-review-middle": m.FormReviewPage(
        Prompt("sample.form_review"), READ_BACK, page_number=2, page_count=3, progress=STEP
    ),
    "25-form-review-last": m.FormReviewPage(
        Prompt("sample.form_review"),
        (NAME, *READ_BACK[:2]),
        page_number=3,
        page_count=3,
        progress=STEP,
    ),
    "26-answer": answer(can_print=True),
    "26-answer-printing": answer(can_print=True, print_state="printing"),
    "26-answer-failed": answer(can_print=True, print_state="failed", page_count=2),
    "26-answer-working": answer(
        lines=WORKING, can_print=True, print_state="failed", page_count=2, choices=ASK
    ),
    "26-answer-text": answer(figure="", lines=ANSWER_LINES[3:], choices=()),
    "27-hints": m.HintsPage(
        Prompt("sample.hints"),
        (
            m.HintCard(
                "claim", "养老待遇申领", "您快到六十岁了，现在就可以申请领养老金。", "pension_claim"
            ),
            m.HintCard("elderly", "高龄津贴申请", "您今年满八十岁，每个月可以多领一份。", "elder"),
            m.HintCard("card", "社保卡换新卡", "您的卡到明年三月就过期了。", "card"),
        ),
    ),
    "27-hints-1": m.HintsPage(
        Prompt("sample.hints"),
        (m.HintCard("claim", "养老待遇申领", "您快到六十岁了，现在就可以申请领养老金。"),),
    ),
    "28-text-name": m.TextPage(
        **ask("name"),
        kind="name",
        value="阿卜杜热合曼·买买提江",
        old_value="阿卜杜热合曼·买买提",
        is_optional=True,
    ),
    "28-text-empty": m.TextPage(**ask("name"), kind="name", is_rejected=True),
    "28-text": m.TextPage(
        **ask("hospital"), value="清水县石桥镇中心卫生院上王家堡子村分院门诊部二楼十二号"
    ),
}
