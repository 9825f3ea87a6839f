"""What happens in the demonstration without a display: two residents, one outage, one lost answer."""

from collections.abc import Callable
from dataclasses import dataclass

from accessibility.prompt import Prompt
from kiosk.app.assembly import KioskWindow
from kiosk.demo.visitor import Visitor
from kiosk.demo.world import PIN, DemoWorld, SampleResident
from kiosk.devices.simulated_card_reader import SimulatedCardReader
from kiosk.devices.simulated_microphone import SimulatedMicrophone
from kiosk.explain import staff_text
from kiosk.flows import pages
from kiosk.services.liveness_ports import Cue, Motion
from kiosk.ui.pages.face_check_page import FaceCheckPage
from kiosk.ui.pages.voice_check_page import VoiceCheckPage

MOTIONS = frozenset(Cue(motion.value) for motion in Motion)

HALF = 4
"""Digits that were heard when the picture is taken."""

FOR_MYSELF = "给我自己"
"""An option of the certification's first question."""


@dataclass(slots=True)
class Story:
    """Tells it with the real window."""

    world: DemoWorld
    kiosk: KioskWindow
    visitor: Visitor
    reader: SimulatedCardReader
    say: Callable[[str], None]
    _spoken: str = ""
    _is_pictured: bool = False

    def tell(self) -> None:
        """All chapters."""
        self.certify_without_network()
        self.refuse_the_camera()
        self.deliver()
        self.ask_again()
        self.look_at_the_pension()
        self.read_digits()
        self.show_a_fault()

    def _press(self, text_id: str) -> None:
        self.visitor.press(self.kiosk.runtime.prompts.label(text_id))

    def _lay_card(self, person: SampleResident) -> None:
        self.visitor.rest(400)
        self.reader.insert(person.card_number)

    def _begin(self, *, is_pictured: bool = False) -> None:
        look = self.visitor.see if is_pictured else self.visitor.wait_page
        look(pages.WelcomePage)
        self._press("welcome.begin")
        look(pages.ServicesPage)

    def _choose(self, service_id: str) -> None:
        self._press(f"category.{service_id.partition('.')[0]}")
        service = self.kiosk.runtime.catalogue.find(service_id)
        self.visitor.press(service.title if service else service_id)

    def _choose_certification(self) -> None:
        self._choose("pension.life_certification")

    def _certify_myself(self) -> None:
        self.visitor.see(pages.ChoicePage)
        self.visitor.press(FOR_MYSELF)
        self.visitor.see(pages.FormReviewPage)
        self._press("review.submit")

    def _certify_again(self) -> None:
        """The same to the receipt, without pictures of what was seen before."""
        self.visitor.wait_page(pages.ChoicePage)
        self.visitor.press(FOR_MYSELF)
        self.visitor.wait_page(pages.FormReviewPage)
        self._press("review.submit")
        self.visitor.wait_page(pages.ReceiptPage)
        self.reader.remove()

    def certify_without_network(self) -> None:
        """The first resident: card and face, no network at all."""
        self.say("断网。第一位居民：放社保卡，同意看脸。")
        self.world.link.down()
        self._begin(is_pictured=True)
        self._choose_certification()
        self.visitor.see(pages.IdentifyPage)
        self._lay_card(self.world.enrolled)
        self.visitor.see(pages.ConfirmPersonPage)
        self._press("confirm_person.yes")
        self.visitor.see(pages.ConsentPage)
        self._press("consent.agree")
        self.visitor.wait_page(pages.FaceCheckPage)
        self.visitor.rest(250)
        self.visitor.picture("face_check")
        self.say("认出来了，请他做几个动作；画面里的照片会照着做。")
        self.visitor.wait(self._is_motion_asked, "a motion")
        self.visitor.rest(1200)
        self.visitor.picture("face_motion")
        self._certify_myself()
        self.visitor.see(pages.ReceiptPage)
        self.reader.remove()
        self._press("receipt.finish")
        self.visitor.wait_page(pages.WelcomePage)

    def _is_motion_asked(self) -> bool:
        """Or that the check went on without one, as on a very slow machine."""
        page = self.kiosk.window.shell.page
        return not isinstance(page, FaceCheckPage) or page.asked in MOTIONS

    def refuse_the_camera(self) -> None:
        """The second resident types the number, asks for a person, and takes card and PIN."""
        self.say("仍然断网。第二位居民：输入号码，没有登记过脸，用社保卡和密码。")
        person = self.world.residents[1]
        self._begin()
        self._choose_certification()
        self.visitor.wait_page(pages.IdentifyPage)
        self._press("identify.type_number")
        self.visitor.wait_page(pages.CitizenNumberPage)
        wrong = person.citizen_id[:-1] + ("1" if person.citizen_id[-1] != "1" else "2")
        self.visitor.type_keys(wrong)
        self._press("typing.confirm")
        self.visitor.wait(self._is_rejected, "the wrong number to be refused")
        self.visitor.see(pages.CitizenNumberPage)
        self._press("bar.help")
        self.visitor.see(pages.HelpPage)
        self._press("help.go_on")
        self.visitor.wait_page(pages.CitizenNumberPage)
        self._press("keypad.delete")
        self.visitor.type_keys(person.citizen_id[-1])
        self._press("typing.confirm")
        self.visitor.wait_page(pages.ConfirmPersonPage)
        self._press("confirm_person.yes")
        self.visitor.see(pages.CardPage)
        self._lay_card(person)
        self.visitor.see(pages.PinPage)
        self.visitor.type_keys(PIN)
        self._press("typing.confirm")
        self._certify_again()

    def look_at_the_pension(self) -> None:
        """The first resident asks what was paid: the roster answers, with its date."""
        self.say("第一位居民查养老金：名册回答，写明截至哪一天。")
        self._begin()
        self._choose("pension.payment_enquiry")
        self.visitor.wait_page(pages.IdentifyPage)
        self._lay_card(self.world.enrolled)
        self.visitor.wait_page(pages.ConfirmPersonPage)
        # The consent of the first visit is on file: the camera looks at once.
        self._press("confirm_person.yes")
        self.visitor.see(pages.ChoicePage, "which_payments")
        self.visitor.press("今年")
        self.visitor.see(pages.AnswerPage)
        self.reader.remove()
        self._press("form.answer.finish")
        self.visitor.wait_page(pages.WelcomePage)

    def read_digits(self) -> None:
        """The third resident has no face enrolled but a voice: eight random digits, read aloud."""
        microphone = self.kiosk.runtime.booth.microphone
        if self.world.voice is None or not isinstance(microphone, SimulatedMicrophone):
            return
        self.say("第三位居民：放社保卡，同意听声音，念屏幕上的数字。")
        self._begin()
        self._choose_certification()
        self.visitor.wait_page(pages.IdentifyPage)
        self._lay_card(self.world.speaker)
        self.visitor.wait_page(pages.ConfirmPersonPage)
        self._press("confirm_person.yes")
        self.visitor.see(pages.ConsentPage, "voice_consent")
        self._press("consent.agree")
        self.visitor.wait(lambda: self._reads(microphone), "the end of the voice check")
        self.visitor.wait(lambda: not self.kiosk.controller.is_busy, "the end of work")
        if isinstance(self.kiosk.controller.page, pages.NoticePage):
            # The small recogniser did not follow three times: the next way, as for anybody.
            self._press("choice.use_pin")
            self.visitor.wait_page(pages.PinPage)
            self.visitor.type_keys(PIN)
            self._press("typing.confirm")
        self._certify_again()
        self._press("receipt.finish")
        self.visitor.wait_page(pages.WelcomePage)

    def _reads(self, microphone: SimulatedMicrophone) -> bool:
        """Read whatever digits are new, when it is the person's turn; whether the page is gone."""
        page = self.kiosk.window.shell.page
        if not isinstance(page, VoiceCheckPage):
            return self._spoken != ""
        digits = page.digits
        if digits.is_turn and digits.digits != self._spoken:
            self._spoken = digits.digits
            microphone.say(digits.digits)
        if digits.heard >= HALF and not self._is_pictured:
            self._is_pictured = True
            self.visitor.picture("voice_check")
        return False

    def _is_rejected(self) -> bool:
        page = self.kiosk.controller.page
        return isinstance(page, pages.CitizenNumberPage) and page.is_rejected

    def deliver(self) -> None:
        """The network returns; the answer to the first batch is lost on the way, so it is sent twice."""
        self.say("网络恢复。第一次的回答在路上丢了，终端再送一次。")
        self.world.link.lose_next_answer(b"/batches")
        self.world.link.up()
        if self.kiosk.sync_worker is not None:
            self.kiosk.sync_worker.link_up()
        self.visitor.wait(self._is_decided, "the centre's decision")
        self.visitor.see(pages.ReceiptPage, "receipt_decided")
        self._press("receipt.finish")
        self.visitor.wait_page(pages.WelcomePage)

    def _is_decided(self) -> bool:
        page = self.kiosk.controller.page
        return isinstance(page, pages.ReceiptPage) and page.stage is pages.RequestStage.DECIDED

    def ask_again(self) -> None:
        """The first resident comes back and asks how far it is."""
        self.say("第一位居民回来看办理进度，再想办一次。")
        runtime = self.kiosk.runtime
        self._begin()
        self.visitor.press(runtime.prompts.label("tile.request_progress"))
        self.visitor.wait_page(pages.IdentifyPage)
        self._lay_card(self.world.enrolled)
        self.visitor.wait_page(pages.ConfirmPersonPage)
        self._press("confirm_person.yes")
        self.visitor.see(pages.ProgressPage)
        self.reader.remove()
        self._press("progress.finish")
        self.visitor.wait_page(pages.WelcomePage)

    def show_a_fault(self) -> None:
        """What a resident and the staff see when the machine cannot promise anything."""
        runtime = self.kiosk.runtime
        text = staff_text("KSK-201", runtime.prompts)
        fault = pages.OutOfServicePage(Prompt("out_of_service"), "KSK-201", text, can_go_back=False)
        self.kiosk.window.show_model(fault)
        self.visitor.picture("out_of_service")
