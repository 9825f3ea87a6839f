"""Which judge looks at which kind of photo."""

from kiosk.devices.document_photo import DocumentPhotoCheck
from kiosk.devices.portrait_photo import PeoplePhotoCheck, PortraitPhotoCheck
from kiosk.services.ports import FaceEngine
from kiosk.services.take_photo import PhotoJudge, PhotoKind


def photo_judge(kind: PhotoKind, engine: FaceEngine) -> PhotoJudge:
    """Make the judge of one kind; the engine is asked for people only, and loads when it is first asked."""
    if kind == "portrait":
        return PortraitPhotoCheck(engine)
    return PeoplePhotoCheck(engine) if kind == "people" else DocumentPhotoCheck()
