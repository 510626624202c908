"""Closed outlines, and boxes with labels."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from typing_extensions import override

from engine.figures.model import Boxes, Shapes
from gui.theme import theme
from gui.widgets.plot import ink
from gui.widgets.plot.geometry import (
    AREA_PX,
    Extent,
    Key,
    Mapping,
    Reading,
    category_name,
    extent_of,
    on_axis,
    told,
)
from gui.widgets.plot.layer import LayerItem

FILL_ALPHA = 0.12
LABEL_PX = 11


class ShapesItem(LayerItem[Shapes]):
    """Outlines of one mark, thinly filled when the mark is a filled one."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._polygons: list[QPolygonF] = []

    @override
    def extent(self) -> Extent | None:
        if not self.layer.outlines:
            return None
        points = np.concatenate(self.layer.outlines)
        return extent_of(on_axis(points[:, 0], self.axes[0]), on_axis(points[:, 1], self.axes[1]))

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        x_axis, y_axis = self.axes
        self._polygons = [
            pg.functions.arrayToQPolygonF(
                mapping.x_px(on_axis(outline[:, 0], x_axis)),
                mapping.y_px(on_axis(outline[:, 1], y_axis)),
            )
            for outline in self.layer.outlines
        ]

    @override
    def reading(self, at: QPointF) -> Reading | None:
        for name, polygon in zip(self.layer.names, self._polygons, strict=True):
            if polygon.containsPoint(at, Qt.FillRule.OddEvenFill):
                return Reading((name,), at, AREA_PX - 1)
        return None

    @override
    def draw(self, painter: QPainter) -> None:
        painter.setPen(ink.pen(self.layer.mark))
        painter.setBrush(ink.brush(self.layer.mark, FILL_ALPHA))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for polygon in self._polygons:
            painter.drawPolygon(polygon)


class BoxesItem(LayerItem[Boxes]):
    """Boxes in the colour of their category, the label on a tag above."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._boxes: list[QRectF] = []
        self._tags: list[QRectF] = []

    @override
    def extent(self) -> Extent | None:
        corners = self.layer.corners
        return extent_of(corners[:, [0, 2]].ravel(), corners[:, [1, 3]].ravel())

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        metrics = QFontMetricsF(theme().ui_font(LABEL_PX))
        self._boxes, self._tags = [], []
        for (left, top, right, bottom), label in zip(
            self.layer.corners, self.layer.labels, strict=True
        ):
            box = mapping.box(Extent(left, right, top, bottom))
            width = metrics.horizontalAdvance(label) + theme().px(8)
            tag = QRectF(box.left(), box.top() - metrics.height(), width, metrics.height())
            self._boxes.append(box)
            self._tags.append(tag if label else QRectF())

    @override
    def legend(self) -> list[Key]:
        return [Key(name, i, "patch") for i, name in enumerate(self.layer.category_names)]

    @override
    def reading(self, at: QPointF) -> Reading | None:
        under = [i for i, box in enumerate(self._boxes) if box.contains(at)]
        if not under:
            return None
        row = min(under, key=self._area)
        layer, (x_axis, y_axis) = self.layer, self.axes
        left, top, right, bottom = layer.corners[row]
        lines = [layer.labels[row]] if layer.labels[row] else []
        if layer.category_names:
            lines.append(category_name(layer.category_names, layer.category[row]))
        lines += [told(x_axis, left) + f" to {right:.6g}", told(y_axis, top) + f" to {bottom:.6g}"]
        return Reading(tuple(lines), at, AREA_PX - 1)

    def _area(self, row: int) -> float:
        return self._boxes[row].width() * self._boxes[row].height()

    @override
    def draw(self, painter: QPainter) -> None:
        painter.setFont(theme().ui_font(LABEL_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rows = zip(self._boxes, self._tags, self.layer.labels, self.layer.category, strict=True)
        for box, tag, label, category in rows:
            color = ink.color(int(category))
            painter.setPen(QPen(color, ink.LINE_PX * theme().scale))
            painter.drawRect(box)
            if label:
                painter.fillRect(tag, color)
                painter.setPen(_legible_on(color))
                painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, label)


def _legible_on(color: QColor) -> QColor:
    """Dark or light ink, whichever stands out from a colour."""
    dark, light = QColor("#14161A"), QColor("#FFFFFF")
    return dark if color.lightnessF() > 0.5 else light
