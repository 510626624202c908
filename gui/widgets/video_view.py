"""A video frame, painted: zoom, pan, pixel read-out, and drawing a crop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme
from gui.widgets.wheel import scrolls

_ZOOM_STEP, _MOST_ZOOM = 1.2, 40.0
_LEAST_CROP_PX = 8


class VideoView(QWidget):
    """Shows the newest frame it is given.

    Signals
    -------
    clicked(float, float)
        A click, in pixels of the frame.
    crop_changed(int, int, int, int)
        A crop was drawn: left, top, width, height in pixels of the frame.
    """

    clicked = Signal(float, float)
    crop_changed = Signal(int, int, int, int)

    def __init__(self, message: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = message
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self._exact = True
        self._zoom = 1.0
        self._centre = QPointF(0.5, 0.5)
        self._crop: QRectF | None = None
        self._crop_mode = False
        self._drag_from: QPointF | None = None
        self._moved = False
        self._hover: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Video frame")
        theme().changed.connect(self.update)

    def set_frame(self, pixels: NDArray[np.uint8], *, exact: bool = True) -> None:
        """Show a frame.

        Parameters
        ----------
        pixels
            (h, w) or (h, w, 3) uint8, C-contiguous; kept until the next frame, not copied.
        exact
            False for a near-by frame shown while the wanted one is being decoded.
        """
        if self._pixels is None or self._pixels.shape != pixels.shape:
            self.reset_view()
        self._pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape[:2]
        gray = QImage.Format.Format_Grayscale8
        kind = gray if pixels.ndim == 2 else QImage.Format.Format_RGB888
        # The image reads the array's memory, which must live as long as it does.
        self._image = QImage(self._pixels.data, width, height, self._pixels.strides[0], kind)
        self._exact = exact
        self.update()

    def clear(self, message: str = "") -> None:
        """Show words instead of a frame."""
        self._image = self._pixels = self._hover = None
        self._message = message
        self.update()

    def set_crop(self, crop: QRectF | None) -> None:
        """Draw a crop, in pixels of the frame; None draws none."""
        self._crop = crop
        self.update()

    def set_crop_mode(self, on: bool) -> None:
        """While on, dragging draws a crop instead of moving the picture."""
        self._crop_mode = on
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def reset_view(self) -> None:
        """Show the whole frame."""
        self._zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self.update()

    def sizeHint(self) -> QSize:
        """Room for a small frame."""
        return QSize(theme().px(320), theme().px(240))

    def to_frame(self, position: QPointF) -> QPointF:
        """A point of the widget in pixels of the frame."""
        target = self._target()
        assert self._image is not None
        x = (position.x() - target.x()) / target.width() * self._image.width()
        y = (position.y() - target.y()) / target.height() * self._image.height()
        return QPointF(x, y)

    def from_frame(self, rect: QRectF) -> QRectF:
        """A rectangle of the frame in the widget."""
        target = self._target()
        assert self._image is not None
        sx = target.width() / self._image.width()
        sy = target.height() / self._image.height()
        corner = QPointF(target.x() + rect.x() * sx, target.y() + rect.y() * sy)
        return QRectF(corner.x(), corner.y(), rect.width() * sx, rect.height() * sy)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame, the crop, and the read-out."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("surface"))
        if self._image is None:
            self._paint_message(painter)
            return
        smooth = self._target().width() < 3 * self._image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(self._target(), self._image)
        if self._crop is not None:
            painter.setPen(QPen(theme().color("accent"), 1.5, Qt.PenStyle.DashLine))
            painter.drawRect(self.from_frame(self._crop))
        self._paint_labels(painter)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; in a column that scrolls only with Ctrl."""
        if self._image is None or event.angleDelta().y() == 0 or scrolls(event, self):
            event.ignore()
            return
        before = self.to_frame(event.position())
        factor = _ZOOM_STEP if event.angleDelta().y() > 0 else 1 / _ZOOM_STEP
        self._zoom = min(_MOST_ZOOM, max(1.0, self._zoom * factor))
        after = self.to_frame(event.position())
        self._move_by(before - after)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag the picture or a crop."""
        self._drag_from = event.position()
        self._moved = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or tell the pixel under the pointer."""
        if self._image is None:
            return
        if self._drag_from is not None:
            self._drag(event.position())
        self._hover = self.to_frame(event.position())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; one that went nowhere is a click."""
        if self._image is not None and self._drag_from is not None:
            if not self._moved:
                at = self.to_frame(event.position())
                self.clicked.emit(at.x(), at.y())
            elif self._crop_mode and self._crop is not None:
                self._emit_crop(self._crop)
        self._drag_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole frame again."""
        self.reset_view()

    def leaveEvent(self, event: object) -> None:
        """Forget the pixel under the pointer."""
        self._hover = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the same part in view."""
        super().resizeEvent(event)
        self.update()

    def _drag(self, position: QPointF) -> None:
        assert self._drag_from is not None
        if (position - self._drag_from).manhattanLength() < 4 and not self._moved:
            return
        self._moved = True
        if self._crop_mode:
            corners = QRectF(self.to_frame(self._drag_from), self.to_frame(position))
            self._crop = corners.normalized().intersected(self._frame_rect())
        else:
            self._move_by(self.to_frame(self._drag_from) - self.to_frame(position))
            self._drag_from = position

    def _emit_crop(self, crop: QRectF) -> None:
        box = crop.toAlignedRect().intersected(self._frame_rect().toRect())
        if min(box.width(), box.height()) >= _LEAST_CROP_PX:
            self.crop_changed.emit(box.x(), box.y(), box.width(), box.height())

    def _frame_rect(self) -> QRectF:
        assert self._image is not None
        return QRectF(0, 0, self._image.width(), self._image.height())

    def _move_by(self, offset: QPointF) -> None:
        """Move what is in the centre by pixels of the frame, staying on the frame."""
        assert self._image is not None
        half = 0.5 / self._zoom
        x = self._centre.x() + offset.x() / self._image.width()
        y = self._centre.y() + offset.y() / self._image.height()
        self._centre = QPointF(min(1 - half, max(half, x)), min(1 - half, max(half, y)))
        self.update()

    def _target(self) -> QRectF:
        """Where in the widget the whole frame lies."""
        assert self._image is not None
        fit = min(self.width() / self._image.width(), self.height() / self._image.height())
        width = self._image.width() * fit * self._zoom
        height = self._image.height() * fit * self._zoom
        left = self.width() / 2 - self._centre.x() * width
        top = self.height() / 2 - self._centre.y() * height
        return QRectF(left, top, width, height)

    def _paint_message(self, painter: QPainter) -> None:
        painter.setPen(theme().color("secondary"))
        painter.setFont(theme().ui_font())
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect().adjusted(16, 16, -16, -16), flags, self._message)

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(theme().mono_font(11))
        if not self._exact:
            self._paint_label(painter, "nearest key frame…", Qt.AlignmentFlag.AlignLeft)
        words = self._pixel_words()
        if words:
            self._paint_label(painter, words, Qt.AlignmentFlag.AlignRight)

    def _paint_label(self, painter: QPainter, words: str, side: Qt.AlignmentFlag) -> None:
        metrics = painter.fontMetrics()
        pad = theme().px(4)
        width = metrics.horizontalAdvance(words) + 2 * pad
        left = pad if side == Qt.AlignmentFlag.AlignLeft else self.width() - width - pad
        box = QRect(
            left, self.height() - metrics.height() - 2 * pad, width, metrics.height() + pad
        )
        painter.fillRect(box, theme().color("raised", 0.85))
        painter.setPen(theme().color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _pixel_words(self) -> str:
        if self._hover is None or self._pixels is None:
            return ""
        column, row = int(self._hover.x()), int(self._hover.y())
        height, width = self._pixels.shape[:2]
        if not (0 <= column < width and 0 <= row < height):
            return ""
        value = self._pixels[row, column]
        shown = str(int(value)) if value.ndim == 0 else ", ".join(map(str, value.tolist()))
        return f"{column}, {row}: {shown}"
