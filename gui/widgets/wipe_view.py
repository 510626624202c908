"""Two matrices as pictures in one place, parted by a line that can be drawn to and fro."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.figures import tokens
from engine.figures.arrays import Array
from gui.theme import theme
from gui.widgets import painted
from gui.widgets.painted import Painted

_ZOOM_STEP, _MOST_ZOOM = 1.2, 64.0
_GRAB_PX, _PAN_PX, _WIPE_STEP = 8, 24, 0.02
#: Longer sides are averaged in blocks: no screen shows more.
MOST_SIDE = 2048
GREY = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """A matrix ready to be painted.

    Attributes
    ----------
    painted
        Its colours.
    values
        The (averaged) values behind the pixels, for reading out.
    shape
        Rows and columns of the whole matrix.
    low, high
        Values at the ends of the palette.
    """

    painted: Painted
    values: Array
    shape: tuple[int, int]
    low: float
    high: float


def prepare(values: Array, low: float, high: float, table: Array) -> Shown:
    """Colour a matrix (n, d); callable from any thread."""
    from engine.compression.matrices.blocks import block_means

    drawn, _ = block_means(values, MOST_SIDE)
    colors = painted.colored(drawn, low, high, painted.packed(table))
    shape = (int(values.shape[0]), int(values.shape[1]))
    return Shown(painted.argb_image(colors), drawn, shape, low, high)


class Viewport(QObject):
    """Zoom and centre that linked views share; the centre is in shares of the matrix."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)

    def set(self, zoom: float, centre: QPointF) -> None:
        """Look elsewhere; the centre stays on the matrix."""
        self.zoom = min(max(zoom, 1.0), _MOST_ZOOM)
        half = 0.5 / self.zoom
        x = min(max(centre.x(), half), 1 - half)
        y = min(max(centre.y(), half), 1 - half)
        self.centre = QPointF(x, y)
        self.changed.emit()

    def reset(self) -> None:
        """Show everything."""
        self.set(1.0, QPointF(0.5, 0.5))


