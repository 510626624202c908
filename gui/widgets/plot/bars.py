"""Bars with error bars, and histograms."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from typing_extensions import override

from engine.figures.arrays import Array
from engine.figures.bar_places import bar_places
from engine.figures.model import Bars, Figure, Histogram
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

ColumnT = TypeVar("ColumnT", bound=Bars | Histogram)


class ColumnItem(LayerItem[ColumnT]):
    """Upright columns over a floor: what bars and histograms share."""

    depth = UNDER
    grounded = True
    fill_alpha = 0.85

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._left = self._right = self._top = np.zeros(0)
        self._floor = 0.0
        self._columns: list[QRectF] = []
        self._shown = np.zeros(0, "i8")

    @override
    def set_layer(self, layer: ColumnT, figure: Figure) -> None:
        super().set_layer(layer, figure)
        self._left, self._right, top = self.columns()
        self._top = on_axis(top, self.axes[1])
        finite = np.isfinite(self._left) & np.isfinite(self._right) & np.isfinite(self._top)
        self._shown = np.flatnonzero(finite)
        self._floor = self._find_floor()

    def columns(self) -> tuple[Array, Array, Array]:
        """Left and right end (n,) in view coordinates, and the value on top (n,)."""
        raise NotImplementedError

    def told(self, row: int) -> tuple[str, ...]:
        """What the read-out says of a column."""
        raise NotImplementedError

    def _find_floor(self) -> float:
        """Zero, or on a log axis the decade below the lowest column."""
        if not self.axes[1].log or not len(self._shown):
            return 0.0
        return float(np.ceil(self._top[self._shown].min()) - 1)

    @override
    def extent(self) -> Extent | None:
        if not len(self._shown):
            return None
        left, right, top = (ends[self._shown] for ends in (self._left, self._right, self._top))
        low, high = min(self._floor, top.min()), max(self._floor, top.max())
        return Extent(float(left.min()), float(right.max()), float(low), float(high))

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        left, right = mapping.x_px(self._left), mapping.x_px(self._right)
        floor, top = float(mapping.y_px(np.array(self._floor))), mapping.y_px(self._top)
        self._columns = [
            QRectF(left[row], min(floor, top[row]), right[row] - left[row], abs(top[row] - floor))
            for row in self._shown
        ]

    @override
    def reading(self, at: QPointF) -> Reading | None:
        for row, column in zip(self._shown, self._columns, strict=True):
            if column.left() <= at.x() <= column.right():
                spot = QPointF(column.center().x(), float(self.mapping.y_px(self._top[row])))
                above = 0.0 if column.contains(at) else REACH_PX / 2
                return Reading(self.told(int(row)), spot, above)
        return None

    @override
    def legend(self) -> list[Key]:
        return [Key(self.layer.name, self.layer.mark, "bar")] if self.layer.name else []

    @override
    def draw(self, painter: QPainter) -> None:
        brush = ink.brush(self.layer.mark, self.fill_alpha)
        is_open = brush.style() == Qt.BrushStyle.NoBrush
        painter.setBrush(brush)
        painter.setPen(ink.pen(self.layer.mark) if is_open else QPen(Qt.PenStyle.NoPen))
        painter.drawRects(self._columns)


class BarsItem(ColumnItem[Bars]):
    """One bar per label, with error bars."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._whiskers: list[QLineF] = []

    @override
    def columns(self) -> tuple[Array, Array, Array]:
        return *bar_places(self.layer, self.figure), self.layer.height

    def _ends(self) -> tuple[Array, Array] | None:
        low, high = self.layer.low, self.layer.high
        if low is None or high is None:
            return None
        return on_axis(low, self.axes[1]), on_axis(high, self.axes[1])

    @override
    def extent(self) -> Extent | None:
        found, ends = super().extent(), self._ends()
        if found is None or ends is None:
            return found
        centre = (self._left + self._right) / 2
        for end in ends:
            side = extent_of(centre, end)
            found = found if side is None else found.united(side)
        return found

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        ends = self._ends()
        self._whiskers = []
        if ends is None:
            return
        centre = mapping.x_px((self._left + self._right) / 2)
        low, high = mapping.y_px(ends[0]), mapping.y_px(ends[1])
        beam = theme().px(4)
        for x, bottom, top in zip(centre, low, high, strict=True):
            if np.isfinite(bottom) and np.isfinite(top):
                self._whiskers.append(QLineF(x, bottom, x, top))
                self._whiskers += [QLineF(x - beam, y, x + beam, y) for y in (bottom, top)]

    @override
    def told(self, row: int) -> tuple[str, ...]:
        layer = self.layer
        lines = [layer.name] if layer.name else []
        lines += [layer.labels[row], told(self.axes[1], layer.height[row])]
        if layer.low is not None and layer.high is not None:
            lines.append(f"from {layer.low[row]:.6g} to {layer.high[row]:.6g}")
        return tuple(lines)

    @override
    def draw(self, painter: QPainter) -> None:
        super().draw(painter)
        painter.setPen(QPen(ink.color("text"), 1.2 * theme().scale))
        painter.drawLines(self._whiskers)


class HistogramItem(ColumnItem[Histogram]):
    """Counts between edges; see-through, so that two of them can be compared."""

    fill_alpha = 0.55

    @override
    def columns(self) -> tuple[Array, Array, Array]:
        edges = on_axis(self.layer.edges, self.axes[0])
        return edges[:-1], edges[1:], self.layer.counts

    @override
    def told(self, row: int) -> tuple[str, ...]:
        layer, (x_axis, y_axis) = self.layer, self.axes
        unit = f" {x_axis.unit}" if x_axis.unit else ""
        between = f"{x_axis.name} {layer.edges[row]:.6g} to {layer.edges[row + 1]:.6g}{unit}"
        lines = [layer.name] if layer.name else []
        return (*lines, between, told(y_axis, layer.counts[row]))
