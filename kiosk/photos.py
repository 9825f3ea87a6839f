"""The kiosk's camera and the judges of pictures, plugged together."""

from functools import partial

from kiosk.devices.factory import make_camera
from kiosk.devices.photo_judges import photo_judge
from kiosk.services.ports import Camera, FaceEngine
from kiosk.services.take_photo import CameraPhotos, PhotoKind, PhotoSource

PHOTO_SIZE = (1920, 1080)
"""Pixels to ask the camera for: the letters of a page are about 10 pixels high then. A face check needs fewer."""


def photo_source(camera: str, engine: FaceEngine) -> PhotoSource | None:
    """Make sessions with the kiosk's camera; None when there is none. Opens nothing.

    Args:
        camera: as in the configuration.
        engine: finds the face of a portrait.
    """
    if camera == "none":
        return None

    def camera_for(_kind: PhotoKind) -> Camera:
        return make_camera(camera, *PHOTO_SIZE)

    return CameraPhotos(camera_for, partial(photo_judge, engine=engine))
