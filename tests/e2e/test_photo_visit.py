"""A new card applied for with the finger: from the tile to the receipt, with a portrait taken by the kiosk's camera."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.app.assembly import KioskWindow
from kiosk.demo.visitor import Visitor
from kiosk.demo.world import PIN, DemoWorld
from kiosk.devices.picture import picture_size
from kiosk.flows import pages
from kiosk.storage.attachments import SqliteAttachments
from kiosk.ui.main_window import MainWindow
from kiosk.ui.pages.photo_page import PhotoPage
from kiosk.ui.tokens import ScreenSpec
from kiosk.ui.widgets.action_button import Look

pytestmark = pytest.mark.slow


@pytest.fixture
def visitor(
    qapp: object, world: DemoWorld, tmp_path: Path
) -> Iterator[tuple[Visitor, KioskWindow]]:
    with world.runtime() as runtime:
        world.card_reader(runtime).insert(world.residents[1].card_number)
        window = MainWindow(runtime.prompts, ScreenSpec(1080, 1920), runtime.clock)
        kiosk = KioskWindow(runtime, window)
        try:
            window.show()
            kiosk.start()
            yield Visitor(kiosk, tmp_path / "pictures", lambda _words: None), kiosk
        finally:
            kiosk.close()


def test_portrait_is_taken_and_goes_with_the_application(
    visitor: tuple[Visitor, KioskWindow], world: DemoWorld
) -> None:
    hand, kiosk = visitor
    hand.wait_page(pages.WelcomePage)
    hand.press("点这里开始")
    hand.wait_page(pages.ServicesPage)
    hand.press("社保卡")
    hand.press("社保卡申领")
    hand.wait_page(pages.ConfirmPersonPage)
    hand.press("是我")
    hand.wait_page(pages.PinPage)
    hand.type_keys(PIN)
    hand.press("确定")
    hand.wait_page(pages.ChoicePage)
    hand.press("卡丢了或坏了")
    hand.wait_page(pages.PhotoPage)
    page = kiosk.window.shell.page
    assert isinstance(page, PhotoPage)
    # A picture file never gets better: after a few seconds it can be used all the same.
    hand.wait(lambda: page.shutter.look is Look.PRIMARY, "the shutter", limit_s=15.0)
    hand.press(page.shutter.text())
    hand.wait(page.use.isVisible, "the picture", limit_s=15.0)
    hand.wait(lambda: _camera_threads() == [], "the camera to be closed", limit_s=5.0)
    jpeg = kiosk.controller.page.preview
    hand.press("用这张")
    hand.wait_page(pages.FormReviewPage)
    hand.press("下一页")
    hand.press("确认提交")
    hand.wait_page(pages.ReceiptPage)
    with kiosk.runtime.encrypted.reading() as database:
        rows = database.execute("SELECT field, sha256, size, request_id FROM attachment").fetchall()
        (kept,) = SqliteAttachments(database).of(rows[0][3])
    width, height = picture_size(jpeg)
    assert width / height == pytest.approx(358 / 441, abs=0.01)
    assert [row[:3] for row in rows] == [("portrait", hashlib.sha256(jpeg).hexdigest(), len(jpeg))]
    assert kept.content == jpeg
    hand.press("好了，结束")
    hand.wait_page(pages.WelcomePage)
    assert not page.preview.has_image


def _camera_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name in ("photo", "camera")]
