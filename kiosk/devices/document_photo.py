"""Judges the photo of a paper while it is taken, and makes it small enough to be sent."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.devices.photo_file import encode_photo
from kiosk.devices.picture import as_frame
from kiosk.services.ports import Frame, PhotoAdvice
from kiosk.services.take_photo import PhotoJudgement

_Grey = npt.NDArray[np.uint8]
_Shades = npt.NDArray[np.float32]

FINDING_SIDE = 480
"""Long side, pixels, of the picture in which the paper is looked for."""
JUDGING_SIDE = 1280
"""Long side of the picture whose sharpness is measured: cameras of all sizes become comparable."""


MINIMUM_LIGHTEST = 70.0
"""Lightest parts of the paper. Measured: 55 to 63 in a third of good light, 74 and more in two fifths of it."""
WASHED_MEDIAN, WASHED_LIGHTEST, MINIMUM_CONTRAST = 200.0, 250.0, 60.0
"""Overexposed: a light paper whose ink pales. White paper alone is none: the contrast measured 86 at 1.3 times the
exposure that makes it white, 56 at 1.6 and 31 at twice."""
MINIMUM_AREA = 0.10
"""Share of the frame. A full page of 12 point text that covers it has letters of 10 pixels at 1920x1080."""
MAXIMUM_SCATTERED = 0.35
"""A document larger than the frame leaves only its lines to be found."""
MAXIMUM_GLARE = 0.01
"""Share of the document. A lamp as large as a tenth of its height measured 0.007 to 0.018, no lamp 0.000."""
MINIMUM_SHARPNESS = 0.17
"""Good pictures measured 0.25 to 0.43. At 1920 wide: a blur of 2 pixels 0.21 to 0.27 (still read), of 4 pixels 0.11 to
0.16, 15 pixels of motion 0.10 to 0.17."""
_LEAST_AREA = 0.02
_LEAST_DIFFERENCE, _MOST_DIFFERENCE = 18.0, 90.0
"""Between paper and table, 8-bit Lab; less is a shadow, more says no more."""


@dataclass(frozen=True, slots=True)
class DocumentMeasurements:
    """All numbers that the advice depends on; shades from 0 to 255."""

    lightest: float
    """98th percentile of the document."""
    median: float
    """Of the document: its paper, where there is more paper than ink."""
    contrast: float
    """From the median to the 2nd or the 98th percentile, whichever is farther: ink on paper, or letters on a card."""
    glare: float
    """Share of the document under its largest white spot, where its paper is darker than that."""
    area: float
    """Share of the frame that the document covers; 0 when none was found."""
    sides_cut: int
    """Sides of the frame that the document reaches."""
    scattered: float
    """Share of all that stands out from the edges' colour but lies outside of the largest piece."""
    sharpness: float
    """Steepest slopes in the less sharp direction, as a share of the contrast a pixel."""


class DocumentPhotoCheck:
    """Judges photos of papers and cards. Safe on any thread."""

    def judge(self, frame: Frame) -> PhotoJudgement:
        """Name the first thing to improve; of two pictures with faults the sharper one is better."""
        document = measure_document(frame)
        advice = advise_document(document)
        sharp = min(1.0, document.sharpness / (2 * MINIMUM_SHARPNESS))
        quality = sharp if advice in (None, PhotoAdvice.BLURRED) else sharp / 2
        return PhotoJudgement(f"photo.advice.{advice.value}" if advice else "", quality)

    def encode(self, frame: Frame) -> bytes:
        """Make the JPEG that is stored and sent; see ``encode_photo``."""
        return encode_photo(frame)


def advise_document(document: DocumentMeasurements) -> PhotoAdvice | None:
    """Decide from the numbers: light first, since nothing can be measured in the dark."""
    if document.lightest < MINIMUM_LIGHTEST:
        return PhotoAdvice.TOO_DARK
    if document.sides_cut or document.scattered > MAXIMUM_SCATTERED:
        return PhotoAdvice.CUT
    if not document.area:
        return PhotoAdvice.NOTHING_THERE
    if document.area < MINIMUM_AREA:
        return PhotoAdvice.TOO_FAR
    if document.glare > MAXIMUM_GLARE:
        return PhotoAdvice.GLARE
    is_pale = document.median >= WASHED_MEDIAN and document.lightest >= WASHED_LIGHTEST
    if is_pale and document.contrast < MINIMUM_CONTRAST:
        return PhotoAdvice.TOO_BRIGHT
    return PhotoAdvice.BLURRED if document.sharpness < MINIMUM_SHARPNESS else None


