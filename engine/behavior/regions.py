"""Arenas and regions drawn on a recording, and the length of a pixel."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from engine.figures.arrays import Array

Shape = Literal["rectangle", "ellipse", "polygon"]


class Calibration(BaseModel):
    """How long a pixel is. By default a pixel is a pixel."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, defer_build=True)

    mm_per_px: float = Field(default=0.0, ge=0)

    @property
    def known(self) -> bool:
        """True when lengths can be told in millimetres."""
        return self.mm_per_px > 0

    @property
    def unit(self) -> str:
        """Unit of lengths."""
        return "mm" if self.known else "px"

    def length(self, pixels: float) -> float:
        """A length in `unit`."""
        return pixels * (self.mm_per_px or 1.0)

    @classmethod
    def of_line(
        cls, start: tuple[float, float], end: tuple[float, float], mm: float
    ) -> Calibration:
        """From a line drawn on the recording, whose real length is known."""
        return cls(mm_per_px=mm / math.dist(start, end))


class Region(BaseModel):
    """A named area in pixels of the full frame.

    Attributes
    ----------
    name, shape
        What a person calls it, and how it was drawn.
    points
        Two opposite corners of a rectangle or of the box round an ellipse, or the corners of a
        polygon.
    arena
        True for the arena: the region that all others lie in.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    shape: Shape
    points: tuple[tuple[float, float], ...] = Field(min_length=2, max_length=2000)
    arena: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        x, y = np.array(self.points).T
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def contains(self, xy: Array) -> Array:
        """Which of the points (..., 2) lie inside, as (...) bool; NaN lies nowhere."""
        left, top, right, bottom = self.box
        x, y = xy[..., 0], xy[..., 1]
        if self.shape == "rectangle":
            inside: Array = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
            return inside
        if self.shape == "ellipse":
            across, down = max(right - left, 1e-9) / 2, max(bottom - top, 1e-9) / 2
            from_centre = ((x - left) / across - 1) ** 2 + ((y - top) / down - 1) ** 2
            within: Array = from_centre <= 1
            return within
        return _in_polygon(np.array(self.points), x, y)

    @property
    def area_px(self) -> float:
        """Square pixels."""
        left, top, right, bottom = self.box
        if self.shape == "rectangle":
            return (right - left) * (bottom - top)
        if self.shape == "ellipse":
            return math.pi * (right - left) * (bottom - top) / 4
        x, y = np.array(self.points).T
        return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _in_polygon(corners: Array, x: Array, y: Array) -> Array:
    """Even-odd rule: a ray to the right crosses the outline an odd number of times."""
    inside: Array = np.zeros(np.shape(x), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside
