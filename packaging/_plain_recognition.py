"""The other side of ``bench identity``: the plain ``face_recognition`` package, in a process of its own.

The package loads weights that may not be used commercially and ends its process where something is missing, so the
kiosk never imports it. Here it is what everybody else would write: ``face_encodings(picture)``.

Each line on the input asks for one round over the pictures; each line of the answer is JSON, processor milliseconds.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def main(paths: list[str]) -> int:
    """Answer rounds until the input ends."""
    sys.path.insert(0, str(ROOT))
    from kiosk.devices.picture import letter_box, read_picture  # noqa: PLC0415 - found so

    recognition: Any = importlib.import_module("face_recognition")
    encoder: Any = importlib.import_module("face_recognition.api").face_encoder
    pictures = [letter_box(read_picture(Path(path)), 640, 480)[:, :, ::-1].copy() for path in paths]
    chip = pictures[0][:150, :150].copy()
    recognition.face_encodings(pictures[0])
    for _line in sys.stdin:
        frames = []
        for picture in pictures:
            began = time.process_time()
            found = recognition.face_encodings(picture)
            frames.append(1e3 * (time.process_time() - began) if found else None)
        began = time.process_time()
        encoder.compute_face_descriptor(chip)
        answer = {"frames_ms": frames, "embed_ms": 1e3 * (time.process_time() - began)}
        print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
