"""The time pane: traces and spans over the whole recording, and the cursor.

Traces are reduced once for each view to the extremes of every pixel column, and drawn into an
image; painting only lays that image down and the cursor over it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from shiboken6 import VoidPtr

from gui.theme import theme
from gui.widgets.reduction import by_column
from gui.widgets.wheel import scrolls

#: Memory at an address, of so many bytes, to be written or not; its stubs know the address alone.
_memory: Any = VoidPtr

Span = tuple[float, float, int]
Label = tuple[float, float, int, str]
_STRIP_PX, _LABELS_PX, _AXIS_PX, _GAP_PX = 14, 18, 18, 4
_TICKS_S = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    1800,
    3600,
    7200,
)
_MOST_TRACES = 4
#: Names of traces stand left of them, in at most so much room.
_NAMES_PX = 120


class Timeline(QWidget):
    """Time from left to right; click or drag to seek, wheel to zoom, Shift-drag to select.

    Signals
    -------
    sought(int)
        A frame was chosen.
    range_selected(float, float)
        A stretch of time was chosen, in seconds.
    """

    sought = Signal(int)
    range_selected = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times = np.zeros(0)
        self._trace_times = np.zeros(0)
        self._values: NDArray[np.float64] = np.zeros((0, 0))
        self._names: tuple[str, ...] = ()
        self._spans: tuple[Span, ...] = ()
        self._labels: tuple[Label, ...] = ()
        self._view = (0.0, 1.0)
        self._index = 0
        self._drawn: QImage | None = None
        self._gutter = 0
        self._select_from: float | None = None
        self._select_to = 0.0
        self._pan_from: float | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(
            "Timeline: arrows step, Page Up and Down turn pages, Home shows all"
        )
        theme().changed.connect(self._redraw)

    @property
    def view(self) -> tuple[float, float]:
        """First and last second in view."""
        return self._view

    def set_clock(self, times_s: NDArray[np.float64]) -> None:
        """Set when each frame is presented, (n,) rising seconds; traces and spans go."""
        self._times = np.asarray(times_s, dtype="f8")
        self._values, self._names = np.zeros((0, 0)), ()
        self._spans, self._labels = (), ()
        self._index = 0
        self.reset_view()

    def set_traces(
        self,
        names: Sequence[str],
        values: NDArray[np.float64],
        times_s: NDArray[np.float64] | None = None,
    ) -> None:
        """Show curves: `values` (k, len(names)) at `times_s` (k,), the clock's by default."""
        self._names = tuple(names)[:_MOST_TRACES]
        self._values = np.asarray(values, dtype="f8")[:, :_MOST_TRACES]
        self._trace_times = self._times if times_s is None else np.asarray(times_s, dtype="f8")
        self._redraw()

    def set_spans(self, spans: Sequence[Span]) -> None:
        """Show stretches (start, stop, category) in the strip on top."""
        self._spans = tuple(spans)
        self._redraw()

    def set_labels(self, labels: Sequence[Label]) -> None:
        """Show notes (start, stop, category, words) in a strip of their own."""
        self._labels = tuple(labels)
        self._redraw()

    def set_cursor_index(self, index: int) -> None:
        """Move the cursor to a frame, and the view with it when it would leave."""
        if len(self._times) == 0:
            return
        self._index = int(np.clip(index, 0, len(self._times) - 1))
        now = float(self._times[self._index])
        low, high = self._view
        if not low <= now <= high:
            self._show(now - (high - low) / 2, now + (high - low) / 2)
        self.update()

    def reset_view(self) -> None:
        """Show the whole recording."""
        if len(self._times):
            self._view = (
                float(self._times[0]),
                float(max(self._times[-1], self._times[0] + 1e-3)),
            )
        self._redraw()

    def sizeHint(self) -> QSize:
        """Room for a strip and some traces."""
        return QSize(theme().px(400), theme().px(130))

    def minimumSizeHint(self) -> QSize:
        """Less tells nothing of a course."""
        return QSize(theme().px(160), theme().px(76))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lay the drawn image down, the selection and the cursor over it."""
        painter = QPainter(self)
        if len(self._times) == 0:
            self._paint_empty(painter)
            return
        if self._drawn is None:
            self._drawn = self._draw()
        painter.drawImage(0, 0, self._drawn)
        if self._select_from is not None:
            left, right = self._x(self._select_from), self._x(self._select_to)
            box = QRectF(QPointF(left, 0), QPointF(right, self.height())).normalized()
            painter.fillRect(box, theme().color("accent", 0.2))
        at = self._x(float(self._times[self._index]))
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawLine(QLineF(at, 0, at, self.height() - theme().px(_AXIS_PX)))
        if self.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew for the new width."""
        super().resizeEvent(event)
        self._redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek; with Shift begin a selection; with another button begin to pan."""
        if len(self._times) == 0:
            return
        seconds = self._seconds(event.position().x())
        if event.button() != Qt.MouseButton.LeftButton:
            self._pan_from = seconds
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._select_from = self._select_to = seconds
        else:
            self._seek(seconds)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Seek, select or pan while a button is held."""
        if len(self._times) == 0:
            return
        seconds = self._seconds(event.position().x())
        if self._pan_from is not None:
            low, high = self._view
            self._show(low + self._pan_from - seconds, high + self._pan_from - seconds)
        elif self._select_from is not None:
            self._select_to = seconds
            self.update()
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(seconds)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a selection or a pan."""
        if self._select_from is not None and self._select_from != self._select_to:
            low, high = sorted((self._select_from, self._select_to))
            self.range_selected.emit(low, high)
        self._select_from = self._pan_from = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; in a column that scrolls only with Ctrl."""
        if len(self._times) == 0 or event.angleDelta().y() == 0 or scrolls(event, self):
            event.ignore()
            return
        about = self._seconds(event.position().x())
        factor = 0.8 if event.angleDelta().y() > 0 else 1.25
        low, high = self._view
        self._show(about - (about - low) * factor, about + (high - about) * factor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by frames, turn pages, show all."""
        by = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        steps = {Qt.Key.Key_Left: -by, Qt.Key.Key_Right: by}
        pages = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        key = Qt.Key(event.key())
        if len(self._times) == 0:
            super().keyPressEvent(event)
        elif key in steps:
            self._step(steps[key])
        elif key in pages:
            low, high = self._view
            self._show(low + pages[key] * (high - low), high + pages[key] * (high - low))
        elif key == Qt.Key.Key_Home:
            self.reset_view()
        else:
            super().keyPressEvent(event)

    def _step(self, frames: int) -> None:
        index = int(np.clip(self._index + frames, 0, len(self._times) - 1))
        self.set_cursor_index(index)
        self.sought.emit(index)

    def _seek(self, seconds: float) -> None:
        after = int(np.searchsorted(self._times, seconds))
        near = [k for k in (after - 1, after) if 0 <= k < len(self._times)]
        index = min(near, key=lambda k: abs(self._times[k] - seconds))
        if index != self._index:
            self.set_cursor_index(index)
            self.sought.emit(index)

    def _show(self, low: float, high: float) -> None:
        """Bring a stretch into view, kept inside the recording and at least a few frames long."""
        first, last = float(self._times[0]), float(max(self._times[-1], self._times[0] + 1e-3))
        shortest = min(last - first, 10 * (last - first) / max(len(self._times), 10))
        length = float(np.clip(high - low, shortest, last - first))
        low = float(np.clip(low, first, last - length))
        self._view = (low, low + length)
        self._redraw()

    @property
    def _span_px(self) -> int:
        """Pixels between the first and the last second in view."""
        return max(1, self.width() - self._gutter)

    def _x(self, seconds: float) -> float:
        low, high = self._view
        return self._gutter + (seconds - low) / (high - low) * self._span_px

    def _seconds(self, x: float) -> float:
        low, high = self._view
        return low + max(0.0, x - self._gutter) / self._span_px * (high - low)

    def _redraw(self) -> None:
        metrics = QFontMetrics(theme().mono_font(11))
        widest = max((metrics.horizontalAdvance(name) for name in self._names), default=0)
        self._gutter = min(widest, theme().px(_NAMES_PX)) + theme().px(16) if widest else 0
        self._drawn = None
        self.update()

    def _draw(self) -> QImage:
        ratio = self.devicePixelRatioF()
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(theme().color("surface"))
        painter = QPainter(image)
        px = theme().px
        top = 0.0
        if self._spans:
            self._draw_spans(painter)
            top = px(_STRIP_PX) + px(_GAP_PX)
        if self._labels:
            self._draw_labels(painter, top)
            top += px(_LABELS_PX) + px(_GAP_PX)
        bottom = self.height() - px(_AXIS_PX)
        if self._names:
            self._draw_traces(painter, QRectF(0, top, self.width(), bottom - top))
        self._draw_axis(painter, bottom)
        painter.end()
        return image

    def _draw_spans(self, painter: QPainter) -> None:
        palette = theme().palette
        height = theme().px(_STRIP_PX)
        for start, stop, category in self._spans:
            color = QColor(palette.mark(category))
            left, right = self._x(start), self._x(stop)
            painter.fillRect(QRectF(left, 0, max(1.0, right - left), height), color)

    def _draw_labels(self, painter: QPainter, top: float) -> None:
        palette = theme().palette
        height = theme().px(_LABELS_PX)
        painter.setFont(theme().ui_font(11))
        for start, stop, category, words in self._labels:
            color = QColor(palette.mark(category))
            left, right = self._x(start), self._x(stop)
            box = QRectF(left, top, max(2.0, right - left), height)
            color.setAlphaF(0.35)
            painter.fillRect(box, color)
            color.setAlphaF(1.0)
            painter.fillRect(QRectF(left, top, 2, height), color)
            painter.setPen(theme().color("text"))
            inside = box.adjusted(theme().px(5), 0, 0, 0)
            room = painter.fontMetrics().elidedText(
                words, Qt.TextElideMode.ElideRight, round(inside.width())
            )
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, room)

    def _draw_traces(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().mono_font(11))
        lane = box.height() / len(self._names)
        low, high = self._view
        first, last = np.searchsorted(self._trace_times, (low, high))
        shown = slice(max(0, int(first) - 1), int(last) + 1)
        for k, name in enumerate(self._names):
            color = QColor(theme().palette.mark(k))
            area = QRectF(0, box.top() + k * lane, box.width(), lane)
            self._draw_name(painter, area, name, color)
            painter.setClipRect(area.adjusted(self._gutter, 0, 0, 0))
            self._draw_trace(painter, area, self._values[:, k], shown, color)
            painter.setClipping(False)

    def _draw_name(self, painter: QPainter, area: QRectF, name: str, color: QColor) -> None:
        metrics, px = painter.fontMetrics(), theme().px
        room = self._gutter - px(16)
        words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        box = QRectF(px(8), area.top(), room, area.height())
        painter.setPen(color)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)

    def _draw_trace(
        self,
        painter: QPainter,
        area: QRectF,
        values: NDArray[np.float64],
        shown: slice,
        color: QColor,
    ) -> None:
        known = values[np.isfinite(values)]
        if len(known) == 0:
            return
        low, high = float(known.min()), float(known.max())
        pad = 0.12 * area.height()
        scale = (area.height() - 2 * pad) / ((high - low) or 1.0)
        start, end = self._view
        rows = self._trace_times[shown]
        across = self._gutter + (rows - start) / (end - start) * self._span_px
        x, y = by_column(across, values[shown])
        painter.setPen(QPen(color, 1.2))
        for curve in _unbroken(x, area.bottom() - pad - (y - low) * scale):
            painter.drawPolyline(curve)

    def _draw_axis(self, painter: QPainter, top: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(theme().mono_font(11))
        painter.setPen(theme().color("hairline"))
        painter.drawLine(QLineF(self._gutter, top, self.width(), top))
        low, high = self._view
        room = theme().px(84) / self._span_px * (high - low)
        step = _tick_step(room)
        for number in range(math.ceil(low / step), math.floor(high / step) + 1):
            at = self._x(number * step)
            painter.setPen(theme().color("faint"))
            painter.drawLine(QLineF(at, top, at, top + 3))
            words = clock_text(number * step, step)
            width = painter.fontMetrics().horizontalAdvance(words)
            left = min(max(float(self._gutter), at - width / 2), self.width() - width)
            painter.drawText(QPointF(left, self.height() - theme().px(3)), words)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), theme().color("surface"))
        painter.setPen(theme().color("faint"))
        painter.setFont(theme().ui_font())
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignCenter, "Time appears with a recording."
        )


def _tick_step(room_s: float) -> float:
    """The smallest distance of ticks, in seconds, that is at least so much."""
    for tick in _TICKS_S:
        if tick >= room_s:
            return tick
    doublings = math.ceil(math.log2(room_s / _TICKS_S[-1]))
    return float(_TICKS_S[-1] * 2**doublings)


def _unbroken(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[QPolygonF]:
    """The parts of a curve between its gaps (NaN); a lone value is a dash one pixel wide."""
    good = np.flatnonzero(np.isfinite(y))
    parts = np.split(good, np.flatnonzero(np.diff(good) > 1) + 1)
    return [_polygon(x[part], y[part]) for part in parts if len(part)]


def _polygon(x: NDArray[np.float64], y: NDArray[np.float64]) -> QPolygonF:
    """A polyline through (n,) and (n,) logical pixels."""
    if len(x) == 1:
        x, y = np.array([x[0] - 0.5, x[0] + 0.5]), np.repeat(y, 2)
    polygon = QPolygonF()
    polygon.resize(len(x))
    points = np.frombuffer(_memory(polygon.data(), 2 * 8 * len(x), True), dtype="f8").reshape(
        -1, 2
    )
    points[:, 0], points[:, 1] = x, y
    return polygon


def clock_text(seconds: float, step: float = 0.001) -> str:
    """A time as m:ss, with as many decimals as `step` needs ("0:56.480" at a millisecond)."""
    decimals = 0 if step >= 1 else (1 if step >= 0.1 else (2 if step >= 0.01 else 3))
    rounded = round(abs(seconds), decimals)
    minutes, rest = divmod(rounded, 60)
    width = 2 if decimals == 0 else 3 + decimals
    sign = "-" if seconds < 0 and rounded > 0 else ""
    return f"{sign}{int(minutes)}:{rest:0{width}.{decimals}f}"
