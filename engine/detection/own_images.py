"""Training on a person's own images: windows round annotated people, at the size learnt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.detection.annotated import BoxFile, ImageBoxes
from engine.detection.boxes import area, clip_to
from engine.detection.pairing import frame_numbers
from engine.detection.scenes import HEIGHT, WIDTH
from engine.detection.training import Example, Source
from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.video.recording import Recording

#: A person of a window is made this high, in pixels.
_HEIGHTS = (50.0, 120.0)
#: People of whom less lies in the window are left out.
_LEAST_INSIDE = 0.4


def annotated_windows(
    recording: Recording, truth: BoxFile, seed: int, stream: int, frames: Sequence[int]
) -> Source:
    """Windows of annotated frames as examples.

    Raises
    ------
    BadInput
        None of these frames has an annotated person.
    """
    by_frame = frame_numbers(truth, recording)
    usable = [(n, by_frame[n]) for n in frames if n in by_frame and (~by_frame[n].ignore).any()]
    if not usable:
        raise BadInput(f"{truth.path.name} annotates nobody in {recording.name}; check the names.")

    def example(index: int) -> Example:
        random = np.random.default_rng((seed, stream, index))
        number, boxes = usable[int(random.integers(len(usable)))]
        if truth.normalised:
            boxes = boxes.scaled(recording.width, recording.height)
        return window(recording.frame(number), boxes, random)

    return example


def window(pixels: Array, boxes: ImageBoxes, random: np.random.Generator) -> Example:
    """A window of `WIDTH` x `HEIGHT` round one person, scaled to the sizes that are learnt."""
    import cv2

    boxes = boxes.rows(np.flatnonzero(~boxes.ignore))
    chosen = boxes.full[int(random.integers(len(boxes)))]
    scale = float(random.uniform(*_HEIGHTS)) / max(1.0, float(chosen[3] - chosen[1]))
    centre = (chosen[:2] + chosen[2:]) / 2 * scale
    offset = random.uniform(-0.3, 0.3, 2) * (WIDTH, HEIGHT)
    left, top = centre + offset - np.array([WIDTH, HEIGHT]) / 2
    matrix = np.array([[scale, 0, -left], [0, scale, -top]])

    cut = cv2.warpAffine(pixels, matrix, (WIDTH, HEIGHT))
    shift = np.array([left, top, left, top])
    full, visible = boxes.full * scale - shift, boxes.visible * scale - shift
    inner = clip_to(full, WIDTH, HEIGHT)
    kept = area(inner) >= _LEAST_INSIDE * np.maximum(area(full), 1)
    seen = clip_to(visible, WIDTH, HEIGHT)
    return Example(cut, inner[kept], seen[kept], boxes.has_visible[kept])
