import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from accessibility.prompt import Prompt
from kiosk.flows import actions, pages
from kiosk.ui.pages import PAGES
from kiosk.ui.screenshots import render_all
from kiosk.ui.simulation_bar import SimulationBar
from sync.connectivity import LinkState, SyncStatus
from tests.ui import fakes
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.sample_pages import SAMPLES

PERSONAL = ("欧阳", "0021", "A07-000123", "王小梅")


def all_words(window):
    found = []
    for part in window.findChildren(QWidget):
        found += [part.accessibleName(), part.toolTip(), part.accessibleDescription()]
        if isinstance(part, QLabel):
            found.append(part.text())
    return "\n".join(found)


def test_nothing_personal_is_left_in_any_widget_when_the_window_is_wiped(make_window):
    window = make_window(PORTRAIT)
    for model in SAMPLES.values():
        window.show_model(model)
    window.show_face(fakes.face_view())
    words = all_words(window)
    assert all(marker in words for marker in PERSONAL)
    window.wipe()
    window.show_model(SAMPLES["01-welcome"])
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete: rows that were taken out
    words = all_words(window)
    assert [marker for marker in PERSONAL if marker in words] == []


def test_camera_picture_is_gone_when_the_window_is_wiped(make_window):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["07-face-check"])
    window.show_face(fakes.face_view())
    preview = window.shell.page.preview
    assert preview.has_image
    window.wipe()
    assert not preview.has_image


def test_back_keeps_its_place_when_there_is_no_way_back(make_window):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["03-identify"])
    QApplication.processEvents()
    place = window.shell.bar.repeat.geometry()
    assert window.shell.bar.back.isVisible()
    window.show_model(SAMPLES["11-receipt"])
    QApplication.processEvents()
    assert not window.shell.bar.back.isVisible()
    assert window.shell.bar.repeat.geometry() == place


def test_bar_asks_for_the_way_back_and_for_help(make_window, clock):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["03-identify"])
    acted = []
    window.acted.connect(acted.append)
    QTest.mouseClick(window.shell.bar.back, Qt.MouseButton.LeftButton)
    clock.move(1)
    QTest.mouseClick(window.shell.bar.help, Qt.MouseButton.LeftButton)
    assert acted == [actions.GoBack(), actions.AskHelp()]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            SyncStatus(LinkState.OFFLINE, 3, 0, 2 * 86_400 + 50),
            "没有网络 · 3件待传 · 最早2天前",
        ),
        (SyncStatus(LinkState.ONLINE, 0, 0, None), "网络正常"),
        (SyncStatus(LinkState.ONLINE, 1, 0, 5), "网络正常 · 1件待传 · 刚刚"),
        (
            SyncStatus(LinkState.CAPTIVE, 2, 1, 7300),
            "网络要登录 · 2件待传 · 最早2小时前 · 1件要处理",
        ),
        (
            SyncStatus(LinkState.ONLINE, files_waiting=3, files_parked=1),
            "网络正常 · 3张照片待传 · 1张照片要处理",
        ),
        (
            SyncStatus(LinkState.OFFLINE, 2, 0, 60, stale_roster_days=45),
            "没有网络 · 2件待传 · 最早1分钟前 · 名单45天没更新",
        ),
        # Accepted while the clock stood in 1970.
        (SyncStatus(LinkState.ONLINE, 3, 0, 56 * 365 * 86_400), "网络正常 · 3件待传"),
        # The clock is rather wrong than the roster that old.
        (
            SyncStatus(stale_roster_days=26_000, is_catalogue_refused=True),
            "正在看网络 · 名单很久没更新 · 新业务装不上",
        ),
    ],
)
def test_status_strip_says_network_and_queue_in_words(make_window, status, words):
    window = make_window(PORTRAIT)
    window.show_status(status)
    assert window.shell.strip.words.text() == words
    assert not window.shell.strip.words.is_cut()


@pytest.mark.parametrize("link", LinkState)
def test_every_network_state_has_words_and_an_icon(make_window, link):
    from kiosk.ui.icons import has_icon

    window = make_window(PORTRAIT)
    window.show_status(SyncStatus(link, 1, 1, 60))
    assert window.shell.strip.words.text()
    assert has_icon(link.value)


