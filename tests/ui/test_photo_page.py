"""Taking a picture: what the finger, the key and the camera's thread do to the page."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kiosk.flows import actions
from kiosk.ui.pages.photo_page import CameraWish
from kiosk.ui.widgets.action_button import Look
from kiosk.ui.widgets.photo_preview import PhotoPreview, image_of, image_of_jpeg
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.more_samples import PHOTO, PORTRAIT_PHOTO, jpeg_of, picture_of_a_paper
from tests.ui.photo_parts import CUT, GLARE, click, view, visible
from tests.ui.sample_pages import SAMPLES

ADVICES = ("nothing_there", "too_dark", "too_bright", "cut", "too_far", "glare", "blurred")


@pytest.fixture
def shown(make_window, clock):
    """A page, the actions and the wishes that it emits."""

    def show(model, screen=PORTRAIT):
        window = make_window(screen)
        acted, wishes = [], []
        window.acted.connect(acted.append)
        window.camera_wished.connect(wishes.append)
        window.show_model(model)
        clock.move(1)
        return window.shell.page, acted, wishes

    return show


def test_shutter_takes_a_picture_that_is_good(shown, clock):
    page, acted, wishes = shown(PHOTO)
    page.show_photo(view())
    assert page.advice.text() == "很清楚，请点拍照"
    assert (page.shutter.text(), page.shutter.look) == ("拍照", Look.PRIMARY)
    click(page.shutter, clock)
    assert wishes == [CameraWish.SHOOT]
    assert acted == []
    click(page.shutter, clock)  # one picture a touch
    assert wishes == [CameraWish.SHOOT]
    assert page.advice.text() == "正在拍，不要动"


def test_shutter_says_again_what_to_improve_when_the_picture_is_not_good(shown, clock):
    page, _, wishes = shown(PHOTO)
    page.show_photo(view(CUT))
    assert page.advice.text() == "没有照全"
    assert page.shutter.look is Look.SECONDARY
    click(page.shutter, clock)
    assert wishes == [CameraWish.ADVISE]


def test_picture_that_never_gets_good_can_be_taken_after_six_seconds(shown, clock):
    page, _, wishes = shown(PHOTO)
    page.show_photo(view(GLARE))
    clock.move(5.9)
    page.show_photo(view(GLARE))
    assert page.shutter.text() == "拍照"
    clock.move(0.2)
    page.show_photo(view(GLARE))
    assert (page.shutter.text(), page.shutter.look) == ("还是用这张", Look.PRIMARY)
    click(page.shutter, clock)
    assert wishes == [CameraWish.SHOOT]


def test_waiting_for_the_camera_is_no_waiting_for_a_good_picture(shown, clock):
    page, _, wishes = shown(PHOTO)
    clock.move(20)
    page.show_photo(view(CUT))
    click(page.shutter, clock)
    assert wishes == [CameraWish.ADVISE]


def test_button_stays_ready_while_a_good_picture_flickers(shown, clock):
    page, _, wishes = shown(PHOTO)
    page.show_photo(view())
    clock.move(0.9)
    page.show_photo(view(CUT))
    assert page.shutter.look is Look.PRIMARY
    click(page.shutter, clock)
    assert wishes == [CameraWish.SHOOT]


def test_advice_is_not_replaced_faster_than_it_is_read(shown, clock):
    page, _, _ = shown(PHOTO)
    page.show_photo(view(CUT))
    clock.move(0.3)
    page.show_photo(view(GLARE))
    assert page.advice.text() == "没有照全"
    clock.move(0.2)
    page.show_photo(view(GLARE))
    assert page.advice.text() == "有反光"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_physical_key_shoots(shown, key):
    page, _, wishes = shown(PHOTO)
    page.show_photo(view())
    assert page.window().focusWidget() is page.shutter
    QTest.keyClick(page.window().focusWidget(), key)
    assert wishes == [CameraWish.SHOOT]


def test_physical_key_shoots_where_no_button_has_the_focus(shown):
    page, _, wishes = shown(PHOTO)
    page.show_photo(view())
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert wishes == [CameraWish.SHOOT]


def test_paper_can_follow_later_where_that_is_allowed(shown, clock):
    page, acted, _ = shown(PHOTO)
    assert visible(page) == {"shutter", "later"}
    click(page.later, clock)
    assert acted == [actions.Decline()]
    page.show_model(PORTRAIT_PHOTO)
    assert visible(page) == {"shutter"}


def test_taken_picture_is_used_or_taken_again(shown, clock):
    page, acted, wishes = shown(SAMPLES["23-photo-taken"])
    assert visible(page) == {"use", "again"}
    assert page.preview.has_image
    assert not page.card.isVisible()
    click(page.use, clock)
    click(page.again, clock)
    assert acted == [actions.Answered(None), actions.Choose("again")]
    assert wishes == []


def test_one_more_picture_opens_the_camera_again_and_can_be_given_up(shown, clock):
    page, acted, wishes = shown(SAMPLES["23-photo-several"])
    assert page.count.text() == "拍好了3张，最多10张"
    assert page.use.text() == "用这些"
    click(page.another, clock)
    assert wishes == [CameraWish.OPEN]
    assert visible(page) == {"shutter", "stop"}
    assert page.count.text() == "第4张，最多10张"
    assert not page.preview.has_image
    click(page.stop, clock)
    assert acted == [actions.Answered(None)]


def test_too_few_pictures_cannot_be_used_yet(shown):
    page, _, _ = shown(SAMPLES["23-photo-too-few"])
    assert visible(page) == {"another", "again"}


def test_page_without_a_camera_is_no_dead_end(shown, clock):
    page, acted, wishes = shown(SAMPLES["23-photo-no-camera"])
    assert page.advice.text() == "这里不能拍照"
    assert visible(page) == {"later"}
    click(page.later, clock)
    assert acted == [actions.Decline()]
    assert wishes == []


def test_broken_camera_can_be_tried_again(shown, clock):
    page, _, wishes = shown(PHOTO)
    page.show_photo(view())
    page.show_fault()
    assert page.advice.text() == "摄像头用不了"
    assert not page.preview.has_image
    assert visible(page) == {"retry", "later"}
    page.show_photo(view())  # a late picture of the camera that broke
    assert not page.preview.has_image
    click(page.retry, clock)
    assert wishes == [CameraWish.OPEN]
    assert visible(page) == {"shutter", "later"}


def test_nothing_is_left_of_the_picture_when_the_page_is_wiped(shown):
    page, _, _ = shown(SAMPLES["23-photo-several"])
    page.wipe()
    assert not page.preview.has_image
    assert page.subject.text() == page.count.text() == ""


def test_taking_one_more_goes_on_when_the_window_is_laid_out_anew(make_window, clock):
    window = make_window(PORTRAIT)
    window.show_model(SAMPLES["23-photo-several"])
    clock.move(1)
    click(window.shell.page.another, clock)
    window.resize(960, 540)
    window.relayout()
    assert visible(window.shell.page) == {"shutter", "stop"}


@pytest.mark.parametrize("screen", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_every_advice_and_state_of_the_shutter_passes_the_audit(shown, clock, screen):
    page, _, _ = shown(PHOTO, screen)
    faults = []
    for advice in ("", *(f"photo.advice.{name}" for name in ADVICES)):
        page.show_photo(view(advice))
        clock.move(3)
        page.show_photo(view(advice))
        faults += audit(page.window())
    assert page.shutter.text() == "还是用这张"
    page.show_fault()
    assert faults + audit(page.window()) == []


def test_paper_is_shown_as_it_lies_and_a_face_as_in_a_mirror():
    picture = np.zeros((2, 5, 3), dtype=np.uint8)
    picture[0, 0] = (0, 0, 255)  # red, top left
    assert image_of(picture, is_mirrored=False).pixelColor(0, 0).red() == 255
    assert image_of(picture, is_mirrored=True).pixelColor(4, 0).red() == 255


@pytest.mark.parametrize(
    ("kind", "aspect"), [("document", 16 / 9), ("people", 4 / 3), ("portrait", 1.0)]
)
def test_paper_is_shown_whole_and_people_without_the_room_beside_them(
    qtbot, make_kit, kind, aspect
):
    preview = PhotoPreview(make_kit())
    qtbot.addWidget(preview)
    preview.resize(900, 900)
    preview.show_kind(kind)
    preview.show_frame(np.zeros((540, 960, 3), np.uint8), is_good=True)
    box = preview.picture_box()
    assert box.width() / box.height() == pytest.approx(aspect, abs=0.01)
    assert box.width() == 900


def test_large_picture_is_decoded_no_larger_than_a_screen_can_show():
    image = image_of_jpeg(jpeg_of(picture_of_a_paper(3200, 2400)))
    assert image.size().toTuple() == (1600, 1200)
    assert image_of_jpeg(b"not a picture") is None
