"""One page for each view model of ``kiosk.flows.pages``."""

from typing import Any

from kiosk.flows import pages as models
from kiosk.ui.page import Page
from kiosk.ui.pages.answer_page import AnswerPage
from kiosk.ui.pages.attest_page import AttestPage
from kiosk.ui.pages.card_page import CardPage
from kiosk.ui.pages.choice_page import ChoicePage
from kiosk.ui.pages.citizen_number_page import CitizenNumberPage
from kiosk.ui.pages.confirm_person_page import ConfirmPersonPage
from kiosk.ui.pages.consent_page import ConsentPage
from kiosk.ui.pages.date_page import DatePage
from kiosk.ui.pages.digits_page import DigitsPage
from kiosk.ui.pages.face_capture_page import FaceCapturePage
from kiosk.ui.pages.face_check_page import FaceCheckPage
from kiosk.ui.pages.files_page import FilesPage
from kiosk.ui.pages.form_review_page import FormReviewPage
from kiosk.ui.pages.group_page import GroupPage
from kiosk.ui.pages.help_page import HelpPage
from kiosk.ui.pages.hints_page import HintsPage
from kiosk.ui.pages.identify_page import IdentifyPage
from kiosk.ui.pages.notice_page import NoticePage
from kiosk.ui.pages.out_of_service_page import OutOfServicePage
from kiosk.ui.pages.photo_page import PhotoPage
from kiosk.ui.pages.pin_page import PinPage
from kiosk.ui.pages.progress_page import ProgressPage
from kiosk.ui.pages.receipt_page import ReceiptPage
from kiosk.ui.pages.services_page import ServicesPage
from kiosk.ui.pages.signature_page import SignaturePage
from kiosk.ui.pages.staff_sign_in_page import StaffSignInPage
from kiosk.ui.pages.text_page import TextPage
from kiosk.ui.pages.verify_receipt_page import VerifyReceiptPage
from kiosk.ui.pages.voice_check_page import VoiceCheckPage
from kiosk.ui.pages.welcome_page import WelcomePage

AnyUiPage = Page[Any]

PAGES: tuple[tuple[type[models.PageModel], type[AnyUiPage]], ...] = (
    (models.WelcomePage, WelcomePage),
    (models.ServicesPage, ServicesPage),
    (models.IdentifyPage, IdentifyPage),
    (models.CitizenNumberPage, CitizenNumberPage),
    (models.ConfirmPersonPage, ConfirmPersonPage),
    (models.AttestPage, AttestPage),
    (models.ConsentPage, ConsentPage),
    (models.FaceCheckPage, FaceCheckPage),
    (models.VoiceCheckPage, VoiceCheckPage),
    (models.FaceCapturePage, FaceCapturePage),
    (models.CardPage, CardPage),
    (models.PinPage, PinPage),
    (models.ReceiptPage, ReceiptPage),
    (models.VerifyReceiptPage, VerifyReceiptPage),
    (models.ProgressPage, ProgressPage),
    (models.NoticePage, NoticePage),
    (models.HelpPage, HelpPage),
    (models.OutOfServicePage, OutOfServicePage),
    (models.ChoicePage, ChoicePage),
    (models.DigitsPage, DigitsPage),
    (models.TextPage, TextPage),
    (models.DatePage, DatePage),
    (models.FilesPage, FilesPage),
    (models.GroupPage, GroupPage),
    (models.FormReviewPage, FormReviewPage),
    (models.AnswerPage, AnswerPage),
    (models.HintsPage, HintsPage),
    (models.PhotoPage, PhotoPage),
    (models.SignaturePage, SignaturePage),
    (models.StaffSignInPage, StaffSignInPage),
)
"""Which page shows which view model; a new view model without a page fails a test."""