def test_longest_status_fits_on_a_portrait_screen(make_window):
    window = make_window(PORTRAIT, watermark="演示")
    window.show_status(
        SyncStatus(LinkState.NOT_AUTHORISED, 9999, 99, 400 * 86_400, 999, 99, 99, True)
    )
    QApplication.processEvents()
    assert not window.shell.strip.words.is_cut()


def test_typed_digits_and_status_stay_when_the_window_changes_its_size(make_window, clock):
    window = make_window(PORTRAIT)
    window.show_status(SyncStatus(LinkState.OFFLINE, 3, 0, 60))
    window.show_model(pages.CitizenNumberPage(Prompt("citizen_number")))
    for sign in "4201":
        QTest.mouseClick(window.shell.page.keypad.keys[sign], Qt.MouseButton.LeftButton)
        clock.move(1)
    window.resize(1280, 720)
    window.relayout()
    assert window.shell.kit.tokens.is_landscape
    assert window.shell.page.typed == "4201"
    assert window.shell.strip.words.text().startswith("没有网络")


def test_window_lays_out_anew_by_itself_when_its_size_rests(make_window, qtbot):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["01-welcome"])
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.shell.kit.tokens.is_landscape, timeout=3000)
    assert window.shell.page.objectName() == "WelcomePage"


def test_no_second_window_is_ever_opened(make_window):
    window = make_window(LANDSCAPE)
    # What another test's window has not yet taken down is not this one's.
    before = {top for top in QApplication.topLevelWidgets() if top.isVisible()}
    assert window in before
    for model in SAMPLES.values():
        window.show_model(model)
    window.show_busy(is_busy=True)
    window.show_idle_warning(Prompt("idle.warning"), 30)
    after = {top for top in QApplication.topLevelWidgets() if top.isVisible()}
    assert after <= before


def test_idle_question_keeps_touches_from_the_page_below(make_window, clock):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["01-welcome"])
    acted, continued = [], []
    window.acted.connect(acted.append)
    window.idle_continued.connect(lambda: continued.append(True))
    window.show_idle_warning(Prompt("idle.warning"), 30)
    QTest.mouseClick(window.shell.idle, Qt.MouseButton.LeftButton)
    assert (acted, continued) == ([], [True])
    assert window.shell.idle.seconds.text() == "30秒后自动结束"


def test_demonstration_shows_its_mark_and_its_buttons(make_window):
    pulled = []
    # The default stands for a card's number: Qt's "checked" must not take its place.
    bar = SimulationBar([("拔网线", lambda value="eth0": pulled.append(value))], title="演示")
    window = make_window(PORTRAIT, watermark="演示", simulation=bar)
    assert "演示" in all_words(window)
    button = bar.buttons[0]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pulled == ["eth0"]


def test_two_thousand_actions_pass_through_the_window(make_window, clock):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["05-confirm-person"])
    acted = []
    window.acted.connect(acted.append)
    page = window.shell.page
    for _ in range(2000):
        clock.move(1)
        page.yes.click()
    assert len(acted) == 2000


@pytest.mark.slow
def test_five_hundred_visits_leave_no_widgets_behind(make_window):
    window = make_window(PORTRAIT)

    def visit():
        for name in (
            "01-welcome",
            "02-services-6",
            "25-form-review-last",
            "12-progress-4",
            "13-notice-5",
        ):
            window.show_model(SAMPLES[name])
        window.wipe()
        QApplication.sendPostedEvents(None, 52)  # DeferredDelete

    visit()
    before = len(window.findChildren(QWidget))
    for _ in range(100):
        visit()
    assert len(window.findChildren(QWidget)) == before


def test_every_page_can_be_saved_as_a_picture(qtbot, texts, clock, tmp_path):
    models = {name: SAMPLES[name] for name in ("01-welcome", "11-receipt")}
    paths = render_all(models, tmp_path, LANDSCAPE, texts, clock)
    assert [path.name for path in paths] == ["01-welcome.png", "11-receipt.png"]
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_every_page_is_named_after_its_class(make_window):
    window = make_window(PORTRAIT)
    for model in SAMPLES.values():
        window.show_model(model)
    names = {
        page.objectName() for page in window.shell.stack.findChildren(QWidget) if page.objectName()
    }
    assert {page.__name__ for _, page in PAGES} <= names