def measure_document(frame: Frame) -> DocumentMeasurements:
    """Take all measurements of one picture of any size."""
    import cv2

    small = _scaled(frame, FINDING_SIDE)
    mask, scattered = find_document(small)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    cut = _sides_cut(mask)
    # A document larger than the frame makes the rest of the table pass for it.
    shades = grey[mask > 0] if mask.any() and not cut else grey.ravel()
    low, median, high = (float(value) for value in np.percentile(shades, (2, 50, 98)))
    return DocumentMeasurements(
        lightest=high,
        median=median,
        contrast=max(median - low, high - median),
        glare=_largest_spot(grey, mask, median),
        area=float(mask.mean()),
        sides_cut=cut,
        scattered=scattered,
        sharpness=_sharpness(_scaled(frame, JUDGING_SIDE), mask),
    )


def find_document(picture: Frame) -> tuple[_Grey, float]:
    """Mark the paper: the largest piece whose colour differs from what lies along the frame's edges.

    Returns:
        1 where the paper is and 0 elsewhere, all 0 when there is none; then the share of ``scattered``.
    """
    import cv2

    colours: _Shades = cv2.cvtColor(cv2.medianBlur(picture, 7), cv2.COLOR_BGR2LAB).astype(
        np.float32
    )
    edge = np.concatenate((colours[:4].reshape(-1, 3), colours[-4:].reshape(-1, 3),
                           colours[:, :4].reshape(-1, 3), colours[:, -4:].reshape(-1, 3)))  # fmt: skip
    away = np.linalg.norm(colours - np.median(edge, axis=0), axis=2)
    # Cut off: a lamp's reflection would stand out so much that the paper passed for table.
    levels = np.clip(away, 0, _MOST_DIFFERENCE).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    standing_out = (levels > max(threshold * 0.7, _LEAST_DIFFERENCE)).astype(np.uint8)
    piece = _largest_piece(standing_out)
    if standing_out.mean() < _LEAST_AREA / 2:
        return np.zeros_like(piece), 0.0
    scattered = float((standing_out & (1 - piece)).sum()) / float(standing_out.sum())
    return piece if piece.mean() >= _LEAST_AREA else np.zeros_like(piece), scattered


def _largest_piece(mask: _Grey) -> _Grey:
    """The largest connected piece, its holes (text) filled."""
    import cv2

    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros_like(mask)
    if outlines:
        largest = max(outlines, key=cv2.contourArea)
        cv2.drawContours(filled, [largest], -1, 1, cv2.FILLED)
    return filled


def _sides_cut(mask: _Grey) -> int:
    edges = (
        mask[:2].max(axis=0),
        mask[-2:].max(axis=0),
        mask[:, :2].max(axis=1),
        mask[:, -2:].max(axis=1),
    )
    return sum(float(edge.mean()) > 0.05 for edge in edges)


def _largest_spot(grey: _Grey, mask: _Grey, paper: float) -> float:
    import cv2

    if paper >= 245 or not mask.any():
        return 0.0
    white = ((grey >= 250) & (mask > 0)).astype(np.uint8)
    spots = np.asarray(cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(spots)
    largest = max((int(stats[i, cv2.CC_STAT_AREA]) for i in range(1, count)), default=0)
    return largest / max(1, int(mask.sum()))


def _sharpness(picture: Frame, small_mask: _Grey) -> float:
    import cv2

    size = (picture.shape[1], picture.shape[0])
    mask = cv2.resize(small_mask, size, interpolation=cv2.INTER_NEAREST)
    inside = cv2.erode(mask, np.ones((15, 15), np.uint8), borderValue=0).astype(bool)
    if not inside.any():
        return 0.0
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    shades = cv2.GaussianBlur(grey, (3, 3), 0)
    low, median, high = np.percentile(shades[inside], (2, 50, 98))
    contrast = max(median - low, high - median, 1.0)
    across = np.abs(cv2.Sobel(shades, cv2.CV_32F, 1, 0, ksize=3))[inside] / 8
    down = np.abs(cv2.Sobel(shades, cv2.CV_32F, 0, 1, ksize=3))[inside] / 8
    return float(min(np.percentile(across, 99), np.percentile(down, 99)) / contrast)


def _scaled(frame: Frame, side: int) -> Frame:
    """The picture with its long side at so many pixels."""
    import cv2

    scale = side / max(frame.shape[:2])
    size = (max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return as_frame(cv2.resize(frame, size, interpolation=method))
