"""Lines with bands, and reference values."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF
from typing_extensions import override

from engine.figures.arrays import Array
from engine.figures.model import Figure, Line, Reference
from gui.theme import theme
from gui.widgets.plot import ink
from gui.widgets.plot.geometry import (
    REACH_PX,
    Extent,
    Key,
    Mapping,
    Reading,
    extent_of,
    on_axis,
    told,
)
from gui.widgets.plot.layer import UNDER, LayerItem
from gui.widgets.reduction import band_by_column, by_column, is_ascending, visible

#: A line of so few points shows each of them.
FEW_POINTS = 40
#: A band of so few points is painted as a polygon, one of more by columns of pixels.
FEW_CORNERS = 200
#: Longer curves, in pixels on the screen, are painted with a coarser pen.
LONG_PX, LONG_DASHED_PX = 20_000.0, 4_000.0
BAND_ALPHA = 0.18
LABEL_PX = 11


class LineItem(LayerItem[Line]):
    """A curve of pyqtgraph, with its band painted under it."""

    depth = UNDER

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._curve = pg.PlotDataItem(connect="finite")
        view.addItem(self._curve, ignoreBounds=True)
        self._band: list[QPolygonF] = []
        self._band_columns: list[QRectF] = []
        self._style: tuple[object, ...] = ()

    @override
    def set_layer(self, layer: Line, figure: Figure) -> None:
        super().set_layer(layer, figure)
        x_axis, y_axis = self.axes
        self._x = on_axis(layer.x, x_axis)
        self._y = on_axis(layer.y, y_axis)
        self._ends: tuple[Array, ...] = ()
        if layer.low is not None and layer.high is not None:
            self._ends = on_axis(layer.low, y_axis), on_axis(layer.high, y_axis)
        self._ascending = is_ascending(self._x)

    @override
    def restyle(self) -> None:
        self._style = ()

    def _set_style(self, length_px: float) -> None:
        """Choose the finest pen that a curve so long can be painted with in time."""
        mark, few = self.layer.mark, len(self._x) <= FEW_POINTS
        pen = ink.pen(mark)
        solid = pen.style() == Qt.PenStyle.SolidLine
        long = length_px > (LONG_PX if solid else LONG_DASHED_PX)
        style = (mark, few, long, theme().palette.name, theme().scale)
        if style == self._style:
            return
        self._style = style
        if long and not solid:
            pen.setWidthF(1.0)
        # Qt strokes a wide path as one outline, which takes seconds when it is dense.
        self._curve.curve.setSegmentedLineMode("on" if solid else "off")
        self._curve.opts["antialias"] = not long
        self._curve.setPen(pen)
        dots = {"reported": "d", "theory": None}.get(str(mark), "o")
        self._curve.setSymbol(dots if few else None)
        self._curve.setSymbolSize(theme().px(9 if mark == "reported" else 5))
        self._curve.setSymbolPen(pg.mkPen(ink.color(mark), width=1.5 * theme().scale))
        self._curve.setSymbolBrush(ink.brush(mark))

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        x, y, rows = mapping.x_px(self._x), self._y, slice(None)
        if self._ascending:
            rows = visible(x, 0, mapping.width)
            x, y = by_column(x[rows], y[rows])
        steps = np.hypot(np.diff(x), np.diff(mapping.y_px(y)))
        self._set_style(float(np.nansum(steps)))
        self._curve.setData(mapping.x_of(x), y)
        self._rebuild_band(mapping, rows)

    def _rebuild_band(self, mapping: Mapping, rows: slice) -> None:
        self._band, self._band_columns = [], []
        if not self._ends:
            return
        x = mapping.x_px(self._x[rows])
        low, high = (mapping.y_px(end[rows]) for end in self._ends)
        if not self._ascending or len(x) <= FEW_CORNERS:
            self._band = _band_polygons(x, low, high)
        else:
            self._band_columns = _band_columns(x, np.minimum(low, high), np.maximum(low, high))

    @override
    def extent(self) -> Extent | None:
        found = extent_of(self._x, self._y)
        for end in self._ends:
            side = extent_of(self._x, end)
            if side is not None:
                found = side if found is None else found.united(side)
        return found

    @override
    def legend(self) -> list[Key]:
        return [Key(self.layer.name, self.layer.mark, "line")] if self.layer.name else []

    @override
    def reading(self, at: QPointF) -> Reading | None:
        mapping, rows = self.mapping, slice(None)
        if self._ascending:
            reach = REACH_PX / mapping.width * (mapping.extent.right - mapping.extent.left)
            x = mapping.x_at(at.x())
            rows = visible(self._x, x - reach, x + reach)
        x_px, y_px = mapping.x_px(self._x[rows]), mapping.y_px(self._y[rows])
        distance = np.hypot(x_px - at.x(), y_px - at.y())
        if not np.isfinite(distance).any():
            return None
        nearest = int(np.nanargmin(distance))
        row = nearest + (rows.start or 0)
        spot = QPointF(x_px[nearest], y_px[nearest])
        return Reading(self._told(row), spot, float(distance[nearest]))

    def _told(self, row: int) -> tuple[str, ...]:
        layer = self.layer
        x_axis, y_axis = self.axes
        lines = [layer.name] if layer.name else []
        lines += [told(x_axis, layer.x[row]), told(y_axis, layer.y[row])]
        if layer.low is not None and layer.high is not None:
            lines.append(f"band {layer.low[row]:.6g} to {layer.high[row]:.6g}")
        return tuple(lines)

    @override
    def draw(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.color(self.layer.mark, BAND_ALPHA))
        painter.drawRects(self._band_columns)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for polygon in self._band:
            painter.drawPolygon(polygon)

    @override
    def close(self) -> None:
        self.view.removeItem(self._curve)
        super().close()


class ReferenceItem(LayerItem[Reference]):
    """A value drawn across the plot: named on its line, or where that is upright in the legend."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._line = QLineF()
        self._band = QRectF()
        self._label = QRectF()

    @property
    def _horizontal(self) -> bool:
        return self.layer.across == "y"

    def _ends(self) -> tuple[float, float, float]:
        """Value, lower and upper end of its band, in view coordinates."""
        axis = self.axes[1 if self._horizontal else 0]
        value, spread = self.layer.value, self.layer.spread or 0.0
        ends = on_axis(np.array([value, value - spread, value + spread]), axis)
        return float(ends[0]), float(ends[1]), float(ends[2])

    @override
    def extent(self) -> Extent | None:
        value, low, high = self._ends()
        ends = [end for end in (value, low, high) if np.isfinite(end)]
        if not ends:
            return None
        # It spans the other axis whole, and so asks nothing of it.
        low, high = min(ends), max(ends)
        everything = (np.inf, -np.inf)
        return (
            Extent(*everything, low, high) if self._horizontal else Extent(low, high, *everything)
        )

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        values = np.array(self._ends())
        gap = theme().px(4)
        metrics = QFontMetricsF(theme().ui_font(LABEL_PX))
        width, height = metrics.horizontalAdvance(self.layer.name) + gap, metrics.height()
        if self._horizontal:
            at, low, high = mapping.y_px(values)
            self._line = QLineF(0, at, mapping.width, at)
            self._band = QRectF(0, min(low, high), mapping.width, abs(high - low))
            top = at - height - gap / 2 if at > height + gap else at + gap / 2
            self._label = QRectF(mapping.width - width - gap, top, width, height)
        else:
            at, low, high = mapping.x_px(values)
            self._line = QLineF(at, 0, at, mapping.height)
            self._band = QRectF(min(low, high), 0, abs(high - low), mapping.height)
            self._label = QRectF()

    @override
    def legend(self) -> list[Key]:
        # Upright, a name would lie over what is drawn beside the line.
        named = bool(self.layer.name) and not self._horizontal
        return [Key(self.layer.name, self.layer.mark, "line")] if named else []

    @override
    def reading(self, at: QPointF) -> Reading | None:
        along = at.y() - self._line.y1() if self._horizontal else at.x() - self._line.x1()
        on_line = (
            QPointF(at.x(), self._line.y1())
            if self._horizontal
            else QPointF(self._line.x1(), at.y())
        )
        axis = self.axes[1 if self._horizontal else 0]
        spread = "" if self.layer.spread is None else f" ± {self.layer.spread:g}"
        lines = (self.layer.name, told(axis, self.layer.value) + spread)
        # A point near the line is more telling than the line.
        return Reading(lines, on_line, abs(along) + REACH_PX / 2)

    @override
    def draw(self, painter: QPainter) -> None:
        if self.layer.spread is not None:
            painter.fillRect(self._band, ink.color(self.layer.mark, BAND_ALPHA / 1.5))
        painter.setPen(ink.pen(self.layer.mark))
        painter.drawLine(self._line)
        if not self._horizontal:
            return
        painter.fillRect(self._label, theme().color("surface", 0.75))
        painter.setPen(QPen(ink.color(self.layer.mark)))
        painter.setFont(theme().ui_font(LABEL_PX))
        painter.drawText(self._label, Qt.AlignmentFlag.AlignCenter, self.layer.name)


def _band_polygons(x: Array, low: Array, high: Array) -> list[QPolygonF]:
    """Closed outlines of a band; a NaN in it parts it in two."""
    good = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    ends = np.flatnonzero(np.diff(np.concatenate(([False], good, [False]))))
    polygons = []
    for start, stop in ends.reshape(-1, 2):
        along = np.concatenate([x[start:stop], x[start:stop][::-1]])
        across = np.concatenate([high[start:stop], low[start:stop][::-1]])
        polygons.append(pg.functions.arrayToQPolygonF(along, across))
    return polygons


def _band_columns(x: Array, low: Array, high: Array) -> list[QRectF]:
    """A dense band as one upright bar for each column of pixels."""
    column, lowest, highest = band_by_column(x, low, high)
    good = np.isfinite(lowest) & np.isfinite(highest)
    bars = zip(column[good], lowest[good], highest[good], strict=True)
    return [QRectF(left, top, 1.0, bottom - top) for left, top, bottom in bars]
