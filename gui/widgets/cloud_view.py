"""A cloud of points to turn, pick and lasso, drawn by numpy into one image."""

from __future__ import annotations

import math
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
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

from engine.figures import tokens
from engine.figures.model import Axis, Cloud, Figure, Scatter
from gui.theme import theme
from gui.widgets.space.cloud_scene import WHILE_TURNING, CloudScene

_PICK_PX, _CLICK_PX, _POINT_PX = 12.0, 4, 3
_SETTLE_MS = 150
_KEY_STEP_PX = 8
_LASSO_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class _Drag(Enum):
    NONE = auto()
    TURN = auto()
    PAN = auto()
    LASSO = auto()


class CloudView(QWidget):
    """Shows the points of a figure.

    Drag turns a cloud in space and moves one in the plane; the right button moves both; the
    wheel zooms; a double click or Home shows all. Ctrl or Shift with a drag draws a lasso.
    From the keyboard L begins a lasso: arrows move its pen, Enter sets a corner, Enter twice
    closes it, Escape gives it up.

    Signals
    -------
    point_clicked(int)
        The row of the point clicked.
    lassoed(object)
        Sorted rows (k,) int64 inside the lasso.
    """

    point_clicked = Signal(int)
    lassoed = Signal(object)

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = CloudScene()
        self._figure: Figure | None = None
        self._empty_text = empty_text
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self._cursor = -1
        self._trail: NDArray[np.int64] = np.zeros(0, dtype="i8")
        self._drag = _Drag.NONE
        self._from = QPointF()
        self._pressed = QPointF()
        self._moved = False
        self._lasso: list[QPointF] = []
        self._pen: QPointF | None = None
        self._armed = False
        self._turning = False
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Embedding: L begins a lasso, Home shows all")
        theme().changed.connect(self._on_theme)

    @property
    def figure(self) -> Figure | None:
        """The figure shown."""
        return self._figure

    @property
    def sampled(self) -> str:
        """What is left out of the drawing now, in words; empty when nothing is."""
        if self._turning and len(self._scene) > WHILE_TURNING:
            return f"{WHILE_TURNING} of {len(self._scene)} points while turning"
        return ""

    def set_figure(self, figure: Figure | None) -> None:
        """Show the first scatter or cloud of a figure; the view stays where it was."""
        self._figure = figure
        layer = self._layer()
        if layer is None:
            self._scene.clear()
        else:
            self._scene.set_layer(layer, theme().palette)
        self._cursor = min(self._cursor, len(self._scene) - 1)
        self._trail = self._trail[self._trail < len(self._scene)]
        self._redraw()

    def set_cursor(self, row: int, trail: NDArray[np.int64] | None = None) -> None:
        """Ring a point; -1 rings none. `trail` are rows leading to it, oldest first."""
        self._cursor = row if row < len(self._scene) else -1
        self._trail = np.zeros(0, dtype="i8") if trail is None else trail
        self.update()

    def set_selected(self, rows: NDArray[np.int64]) -> None:
        """Emphasise rows; none emphasises all."""
        self._scene.select(rows)
        self._redraw()

    def start_lasso(self) -> None:
        """Let the next drag, or the keyboard, draw a lasso."""
        self._armed = True
        self._pen = QPointF(self.width() / 2, self.height() / 2)
        self._lasso = []
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.update()

    def reset_view(self) -> None:
        """Show all points from the usual side."""
        self._scene.reset_view()
        self._redraw()

    def sizeHint(self) -> QSize:
        """Room for a cloud."""
        return QSize(theme().px(360), theme().px(300))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lay the drawn cloud down, and the cursor, the lasso and the labels over it."""
        painter = QPainter(self)
        if len(self._scene) == 0:
            self._paint_empty(painter)
            return
        if self._image is None:
            self._draw()
        if self._image is not None:
            painter.drawImage(self.rect(), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        self._paint_cursor(painter)
        self._paint_lasso(painter)
        self._paint_legend(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw for the new size."""
        super().resizeEvent(event)
        self._redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to turn, to move, or to draw a lasso."""
        self._from = self._pressed = event.position()
        self._moved = False
        if event.button() != Qt.MouseButton.LeftButton:
            self._drag = _Drag.PAN
        elif self._armed or event.modifiers() & _LASSO_KEYS:
            self._drag, self._lasso = _Drag.LASSO, [event.position()]
        else:
            self._drag = _Drag.PAN if self._scene.flat else _Drag.TURN

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with what was begun."""
        if self._drag is _Drag.NONE:
            return
        if (event.position() - self._pressed).manhattanLength() > _CLICK_PX:
            self._moved = True
        step = event.position() - self._from
        self._from = event.position()
        if self._drag is _Drag.LASSO:
            self._lasso.append(event.position())
            self.update()
        elif self._moved:
            self._shift(step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it: a lasso selects, a click picks."""
        drag, self._drag = self._drag, _Drag.NONE
        if drag is _Drag.LASSO and self._moved:
            self._close_lasso()
        elif not self._moved and event.button() == Qt.MouseButton.LeftButton:
            self._lasso = []
            self._pick(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all."""
        self.reset_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if event.angleDelta().y() == 0 or len(self._scene) == 0:
            return
        before = self._scene.camera.zoom
        self._scene.camera = self._scene.camera.zoomed(
            1.15 if event.angleDelta().y() > 0 else 0.87
        )
        factor = self._scene.camera.zoom / before
        offset = event.position() - QPointF(self.width() / 2, self.height() / 2)
        x, y = self._scene.pan
        self._scene.pan = (
            offset.x() + (x - offset.x()) * factor,
            offset.y() + (y - offset.y()) * factor,
        )
        self._begin_turning()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw a lasso, or show all."""
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Home:
            self.reset_view()
        elif key == Qt.Key.Key_L:
            self.start_lasso()
        elif self._pen is not None and key in moves:
            dx, dy = moves[key]
            self._pen += QPointF(dx * _KEY_STEP_PX, dy * _KEY_STEP_PX)
            self.update()
        elif self._pen is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._set_corner()
        elif self._pen is not None and key == Qt.Key.Key_Escape:
            self._end_lasso()
        else:
            super().keyPressEvent(event)

    def _layer(self) -> Scatter | Cloud | None:
        layers = self._figure.layers if self._figure is not None else ()
        return next((item for item in layers if isinstance(item, Scatter | Cloud)), None)

    def _size(self) -> tuple[int, int]:
        return max(self.height(), 1), max(self.width(), 1)

    def _shift(self, step: QPointF) -> None:
        if self._drag is _Drag.TURN:
            self._scene.camera = self._scene.camera.rotated(step.x() * 0.4, step.y() * 0.4)
        else:
            x, y = self._scene.pan
            self._scene.pan = (x + step.x(), y + step.y())
        self._begin_turning()

    def _begin_turning(self) -> None:
        self._turning = True
        self._settle.start()
        self._redraw()

    def _on_settled(self) -> None:
        self._turning = False
        self._redraw()

    def _on_theme(self) -> None:
        layer = self._layer()
        if layer is not None:
            self._scene.set_colors(layer, theme().palette)
        self._redraw()

    def _redraw(self) -> None:
        self._image = None
        self.update()

    def _draw(self) -> None:
        background = theme().color("surface").rgba()
        size = self._size()
        self._pixels = self._scene.draw(size, self._point_px(), background, turning=self._turning)
        height, width = size
        kind = QImage.Format.Format_RGB32
        # The image reads the array's memory, which is kept as long as the image.
        self._image = QImage(self._pixels.data, width, height, width * 4, kind)

    def _point_px(self) -> int:
        return _POINT_PX if len(self._scene) > 20_000 else _POINT_PX + 1

    def _pick(self, position: QPointF) -> None:
        place = (position.x(), position.y())
        row = self._scene.row_at(place, self._size(), _PICK_PX) if len(self._scene) else -1
        if row >= 0:
            self.point_clicked.emit(row)

    def _set_corner(self) -> None:
        assert self._pen is not None
        if self._lasso and self._lasso[-1] == self._pen:
            self._close_lasso()
        else:
            self._lasso.append(QPointF(self._pen))
            self.update()

    def _close_lasso(self) -> None:
        polygon = np.array([[point.x(), point.y()] for point in self._lasso])
        rows = self._scene.rows_inside(polygon, self._size())
        self._end_lasso()
        self.lassoed.emit(rows)

    def _end_lasso(self) -> None:
        self._lasso, self._pen, self._armed = [], None, False
        self.unsetCursor()
        self.update()

    def _paint_empty(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), theme().color("surface"))
        painter.setPen(theme().color("secondary"))
        painter.setFont(theme().ui_font())
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self._empty_text)

    def _paint_axes(self, painter: QPainter) -> None:
        figure = self._figure
        if figure is None or figure.x is None or figure.y is None:
            return
        painter.setFont(theme().ui_font(11))
        painter.setPen(theme().color("secondary"))
        if self._scene.flat:
            self._paint_flat_axes(painter, figure.x, figure.y)
        elif figure.z is not None:
            self._paint_triad(painter, (figure.x, figure.y, figure.z))

    def _paint_flat_axes(self, painter: QPainter, x: Axis, y: Axis) -> None:
        pad = theme().px(6)
        low, high = self._visible()
        across = f"{x.label}  {low[0]:.3g} … {high[0]:.3g}"
        up = f"{y.label}  {low[1]:.3g} … {high[1]:.3g}"
        metrics = painter.fontMetrics()
        baseline = self.height() - pad
        left = (self.width() - metrics.horizontalAdvance(across)) / 2
        painter.drawText(QPointF(left, baseline), across)
        painter.save()
        painter.translate(
            pad + metrics.ascent(), (self.height() + metrics.horizontalAdvance(up)) / 2
        )
        painter.rotate(-90)
        painter.drawText(QPointF(0, 0), up)
        painter.restore()

    def _visible(self) -> tuple[list[float], list[float]]:
        """Lower and upper ends of the axes of a flat cloud that are in view."""
        height, width = self._size()
        scales, zoom = self._scene.scales((height, width)), self._scene.camera.zoom
        span = self._scene.high - self._scene.low
        middle = (self._scene.high + self._scene.low) / 2
        low, high = [], []
        for k, (length, shift, sign) in enumerate(
            ((width, self._scene.pan[0], 1), (height, self._scene.pan[1], -1))
        ):
            centre = middle[k] - sign * shift / (scales[k] * zoom) * span[k]
            half = length / 2 / (scales[k] * zoom) * span[k]
            low.append(float(centre - half))
            high.append(float(centre + half))
        return low, high

    def _paint_triad(self, painter: QPainter, axes: tuple[Axis, Axis, Axis]) -> None:
        length = theme().px(34)
        origin = QPointF(theme().px(64), self.height() - theme().px(56))
        right, up, _ = self._scene.camera.matrix()
        for k, axis in enumerate(axes):
            tip = origin + QPointF(right[k] * length, -up[k] * length)
            painter.setPen(QPen(theme().color("secondary"), 1.2))
            painter.drawLine(origin, tip)
            away = origin + (tip - origin) * 1.25
            words = axis.label
            width = painter.fontMetrics().horizontalAdvance(words)
            at = away - QPointF(width if away.x() < origin.x() else 0, -4)
            painter.drawText(at, words)

    def _paint_cursor(self, painter: QPainter) -> None:
        if self._cursor < 0:
            return
        size = self._size()
        color = theme().color("text")
        places = self._scene.places_of(self._trail, size)
        for k in range(1, len(places)):
            color.setAlphaF(0.15 + 0.65 * k / len(places))
            painter.setPen(QPen(color, 1.4))
            painter.drawLine(QPointF(*places[k - 1]), QPointF(*places[k]))
        painter.setPen(QPen(theme().color("text"), 2.4))
        radius = theme().px(7)
        (at,) = self._scene.places_of(np.array([self._cursor]), size)
        painter.drawEllipse(QPointF(*at), radius, radius)

    def _paint_lasso(self, painter: QPainter) -> None:
        painter.setPen(QPen(theme().color("accent"), 1.5, Qt.PenStyle.DashLine))
        if self._lasso:
            painter.setBrush(theme().color("accent", 0.12))
            painter.drawPolygon(QPolygonF(self._lasso))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._pen is not None and self._drag is _Drag.NONE:
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.drawEllipse(self._pen, 4, 4)

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(theme().mono_font(11))
        if self._scene.value_axis is not None:
            self._paint_bar(painter, self._scene.value_axis)
            return
        pad = theme().px(8)
        for k, name in enumerate(self._scene.category_names):
            color = QColor(theme().palette.mark(k))
            top = pad + k * theme().px(16)
            painter.fillRect(QRectF(pad, top, theme().px(9), theme().px(9)), color)
            painter.setPen(theme().color("secondary"))
            painter.drawText(QPointF(pad + theme().px(14), top + theme().px(9)), name)

    def _paint_bar(self, painter: QPainter, axis: Axis) -> None:
        """A slim bar of the palette at the top right, with the ends of its range."""
        length, thick, pad = theme().px(90), theme().px(6), theme().px(10)
        low, high = self._scene.value_range
        left = self.width() - length - pad
        table = tokens.VIRIDIS
        for k in range(length):
            shade = QColor(*(int(v) for v in table[math.floor(k / length * 255)]))
            painter.fillRect(QRectF(left + k, pad, 1, thick), shade)
        painter.setPen(theme().color("secondary"))
        words = f"{low:.3g}"
        top = pad + thick + painter.fontMetrics().ascent() + 2
        painter.drawText(QPointF(left, top), words)
        words = f"{high:.3g}"
        painter.drawText(
            QPointF(left + length - painter.fontMetrics().horizontalAdvance(words), top), words
        )
        painter.setFont(theme().ui_font(11))
        name = axis.label
        width = painter.fontMetrics().horizontalAdvance(name)
        painter.drawText(QPointF(left - width - theme().px(8), pad + thick + 2), name)
