"""What staff can enrol with at this machine, as the settings describe it."""

from kiosk.clock import Clock
from kiosk.config import KioskConfig
from kiosk.devices.factory import make_camera
from kiosk.flows.enrolment_ports import EnrolmentPorts
from kiosk.services.capture_faces import CaptureFaces
from kiosk.services.enrol_at_kiosk import EnrolAtKiosk
from kiosk.services.enrol_voice import EnrolVoice
from kiosk.services.ports import FaceEngine, FaceTemplate, Frame
from kiosk.services.search_resident import SearchResident, Shortlist
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

    def alike(face: FaceTemplate, resident_id: str) -> Shortlist | None:
        # Imported here: numpy is not waited for at the start, and the desk knows the runtime.
        import numpy as np  # noqa: PLC0415

        from kiosk.shortlist_desk import false_match_bound  # noqa: PLC0415

        probes = tuple(np.frombuffer(vector, "<f4") for vector in face.vectors)
        search = SearchResident(store, engine, false_match_bound(config))
        return search.shortlist(probes, leave_out=resident_id)

    return EnrolmentPorts(
        EnrolAtKiosk(store, clock),
        capture if config.hardware.camera != "none" else None,
        voice if booth.is_equipped() else None,
        alike,
    )
