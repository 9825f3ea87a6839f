"""The photographs that the identity tests run on: who is on which, and how to read one as a camera would."""

import os
from pathlib import Path

from kiosk.devices.picture import letter_box, read_picture
from kiosk.services.ports import Frame

MEDIA = Path(os.environ.get("XIANGLIN_MEDIA") or Path(__file__).parents[3] / "shared" / "media")
FACES = MEDIA / "faces" / "face_recognition"

SINGLE_PORTRAITS: dict[str, tuple[str, ...]] = {
    "alex_lacamoire": (
        "examples/alex-lacamoire.png",
        "examples/knn_examples/test/alex_lacamoire1.jpg",
        "examples/knn_examples/train/alex_lacamoire/img1.jpg",
    ),
    "biden": ("examples/knn_examples/train/biden/biden2.jpg",),
    "kit_harington": (
        "examples/knn_examples/test/johnsnow_test1.jpg",
        "examples/knn_examples/train/kit_harington/john2.jpeg",
    ),
    "lin_manuel_miranda": ("examples/lin-manuel-miranda.png",),
    "obama": (
        "examples/obama.jpg",
        "examples/obama2.jpg",
        "examples/obama_small.jpg",
        "examples/knn_examples/test/obama1.jpg",
        "tests/test_images/32bit.png",
    ),
    "rose_leslie": (
        "examples/knn_examples/train/rose_leslie/img1.jpg",
        "examples/knn_examples/train/rose_leslie/img2.jpg",
    ),
}
GROUP_PHOTOS = (
    "face_recognition/examples/two_people.jpg",
    "face_recognition/examples/knn_examples/test/obama_and_biden.jpg",
    "deepface/couple.jpg",
    "deepface/selfie-many-people.jpg",
)
ODD_PICTURES = (
    "tests/test_images/32bit.png",
    "tests/test_images/obama_partial_face.jpg",
    "tests/test_images/obama_partial_face2.jpg",
    "examples/obama-240p.jpg",
    "examples/obama-1080p.jpg",
)


def as_camera_frame(path: Path) -> Frame:
    """Read a picture and letter-box it to 640x480, as the file camera does."""
    return letter_box(read_picture(path), 640, 480)
