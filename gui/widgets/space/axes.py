"""Axes painted over a view: ticks along the sides of a plane, names along the box of a space."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from engine.figures.arrays import Array
from engine.figures.model import Axis
from gui.theme import theme
from gui.widgets.space.frame import CORNERS, EDGES, Area, Box, Frame

FONT_PX = 11
_LEFT_PX, _BOTTOM_PX, _PAD_PX = 56, 38, 8
#: No tick stands nearer to the end of an edge than this share of it.
_CORNER = 0.04
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def area_of(width: int, height: int, flat: bool, head_px: float) -> Area:
    """The part of a view, in logical pixels, that is left for data.

    At the top `head_px` of the design are left free, for what the colours mean.
    """
    if not flat:
        head = min(theme().px(head_px), height / 2) if head_px else 0
        return Area(width, height, 0, head, width, height)
    pad, top = theme().px(_PAD_PX), theme().px(_PAD_PX + head_px)
    left, bottom = theme().px(_LEFT_PX), height - theme().px(_BOTTOM_PX)
    return Area(width, height, left, top, max(left + 1, width - pad), max(top + 1, bottom))


def ticks(low: float, high: float, most: int) -> Array:
    """At most so many round numbers within a range, ascending."""
    if not high > low or most < 1:
        return np.zeros(0)
    rough = (high - low) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * factor for factor in _STEPS if power * factor >= rough * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    values: Array = np.arange(first, last + 1) * step
    return values


def number_words(value: float) -> str:
    """A number of three or four digits, written out up to a million."""
    if 1000 <= abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.3g}"


def paint_plane(
    painter: QPainter, axes: tuple[Axis, ...], box: Box, frame: Frame, area: Area
) -> None:
    """Two sides with ticks, their values and the names of the axes."""
    view = frame.viewport(area)
    zoom = frame.camera.zoom
    left, bottom = view.plane(area.left, area.bottom)
    right, top = view.plane(area.right, area.top)
    painter.setPen(QPen(theme().color("hairline"), 1))
    painter.drawLine(QLineF(area.left, area.bottom, area.right, area.bottom))
    painter.drawLine(QLineF(area.left, area.top, area.left, area.bottom))
    spans = ((left / zoom, right / zoom), (bottom / zoom, top / zoom))
    for number, (low, high) in enumerate(spans):
        across = number == 0
        values = ticks(box.value(number, low), box.value(number, high), 6 if across else 5)
        unit = (values - box.centre[number]) / box.scale[number] * zoom
        places = view.pixels(unit, unit)[number]
        for value, place in zip(values, places, strict=True):
            _paint_tick(painter, float(value), float(place), across, area)
        _paint_side_name(painter, axes[number].label, across, area)


def _paint_tick(painter: QPainter, value: float, place: float, across: bool, area: Area) -> None:
    length, room = theme().px(4), theme().px(48)
    painter.setPen(QPen(theme().color("hairline"), 1))
    if across:
        painter.drawLine(QLineF(place, area.bottom, place, area.bottom + length))
        box = QRectF(place - room / 2, area.bottom + length, room, theme().px(14))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
    else:
        painter.drawLine(QLineF(area.left - length, place, area.left, place))
        box = QRectF(area.left - length - room - 2, place - room / 2, room, room)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(theme().color("faint"))
    painter.setFont(theme().mono_font(FONT_PX))
    painter.drawText(box, flags, f"{value:.6g}")


def _paint_side_name(painter: QPainter, label: str, across: bool, area: Area) -> None:
    font = theme().ui_font(FONT_PX)
    metrics = QFontMetricsF(font)
    length = area.right - area.left if across else area.bottom - area.top
    name = metrics.elidedText(label, Qt.TextElideMode.ElideRight, length)
    shift = metrics.horizontalAdvance(name) / 2
    painter.save()
    painter.setFont(font)
    painter.setPen(theme().color("secondary"))
    if across:
        painter.translate((area.left + area.right) / 2, area.height - metrics.descent() - 2)
    else:
        painter.translate(metrics.ascent(), (area.top + area.bottom) / 2)
        painter.rotate(-90)
    painter.drawText(QPointF(-shift, 0), name)
    painter.restore()


def paint_box(painter: QPainter, frame: Frame, area: Area) -> None:
    """The twelve edges of the unit cube."""
    x, y, _ = frame.places(CORNERS, area)
    painter.setPen(QPen(theme().color("hairline"), 1))
    painter.drawLines([QLineF(x[i], y[i], x[j], y[j]) for i, j in EDGES])


def paint_names(
    painter: QPainter, axes: tuple[Axis, ...], box: Box, frame: Frame, area: Area
) -> None:
    """Along one edge of the cube for each axis its name, and ticks with their values."""
    x, y, _ = frame.places(CORNERS, area)
    middle = QPointF(float(x.mean()), float(y.mean()))
    for number, axis in enumerate(axes):
        low, high = (QPointF(float(x[i]), float(y[i])) for i in outer_edge(number, x, y))
        centre = (low + high) / 2
        out = _unit(centre - middle)
        span = box.low[number], box.high[number]
        _paint_edge_ticks(painter, span, (low, high), out)
        painter.setFont(theme().ui_font(FONT_PX))
        painter.setPen(theme().color("secondary"))
        # The name of an upright axis would lie across its edge: it stands over the upper end.
        upper = min((low, high), key=QPointF.y) - QPointF(0, theme().px(12))
        _paint_centred(
            painter, axis.label, upper if number == 2 else centre + out * theme().px(34)
        )


def _paint_edge_ticks(
    painter: QPainter, span: tuple[float, float], ends: tuple[QPointF, QPointF], out: QPointF
) -> None:
    values = ticks(*span, 4)
    shares = (values - span[0]) / ((span[1] - span[0]) or 1.0)
    painter.setFont(theme().mono_font(FONT_PX))
    for value, share in zip(values.tolist(), shares.tolist(), strict=True):
        # At a corner it would meet the tick of the next edge.
        if _CORNER < share < 1 - _CORNER:
            place = ends[0] + (ends[1] - ends[0]) * share
            painter.setPen(QPen(theme().color("hairline"), 1))
            painter.drawLine(place, place + out * theme().px(5))
            painter.setPen(theme().color("faint"))
            _paint_centred(painter, number_words(value), place + out * theme().px(17))


def _unit(away: QPointF) -> QPointF:
    length = max(1.0, (away.x() ** 2 + away.y() ** 2) ** 0.5)
    return QPointF(away.x() / length, away.y() / length)


def outer_edge(axis: int, x: Array, y: Array) -> tuple[int, int]:
    """Corners, low end first, of the edge along an axis that lies farthest down or left.

    `x` and `y` (8,) are the pixel coordinates of `CORNERS`.
    """
    along = [pair for pair in EDGES if CORNERS[pair[0], axis] != CORNERS[pair[1], axis]]
    if axis == 2:
        return min(along, key=lambda pair: float(x[pair[0]] + x[pair[1]]))
    return max(along, key=lambda pair: float(y[pair[0]] + y[pair[1]]))


def _paint_centred(painter: QPainter, words: str, place: QPointF) -> None:
    box = QRectF(0, 0, theme().px(240), theme().px(16))
    box.moveCenter(place)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
