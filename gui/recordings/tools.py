"""Drawing on a frame: a line of known length, rectangles, ellipses and polygons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from engine.behavior.regions import Shape
from gui.recordings.overlay import spot_distance
from gui.theme import theme
from gui.widgets.video_view import VideoView

Points = tuple[tuple[float, float], ...]
Drawn = Callable[[Points], None]

_LEAST_PX = 4.0


class LineTool:
    """Two ends of a straight line, by dragging."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._start: QPointF | None = None
        self._end = QPointF()

    def press(self, at: QPointF) -> None:
        """Begin."""
        self._start = self._end = at

    def move(self, at: QPointF, held: bool) -> None:
        """Stretch."""
        if held:
            self._end = at

    def release(self, at: QPointF) -> None:
        """End; a line of next to no length is dropped."""
        start, self._start = self._start, None
        if start is not None and spot_distance(start, at) >= _LEAST_PX:
            self._drawn(((start.x(), start.y()), (at.x(), at.y())))

    def double(self, at: QPointF) -> None:
        """Nothing more."""

    def paint(self, painter: QPainter, view: VideoView) -> None:
        """Draw what has been begun."""
        if self._start is not None:
            _pen(painter)
            self._outline(painter, view, self._start, self._end)

    def _outline(self, painter: QPainter, view: VideoView, start: QPointF, end: QPointF) -> None:
        painter.drawLine(_spot(view, start), _spot(view, end))


class BoxTool(LineTool):
    """Two opposite corners of a rectangle, or of the box round an ellipse."""

    def __init__(self, shape: Shape, drawn: Drawn) -> None:
        super().__init__(drawn)
        self._shape = shape

    def _outline(self, painter: QPainter, view: VideoView, start: QPointF, end: QPointF) -> None:
        box = QRectF(_spot(view, start), _spot(view, end)).normalized()
        if self._shape == "ellipse":
            painter.drawEllipse(box)
        else:
            painter.drawRect(box)


class PolygonTool:
    """Corner by corner; a double click closes it."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._corners: list[QPointF] = []
        self._hover = QPointF()

    def press(self, at: QPointF) -> None:
        """Add a corner."""
        self._hover = at
        if not self._corners or spot_distance(self._corners[-1], at) >= 1:
            self._corners.append(at)

    def move(self, at: QPointF, held: bool) -> None:
        """Lead the next edge."""
        self._hover = at

    def release(self, at: QPointF) -> None:
        """Corners are set when pressed."""

    def double(self, at: QPointF) -> None:
        """Close it, from three corners on."""
        corners, self._corners = self._corners, []
        if len(corners) >= 3:
            self._drawn(tuple((corner.x(), corner.y()) for corner in corners))

    def paint(self, painter: QPainter, view: VideoView) -> None:
        """Draw the edges there are, and the one that follows the pointer."""
        if self._corners:
            _pen(painter)
            places = [_spot(view, corner) for corner in (*self._corners, self._hover)]
            painter.drawPolyline(QPolygonF(places))


def _spot(view: VideoView, at: QPointF) -> QPointF:
    return view.point_in_widget(at.x(), at.y())


def _pen(painter: QPainter) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().color("accent"), 1.5, Qt.PenStyle.DashLine))
