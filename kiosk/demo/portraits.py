"""Faces for the demonstration.

Real photos of one person where a folder of them is given, else a portrait that a test dependency ships under a free
licence.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from kiosk.errors import CameraUnavailable
from kiosk.services.ports import Frame

MEDIA_ENVIRONMENT = "XIANGLIN_MEDIA"
"""Folder of test media; default: ``shared/media`` beside the checkout."""


@dataclass(frozen=True, slots=True)
class Portraits:
    """Who is enrolled, and who stands before the camera: one person, different pictures."""

    enrolled: tuple[Path, ...]
    live: Path
    about: str


def media_folder() -> Path:
    """Where test media would be; may not exist."""
    default = Path(__file__).resolve().parents[3] / "shared" / "media"
    return Path(os.environ.get(MEDIA_ENVIRONMENT, default))


def choose_portraits(scratch: Path) -> Portraits:
    """Take photos of the media folder, else make two pictures from the astronaut of scikit-image.

    Args:
        scratch: where made pictures are written.
    Raises:
        CameraUnavailable: neither is there; install the extra ``demo``.
    """
    examples = media_folder() / "faces" / "face_recognition" / "examples"
    enrolled = (examples / "obama2.jpg", examples / "knn_examples" / "test" / "obama1.jpg")
    # Who is seen from the front can be turned to both sides.
    live = examples / "obama.jpg"
    if all(path.is_file() for path in (*enrolled, live)):
        return Portraits(enrolled, live, "三张不同的照片，同一个人")
    return _astronaut(scratch)


def _astronaut(scratch: Path) -> Portraits:
    try:
        from skimage import data
    except ImportError as error:
        raise CameraUnavailable('no portrait: pip install "xianglin[demo]"') from error
    rgb: Frame = data.astronaut()  # type: ignore[no-untyped-call]
    picture: Frame = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR).astype(np.uint8)
    # The live picture is nearer, darker and noisier than the enrolled one, as another moment would be.
    near = cv2.resize(picture[10:290, 85:365], (560, 560), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(7).normal(0.0, 6.0, near.shape)
    other = np.clip(near.astype(np.float32) * 0.85 + noise, 0, 255).astype(np.uint8)
    paths = scratch / "enrolled.png", scratch / "live.png"
    for path, image in zip(paths, (picture, other), strict=True):
        cv2.imwrite(str(path), image)
    return Portraits(paths[:1], paths[1], "scikit-image 的宇航员照片，放大并调暗")
