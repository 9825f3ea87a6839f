from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.services.ports import Frame


def picture(shade: int, width: int = 320, height: int = 240) -> Frame:
    """A picture of one shade with a bright block in its middle, so that its shape can be seen."""
    frame = np.full((height, width, 3), shade, np.uint8)
    frame[height // 4 : height // 2, width // 4 : width // 2] = (20, 120, 250)
    return frame


@pytest.fixture
def picture_file(tmp_path: Path) -> Path:
    path = tmp_path / "图片.jpg"
    _, data = cv2.imencode(".jpg", picture(90))
    path.write_bytes(data.tobytes())
    return path


@pytest.fixture
def picture_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, shade in enumerate((40, 200)):
        _, data = cv2.imencode(".png", picture(shade))
        (folder / f"{i}.png").write_bytes(data.tobytes())
    (folder / "notes.txt").write_text("not a picture", encoding="ascii")
    return folder


@pytest.fixture
def film_file(tmp_path: Path) -> Path:
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 240))
    if not writer.isOpened():
        pytest.skip("this OpenCV build cannot write films")
    for shade in (30, 130, 230):
        writer.write(picture(shade))
    writer.release()
    return path
