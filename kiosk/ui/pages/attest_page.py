"""Asked of staff: is it this person?"""

from kiosk.ui.pages.confirm_person_page import ConfirmPersonPage


class AttestPage(ConfirmPersonPage):
    """The same card as the person sees, with the words of one who answers for another."""

    yes_id = "attest.yes"
    no_id = "attest.no"
