"""Checks of camera, card reader, sound and models: without any of them the kiosk still serves."""

from collections.abc import Callable
from pathlib import Path

from accessibility.errors import AccessibilityError
from kiosk.doctor.finding import Finding, Health, explained, good, warning
from kiosk.errors import KioskError
from kiosk.explain import Label, explain
from kiosk.models.store import ModelState, ModelStore, examine
from kiosk.services.ports import Camera, CardReader, DeviceState, FaceEngine, Printer, PrinterState


def check_camera(make_camera: Callable[[], Camera], spec: str, label: Label) -> Finding:
    """Open the camera and take one picture."""
    if spec == "none":
        return warning("camera", "没有配置", "不做人脸核实时可以不装；要装请设置 hardware.camera")
    try:
        camera = make_camera()
        try:
            camera.open()
            height, width = camera.read().shape[:2]
        finally:
            camera.close()
    except KioskError as error:
        return explained("camera", Health.WARNING, explain(error, label))
    return good("camera", f"{camera.label}，{width}×{height}")


def check_card_reader(make_reader: Callable[[], CardReader], spec: str, label: Label) -> Finding:
    """Ask the reader whether it is there; a wrong file of simulated cards keeps the kiosk from starting."""
    if spec == "none":
        return warning(
            "card_reader", "没有配置", "居民要手工输入身份证号；要装请设置 hardware.card_reader"
        )
    try:
        reader = make_reader()
        state = reader.state()
    except KioskError as error:
        return explained("card_reader", Health.FAULT, explain(error, label))
    if state is DeviceState.READY:
        return good("card_reader", reader.label)
    return warning("card_reader", f"{reader.label}：没有接好", "检查接线和电源")


def check_printer(make_printer: Callable[[], Printer], spec: str, label: Label) -> Finding:
    """Ask the printer for its state; without one the receipt stays on the screen, with its code."""
    if spec == "none":
        return warning("printer", "没有配置", "受理号只显示在屏幕上；要打印请设置 hardware.printer")
    try:
        printer = make_printer()
        status = printer.state()
    except KioskError as error:
        return explained("printer", Health.FAULT, explain(error, label))
    if status.state is PrinterState.READY:
        return good("printer", printer.label)
    found = {
        PrinterState.PAPER_LOW: "纸快用完了",
        PrinterState.ABSENT: "没有接好",
        PrinterState.FAULT: "打不了",
    }[status.state]
    return warning("printer", f"{printer.label}：{found}", status.words)


def check_models(make_engine: Callable[[], FaceEngine], label: Label) -> Finding:
    """Load the face engine: digests, conversion, parity."""
    try:
        engine = make_engine()
        engine.warm_up()
    except KioskError as error:
        return explained("face_models", Health.WARNING, explain(error, label))
    return good("face_models", engine.engine_id)


def check_installed(store: ModelStore) -> Finding:
    """Read every model in the models folder; none is needed to serve."""
    states = {
        entry.id: examine(entry, found)[0]
        for entry in store.manifest.values()
        if (found := store.find(entry)) is not None and found.is_installed
    }
    bad = [model_id for model_id, state in states.items() if state is not ModelState.GOOD]
    if bad:
        remedy = f"重装：xianglin models install {' '.join(bad)}；其间不用它们，业务照办"
        return warning("models", f"{len(states)} 个里有 {len(bad)} 个坏了或是旧版", remedy)
    return good("models", f"{len(states)} 个，都完好" if states else "没有，用随程序的")


def check_sound(
    render: Callable[[Path], None],
    describe_player: Callable[[], str | None],
    folder: Path,
    label: Label,
) -> Finding:
    """Render a short prompt and look for an output device."""
    target = folder / "doctor.wav"
    try:
        render(target)
    except AccessibilityError as error:
        return explained("sound", Health.WARNING, explain(error, label))
    finally:
        target.unlink(missing_ok=True)
    player = describe_player()
    if player is None:
        return warning("sound", "能合成，没有声音输出设备", "接上音箱或耳机；其间只有字幕")
    return good("sound", player)
