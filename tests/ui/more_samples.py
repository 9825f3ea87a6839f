"""View models of what a service with many parts shows besides its questions."""

from dataclasses import replace

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from accessibility.prompt import Prompt
from kiosk.flows import pages as m
from tests.ui.form_samples import ask
from tests.ui.receipt_sample import receipt

STAGE = m.RequestStage
CATEGORIES = m.ServicesPage(
    Prompt("services"),
    (
        m.ServiceTile("category.pension", "养老", "category_pension"),
        m.ServiceTile("category.medical", "医保", "category_medical"),
        m.ServiceTile("category.card", "社保卡和信息", "category_card"),
        m.ServiceTile("category.employment", "就业失业", "category_employment"),
        m.ServiceTile("category.allowance", "高龄津贴", "category_allowance"),
        m.ServiceTile("request_progress", "办理进度", "request_progress"),
    ),
)
PENSION = m.ServicesPage(
    Prompt("services"),
    (
        m.ServiceTile("pension.life_certification", "养老资格认证", "life_certification"),
        m.ServiceTile("pension.payment_enquiry", "养老金查询", "pension_payment_enquiry"),
        m.ServiceTile("pension.enrolment", "养老保险参保", "pension_enrolment"),
        m.ServiceTile("pension.contribution", "养老保险缴费", "pension_contribution"),
        m.ServiceTile("pension.claim", "养老待遇申领", "pension_claim"),
        m.ServiceTile("more", "更多", "more"),
    ),
    "已练3项，共23项",
)
FULL_RECEIPT = replace(
    receipt(STAGE.ACCEPTED),
    note="卡还没有挂失，中心确认了才算挂失。",
    can_print=True,
    has_hints=True,
)


def picture_of_a_paper(width: int = 960, height: int = 720) -> QImage:
    """A sheet with lines on a dark table."""
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(QColor("#4A3B30"))
    painter = QPainter(image)
    sheet = QRectF(width * 0.3, height * 0.1, width * 0.4, height * 0.8)
    painter.fillRect(sheet, QColor("#F4F1E8"))
    for line in range(9):
        top = sheet.top() + sheet.height() * (0.12 + 0.09 * line)
        painter.fillRect(
            QRectF(sheet.left() + 30, top, sheet.width() * (0.75 if line % 3 else 0.4), 8),
            QColor("#30302E"),
        )
    painter.end()
    return image


def jpeg_of(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", 85)
    return bytes(data.data())


TAKEN = jpeg_of(picture_of_a_paper())
PHOTO = m.PhotoPage(**ask("photo"), document="医疗费发票")
PORTRAIT_PHOTO = m.PhotoPage(**ask("portrait"), kind="portrait", may_follow=False)

MORE_SAMPLES: dict[str, m.PageModel] = {
    "20-welcome-practise": m.WelcomePage(
        Prompt("welcome"), "清水县石桥镇李家村服务站", can_practise=True, can_go_back=False
    ),
    "20-services-categories": CATEGORIES,
    "20-services-note": PENSION,
    "20-services-5": replace(CATEGORIES, tiles=CATEGORIES.tiles[:5]),
    "21-receipt-full": FULL_RECEIPT,
    "21-receipt-printing": replace(FULL_RECEIPT, print_state="printing"),
    "21-receipt-printed": replace(FULL_RECEIPT, print_state="printed", has_hints=False),
    "21-receipt-print-failed": replace(FULL_RECEIPT, print_state="failed"),
    "21-receipt-correction": replace(
        receipt(STAGE.NEEDS_CORRECTION, "receipt.needs_correction"),
        note="请补交：住院发票。",
        print_state="printed",
        can_print=True,
        has_hints=True,
    ),
    "22-help-save": m.HelpPage(
        Prompt("help", {"helper": "王小梅(驻村协理员)"}),
        "王小梅(驻村协理员)",
        "0938-555 0142",
        can_save=True,
    ),
    "23-photo": PHOTO,
    "23-photo-portrait": PORTRAIT_PHOTO,
    "23-photo-no-camera": replace(PHOTO, has_camera=False),
    "23-photo-taken": replace(PHOTO, taken=1, can_finish=True, preview=TAKEN),
    "23-photo-several": replace(
        PHOTO, document="住院费用发票", taken=3, maximum=10, can_finish=True, preview=TAKEN
    ),
    "23-photo-too-few": replace(PHOTO, taken=1, maximum=3, preview=TAKEN),
    "24-signature": m.SignaturePage(**ask("signature")),
    "23-verify-receipt": m.VerifyReceiptPage(Prompt("verify_receipt"), has_camera=True),
    "23-verify-receipt-genuine": m.VerifyReceiptPage(
        Prompt("verify_receipt.genuine"),
        "genuine",
        (
            m.ReviewLine("编号", "A07-000123-K", "number"),
            m.ReviewLine("是什么", "权益记录单", "document"),
            m.ReviewLine("办的事", "城乡居民养老保险参保", "receipt"),
            m.ReviewLine("时间", "2026-11-23 16:05", "calendar"),
        ),
    ),
    "23-verify-receipt-changed": m.VerifyReceiptPage(Prompt("verify_receipt.changed"), "changed"),
    "23-verify-receipt-not-yet": m.VerifyReceiptPage(Prompt("verify_receipt.not_yet"), "not_yet"),
    "23-verify-receipt-unknown": m.VerifyReceiptPage(Prompt("verify_receipt.unknown"), "unknown"),
}
