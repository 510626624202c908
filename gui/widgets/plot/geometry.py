"""Where data lie on the screen, and what a layer tells of itself: plain values, no drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from engine.figures.arrays import Array
from engine.figures.model import Axis, Mark

#: Farther from the pointer than this, in pixels, a value is not read out.
REACH_PX = 24.0
#: The distance given for a value that fills an area: anything near the pointer goes before it.
AREA_PX = REACH_PX - 1


@dataclass(frozen=True, slots=True)
class Extent:
    """The range of a layer in view coordinates (logarithms on a log axis)."""

    left: float
    right: float
    low: float
    high: float

    def united(self, other: Extent) -> Extent:
        """The smallest extent that holds both."""
        return Extent(
            min(self.left, other.left),
            max(self.right, other.right),
            min(self.low, other.low),
            max(self.high, other.high),
        )


@dataclass(frozen=True, slots=True)
class Mapping:
    """From view coordinates to logical pixels of the view, and back.

    Attributes
    ----------
    extent
        What the view shows.
    width, height
        Size of the view in logical pixels.
    inverted
        True when y points down.
    ratio
        Device pixels to a logical one.
    """

    extent: Extent
    width: float
    height: float
    inverted: bool = False
    ratio: float = 1.0

    @property
    def rect(self) -> QRectF:
        """The view in its own pixels."""
        return QRectF(0, 0, self.width, self.height)

    @property
    def device_size(self) -> tuple[int, int]:
        """Rows and columns of an image that fills the view."""
        return max(1, round(self.height * self.ratio)), max(1, round(self.width * self.ratio))

    def x_px(self, x: Array) -> Array:
        """Pixel columns of view coordinates x."""
        span = self.extent.right - self.extent.left
        return (x - self.extent.left) * (self.width / span)

    def y_px(self, y: Array) -> Array:
        """Pixel rows of view coordinates y."""
        span = self.extent.high - self.extent.low
        up = (y - self.extent.low) * (self.height / span)
        return up if self.inverted else self.height - up

    def x_of(self, columns: Array) -> Array:
        """View coordinates of pixel columns."""
        span = self.extent.right - self.extent.left
        return self.extent.left + columns * (span / self.width)

    def x_at(self, column: float) -> float:
        """View coordinate of a pixel column."""
        return self.extent.left + column / self.width * (self.extent.right - self.extent.left)

    def y_at(self, row: float) -> float:
        """View coordinate of a pixel row."""
        part = row / self.height if self.inverted else 1 - row / self.height
        return self.extent.low + part * (self.extent.high - self.extent.low)

    def box(self, extent: Extent) -> QRectF:
        """The rectangle of an extent, in pixels."""
        left, right = self.x_px(np.array([extent.left, extent.right]))
        low, high = self.y_px(np.array([extent.low, extent.high]))
        return QRectF(QPointF(left, low), QPointF(right, high)).normalized()


@dataclass(frozen=True, slots=True)
class Reading:
    """A value near the pointer: what to say, where it is, and how far away, in pixels."""

    lines: tuple[str, ...]
    at: QPointF
    distance: float


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend. A category has a plain patch; a layer is drawn by its mark."""

    name: str
    mark: Mark
    shape: Literal["line", "dot", "bar", "patch"]


@dataclass(frozen=True, slots=True, eq=False)
class ColorScale:
    """What the continuous palette stands for; `table` is (256,) uint32."""

    axis: Axis
    low: float
    high: float
    table: Array


def on_axis(values: Array, axis: Axis) -> Array:
    """View coordinates of data values; what a log axis cannot show becomes NaN."""
    if not axis.log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(values), np.nan)


def off_axis(coordinate: float, axis: Axis) -> float:
    """The data value at a view coordinate."""
    return 10.0**coordinate if axis.log else coordinate


def extent_of(x: Array, y: Array) -> Extent | None:
    """The range of the finite coordinates; None when there are none."""
    ranges = _finite_range(x), _finite_range(y)
    if ranges[0] is None or ranges[1] is None:
        return None
    return Extent(*ranges[0], *ranges[1])


def _finite_range(values: Array) -> tuple[float, float] | None:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if len(finite) else None


def told(axis: Axis, value: float) -> str:
    """A value with the name and unit of its axis, as the read-out writes it."""
    unit = f" {axis.unit}" if axis.unit else ""
    return f"{axis.name} {value:.6g}{unit}"


def fitting_name(axis: Axis, room: float, width_of: Callable[[str], float]) -> str:
    """The longest name of an axis that has room: with its unit, without, its first words; or none.

    `width_of` tells the width of a text, in the unit of `room`.
    """
    names = (axis.label, axis.name, axis.name.partition(",")[0])
    return next((name for name in names if width_of(name) <= room), "")


def category_name(names: tuple[str, ...], category: int) -> str:
    """The name of a category, or its number when it has none."""
    return names[category] if 0 <= category < len(names) else str(category)


def color_at(color: QColor, alpha: float) -> QColor:
    """The same colour, more transparent."""
    faded = QColor(color)
    faded.setAlphaF(alpha)
    return faded
