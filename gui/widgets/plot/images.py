"""Pictures, heat maps and rasters: each one painted image."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from typing_extensions import override

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, HeatMap, Picture, Raster
from gui.widgets import painted
from gui.widgets.painted import Painted
from gui.widgets.plot import ink
from gui.widgets.plot.geometry import (
    AREA_PX,
    ColorScale,
    Extent,
    Key,
    Mapping,
    Reading,
    category_name,
    off_axis,
    on_axis,
    told,
)
from gui.widgets.plot.layer import UNDER, LayerItem

#: Height of a raster's row, of the one unit between rows.
ROW_FILLED = 0.84


class PictureItem(LayerItem[Picture]):
    """An image whose pixels are the unit of the axes."""

    depth = UNDER * 2
    tight = True

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._painted: Painted | None = None

    @override
    def set_layer(self, layer: Picture, figure: Figure) -> None:
        super().set_layer(layer, figure)
        self._painted = painted.picture(layer.pixels)

    @override
    def extent(self) -> Extent | None:
        height, width = self.layer.pixels.shape[:2]
        return Extent(0.0, float(width), 0.0, float(height))

    @override
    def reading(self, at: QPointF) -> Reading | None:
        column, row = int(self.mapping.x_at(at.x()) // 1), int(self.mapping.y_at(at.y()) // 1)
        height, width = self.layer.pixels.shape[:2]
        if not (0 <= column < width and 0 <= row < height):
            return None
        value = " ".join(str(part) for part in np.atleast_1d(self.layer.pixels[row, column]))
        lines = [self.layer.name] if self.layer.name else []
        return Reading((*lines, f"x {column}  y {row}", f"value {value}"), at, AREA_PX)

    @override
    def draw(self, painter: QPainter) -> None:
        target = self.mapping.box(self.extent() or Extent(0, 1, 0, 1))
        if self._painted is not None:
            shrunk = target.width() < self._painted.image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
            painter.drawImage(target, self._painted.image)


class HeatMapItem(LayerItem[HeatMap]):
    """Values on a grid, in the continuous palette or, when signed, the diverging one."""

    depth = UNDER * 2
    tight = True

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._painted: Painted | None = None

    @override
    def set_layer(self, layer: HeatMap, figure: Figure) -> None:
        super().set_layer(layer, figure)
        rows, columns = layer.values.shape
        self._columns, self._across = _cells(columns, layer.x_range, self.axes[0])
        self._rows, self._up = _cells(rows, layer.y_range, self.axes[1])
        scale = self.color_scale()
        colors = painted.colored(layer.values, scale.low, scale.high, scale.table)
        if self._rows is not None:
            colors = colors[self._rows]
        if self._columns is not None:
            colors = colors[:, self._columns]
        self._painted = painted.argb_image(colors) if colors.size else None

    @override
    def color_scale(self) -> ColorScale:
        layer = self.layer
        low, high = value_range(layer.values, layer.low, layer.high, layer.signed)
        table = tokens.DIVERGING if layer.signed else tokens.VIRIDIS
        return ColorScale(layer.value_axis, low, high, painted.packed(table))

    @override
    def extent(self) -> Extent | None:
        return Extent(*self._across, *self._up)

    @override
    def reading(self, at: QPointF) -> Reading | None:
        layer = self.layer
        x = off_axis(self.mapping.x_at(at.x()), self.axes[0])
        y = off_axis(self.mapping.y_at(at.y()), self.axes[1])
        rows, columns = layer.values.shape
        column, row = _cell(x, layer.x_range, columns), _cell(y, layer.y_range, rows)
        if column is None or row is None:
            return None
        lines = (
            told(self.axes[0], _centre(column, layer.x_range, columns)),
            told(self.axes[1], _centre(row, layer.y_range, rows)),
            told(layer.value_axis, layer.values[row, column]),
        )
        return Reading(lines, at, AREA_PX)

    @override
    def draw(self, painter: QPainter) -> None:
        if self._painted is None:
            return
        target = self.mapping.box(Extent(*self._across, *self._up))
        if not self.mapping.inverted:  # row 0 belongs at the bottom
            painter.translate(0, target.top() + target.bottom())
            painter.scale(1, -1)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(target, self._painted.image)


class RasterItem(LayerItem[Raster]):
    """Spans of time in rows, row 0 on top."""

    depth = UNDER * 2
    tight = True

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._rows: list[Array] = []
        self._strips: list[tuple[QRectF, Painted]] = []

    @override
    def set_layer(self, layer: Raster, figure: Figure) -> None:
        super().set_layer(layer, figure)
        order = np.lexsort((layer.start, layer.row))
        borders = np.searchsorted(layer.row[order], np.arange(len(layer.row_names) + 1))
        self._rows = [order[start:stop] for start, stop in pairwise(borders)]

    @override
    def extent(self) -> Extent | None:
        layer = self.layer
        if not len(layer.start):
            return None
        ends = on_axis(np.array([layer.start.min(), layer.stop.max()]), self.axes[0])
        return Extent(float(ends[0]), float(ends[1]), -0.5, len(layer.row_names) - 0.5)

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        layer, colors = self.layer, ink.category_colors()
        edges = np.linspace(mapping.extent.left, mapping.extent.right, mapping.device_size[1] + 1)
        edges = 10.0**edges if self.axes[0].log else edges
        self._strips = []
        for row, spans in enumerate(self._rows):
            pixels = painted.strip(
                layer.start[spans], layer.stop[spans], layer.category[spans], colors, edges
            )
            room = Extent(
                mapping.extent.left,
                mapping.extent.right,
                row - ROW_FILLED / 2,
                row + ROW_FILLED / 2,
            )
            self._strips.append((mapping.box(room), painted.argb_image(pixels[None, :])))

    @override
    def legend(self) -> list[Key]:
        return [Key(name, i, "patch") for i, name in enumerate(self.layer.category_names)]

    @override
    def reading(self, at: QPointF) -> Reading | None:
        row = round(self.mapping.y_at(at.y()))
        if not 0 <= row < len(self._rows):
            return None
        layer, spans = self.layer, self._rows[row]
        x = off_axis(self.mapping.x_at(at.x()), self.axes[0])
        under = int(np.searchsorted(layer.start[spans], x, side="right")) - 1
        if under < 0 or layer.stop[spans[under]] < x:
            return None
        span = spans[under]
        category = category_name(layer.category_names, layer.category[span])
        unit = f" {self.axes[0].unit}" if self.axes[0].unit else ""
        between = f"{layer.start[span]:.6g} to {layer.stop[span]:.6g}{unit}"
        return Reading((category, layer.row_names[row], between), at, AREA_PX)

    @override
    def draw(self, painter: QPainter) -> None:
        for target, strip in self._strips:
            painter.drawImage(target, strip.image)


def value_range(
    values: Array, low: float | None, high: float | None, signed: bool = False
) -> tuple[float, float]:
    """The values at the ends of a palette: those given, else the data's own.

    A signed range is centred on zero.
    """
    finite = values[np.isfinite(values)]
    own = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    low, high = own[0] if low is None else low, own[1] if high is None else high
    if signed:
        reach = max(abs(low), abs(high))
        return -reach, reach
    return low, high


def _cell(value: float, ends: tuple[float, float], count: int) -> int | None:
    """The cell of a regular grid that holds a value; None outside."""
    cell = int((value - ends[0]) / (ends[1] - ends[0]) * count // 1)
    return cell if 0 <= cell < count else None


def _centre(cell: int, ends: tuple[float, float], count: int) -> float:
    return ends[0] + (cell + 0.5) * (ends[1] - ends[0]) / count


def _cells(
    count: int, ends: tuple[float, float], axis: Axis
) -> tuple[Array | None, tuple[float, float]]:
    """Which cells to paint side by side, and the view coordinates of the outer edges.

    On a linear axis these are all cells (None). On a log axis cells are not equally wide: each
    is repeated as its width asks, and what is not above zero is left out.
    """
    if not axis.log:
        return None, ends
    step = (ends[1] - ends[0]) / count
    lowest = ends[0] if ends[0] > 0 else step / 2
    low, high = np.log10(lowest), np.log10(ends[1])
    edges = np.linspace(low, high, 4 * count + 1)
    centres = 10 ** ((edges[:-1] + edges[1:]) / 2)
    cells = np.clip((centres - ends[0]) / step, 0, count - 1).astype("i8")
    return cells, (float(low), float(high))
