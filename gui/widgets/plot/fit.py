"""Which items draw a figure, and the range of the axes that shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from engine.figures.model import (
    Axis,
    Bars,
    Boxes,
    Figure,
    Graph,
    HeatMap,
    Histogram,
    Line,
    Picture,
    Raster,
    Reference,
    Scatter,
    Shapes,
)
from gui.widgets.plot.bars import BarsItem, HistogramItem
from gui.widgets.plot.curves import LineItem, ReferenceItem
from gui.widgets.plot.geometry import Extent, on_axis
from gui.widgets.plot.graph import GraphItem
from gui.widgets.plot.images import HeatMapItem, PictureItem, RasterItem
from gui.widgets.plot.layer import LayerItem
from gui.widgets.plot.outlines import BoxesItem, ShapesItem
from gui.widgets.plot.points import ScatterItem

ITEMS: dict[type, type[LayerItem[Any]]] = {
    Line: LineItem,
    Scatter: ScatterItem,
    Bars: BarsItem,
    Histogram: HistogramItem,
    Picture: PictureItem,
    HeatMap: HeatMapItem,
    Raster: RasterItem,
    Graph: GraphItem,
    Shapes: ShapesItem,
    Boxes: BoxesItem,
    Reference: ReferenceItem,
}
#: With one of these, a unit of x is as long as a unit of y.
SQUARE = (Picture, Boxes, Graph)
#: With one of these, y points down.
DOWNWARD = (Picture, Boxes, Raster)
#: Free room round the data, as a share of their range.
MARGIN = 0.05


def items_for(figure: Figure, view: pg.ViewBox) -> list[LayerItem[Any]]:
    """One new item per layer, in the order of the layers."""
    return [ITEMS[type(layer)](view) for layer in figure.layers]


def is_square(figure: Figure) -> bool:
    """True when a unit of x must be as long as a unit of y."""
    return figure.equal or any(isinstance(layer, SQUARE) for layer in figure.layers)


def is_downward(figure: Figure) -> bool:
    """True when y points down."""
    return any(isinstance(layer, DOWNWARD) for layer in figure.layers)


def structure(figure: Figure) -> tuple[object, ...]:
    """What two figures must share for one to be drawn in the items of the other."""
    layers = tuple(type(layer) for layer in figure.layers)
    axes = tuple((axis.name, axis.unit, axis.log) for axis in (figure.x, figure.y) if axis)
    return (layers, axes)


def fitted(figure: Figure, items: list[LayerItem[Any]]) -> Extent:
    """The range that shows all layers, with a margin, and the ends the axes ask for."""
    everything = Extent(np.inf, -np.inf, np.inf, -np.inf)
    for item in items:
        extent = item.extent()
        everything = everything if extent is None else everything.united(extent)
    margin = 0.0 if any(item.tight for item in items) else MARGIN
    across = _ends(everything.left, everything.right, figure.x, margin)
    low, high = _ends(everything.low, everything.high, figure.y, margin)
    if any(item.grounded for item in items) and everything.low == 0.0:
        low = max(low, 0.0)
    return Extent(*across, low, high)


def _ends(low: float, high: float, axis: Axis | None, margin: float) -> tuple[float, float]:
    if low > high:
        low, high = 0.0, 1.0
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        pad = abs(low) * 0.1 or 0.5
    else:
        pad = margin * (high - low)
    ends = [low - pad, high + pad]
    for i, asked in enumerate((axis.low, axis.high) if axis is not None else ()):
        if asked is not None and axis is not None:
            end = float(on_axis(np.array(asked, "f8"), axis))
            ends[i] = end if np.isfinite(end) else ends[i]
    return (ends[0], ends[1]) if ends[0] < ends[1] else (ends[0], ends[0] + 1.0)
