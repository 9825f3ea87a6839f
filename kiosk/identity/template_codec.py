"""A face template as bytes and back, for the encrypted store.

Layout, version 1, numbers least significant byte first: ``XLFT``, version (1 byte), length of the engine id
(1 byte), engine id (ASCII), number of vectors (1 byte), values in each (2 bytes), the vectors as float32.
"""

import math
import struct

from kiosk.errors import TemplateUnusable
from kiosk.services.ports import FaceTemplate

_MAGIC = b"XLFT"
_VERSION = 1
_HEAD = struct.Struct("<4sBB")
_COUNTS = struct.Struct("<BH")
MAXIMUM_VECTORS = 16
"""Pictures in one template; a count above it is damage, not diligence."""


def encode_template(template: FaceTemplate) -> bytes:
    """Turn a template into bytes; equal templates give equal bytes.

    Raises:
        TemplateUnusable: no vectors, too many, or of unequal length.
    """
    engine = template.engine_id.encode("ascii", errors="replace")
    sizes = {len(vector) for vector in template.vectors}
    is_sound = (
        0 < len(engine) < 256
        and 0 < len(template.vectors) <= MAXIMUM_VECTORS
        and len(sizes) == 1
        and 0 < min(sizes) // 4 < 1 << 16
        and min(sizes) % 4 == 0
    )
    if not is_sound:
        raise TemplateUnusable("the face template is empty or its vectors differ in length")
    head = _HEAD.pack(_MAGIC, _VERSION, len(engine)) + engine
    counts = _COUNTS.pack(len(template.vectors), min(sizes) // 4)
    return head + counts + b"".join(template.vectors)


def decode_template(data: bytes) -> FaceTemplate:
    """Read a template; every byte is checked, because a database can be damaged or swapped.

    Raises:
        TemplateUnusable: not a template of this version, cut, too long, or with values that are not numbers.
    """
    try:
        magic, version, engine_size = _HEAD.unpack_from(data)
        count, values = _COUNTS.unpack_from(data, _HEAD.size + engine_size)
    except struct.error as error:
        raise TemplateUnusable("the face template is cut off") from error
    if magic != _MAGIC or version != _VERSION:
        raise TemplateUnusable("the face template is of an unknown kind")
    start = _HEAD.size + engine_size + _COUNTS.size
    size = 4 * values
    is_sound = 0 < count <= MAXIMUM_VECTORS and size > 0 and len(data) == start + count * size
    if not is_sound:
        raise TemplateUnusable("the face template has the wrong length")
    engine = data[_HEAD.size : _HEAD.size + engine_size]
    if not engine.isascii() or not engine:
        raise TemplateUnusable("the face template names no engine")
    vectors = tuple(data[start + i * size : start + (i + 1) * size] for i in range(count))
    for vector in vectors:
        if not all(map(math.isfinite, struct.unpack(f"<{values}f", vector))):
            raise TemplateUnusable("the face template is damaged")
    return FaceTemplate(engine.decode("ascii"), vectors)
