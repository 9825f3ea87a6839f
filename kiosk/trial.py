"""Walk one service in the terminal, as a resident would on the screen: for whoever writes a definition."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from accessibility.prompt_catalogue import PromptCatalogue
from kiosk.catalogue_prompts import with_services
from kiosk.clock import SystemClock, site_date
from kiosk.county import CountyFile
from kiosk.domain.catalogue import Catalogue, ServiceDefinition
from kiosk.flows import pages
from kiosk.flows.actions import (
    Action,
    Answered,
    BeginPractice,
    Choose,
    ChooseService,
    Confirm,
    Decline,
    EditLine,
    GoBack,
    PinTyped,
    TurnPage,
)
from kiosk.flows.navigator import Navigator
from kiosk.flows.visit_ports import SiteFacts, VisitPorts
from kiosk.parameters import PensionFiles
from kiosk.practice import PIN, PracticeCardReader, practice_ports
from kiosk.services.answer_sheets import AnswerSheets
from kiosk.services.find_resident import FindResident
from kiosk.services.list_requests import ListRequests
from kiosk.services.record_consent import RecordConsent
from kiosk.services.submit_request import SubmitRequest
from kiosk.services.verify_face import FaceCheckResult
from kiosk.storage.database import open_kiosk_database
from kiosk.storage.store import SqliteStore
from sync.signing import DeviceSigner
from sync.sqlite_outbox import SqliteOutbox

Say = Callable[[str], None]
Ask = Callable[[str], str]

LOCALE = "zh-CN"
BACK, NOTHING = "<", "-"
ENDS = (pages.ReceiptPage, pages.AnswerPage, pages.WelcomePage, pages.ServicesPage)


class _NoFace:
    """There is no camera in a terminal."""

    def run(self, *_: object) -> FaceCheckResult:
        return FaceCheckResult("unavailable")


@contextmanager
def trial(definition: ServiceDefinition) -> Iterator[Navigator]:
    """A navigator over invented people and a database that is thrown away, with this one service.

    Raises:
        CatalogueDamaged: the definition's texts break a rule.
        StorageError: no database can be made.
    """
    catalogue = Catalogue((definition,))
    prompts = with_services(PromptCatalogue.load(LOCALE), catalogue)
    with tempfile.TemporaryDirectory(prefix="xianglin-try-") as name:
        folder = Path(name)
        encrypted = open_kiosk_database(folder / "state", "file")
        try:
            clock = SystemClock()
            store = SqliteStore(encrypted, SqliteOutbox("trial", DeviceSigner.generate()), clock)
            ports = _ports(catalogue, prompts, store, clock)
            navigator = Navigator(ports, lambda: practice_ports(ports, folder / "practice", clock))
            yield navigator
            navigator.close()
        finally:
            encrypted.close()


def _ports(
    catalogue: Catalogue, prompts: PromptCatalogue, store: SqliteStore, clock: SystemClock
) -> VisitPorts:
    pension = PensionFiles()
    return VisitPorts(
        site=SiteFacts("试办", "管理员", "12333", "513022104203"),
        clock=clock,
        catalogue=catalogue,
        label=prompts.label,
        words=prompts.text,
        card_reader=PracticeCardReader(),
        find_resident=FindResident(store, clock),
        record_consent=RecordConsent(store, clock),
        submit_request=SubmitRequest(store, clock, lambda _number: "trial", "ZZZ"),
        list_requests=ListRequests(store),
        face_template=lambda _id: None,
        has_camera=lambda: False,
        start_face_check=lambda _template: _NoFace(),
        qr_rows=lambda _request: (),
        county=CountyFile(pension, lambda: site_date(clock.now())),
        answer_sheet=AnswerSheets(clock, prompts.label, pension.on).of,
    )


def walk_in_terminal(definition: ServiceDefinition, say: Say, ask: Ask) -> int:
    """Ask the questions of a service one after the other.

    Args:
        say: prints a line.
        ask: prints a question and reads a line; raises EOFError when there is no more.
    Returns:
        0 at the end of the service; 1 when the input ended before.
    """
    with trial(definition) as navigator:
        words = navigator.words
        navigator.start()
        navigator.act(BeginPractice())
        page = navigator.act(ChooseService(definition.id))
        while not isinstance(page, ENDS):
            prompt = words(page.prompt)
            say(f"\n【{prompt.title}】{prompt.sentence}")
            _show(page, say)
            try:
                action = _action(page, ask)
            except EOFError:
                say("（输入结束）")
                return 1
            if action is None:
                say("请照着写的选。")
                continue
            page = navigator.act(action)
        say(f"\n【{words(page.prompt).title}】")
        _show(page, say)
    return 0


def _show(page: pages.PageModel, say: Say) -> None:
    for number, line in enumerate(_lines(page), start=1):
        say(f"  {number}. {line}")
    if isinstance(page, pages.QuestionModel) and page.old_value:
        say(f"  原来：{page.old_value}")
    if isinstance(page, pages.AnswerPage):
        say(f"  {page.figure_label}{page.figure}  {page.as_of}")
    if isinstance(page, pages.ReceiptPage):
        say(f"  受理号 {page.receipt_number}（试办，无效）")


def _lines(page: pages.PageModel) -> list[str]:
    if isinstance(page, pages.ChoicePage):
        more = ["更多"] if page.page_count > 1 else []
        return [option.title for option in page.options] + more
    if isinstance(page, pages.FilesPage):
        return ["以后再交（" + "、".join(page.documents) + "）"]
    if isinstance(page, pages.GroupPage):
        return [*(["再加一个"] if page.can_add else []), *(["好了"] if page.can_finish else [])]
    if isinstance(page, pages.FormReviewPage | pages.AnswerPage):
        return [f"{line.label}：{line.value} {line.note}".rstrip() for line in page.lines]
    if isinstance(page, pages.NoticePage):
        return [choice.choice_id for choice in page.choices]
    return []


def _action(page: pages.PageModel, ask: Ask) -> Action | None:
    if isinstance(page, pages.ConfirmPersonPage):
        return Confirm()
    if isinstance(page, pages.PinPage):
        return PinTyped(PIN)
    if isinstance(page, pages.NoticePage) and len(page.choices) == 1:
        return Choose(page.choices[0].choice_id)
    if isinstance(page, pages.PhotoPage | pages.SignaturePage):
        return Decline()
    typed = ask(_question(page)).strip()
    if typed == BACK:
        return GoBack()
    if typed == NOTHING and isinstance(page, pages.QuestionModel) and page.is_optional:
        return Decline()
    return _typed(page, typed)


def _question(page: pages.PageModel) -> str:
    if isinstance(page, pages.FormReviewPage):
        return "回车提交，数字改一行> " if page.page_number == page.page_count else "回车看下一页> "
    hint = "，- 跳过" if isinstance(page, pages.QuestionModel) and page.is_optional else ""
    return f"（< 返回{hint}）> "


def _typed(page: pages.PageModel, typed: str) -> Action | None:
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
    if isinstance(page, pages.ChoicePage):
        if number == len(page.options) + 1 and page.page_count > 1:
            return TurnPage()
        return Answered(page.options[number - 1].value) if 0 < number <= len(page.options) else None
    if isinstance(page, pages.FilesPage):
        return Answered("later")
    if isinstance(page, pages.GroupPage):
        offered = [*(["add"] if page.can_add else []), *(["done"] if page.can_finish else [])]
        return Choose(offered[number - 1]) if 0 < number <= len(offered) else None
    if isinstance(page, pages.FormReviewPage):
        if not typed:
            return Confirm() if page.page_number == page.page_count else TurnPage()
        key = page.lines[number - 1].key if 0 < number <= len(page.lines) else ""
        return EditLine(key) if key else None
    if isinstance(page, pages.NoticePage):
        return (
            Choose(page.choices[number - 1].choice_id) if 0 < number <= len(page.choices) else None
        )
    return Answered(typed)
