"""A view model of every kind, with words as long as they get."""

from accessibility.prompt import Prompt
from kiosk.flows import pages as m
from kiosk.flows.voice_check import CONSENT_POINTS
from tests.ui.form_samples import FORM_SAMPLES
from tests.ui.more_samples import MORE_SAMPLES
from tests.ui.my_templates_samples import MY_TEMPLATES_SAMPLES
from tests.ui.receipt_sample import MORNING, receipt
from tests.ui.staff_samples import STAFF_SAMPLES

WHO, PROOF = m.Progress(1, 3), m.Progress(2, 3)


def tiles(count: int) -> tuple[m.ServiceTile, ...]:
    known = [
        ("养老资格认证", "life_certification"),
        ("办理进度", "request_progress"),
        ("医保缴费", "receipt"),
        ("银行卡信息变更", "card"),
        ("城乡居民养老保险参保", "shield"),
        ("丧葬补助金申请", "review"),
    ]
    if count == 2:
        known = known[:2]
    return tuple(m.ServiceTile(f"service.{n}", *known[n]) for n in range(count))


def request(stage: m.RequestStage, number: int, decision: str = "") -> m.RequestLine:
    return m.RequestLine("养老资格认证", f"A07-{number:06d}-K", stage, MORNING, decision)


STAGE = m.RequestStage

SAMPLES: dict[str, m.PageModel] = {
    "01-welcome": m.WelcomePage(Prompt("welcome"), "清水县石桥镇李家村服务站", can_go_back=False),
    "02-services-2": m.ServicesPage(Prompt("services"), tiles(2)),
    "02-services-3": m.ServicesPage(Prompt("services"), tiles(3)),
    "02-services-6": m.ServicesPage(Prompt("services"), tiles(6)),
    "03-identify": m.IdentifyPage(Prompt("identify"), progress=WHO),
    "04-citizen-number": m.CitizenNumberPage(
        Prompt("citizen_number.wrong_check_digit"), True, progress=WHO
    ),
    "05-confirm-person": m.ConfirmPersonPage(
        Prompt("confirm_person", {"name": "欧阳*国"}), "欧阳*国", "4201**********0021", progress=WHO
    ),
    "06-consent": m.ConsentPage(
        Prompt("consent"),
        ("consent.only_compare", "consent.stays_here", "consent.no_photo_kept"),
        progress=PROOF,
    ),
    "07-face-check": m.FaceCheckPage(Prompt("face_check"), progress=PROOF),
    "06-consent-voice": m.ConsentPage(Prompt("voice_consent"), CONSENT_POINTS, progress=PROOF),
    "07-voice-check": m.VoiceCheckPage(Prompt("voice_check"), progress=PROOF),
    "07-face-capture": m.FaceCapturePage(Prompt("enrol.capture"), progress=PROOF),
    "07-voice-enrol": m.VoiceCheckPage(Prompt("enrol.voice"), phrases=3, progress=PROOF),
    "08-card": m.CardPage(Prompt("card"), progress=PROOF),
    "09-pin": m.PinPage(Prompt("pin.wrong", {"tries": "2"}), True, progress=PROOF),
    "11-receipt": receipt(STAGE.ACCEPTED),
    "11-receipt-delivered": receipt(STAGE.DELIVERED, "receipt.delivered"),
    "11-receipt-decided": receipt(STAGE.DECIDED, "receipt.decided"),
    "11-receipt-correction": receipt(STAGE.NEEDS_CORRECTION, "receipt.needs_correction"),
    "11-receipt-provisional": receipt(STAGE.ACCEPTED, "receipt.provisional", True),
    "12-progress-1": m.ProgressPage(Prompt("request_progress"), (request(STAGE.DELIVERED, 123),)),
    "12-progress-4": m.ProgressPage(
        Prompt("request_progress"),
        (
            request(STAGE.ACCEPTED, 126),
            request(STAGE.DELIVERED, 125),
            request(STAGE.NEEDS_CORRECTION, 124),
            request(STAGE.DECIDED, 123, "已通过,有效期一年"),
        ),
    ),
    "12-progress-none": m.ProgressPage(Prompt("request_progress.none")),
    "13-notice": m.NoticePage(
        Prompt("notice.not_on_roster"),
        "notice",
        (
            m.ChoiceButton("retry_number", "choice.retry_number", "retry_number"),
            m.ChoiceButton("register_first", "choice.register_first", "register_first"),
        ),
        progress=WHO,
    ),
    "13-notice-error": m.NoticePage(
        Prompt("notice.error"), "warning", (m.ChoiceButton("retry", "choice.retry", "retry"),)
    ),
    "13-notice-5": m.NoticePage(
        Prompt("notice.face_not_matched"),
        "face",
        tuple(
            m.ChoiceButton(c, f"choice.{c}", c)
            for c in ("retry", "use_card", "use_pin", "register_first", "see_progress")
        ),
    ),
    "14-help": m.HelpPage(
        Prompt("help", {"helper": "王小梅(驻村协理员)"}), "王小梅(驻村协理员)", "0938-555 0142"
    ),
    "15-out-of-service": m.OutOfServicePage(
        Prompt("out_of_service"),
        code="KSK-201",
        staff_text="磁盘快满了。请清理磁盘,或更换硬盘,已受理的事不会丢失。",
        can_go_back=False,
    ),
    **FORM_SAMPLES,
    **MORE_SAMPLES,
    **STAFF_SAMPLES,
    **MY_TEMPLATES_SAMPLES,
}
