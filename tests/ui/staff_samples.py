"""View models of what staff see, and of how the check of a person can end."""

from accessibility.prompt import Prompt
from kiosk.flows import pages as m

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
    "30-staff-desk": m.NoticePage(Prompt("staff.desk", {"number": "20410815"}), "staff", ()),
}
