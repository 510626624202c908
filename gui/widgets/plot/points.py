"""Scatter plots, splatted: a thousand points or a million, one image."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QPainter
from typing_extensions import override

from engine.figures import tokens
from engine.figures.model import Figure, Scatter
from gui.theme import theme
from gui.widgets import painted
from gui.widgets.painted import Stamp
from gui.widgets.plot import ink
from gui.widgets.plot.geometry import (
    ColorScale,
    Extent,
    Key,
    Mapping,
    Reading,
    category_name,
    extent_of,
    on_axis,
    told,
)
from gui.widgets.plot.images import value_range
from gui.widgets.plot.layer import LayerItem

#: An open diamond smaller than this cannot be told from a dot.
SMALLEST_DIAMOND_PX = 10.0


class ScatterItem(LayerItem[Scatter]):
    """Points on one image.

    More points than a frame has time for are splatted over the following turns of the event
    loop, every k-th row at a time, so that the first picture is already a fair one.
    """

    def __init__(self, view: pg.ViewBox) -> None:
        super().__init__(view)
        self._painted = painted.argb_image(np.zeros((1, 1), "u4"))
        self._colors = np.zeros(0, "u4")
        self._part = 0
        self._more = QTimer(self)
        self._more.setInterval(0)
        self._more.timeout.connect(self._splat_part)

    @override
    def set_layer(self, layer: Scatter, figure: Figure) -> None:
        super().set_layer(layer, figure)
        x_axis, y_axis = self.axes
        self._x, self._y = on_axis(layer.x, x_axis), on_axis(layer.y, y_axis)
        self.restyle()

    @override
    def restyle(self) -> None:
        layer, scale = self.layer, self.color_scale()
        if scale is not None and layer.value is not None:
            self._colors = painted.colored(layer.value, scale.low, scale.high, scale.table)
        elif layer.category is not None:
            palette = ink.category_colors()
            self._colors = palette[layer.category % len(palette)]
        else:
            self._colors = np.array(painted.argb(ink.color(layer.mark)), "u4")

    @override
    def color_scale(self) -> ColorScale | None:
        layer = self.layer
        if layer.value is None or layer.value_axis is None:
            return None
        axis = layer.value_axis
        low, high = value_range(layer.value, axis.low, axis.high)
        return ColorScale(axis, low, high, painted.packed(tokens.continuous(axis)))

    @override
    def extent(self) -> Extent | None:
        return extent_of(self._x, self._y)

    @override
    def legend(self) -> list[Key]:
        layer = self.layer
        if layer.category is not None:
            return [Key(name, i, "patch") for i, name in enumerate(layer.category_names)]
        mark = "text" if layer.value is not None else layer.mark
        return [Key(layer.name, mark, "dot")] if layer.name else []

    @override
    def rebuild(self, mapping: Mapping) -> None:
        super().rebuild(mapping)
        self._painted = painted.argb_image(np.zeros(mapping.device_size, "u4"))
        self._part = 0
        self._splat_part()

    def _splat_part(self) -> None:
        parts = max(1, -(-len(self._x) // painted.SPLAT_POINTS))
        rows = slice(self._part, None, parts)
        mapping, ratio = self.mapping, self.mapping.ratio
        colors = self._colors[rows] if self._colors.ndim else self._colors
        painted.splat(
            self._painted.pixels,
            mapping.x_px(self._x[rows]) * ratio,
            mapping.y_px(self._y[rows]) * ratio,
            colors,
            self._stamp(),
        )
        self._part += 1
        if self._part < parts:
            self._more.start()
        else:
            self._more.stop()
        self.update()

    def _stamp(self) -> Stamp:
        size = self.layer.size_px * theme().scale
        if self.layer.mark == "reported":
            return painted.diamond(max(size, SMALLEST_DIAMOND_PX) * self.mapping.ratio)
        return painted.disc(size * self.mapping.ratio)

    @override
    def reading(self, at: QPointF) -> Reading | None:
        x_px, y_px = self.mapping.x_px(self._x), self.mapping.y_px(self._y)
        distance = (x_px - at.x()) ** 2 + (y_px - at.y()) ** 2
        if not np.isfinite(distance).any():
            return None
        row = int(np.nanargmin(distance))
        spot = QPointF(x_px[row], y_px[row])
        return Reading(self._told(row), spot, float(np.sqrt(distance[row])))

    def _told(self, row: int) -> tuple[str, ...]:
        layer, (x_axis, y_axis) = self.layer, self.axes
        lines = [layer.name] if layer.name else []
        lines.append(f"row {row}")
        if layer.category is not None:
            lines.append(category_name(layer.category_names, layer.category[row]))
        lines += [told(x_axis, layer.x[row]), told(y_axis, layer.y[row])]
        if layer.value is not None and layer.value_axis is not None:
            lines.append(told(layer.value_axis, layer.value[row]))
        return tuple(lines)

    @override
    def draw(self, painter: QPainter) -> None:
        painter.drawImage(self.mapping.rect, self._painted.image)
