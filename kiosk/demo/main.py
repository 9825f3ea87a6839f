"""``xianglin demo``: the kiosk, an outage, the reference centre, a sample village; with or without a display."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from kiosk.commands.options import make_console
from kiosk.demo.world import PIN, DemoWorld, make_world
from kiosk.face_booth import LIVENESS_COLOURS
from kiosk.logs import start_logging, stop_logging
from kiosk.runtime import Runtime

if TYPE_CHECKING:
    from kiosk.ui.main_window import MainWindow

PICTURES = "*-*.png"
SOUNDS = "voice"
WATERMARK = "演示"


def has_display() -> bool:
    """Whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def run_demo(output: Path, *, is_headless: bool, size: tuple[int, int]) -> int:
    """Run the demonstration.

    Args:
        output: folder for pictures and sounds when there is no display.
        is_headless: no window even where one could be shown.
        size: pixels of the window that nobody sees.
    """
    console = make_console()
    is_headless = is_headless or not has_display()
    if is_headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.umask(0o077)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xianglin-demo-")))
        audio = f"record:{_fresh(output) / SOUNDS}" if is_headless else "auto"
        console.print("启动中心，登记终端，下载名单，登记一张人脸……")
        world = stack.enter_context(make_world(folder, audio, LIVENESS_COLOURS))
        handler = start_logging(world.config.state_dir)
        stack.callback(stop_logging, handler)
        runtime = stack.enter_context(world.runtime())
        console.print(f"人脸：{world.portraits.about}")
        if is_headless:
            _without_display(console, world, runtime, output, size)
        else:
            _with_display(console, world, runtime)
        _print_summary(console, world, runtime)
    return 0


def _print_summary(console: Console, world: DemoWorld, runtime: Runtime) -> None:
    from kiosk.demo.summary import summary_table

    table = summary_table(world, runtime)
    console.print(table if table.row_count else "这次没有办理业务。")


def _fresh(output: Path) -> Path:
    """An output folder without the files of an earlier run; anything else in it stays."""
    output.mkdir(parents=True, exist_ok=True)
    for picture in output.glob(PICTURES):
        picture.unlink()
    shutil.rmtree(output / SOUNDS, ignore_errors=True)
    return output


def _without_display(
    console: Console, world: DemoWorld, runtime: Runtime, output: Path, size: tuple[int, int]
) -> None:
    from kiosk.app.application import make_application
    from kiosk.app.assembly import KioskWindow
    from kiosk.demo.story import Story
    from kiosk.demo.visitor import Visitor
    from kiosk.ui.main_window import MainWindow
    from kiosk.ui.tokens import ScreenSpec

    started = time.monotonic()
    application = make_application()
    window = MainWindow(runtime.prompts, ScreenSpec(*size), runtime.clock, watermark=WATERMARK)
    kiosk = KioskWindow(runtime, window)
    try:
        window.show()
        kiosk.start()
        visitor = Visitor(kiosk, output, lambda text: console.print(f"  {text}"))
        Story(world, kiosk, visitor, world.card_reader(runtime), console.print).tell()
    finally:
        kiosk.close()
        application.processEvents()
    sounds = len(list((output / SOUNDS).glob("*.wav")))
    console.print(
        f"{len(visitor.saved)} 张图片，{sounds} 段语音，写在 {output}/，"
        f"用了 {time.monotonic() - started:.0f} 秒"
    )


def speaking_buttons(
    world: DemoWorld, runtime: Runtime, window: Callable[[], "MainWindow"]
) -> list[tuple[str, Callable[[], None]]]:
    """The recorded voice, where there is one: puts a card down, and reads the digits that are shown."""
    from kiosk.devices.simulated_microphone import SimulatedMicrophone
    from kiosk.ui.pages.voice_check_page import VoiceCheckPage

    microphone, person = runtime.booth.microphone, world.speaker
    if world.voice is None or not isinstance(microphone, SimulatedMicrophone):
        return []
    heard: SimulatedMicrophone = microphone

    def read() -> None:
        page = window().shell.page
        if isinstance(page, VoiceCheckPage) and page.digits.is_turn:
            heard.say(page.digits.digits)

    lay = world.card_reader(runtime).insert
    return [(f"放{person.name}卡", lambda: lay(person.card_number)), ("念数字", read)]


def _with_display(console: Console, world: DemoWorld, runtime: Runtime) -> None:
    from kiosk.app.application import make_application, screen_spec
    from kiosk.app.assembly import KioskWindow
    from kiosk.ui.main_window import MainWindow
    from kiosk.ui.simulation_bar import SimulationBar

    application = make_application()
    reader = world.card_reader(runtime)
    world.link.down()

    def reconnect() -> None:
        world.link.up()
        if kiosk.sync_worker is not None:
            kiosk.sync_worker.link_up()

    buttons = [
        (f"放{person.name}卡", lambda number=person.card_number: reader.insert(number))
        for person in world.residents[:2]
    ]
    bar = SimulationBar(
        [
            *buttons,
            ("拿走卡", reader.remove),
            *speaking_buttons(world, runtime, lambda: window),
            ("断网", world.link.down),
            ("联网", reconnect),
        ],
        title=f"演示用：替居民放卡、断网。卡的密码 {PIN}",
    )
    available = application.primaryScreen().availableSize()
    screen = screen_spec(world.config.screen)
    window = MainWindow(runtime.prompts, screen, runtime.clock, watermark=WATERMARK, simulation=bar)
    height = round(available.height() * 0.92)
    window.resize(min(round(height * 9 / 16), available.width()), height)
    kiosk = KioskWindow(runtime, window)
    console.print(f"窗口已打开，现在断着网。卡的密码是 {PIN}。关上窗口就结束演示。")
    try:
        window.show()
        kiosk.start()
        application.exec()
    finally:
        kiosk.close()
