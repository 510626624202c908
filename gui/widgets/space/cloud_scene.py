"""A cloud and how it is seen, without a widget: what is where on the screen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.figures import tokens
from engine.figures.camera import Camera
from engine.figures.model import Axis, Cloud, Scatter
from engine.figures.tokens import Palette
from gui.widgets.space.point_image import inside_polygon, point_image

Floats = NDArray[np.floating]
#: While the cloud turns, at most this many points are drawn.
WHILE_TURNING = 300_000
_MARGIN = 0.86
_DIMMED = 0.28


class CloudScene:
    """Points in the plane or in space, seen through a pan, a zoom and a camera.

    Rows are shuffled once, with a fixed seed, so that the first k are a fair sample; outside,
    rows keep their own numbers.
    """

    def __init__(self) -> None:
        self.camera = Camera()
        self.flat = True
        self.pan = (0.0, 0.0)
        self.value_axis: Axis | None = None
        self.value_range = (0.0, 1.0)
        self.category_names: tuple[str, ...] = ()
        self._unit: Floats = np.zeros((0, 3), dtype="f4")
        self._order: NDArray[np.intp] = np.zeros(0, dtype="i8")
        self._place: NDArray[np.intp] = np.zeros(0, dtype="i8")
        self._low = np.zeros(3)
        self._high = np.ones(3)
        self._base: NDArray[np.uint8] = np.zeros((0, 3), dtype="u1")
        self._selected: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self._unit)

    @property
    def low(self) -> Floats:
        """Lower corner of the box (3,)."""
        return self._low

    @property
    def high(self) -> Floats:
        """Upper corner of the box (3,)."""
        return self._high

    def set_layer(self, layer: Scatter | Cloud, palette: Palette) -> None:
        """Take the points of a figure's layer; the camera stays."""
        position, flat = _positions(layer)
        if flat != self.flat:
            self.reset_view()
        self.flat = flat
        self._fit(position, fresh=len(self._unit) == 0 or len(position) < len(self._unit))
        span = np.where(self._high > self._low, self._high - self._low, 1.0)
        unit = (position - (self._low + self._high) / 2) / span
        self._order = np.random.default_rng(0).permutation(len(unit))
        self._place = np.empty_like(self._order)
        self._place[self._order] = np.arange(len(unit))
        self._unit = np.ascontiguousarray(unit[self._order], dtype="f4")
        self.value_axis, self.category_names = layer.value_axis, layer.category_names
        self.set_colors(layer, palette)
        self._selected = None

    def set_colors(self, layer: Scatter | Cloud, palette: Palette) -> None:
        """Colour the points by value, by category or by mark."""
        if layer.value is not None and len(layer.value):
            low, high = float(np.nanmin(layer.value)), float(np.nanmax(layer.value))
            place = np.nan_to_num((layer.value - low) / ((high - low) or 1.0))
            colors = tokens.VIRIDIS[(place * 255).astype("i8")]
            self.value_range = (low, high)
        elif layer.category is not None:
            table = np.array([tokens.rgb(color) for color in palette.categories], dtype="u1")
            colors = table[layer.category % len(table)]
        else:
            one = np.array(tokens.rgb(palette.mark(layer.mark)), dtype="u1")
            colors = np.broadcast_to(one, (len(self._unit), 3))
        self._base = colors[self._order]

    def clear(self) -> None:
        """Hold no points."""
        self._unit = np.zeros((0, 3), dtype="f4")
        self._order = np.zeros(0, dtype="i8")
        self._selected = None

    def select(self, rows: NDArray[np.int64]) -> None:
        """Emphasise these rows and dim the others; none emphasises all."""
        if len(rows) == 0:
            self._selected = None
            return
        mask = np.zeros(len(self._unit), dtype=bool)
        mask[rows[(rows >= 0) & (rows < len(mask))]] = True
        self._selected = mask[self._order]

    def reset_view(self) -> None:
        """See everything from the usual side."""
        self.camera, self.pan = Camera(), (0.0, 0.0)

    def screen(self, size: tuple[int, int], count: int | None = None) -> tuple[Floats, ...]:
        """Where the first `count` points are: x, y in pixels, and depth (None when flat)."""
        return self._project(self._unit if count is None else self._unit[:count], size)

    def _project(self, unit: Floats, size: tuple[int, int]) -> tuple[Floats, ...]:
        if self.flat:
            x, y = unit[:, 0] * self.camera.zoom, unit[:, 1] * self.camera.zoom
            depth = unit[:, 2]
        else:
            x, y, depth = self.camera.project(unit)
        scale_x, scale_y = self.scales(size)
        height, width = size
        x = x * np.float32(scale_x) + np.float32(width / 2 + self.pan[0])
        y = y * np.float32(-scale_y) + np.float32(height / 2 + self.pan[1])
        return x, y, depth

    def scales(self, size: tuple[int, int]) -> tuple[float, float]:
        """Pixels of the edge of the unit box, across and down."""
        height, width = size
        if self.flat:
            return width * _MARGIN, height * _MARGIN
        edge = min(width, height) * 0.6
        return edge, edge

    def draw(
        self, size: tuple[int, int], point_px: int, background: int, *, turning: bool = False
    ) -> NDArray[np.uint32]:
        """Draw it; while it turns, a fair sample of a very large cloud."""
        count = min(len(self), WHILE_TURNING) if turning else len(self)
        x, y, depth = self.screen(size, count)
        colors = _packed(self._shades(background)[:count])
        nearness = None if self.flat else depth
        return point_image(x, y, nearness, colors, size, point_px, background)

    def row_at(self, place: tuple[float, float], size: tuple[int, int], radius: float) -> int:
        """The row of the point nearest to a place on the screen, or -1."""
        x, y, _ = self.screen(size)
        distance = (x - place[0]) ** 2 + (y - place[1]) ** 2
        found = int(np.argmin(distance))
        return int(self._order[found]) if distance[found] <= radius**2 else -1

    def places_of(self, rows: NDArray[np.int64], size: tuple[int, int]) -> Floats:
        """Where some rows are on the screen, (k, 2) in pixels."""
        x, y, _ = self._project(self._unit[self._place[rows]], size)
        return np.stack([x, y], axis=1)

    def rows_inside(self, polygon: Floats, size: tuple[int, int]) -> NDArray[np.int64]:
        """Rows inside a polygon on the screen (k, 2), sorted."""
        x, y, _ = self.screen(size)
        rows: NDArray[np.int64] = np.sort(self._order[inside_polygon(x, y, polygon)])
        return rows

    def _fit(self, position: Floats, *, fresh: bool) -> None:
        """Let the box grow with the data, and never jump while it does."""
        if len(position) == 0:
            return
        low, high = np.nanmin(position, axis=0), np.nanmax(position, axis=0)
        if fresh or (low < self._low).any() or (high > self._high).any():
            room = 0.0 if fresh else 0.15 * (high - low)
            self._low, self._high = low - room, high + room

    def _shades(self, background: int) -> NDArray[np.uint8]:
        """Colours with what is not selected moved towards the background."""
        if self._selected is None:
            return self._base
        ground = np.array([background >> 16 & 255, background >> 8 & 255, background & 255])
        dimmed = self._base * _DIMMED + ground * (1 - _DIMMED)
        return np.where(self._selected[:, None], self._base, dimmed).astype("u1")


def _positions(layer: Scatter | Cloud) -> tuple[Floats, bool]:
    if isinstance(layer, Cloud):
        return layer.position, False
    zeros = np.zeros(len(layer.x))
    return np.stack([layer.x, layer.y, zeros], axis=1), True


def _packed(colors: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """(n, 3) to 0xFFRRGGBB."""
    wide = colors.astype("u4")
    packed: NDArray[np.uint32] = (
        np.uint32(0xFF000000)
        | wide[:, 0] << np.uint32(16)
        | wide[:, 1] << np.uint32(8)
        | wide[:, 2]
    )
    return packed
