"""Papers for tests, with values as long as they get."""

from datetime import UTC, datetime

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.domain.printout import Printout
from kiosk.services.printouts import (
    AnswerSlip,
    DraftSlip,
    EstimateSlip,
    Printouts,
    ProofSheet,
    ReceiptSlip,
    WhereToAsk,
)

AT = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
NUMBER = "A07-000123-K"
RARE_NAME = "欧阳\U00020bb7国"
QR_TEXT = "XL2" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 12
"""As long as a receipt's code gets."""
ASK = WhereToAsk("清水县石桥镇李家村服务站", "王小梅（驻村协理员）", "0938-555 0142")


def printouts() -> Printouts:
    return Printouts(PromptCatalogue.load("zh-CN").label, ASK)


def receipt(**changes: object) -> Printout:
    values: dict[str, object] = {
        "number": NUMBER,
        "service_title": "养老资格认证",
        "accepted_at": AT,
        "qr_text": QR_TEXT,
        "lines": (("姓名", "赵*兰"),),
    }
    return printouts().receipt(ReceiptSlip(**{**values, **changes}))  # type: ignore[arg-type]


def proof_sheet(rows: int = 11) -> ProofSheet:
    return ProofSheet(
        number=NUMBER,
        name=RARE_NAME,
        citizen_id="513022194803120647",
        lines=(("参保险种", "城乡居民基本养老保险"), ("参保状态", "正常")),
        as_of="截至2026年11月23日",
        printed_at=AT,
        qr_text=QR_TEXT,
        header=("年份", "缴费档次", "缴费金额", "到账日期"),
        rows=tuple((f"{2025 - n}", "300 元", "300.00 元", "2026-03-12") for n in range(rows)),
        purpose="申请公租房",
    )


ENROLLED = (
    ("人脸", "登记了，3张照片"),
    ("声音", "没有登记"),
    ("社保卡", "核对过，是本人的"),
    ("卡的密码", "试过，能用"),
)


def every_paper() -> dict[str, Printout]:
    """One of each kind."""
    make = printouts()
    return {
        "receipt": receipt(is_provisional=True, is_card_loss=True),
        "answer": make.answer(
            AnswerSlip(
                "养老金查询",
                (("本月养老金", "186.40 元"), ("姓名", RARE_NAME)),
                "截至2026年11月23日",
                AT,
            )
        ),
        "proof": make.participation_proof(proof_sheet()),
        "statement": make.rights_statement(proof_sheet(60), 2025),
        "draft": make.draft(DraftSlip("48291307", "养老保险参保", AT)),
        "estimate": make.estimate(
            EstimateSlip(
                "估算每月大约",
                "186.40 元",
                (("个人账户", "8,812.60 元 ÷ 139 = 63.40 元"),),
                "估算，按清水县2025年1月1日起的标准",
                AT,
            )
        ),
        "enrolment": make.enrolment("赵*兰", AT, ENROLLED),
    }