class WipeView(QWidget):
    """Shows one matrix, or two parted by a line.

    The wheel zooms, dragging pans, the line is dragged or moved with the left and right arrows,
    a double click shows everything.

    Signals
    -------
    pointed(str)
        What is under the pointer, in words; empty when there is nothing.
    """

    pointed = Signal(str)

    def __init__(self, name: str, viewport: Viewport, message: str = "") -> None:
        super().__init__()
        self._message = message
        self._viewport = viewport
        self._left: Shown | None = None
        self._right: Shown | None = None
        self._names = ("", "")
        self._at = 0.5
        self._grabbed = False
        self._drag_from: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        viewport.changed.connect(self.update)
        theme().changed.connect(self.update)

    @property
    def wipe(self) -> float:
        """Where the line stands, from 0 (left) to 1."""
        return self._at

    def set_wipe(self, at: float) -> None:
        """Move the line."""
        self._at = min(max(at, 0.0), 1.0)
        self.update()

    def set_message(self, message: str) -> None:
        """What is said while there is nothing to show."""
        self._message = message
        self.update()

    def set_matrices(
        self, left: Shown | None, right: Shown | None = None, names: tuple[str, str] = ("", "")
    ) -> None:
        """Show a matrix, or two of one shape."""
        self._left, self._right, self._names = left, right, names
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Small enough for half a splitter."""
        return QSize(theme().px(120), theme().px(100))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the matrices, the line and their names."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("surface"))
        if self._left is None:
            painter.setPen(theme().color("secondary"))
            room = self.rect().adjusted(12, 12, -12, -12)
            centred = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, int(centred), self._message)
            return
        target = self._target(self._left)
        line = round(self._at * self.width())
        self._paint(painter, self._left, target, QRectF(0, 0, line, self.height()))
        right = self._right or self._left
        rest = QRectF(line, 0, self.width() - line, self.height())
        self._paint(painter, right, target, rest)
        if self._right is not None:
            self._paint_line(painter, line)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the line, or begin to pan."""
        if event.button() == Qt.MouseButton.LeftButton and self._left is not None:
            near = abs(event.position().x() - self._at * self.width()) <= theme().px(_GRAB_PX)
            self._grabbed = near and self._right is not None
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the line, pan, or read out."""
        if self._grabbed:
            self.set_wipe(event.position().x() / max(1, self.width()))
        elif self._drag_from is not None and self._left is not None:
            step = event.position() - self._drag_from
            self._drag_from = event.position()
            target = self._target(self._left)
            moved = QPointF(step.x() / target.width(), step.y() / target.height())
            self._viewport.set(self._viewport.zoom, self._viewport.centre - moved)
        near = abs(event.position().x() - self._at * self.width()) <= theme().px(_GRAB_PX)
        split = near and self._right is not None
        self.setCursor(Qt.CursorShape.SplitHCursor if split else Qt.CursorShape.CrossCursor)
        self.pointed.emit(self.words_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed, self._drag_from = False, None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything."""
        self._viewport.reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if self._left is None:
            return
        factor = _ZOOM_STEP ** (event.angleDelta().y() / 120)
        self._zoom(factor, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the line, plus and minus zoom, Home shows everything."""
        key = Qt.Key(event.key())
        middle = QPointF(self.width() / 2, self.height() / 2)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.set_wipe(self._at + (_WIPE_STEP if key == Qt.Key.Key_Right else -_WIPE_STEP))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(_ZOOM_STEP, middle)
        elif key == Qt.Key.Key_Minus:
            self._zoom(1 / _ZOOM_STEP, middle)
        elif key == Qt.Key.Key_Home:
            self._viewport.reset()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the centre where it was."""
        super().resizeEvent(event)
        self.update()

    def words_at(self, at: QPointF) -> str:
        """Row, column and values under a point of the view."""
        if self._left is None:
            return ""
        target = self._target(self._left)
        x = (at.x() - target.left()) / target.width()
        y = (at.y() - target.top()) / target.height()
        if not (0 <= x < 1 and 0 <= y < 1):
            return ""
        rows, columns = self._left.shape
        values = [_value(shown, x, y) for shown in (self._left, self._right) if shown is not None]
        told = " → ".join(f"{value:.4g}" for value in values)
        return f"row {int(y * rows)}, column {int(x * columns)}: {told}"

    def _zoom(self, factor: float, at: QPointF) -> None:
        if self._left is None:
            return
        before = self._target(self._left)
        share = QPointF(
            (at.x() - before.left()) / before.width(), (at.y() - before.top()) / before.height()
        )
        zoom = min(max(self._viewport.zoom * factor, 1.0), _MOST_ZOOM)
        kept = self._viewport.zoom / zoom
        self._viewport.set(zoom, share + (self._viewport.centre - share) * kept)

    def _target(self, shown: Shown) -> QRectF:
        """Where the whole matrix would be painted, most of it perhaps outside the view."""
        rows, columns = shown.shape
        scale = min(self.width() / columns, self.height() / rows) * self._viewport.zoom
        width, height = max(1.0, columns * scale), max(1.0, rows * scale)
        # A long side that fits stays in the middle.
        x = 0.5 if width <= self.width() else self._viewport.centre.x()
        y = 0.5 if height <= self.height() else self._viewport.centre.y()
        left, top = self.width() / 2 - x * width, self.height() / 2 - y * height
        return QRectF(left, top, width, height)

    def _paint(self, painter: QPainter, shown: Shown, target: QRectF, clip: QRectF) -> None:
        image = shown.painted.image
        painter.save()
        painter.setClipRect(clip)
        shrunk = target.width() < image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
        painter.drawImage(target, image)
        painter.restore()

    def _paint_line(self, painter: QPainter, line: int) -> None:
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawLine(line, 0, line, self.height())
        painter.setFont(theme().ui_font())
        gap, height = theme().px(6), theme().px(20)
        metrics = painter.fontMetrics()
        for name, right in zip(self._names, (False, True), strict=True):
            width = metrics.horizontalAdvance(name) + 2 * gap
            x = line + gap if right else line - gap - width
            box = QRectF(x, gap, width, height)
            painter.fillRect(box, theme().color("raised"))
            painter.setPen(theme().color("text"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), name)


def _value(shown: Shown, x: float, y: float) -> float:
    rows, columns = shown.values.shape
    return float(shown.values[int(y * rows), int(x * columns)])


VIRIDIS, DIVERGING = tokens.VIRIDIS, tokens.DIVERGING
