"""Checks of microphone and voice models: without any of them the kiosk still serves, and asks for no voice."""

from collections.abc import Callable

from kiosk.doctor.finding import Finding, Health, explained, good, warning
from kiosk.errors import KioskError
from kiosk.explain import Label, explain
from kiosk.identity.judge import CalibratedJudge
from kiosk.services.enrol_voice import PHRASES
from kiosk.services.hear_digits import HearDigits
from kiosk.services.ports import Microphone

_OTHER_WAYS = "其间用卡和密码一样办"


def check_microphone(make: Callable[[], Microphone], spec: str, label: Label) -> Finding:
    """Open the microphone and hear one block, which is not kept."""
    if spec == "none":
        return warning(
            "microphone", "没有配置", "不做声音核实时可以不装；要装请设置 hardware.microphone"
        )
    try:
        microphone = make()
        try:
            microphone.open()
            microphone.read()
        finally:
            microphone.close()
    except KioskError as error:
        return explained("microphone", Health.WARNING, explain(error, label))
    return good("microphone", microphone.label)


def check_voice(
    hearing: Callable[[], HearDigits] | None, judge: Callable[[], CalibratedJudge]
) -> Finding:
    """Load the voice engine, the ear for digits and the detector, and say what a voice is worth here.

    Args:
        hearing: puts them together; None where not all models are installed.
        judge: gives the calibration.
    """
    if hearing is None:
        return warning(
            "voice_models",
            "没有装齐",
            "不做声音核实时可以不装；要装请看 xianglin models list，听数字、比声音、分静音各一个",
        )
    try:
        hear = hearing()
        hear.warm_up()
    except KioskError as error:
        return warning("voice_models", "用不了", f"请重装声音的模型；{_OTHER_WAYS}", error.code)
    engine_id = hear.engine.engine_id
    if not judge().knows(engine_id, PHRASES):
        return warning(
            "voice_models",
            f"{engine_id} 没有校准，声音不作数",
            f"运行 xianglin identity calibrate --template {PHRASES}；{_OTHER_WAYS}",
        )
    return good("voice_models", f"{engine_id}：只算一个凭证")
