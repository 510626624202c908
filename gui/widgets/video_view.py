"""A video frame, painted: zoom, pan, pixel read-out, and drawing a crop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

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


class Tool(Protocol):
    """What the mouse does over a frame instead of moving it; places in pixels of the frame."""

    def press(self, at: QPointF) -> None:
        """The left button went down."""

    def move(self, at: QPointF, held: bool) -> None:
        """The pointer moved, the button held or not."""

    def release(self, at: QPointF) -> None:
        """The button went up."""

    def double(self, at: QPointF) -> None:
        """The second press of a double click."""

    def paint(self, painter: QPainter, view: VideoView) -> None:
        """Draw what has been begun."""


Overlay = Callable[[QPainter, "VideoView"], None]


class VideoView(QWidget):
    """Shows the newest frame it is given, and over it whatever overlays draw.

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
        self._label = ""
        self._zoom = 1.0
        self._centre = QPointF(0.5, 0.5)
        self._crop: QRectF | None = None
        self._crop_mode = False
        self._drag_from: QPointF | None = None
        self._moved = False
        self._hover: QPointF | None = None
        self._overlays: list[Overlay] = []
        self._tool: Tool | None = None
        #: Width and height that coordinates are in, where the picture shown is a smaller proxy.
        self._coordinates: tuple[int, int] | None = None
        #: The index of the frame on show, for overlays.
        self.index = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Video frame")
        theme().changed.connect(self.update)

    def set_frame(
        self,
        pixels: NDArray[np.uint8],
        *,
        exact: bool = True,
        index: int = -1,
        size: tuple[int, int] | None = None,
        label: str = "nearest key frame…",
    ) -> None:
        """Show a frame.

        Parameters
        ----------
        pixels
            (h, w) or (h, w, 3) uint8, C-contiguous; kept until the next frame, not copied.
        exact
            False for a near-by frame shown while the wanted one is being decoded.
        index
            Its number, for overlays.
        size
            Width and height of the full frame, where the picture is a smaller stand-in.
        label
            What is said of a picture that is not exact.
        """
        coordinates = size or (pixels.shape[1], pixels.shape[0])
        if self._coordinates != coordinates:
            self.reset_view()
        self._coordinates = coordinates
        self.index, self._label = index, label
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
        self._image = self._pixels = self._hover = self._coordinates = None
        self._message = message
        self.update()

    def add_overlay(self, overlay: Overlay) -> None:
        """Draw something over each frame."""
        self._overlays.append(overlay)
        self.update()

    @property
    def has_tool(self) -> bool:
        """True while the mouse belongs to a tool."""
        return self._tool is not None

    def set_tool(self, tool: Tool | None) -> None:
        """Give the mouse to a tool; None gives it back."""
        self._tool = tool
        cross = tool is not None or self._crop_mode
        self.setCursor(Qt.CursorShape.CrossCursor if cross else Qt.CursorShape.ArrowCursor)
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
        target, (width, height) = self._target(), self._size()
        x = (position.x() - target.x()) / target.width() * width
        y = (position.y() - target.y()) / target.height() * height
        return QPointF(x, y)

    def point_in_widget(self, x: float, y: float) -> QPointF:
        """A place in pixels of the frame, (0, 0) its top left corner, in the widget."""
        target, (width, height) = self._target(), self._size()
        left = target.x() + x * target.width() / width
        return QPointF(left, target.y() + y * target.height() / height)

    def from_frame(self, rect: QRectF) -> QRectF:
        """A rectangle of the frame in the widget."""
        target, (width, height) = self._target(), self._size()
        sx = target.width() / width
        sy = target.height() / height
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
        for overlay in self._overlays:
            overlay(painter, self)
        if self._tool is not None:
            self._tool.paint(painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
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
        if self._tool is not None and self._image is not None:
            if event.button() == Qt.MouseButton.LeftButton:
                self._tool.press(self._inside(event.position()))
                self.update()
            return
        self._drag_from = event.position()
        self._moved = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or tell the pixel under the pointer."""
        if self._image is None:
            return
        if self._tool is not None:
            held = bool(event.buttons() & Qt.MouseButton.LeftButton)
            self._tool.move(self._inside(event.position()), held)
        elif self._drag_from is not None:
            self._drag(event.position())
        self._hover = self.to_frame(event.position())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; one that went nowhere is a click."""
        if self._tool is not None and self._image is not None:
            self._tool.release(self._inside(event.position()))
            self.update()
        elif self._image is not None and self._drag_from is not None:
            if not self._moved:
                at = self.to_frame(event.position())
                self.clicked.emit(at.x(), at.y())
            elif self._crop_mode and self._crop is not None:
                self._emit_crop(self._crop)
        self._drag_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole frame again, or end what a tool has begun."""
        if self._tool is not None and self._image is not None:
            self._tool.double(self._inside(event.position()))
            self.update()
        else:
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
        return QRectF(0, 0, *self._size())

    def _size(self) -> tuple[int, int]:
        """Width and height of the full frame."""
        assert self._coordinates is not None
        return self._coordinates

    def _inside(self, position: QPointF) -> QPointF:
        """A place in the frame, brought inside it."""
        at, (width, height) = self.to_frame(position), self._size()
        return QPointF(min(max(at.x(), 0.0), width), min(max(at.y(), 0.0), height))

    def _move_by(self, offset: QPointF) -> None:
        """Move what is in the centre by pixels of the frame, staying on the frame."""
        half = 0.5 / self._zoom
        x = self._centre.x() + offset.x() / self._size()[0]
        y = self._centre.y() + offset.y() / self._size()[1]
        self._centre = QPointF(min(1 - half, max(half, x)), min(1 - half, max(half, y)))
        self.update()

    def _target(self) -> QRectF:
        """Where in the widget the whole frame lies."""
        across, down = self._size()
        fit = min(self.width() / across, self.height() / down)
        width, height = across * fit * self._zoom, down * fit * self._zoom
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
            self._paint_label(painter, self._label, Qt.AlignmentFlag.AlignLeft)
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
        if not (0 <= column < self._size()[0] and 0 <= row < self._size()[1]):
            return ""
        if (width, height) != self._size():
            # A stand-in has not the samples of the frame.
            return f"{column}, {row}"
        value = self._pixels[row, column]
        shown = str(int(value)) if value.ndim == 0 else ", ".join(map(str, value.tolist()))
        return f"{column}, {row}: {shown}"
