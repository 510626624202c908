"""Frames made small for a model: cropped, area-averaged, and kept on disk as uint8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import BadParams
from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the full frame, origin top left."""

    x: int
    y: int
    width: int
    height: int

    def inside(self, width: int, height: int) -> Box:
        """The same box, checked against the size of a frame.

        Raises
        ------
        BadParams
            It is empty or reaches beyond the frame.
        """
        fits = self.x + self.width <= width and self.y + self.height <= height
        if min(self.x, self.y) < 0 or min(self.width, self.height) < 8 or not fits:
            raise BadParams(
                f"The crop {self.x}, {self.y}, {self.width}, {self.height} does not lie inside "
                f"the {width} x {height} frame; draw it on the video, at least 8 pixels a side."
            )
        return self


def reduced_size(box: Box, longest_px: int) -> tuple[int, int]:
    """Height and width after shrinking the longer side to `longest_px`; never enlarged."""
    factor = min(1.0, longest_px / max(box.width, box.height))
    return max(1, round(box.height * factor)), max(1, round(box.width * factor))


def reduce(gray: Array, box: Box, size: tuple[int, int]) -> Array:
    """Crop a grey frame (h, w) uint8 and area-average it to `size` (height, width)."""
    import cv2

    cropped = gray[box.y : box.y + box.height, box.x : box.x + box.width]
    if cropped.shape == size:
        return cropped
    small: Array = cv2.resize(cropped, size[::-1], interpolation=cv2.INTER_AREA)
    return small


class FrameStore:
    """Reduced frames on disk, one row each; memory holds a few chunks at most.

    Parameters
    ----------
    path
        File to create; 1 byte a pixel.
    count, size
        Number of frames, and their (height, width).
    """

    CHUNK = 512

    def __init__(self, path: Path, count: int, size: tuple[int, int]) -> None:
        self.size = size
        self._rows = np.memmap(path, "u1", "w+", shape=(count, size[0] * size[1]))
        self.filled = 0

    @property
    def pixels(self) -> int:
        """Pixels in a frame."""
        return int(self._rows.shape[1])

    def append(self, frame: Array) -> None:
        """Add one frame (height, width) uint8."""
        self._rows[self.filled] = frame.reshape(-1)
        self.filled += 1

    def rows(self, start: int, stop: int, step: int = 1) -> Array:
        """Frames as (k, pixels) float32 in 0..1."""
        return self._rows[start : min(stop, self.filled) : step].astype("f4") / 255

    def chunks(self, check: Callable[[], None]) -> Iterator[tuple[int, Array]]:
        """The whole store as (first row, rows) pairs, calling `check` before each."""
        for start in range(0, self.filled, self.CHUNK):
            check()
            yield start, self.rows(start, start + self.CHUNK)
