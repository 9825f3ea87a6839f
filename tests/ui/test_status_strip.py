"""Everything that the strip may have to say is said whole, on both screens, beside any mark; looked at as pages are."""

import pytest
from PySide6.QtWidgets import QApplication

from kiosk.ui.status_strip import status_words
from sync.connectivity import LinkState, SyncStatus
from tests.ui.audit import audit
from tests.ui.conftest import LANDSCAPE, PORTRAIT
from tests.ui.sample_pages import SAMPLES
from tests.ui.strip_samples import DAY_S, STRIP_SAMPLES

SCREENS = {"portrait": PORTRAIT, "landscape": LANDSCAPE}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("watermark", ["", "演示"])
def test_every_status_passes_the_audit_and_says_what_matters(make_window, screen, watermark):
    window = make_window(SCREENS[screen], watermark=watermark)
    window.show_model(SAMPLES["01-welcome"])
    faults = {}
    for name, sample in STRIP_SAMPLES.items():
        window.show_status(sample.status, sample.alarm)
        words = window.shell.strip.words.text().split(" · ")
        found = audit(window) + [f"not said: {one}" for one in sample.said if one not in words]
        if found:
            faults[name] = found
    assert faults == {}


@pytest.mark.parametrize("screen", SCREENS)
def test_longest_status_is_not_cut_beside_both_marks(make_window, screen):
    window = make_window(SCREENS[screen], watermark="演示")
    window.set_practice(is_on=True)
    for sample in STRIP_SAMPLES.values():
        window.show_status(sample.status, sample.alarm)
        QApplication.processEvents()
        assert not window.shell.strip.words.is_cut(), window.shell.strip.words.text()


def test_dots_say_that_there_is_more_than_an_age(make_kit):
    status = SyncStatus(LinkState.OFFLINE, 3, 1, DAY_S, files_waiting=2, carried=1)
    kit = make_kit()
    said = [
        status_words(kit, status, fits=lambda words, most=most: len(words) <= most)
        for most in (99, 45, 36, 30, 20, 12, 4)
    ]
    assert said == [
        "没有网络 · 3件待传 · 1件在服务车上 · 最早1天前 · 1件要处理 · 2张照片待传",
        "没有网络 · 3件待传 · 1件在服务车上 · 1件要处理 · 2张照片待传",
        "没有网络 · 3件待传 · 1件在服务车上 · 1件要处理 · …",
        "没有网络 · 3件待传 · 1件要处理 · …",
        "没有网络 · 3件待传 · …",
        "没有网络 · …",
        "没有网络",
    ]


def test_sign_is_a_warning_when_staff_must_look(make_window):
    window = make_window(PORTRAIT)
    sample = STRIP_SAMPLES["repaired-database"]
    window.show_status(sample.status, sample.alarm)
    assert window.shell.strip.icon._icon == "warning"
    window.show_status(sample.status)
    assert window.shell.strip.icon._icon == "online"
