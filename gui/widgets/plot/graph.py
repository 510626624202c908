"""Graphs: nodes by weight, edges by weight, arrows when directed."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from typing_extensions import override

from engine.figures.arrays import Array
from engine.figures.model import Graph
from gui.theme import theme
from gui.widgets.plot import ink
from gui.widgets.plot.geometry import Extent, Mapping, Reading, extent_of
from gui.widgets.plot.layer import LayerItem

NODE_PX = (5.0, 18.0)
EDGE_PX = (0.6, 4.0)
ARROW_PX = 7.0
#: Free room round the outer nodes, as a share of the layout's size.
ROOM = 0.12
#: How far a directed edge bows, of its length, so that both directions can be seen.
BOW = 0.12


class GraphItem(LayerItem[Graph]):
    """Nodes in the colours of the categories, named, over curved edges."""

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._spots = np.zeros((0, 2))
        self._radii = np.zeros(0)
        self._edges: list[tuple[QPainterPath, QPen]] = []
        self._arrows: list[QPolygonF] = []

    @override
    def extent(self) -> Extent | None:
        x, y = self.layer.position.T
        found = extent_of(x, y)
        if found is None:
            return None
        # Nodes and their names reach beyond the centres.
        reach = ROOM * max(found.right - found.left, found.high - found.low)
        return Extent(
            found.left - reach, found.right + reach, found.low - reach, found.high + reach
        )

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        layer, scale = self.layer, theme().scale
        x, y = layer.position.T
        self._spots = np.stack([mapping.x_px(x), mapping.y_px(y)], axis=1)
        self._radii = scale * _between(np.sqrt(np.abs(layer.weight)), *NODE_PX)
        widths = scale * _between(np.abs(layer.edge_weight), *EDGE_PX)
        self._edges, self._arrows = [], []
        for (start, stop), width in zip(layer.edge, widths, strict=True):
            if start != stop:  # what stays is told by the size of the node
                self._add_edge(int(start), int(stop), float(width))

    def _add_edge(self, start: int, stop: int, width: float) -> None:
        source, target = self._spots[start], self._spots[stop]
        along = target - source
        length = float(np.hypot(*along))
        if length == 0:
            return
        bow = BOW if self.layer.directed else 0.0
        bend = (source + target) / 2 + bow * np.array([-along[1], along[0]])
        heading = (target - bend) / np.hypot(*(target - bend))
        tip = target - heading * self._radii[stop]
        path = QPainterPath(QPointF(*source))
        path.quadTo(QPointF(*bend), QPointF(*tip))
        pen = QPen(theme().color("secondary", 0.75), width)
        self._edges.append((path, pen))
        if self.layer.directed:
            self._arrows.append(_arrow(tip, heading, ARROW_PX * theme().scale + width))

    @override
    def reading(self, at: QPointF) -> Reading | None:
        if not len(self._spots):
            return None
        distance = np.hypot(self._spots[:, 0] - at.x(), self._spots[:, 1] - at.y())
        node = int(distance.argmin())
        away = max(0.0, float(distance[node] - self._radii[node]))
        lines = (self.layer.names[node], f"weight {self.layer.weight[node]:.6g}")
        return Reading(lines, QPointF(*self._spots[node]), away)

    @override
    def draw(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for path, pen in self._edges:
            painter.setPen(pen)
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("secondary"))
        for arrow in self._arrows:
            painter.drawPolygon(arrow)
        self._paint_nodes(painter)

    def _paint_nodes(self, painter: QPainter) -> None:
        painter.setFont(theme().ui_font(11))
        for node, (name, (x, y), radius) in enumerate(
            zip(self.layer.names, self._spots, self._radii, strict=True)
        ):
            painter.setPen(QPen(theme().color("surface"), 1.5 * theme().scale))
            painter.setBrush(ink.color(node))
            painter.drawEllipse(QPointF(x, y), radius, radius)
            painter.setPen(theme().color("text"))
            room = QRectF(x - 100, y + radius + 2, 200, theme().px(16))
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, name)


def _between(values: Array, least: float, most: float) -> Array:
    """Values from zero to their maximum, spread between two sizes."""
    top = float(values.max()) if len(values) else 0.0
    return least + (most - least) * (values / top if top > 0 else np.zeros(len(values)))


def _arrow(tip: Array, heading: Array, size: float) -> QPolygonF:
    side = np.array([-heading[1], heading[0]]) * size * 0.45
    back = tip - heading * size
    return QPolygonF([QPointF(*tip), QPointF(*(back + side)), QPointF(*(back - side))])
