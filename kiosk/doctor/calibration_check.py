"""Check of the calibration: what a face comparison is worth here, and which data say so."""

from collections.abc import Callable

from kiosk.doctor.finding import Finding, Health, explained, good, warning
from kiosk.domain.identity_policy import TARGET_FAR
from kiosk.errors import KioskError
from kiosk.explain import Label, explain
from kiosk.identity.calibration import Calibrator
from kiosk.identity.calibration_file import CalibrationFile

_DATASET_LETTERS = 40


def check_calibration(load: Callable[[], CalibrationFile], engine_id: str, label: Label) -> Finding:
    """Read the file; without one that is right, a face is one proof among others."""
    try:
        found = {engine.engine_id: engine for engine in load().engines}
        engine = found.get(engine_id)
        if engine is None:
            return warning(
                "calibration",
                f"没有 {engine_id} 的校准",
                "人脸只算一个凭证；要改请运行 xianglin identity calibrate",
            )
        calibrator = Calibrator.of(engine)
    except KioskError as error:
        return explained("calibration", Health.WARNING, explain(error, label))
    alone = [int(level) for level, far in TARGET_FAR.items() if calibrator.threshold_for(far)]
    worth = f"可以单独作数到{max(alone)}级" if alone else "只算一个凭证"
    name = engine.dataset[:_DATASET_LETTERS]
    return good("calibration", f"{engine_id}：{worth}；{engine.people}个人测的（{name}）")
