"""View models of what staff see, and of how the check of a person can end."""

from accessibility.prompt import Prompt
from kiosk.flows import pages as m

PROOF = m.Progress(2, 4)


def notice(prompt_id: str, icon: str, *choices: str, **values: str) -> m.NoticePage:
    buttons = tuple(m.ChoiceButton(one, f"choice.{one}", one) for one in choices)
    return m.NoticePage(Prompt(prompt_id, values), icon, buttons, progress=PROOF)


def proved_by(words: str) -> m.FormReviewPage:
    """The review as it tells how the person was checked."""
    lines = (
        m.AnswerLine("要办的事", "高龄津贴申请", "allowance_elderly"),
        m.AnswerLine("姓名", "欧阳*国", "person", note="4201**********0021"),
        m.AnswerLine("核实方式", words, "shield"),
    )
    return m.FormReviewPage(Prompt("review"), lines, progress=m.Progress(3, 4))


STAFF_SAMPLES: dict[str, m.PageModel] = {
    "30-help-staff": m.HelpPage(
        Prompt("help", {"helper": "王小梅(驻村协理员)"}),
        "王小梅(驻村协理员)",
        "0938-555 0142",
        can_save=True,
        has_staff=True,
    ),
    "30-staff-sign-in": m.StaffSignInPage(Prompt("staff.sign_in")),
    "30-staff-sign-in-resting": m.StaffSignInPage(
        Prompt("staff.sign_in.resting", {"minutes": "1440"})
    ),
    "30-staff-sign-in-second": m.StaffSignInPage(Prompt("staff.sign_in.second"), can_leave=True),
    "30-staff-desk": notice(
        "staff.desk", "staff", "attest_now", "face_exempt", "face_wake", number="20410815"
    ),
    "30-staff-desk-full": notice(
        "staff.desk",
        "staff",
        "attest_now",
        "face_exempt",
        "voice_exempt",
        "face_wake",
        "enrol",
        number="20410815",
    ),
    "30-staff-desk-nobody": notice("staff.desk.nobody", "staff", number="20410815"),
    "31-attest": m.AttestPage(
        Prompt("attest", {"number": "20410815"}),
        "欧阳*国",
        "4201**********0021",
        progress=PROOF,
    ),
    "31-exempt": notice("staff.face_exempt", "person", "face_exempt", name="欧阳*国"),
    "31-exempt-done": notice("staff.face_exempt.done", "check", "go_on"),
    "31-lift": notice("staff.face_lift", "person", "face_lift", name="欧阳*国"),
    "31-wake": notice("staff.face_wake", "person", "face_wake", name="欧阳*国"),
    "31-voice-exempt": notice("staff.voice_exempt", "person", "voice_exempt", name="欧阳*国"),
    "31-voice-exempt-done": notice("staff.voice_exempt.done", "check", "go_on"),
    "31-voice-lift": notice("staff.voice_lift", "person", "voice_lift", name="欧阳*国"),
    "31-voice-wake": notice("staff.voice_wake", "person", "voice_wake", name="欧阳*国"),
    "32-verified": proved_by("人脸"),
    "32-second-factor": proved_by("社保卡、人脸"),
    "32-provisional": notice("notice.attested", "staff", "go_on"),
    "32-provisional-review": proved_by("工号20410815、20410816证明"),
    "32-cannot-be-modelled": notice(
        "notice.not_modelled", "notice", "staff_attests", "register_first"
    ),
    "32-cannot-be-modelled-review": proved_by("不看脸，等工作人员核实"),
    "32-not-proved": notice("notice.no_way_left", "notice", "staff_attests", "register_first"),
    "32-not-proved-review": proved_by("等工作人员核实"),
    "32-refused": notice("notice.not_this_person", "notice", "identify_again", "register_first"),
    "32-face-rests": notice("notice.face_rests", "notice", "use_card"),
    "32-needs-proof": notice("notice.needs_proof_for_progress", "help", "staff_attests"),
}
