"""How a view in the plane or in space lies on the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np

from engine.figures.arrays import Array
from engine.figures.camera import Camera
from engine.figures.splat import Viewport

#: Looks down on the x-y plane, x to the right.
ABOVE = Camera(azimuth=-90.0, elevation=90.0)
CORNERS = np.array(list(product((-0.5, 0.5), repeat=3)), "f4")
EDGES = tuple(
    (i, j) for i, j in combinations(range(8), 2) if (CORNERS[i] != CORNERS[j]).sum() == 1
)
_SPACE_SHARE, _PLANE_SHARE = 0.6, 0.92
#: Less than this share of a kept box, on every axis, is too small to be seen in it.
_TOO_SMALL = 0.25
#: Room that a box takes beyond data that have outgrown it.
_ROOM = 0.1


@dataclass(frozen=True, slots=True)
class Box:
    """The ranges of data that fill the unit cube, one per axis."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    @classmethod
    def of(cls, position: Array) -> Box | None:
        """The box of the finite rows (n, d); None when there are none."""
        low, high = _extremes(position)
        if not np.isfinite(low).all() or not np.isfinite(high).all():
            finite = position[np.isfinite(position).all(axis=1)]
            if not len(finite):
                return None
            low, high = finite.min(axis=0), finite.max(axis=0)
        return cls(tuple(low.tolist()), tuple(high.tolist()))

    @property
    def centre(self) -> Array:
        """(d,) float64."""
        return (np.array(self.low) + self.high) / 2

    @property
    def scale(self) -> Array:
        """(d,) float64; an axis without extent has 1."""
        extent = np.subtract(self.high, self.low)
        return np.where(extent > 0, extent, 1.0)

    def kept_for(self, data: Box) -> Box:
        """The same box while the data fit in it; else one with room to grow, or fitted anew.

        So a cloud that grows ten times a second does not make its axes tremble.
        """
        if len(self.low) != len(data.low):
            return data
        extent = np.subtract(data.high, data.low)
        if np.all(extent < _TOO_SMALL * self.scale):
            return data
        pairs = zip(self.low, data.low, extent, strict=True)
        low = tuple(own if own <= new else float(new - _ROOM * size) for own, new, size in pairs)
        pairs = zip(self.high, data.high, extent, strict=True)
        high = tuple(own if own >= new else float(new + _ROOM * size) for own, new, size in pairs)
        return self if (low, high) == (self.low, self.high) else Box(low, high)

    def unit(self, position: Array) -> Array:
        """Positions (n, d) in the unit cube: (n, 3) float32, columns contiguous; no z is 0."""
        unit = np.zeros((3, len(position)), "f4")
        for axis, (centre, scale) in enumerate(zip(self.centre, self.scale, strict=True)):
            unit[axis] = (position[:, axis] - centre) / scale
        return unit.T

    def value(self, axis: int, unit: float) -> float:
        """The value of an axis at a place of the unit cube."""
        return float(self.centre[axis] + unit * self.scale[axis])


def _extremes(position: Array) -> tuple[Array, Array]:
    """Least and largest of each column; not finite when a value is not.

    Rows are taken by the thousand side by side, which numpy reduces several times faster.
    """
    width = position.shape[1]
    if not len(position):
        return np.full(width, np.nan), np.full(width, np.nan)
    whole = len(position) // 1024 * 1024
    wide = np.ascontiguousarray(position[:whole]).reshape(-1, 1024 * width)
    lows = highs = position[whole:]
    if whole:
        lows = np.concatenate([lows, wide.min(axis=0).reshape(-1, width)])
        highs = np.concatenate([highs, wide.max(axis=0).reshape(-1, width)])
    return lows.min(axis=0), highs.max(axis=0)


@dataclass(frozen=True, slots=True)
class Frame:
    """A camera, and the place of its plane that is in the middle of the view.

    `middle` is in units of the plane before zooming. A `flat` view has margins for its axes and
    stretches each axis to its width and height.
    """

    camera: Camera = Camera()  # noqa: RUF009 - frozen
    flat: bool = False
    middle: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def home(cls, flat: bool) -> Frame:
        """Everything, from the usual side."""
        return cls(ABOVE if flat else Camera(), flat)

    def viewport(self, area: Area) -> Viewport:
        """Where the plane of the camera lies on the screen."""
        x_scale, y_scale = self._scales(area)
        zoom = self.camera.zoom
        return Viewport(
            area.width,
            area.height,
            x_scale,
            y_scale,
            (area.left + area.right) / 2 - self.middle[0] * zoom * x_scale,
            (area.top + area.bottom) / 2 + self.middle[1] * zoom * y_scale,
        )

    def places(self, unit: Array, area: Area) -> tuple[Array, Array, Array]:
        """Pixel coordinates and depth, (k,) each, of points of the unit cube (k, 3)."""
        x, y, depth = self.camera.project(unit)
        return *self.viewport(area).pixels(x, y), depth

    def moved(self, across: float, down: float, area: Area) -> Frame:
        """The view after its content was pushed by some pixels."""
        x_scale, y_scale = self._scales(area)
        x, y = self.middle
        zoom = self.camera.zoom
        return replace(self, middle=(x - across / (x_scale * zoom), y + down / (y_scale * zoom)))

    def zoomed(self, factor: float, across: float, down: float, area: Area) -> Frame:
        """The view zoomed about a pixel coordinate, which keeps what it shows."""
        before = self.viewport(area).plane(across, down)
        camera = self.camera.zoomed(factor)
        ratio = camera.zoom / self.camera.zoom
        after = replace(self, camera=camera)
        x, y = after.viewport(area).pixels(*(np.array([part * ratio]) for part in before))
        return after.moved(across - float(x[0]), down - float(y[0]), area)

    def turned(self, across_deg: float, down_deg: float) -> Frame:
        """The view with the scene turned to the right and toward the viewer."""
        return replace(self, camera=self.camera.rotated(across_deg, down_deg))

    def _scales(self, area: Area) -> tuple[float, float]:
        width, height = area.right - area.left, area.bottom - area.top
        if self.flat:
            return max(1.0, width * _PLANE_SHARE), max(1.0, height * _PLANE_SHARE)
        edge = max(1.0, min(width, height) * _SPACE_SHARE)
        return edge, edge


@dataclass(frozen=True, slots=True)
class Area:
    """A view of `width` by `height` pixels, and the part of it that shows data."""

    width: int
    height: int
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def bare(cls, width: int, height: int) -> Area:
        """A view without margins."""
        return cls(width, height, 0, 0, width, height)

    def scaled(self, ratio: float) -> Area:
        """The same in other pixels, such as those of the device."""
        width, height = max(1, round(self.width * ratio)), max(1, round(self.height * ratio))
        sides = (side * ratio for side in (self.left, self.top, self.right, self.bottom))
        return Area(width, height, *sides)
