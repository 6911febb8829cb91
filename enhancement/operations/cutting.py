"""Who or what stands before the background, as a mask: the garment's outline and the faces, settled by GrabCut.

The outline goes by colour groups alone; GrabCut (Rother, Kolmogorov, Blake 2004, doi:10.1145/1015706.1015720) lets
neighbours and edges decide, so a shirt in the colours of its wall keeps its sleeves. A face brings its hair and the
shoulders below it along: who wears the garment belongs to it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from designer.pipeline import segmentation
from enhancement.engine.asking import Ask, never
from enhancement.operations import faces, planes, subject

Pixels = NDArray[np.uint8]
Bools = NDArray[np.bool_]

VIEW: Final = 448  # pixels of the longer side on which the mask is drawn
TURNS: Final = 6
REACH: Final = 0.1  # of the longer side: farther from the outline nothing can belong to the subject
RIM: Final = 0.015  # of the longer side: what is not subject already at the picture's rim is background
SPOT: Final = 0.02  # of the largest part: smaller ones are spots of the background
HOLE: Final = 0.004  # of the picture: smaller holes are prints and buttons
NECK: Final = 0.25  # of a face's width to both sides of its middle: a head is never without its neck
BACK, FRONT, MAYBE_BACK, MAYBE_FRONT = 0, 1, 2, 3  # as OpenCV numbers them


def mask(pixels: Pixels, *, ask: Ask = never) -> tuple[Bools, float]:
    """The subject of uint8 (height, width, 3) on a view of at most VIEW pixels, and how sure the outline is, 0..1.

    The mask is empty where nothing was found. Deterministic. Raises EngineCancelled, where `ask` does.
    """
    view = subject.view(pixels, VIEW)
    ask()
    found = subject.find(pixels, ask=ask)
    people = [face for face in faces.find(pixels, ask=ask) if face.sure]
    ask()
    if min(view.shape[:2]) < 8 or not (found.found or people):
        return np.zeros(view.shape[:2], bool), 0.0
    marks = _marks(found, people, view.shape[:2], view.shape[1] / pixels.shape[1])
    if not ((marks == FRONT) | (marks == MAYBE_FRONT)).any() or not (marks == BACK).any():
        return np.zeros(view.shape[:2], bool), 0.0
    settled = _settled(view, marks, ask)
    ask()
    return _tidy(settled), max(found.confidence, 0.5 if people else 0.0)


def _marks(found: subject.Subject, people: list[faces.Face], shape: tuple[int, int], share: float) -> NDArray[np.uint8]:
    """What is known before: far from the outline is background, a face is not."""
    height, width = shape
    small = Image.fromarray(found.area).resize((width, height), Image.Resampling.BILINEAR)
    likely = (np.asarray(small) > subject.CORE) & found.found
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    sure = np.zeros(shape, bool)
    for face in people:
        across, down = columns - (face.left + face.width / 2) * share, rows - (face.top + face.height / 2) * share
        edge = face.width * share
        likely |= (across / (0.75 * edge)) ** 2 + (down / (0.95 * edge)) ** 2 < 1
        likely |= (np.abs(across) < 1.3 * edge) & (down > 0.6 * edge)
        sure |= (across / (0.42 * edge)) ** 2 + (down / (0.5 * edge)) ** 2 < 1
        sure |= (np.abs(across) < NECK * edge) & (down > 0) & (down < 1.1 * edge)
    far = planes.extremes(likely.astype(np.float32), max(2, round(REACH * max(shape))))[1] < 0.5
    marks = np.where(likely, MAYBE_FRONT, np.where(far, BACK, MAYBE_BACK)).astype(np.uint8)
    rim = max(1, round(RIM * max(shape)))
    edge_of = np.ones(shape, bool)
    edge_of[rim:, rim : width - rim] = False  # the lower rim may cut a figure; the other three seldom do
    marks[edge_of & ~likely] = BACK
    marks[sure] = FRONT
    return marks


def _settled(view: Pixels, marks: NDArray[np.uint8], ask: Ask) -> Bools:
    import cv2

    cv2.setRNGSeed(0)  # its colour models begin with a random choice
    lab = cv2.cvtColor(np.ascontiguousarray(view[..., :3]), cv2.COLOR_RGB2Lab)
    answer: Any = marks.copy()
    models: list[Any] = [np.zeros((1, 65)), np.zeros((1, 65))]
    for turn in range(TURNS):
        ask()
        how = cv2.GC_EVAL if turn else cv2.GC_INIT_WITH_MASK
        answer, *models = cv2.grabCut(lab, answer, None, *models, 1, how)  # type: ignore[call-overload]
    return np.asarray((answer == FRONT) | (answer == MAYBE_FRONT))


def _tidy(settled: Bools) -> Bools:
    """Without spots, and without the small holes that a print tears."""
    smooth = segmentation.box_blur(settled.astype(np.float32), 1) > 0.5
    labels, count = segmentation.components(smooth)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    kept = np.isin(labels, np.flatnonzero(sizes >= max(1, SPOT * sizes.max())))
    labels, count = segmentation.components(~kept)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.asarray(kept | np.isin(labels, np.flatnonzero((sizes > 0) & (sizes < HOLE * kept.size))))
