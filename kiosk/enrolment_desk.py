"""What staff can enrol with at this machine, as the settings describe it."""

from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.devices.factory import make_camera
from kiosk.flows.enrolment_ports import EnrolmentPorts
from kiosk.services.capture_faces import CaptureFaces
from kiosk.services.enrol_at_kiosk import EnrolAtKiosk
from kiosk.services.enrol_voice import EnrolVoice
from kiosk.services.ports import FaceEngine, Frame
from kiosk.services.store import Store
from kiosk.voice_booth import VoiceBooth


def enrolment_ports(
    config: KioskConfig, store: Store, clock: Clock, engine: FaceEngine, booth: VoiceBooth
) -> EnrolmentPorts:
    """Face where there is a camera, voice where there are a microphone and the models.

    Args:
        config: the settings.
        store: keeps the templates.
        clock: for consents, and for how long a face is still.
        engine: the one that new face templates are made with.
        booth: what hears.
    """

    def capture(before: tuple[Frame, ...]) -> CaptureFaces:
        return CaptureFaces(make_camera(config.hardware.camera), engine, clock, before)

    def voice() -> EnrolVoice:
        return EnrolVoice(booth.hearing())

    return EnrolmentPorts(
        EnrolAtKiosk(store, clock),
        capture if config.hardware.camera != "none" else None,
        voice if booth.is_equipped() else None,
    )
