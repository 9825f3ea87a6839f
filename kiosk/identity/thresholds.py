"""Where a face comparison says yes: default, limits and the measurements behind them.

The score is the Euclidean distance between a probe's embedding and the mean of a template's embeddings, as dlib's
network gives them (lengths of about 1.2 to 1.6, not scaled to 1).

Measured with this engine (coarse-to-fine detection, 5-point alignment, pictures letter-boxed to 640x480) on
44 pictures of 15 people of the deepface and face_recognition examples, every pair once: 74 pairs of one person,
872 of two. Press photos, often years apart, which makes the rejections worse than at a kiosk. Brackets:
Clopper-Pearson, 95 %.

=========  ============================  ==============================
threshold  wrong accepts (strangers)     wrong rejects (same person)
=========  ============================  ==============================
0.35       0 of 872 [0 %, 0.42 %]        40 of 74, 54 % [42 %, 66 %]
0.38       0 of 872 [0 %, 0.42 %]        25 of 74, 34 % [23 %, 46 %]
0.40       0 of 872 [0 %, 0.42 %]        19 of 74, 26 % [16 %, 37 %]
0.42       0 of 872 [0 %, 0.42 %]        12 of 74, 16 % [9 %, 27 %]
0.45       0 of 872 [0 %, 0.42 %]        5 of 74, 7 % [2 %, 15 %]
0.60       0 of 872 [0 %, 0.42 %]        0 of 74 [0 %, 4.9 %]
=========  ============================  ==============================

The 300 labelled pairs of deepface alone: 0 of 262 wrong accepts [0 %, 1.4 %] at all of these thresholds; wrong
rejects at 0.38: 14 of 38, 37 % [22 %, 54 %]; at 0.40: 10 of 38, 26 % [13 %, 43 %].

No pair of strangers in this set is nearer than 0.65, yet the set is small and nearly all of it is of Western faces:
it cannot justify a loose threshold. Measured on a 40-person Chinese webcam set (17.6k impostor pairs, single pictures)
the same network wrongly accepts 0.9 % at 0.40, 5.8 % at 0.45, 20 % at 0.50 and 66 % [53 %, 78 %] at 0.60; 1 % at
0.382 and 0.1 % at 0.347 against templates of three pictures. Hence 0.38, hence a second factor is required with it.

The number of pictures in a template decides more than the threshold. Wrong rejects at 0.38 on the same people, up to
20 templates each, by the distance to the mean of the vectors: one picture 33 % (128 trials), two 4.4 % (226), three
0 % (180). The distance to the nearest vector gives 8.0 % and 1.1 % with two and three pictures, the mean of the
distances 20 % and 16 %. So the mean vector is used, and three pictures should be enrolled.
"""

from kiosk.errors import ConfigError

DLIB_ENGINE_ID = "dlib-resnet-v1"
"""Names the weights and the alignment, not the runtime: dlib's and onnxruntime's vectors agree."""
FACE_THRESHOLD_KEY = "identity.face_threshold"
DEFAULT_FACE_THRESHOLD = 0.38
"""Euclidean distance; a comparison at or below it is a match."""
MAXIMUM_FACE_THRESHOLD = 0.42
"""The largest that a configuration may ask for; about one Chinese stranger in fifty would still be accepted there."""
MINIMUM_FACE_THRESHOLD = 0.20
"""Below it hardly any picture matches another of the same person."""
ENROLMENT_SPREAD = 0.60
"""Euclidean distance; two pictures for one template that are farther apart show two people.

From the table above: all 74 pairs of one person lie within it, the nearest of 872 pairs of strangers at 0.65. It guards
against a mixed-up picture, not against a look-alike: two strangers may well be nearer."""


def checked_face_threshold(threshold: float) -> float:
    """Refuse a threshold that would accept strangers, or nobody.

    Raises:
        ConfigError: outside the limits, or not a number.
    """
    if not MINIMUM_FACE_THRESHOLD <= threshold <= MAXIMUM_FACE_THRESHOLD:
        raise ConfigError(
            (
                f"{FACE_THRESHOLD_KEY}：应当在 {MINIMUM_FACE_THRESHOLD:g} 和 "
                f"{MAXIMUM_FACE_THRESHOLD:g} 之间，不能是 {threshold:g}",
            )
        )
    return threshold
