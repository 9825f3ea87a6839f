"""Stand-ins for what lies around the window: navigator, voice, reader, timers, background."""

import threading
from collections import deque

import numpy as np

from accessibility.guide import GuideState
from accessibility.prompt import Prompt
from kiosk.flows import pages as m
from kiosk.flows.actions import Finish, TimedOut
from kiosk.services.ports import FaceBox
from kiosk.services.verify_face import FaceCheckResult, FaceView

WELCOME = m.WelcomePage(Prompt("welcome"), "清水村", can_go_back=False)
SERVICES = m.ServicesPage(
    Prompt("services"), (m.ServiceTile("a", "养老资格认证", "life_certification"),)
)
FRAME = np.full((48, 64, 3), 90, dtype=np.uint8)
BOX = FaceBox(20, 10, 40, 34)


def face_view(advice=None, progress=0.0, box=BOX):
    return FaceView(FRAME, box, advice, progress, 1)


class FakeNavigator:
    """Gives the pages that a test lays out; remembers the actions."""

    def __init__(self, *pages):
        self.pages = deque(pages)
        self.page = WELCOME
        self.actions = []
        self.visit_token = 0
        self.error = None
        self.run = None
        self.voice_run = None
        self.capture_run = None

    def start(self):
        return self.page

    def peek(self):
        return self.page

    def act(self, action):
        self.actions.append(action)
        if self.error is not None:
            raise self.error
        if isinstance(action, Finish | TimedOut):
            self.visit_token += 1
            self.page = WELCOME
        elif self.pages:
            self.page = self.pages.popleft()
        return self.page

    def face_check(self):
        return self.run

    def voice_check(self):
        return self.voice_run

    def face_capture(self):
        return self.capture_run


class FakeGuide:
    """Remembers what was said; speaks until it is told to be quiet."""

    def __init__(self):
        self.spoken = []
        self.state = GuideState.QUIET
        self.stops = 0
        self.forgotten = 0

    def speak(self, prompt):
        self.spoken.append(prompt.id)
        self.state = GuideState.SPEAKING

    def stop(self):
        self.stops += 1
        self.state = GuideState.QUIET

    def forget_visit(self):
        self.forgotten += 1
        self.state = GuideState.QUIET


class HandLane:
    """Holds jobs until the test lets them run: at once by default."""

    def __init__(self):
        self.is_held = False
        self.waiting = deque()

    def submit(self, job, done, failed):
        self.waiting.append((job, done, failed))
        if not self.is_held:
            self.run()

    def run(self):
        while self.waiting:
            job, done, failed = self.waiting.popleft()
            try:
                result = job()
            except Exception as error:  # noqa: BLE001  whatever a job raises is handed on
                failed(error)
            else:
                done(result)


class _HandTimer:
    def __init__(self, due_s, callback):
        self.due_s = due_s
        self.callback = callback

    def cancel(self):
        self.callback = None


class HandTimers:
    """Timers that go off when the test moves the time."""

    def __init__(self, clock):
        self.clock = clock
        self.timers = []

    def after(self, delay_s, callback):
        timer = _HandTimer(self.clock.seconds + delay_s, callback)
        self.timers.append(timer)
        return timer

    def move(self, seconds):
        end = self.clock.seconds + seconds
        while True:
            self.timers = [timer for timer in self.timers if timer.callback is not None]
            due = [timer for timer in self.timers if timer.due_s <= end]
            if not due:
                break
            timer = min(due, key=lambda each: each.due_s)
            self.timers.remove(timer)
            self.clock.seconds = max(self.clock.seconds, timer.due_s)
            callback, timer.callback = timer.callback, None
            callback()
        self.clock.seconds = end


class ScriptedRun:
    """A face check that shows what a test gives it and ends when it is told."""

    def __init__(self, views=(), result=None):
        self.views = views
        self.result = result
        self.shown = threading.Event()
        self.ended = threading.Event()

    def run(self, show, stop):
        try:
            for view in self.views:
                show(view)
            self.shown.set()
            if self.result is None:
                stop.wait(10)
                return FaceCheckResult("stopped")
            return self.result
        finally:
            self.ended.set()


class FakeReader:
    """A card reader whose card the test puts down and lifts."""

    label = "fake"

    def __init__(self):
        self.card = None
        self.error = None
        self.reads = 0
        self.was_read = threading.Event()

    def read(self):
        self.reads += 1
        self.was_read.set()
        if self.error is not None:
            raise self.error
        return self.card
