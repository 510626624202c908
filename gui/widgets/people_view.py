"""A frame with people on it: boxes, densities, spread, scores, identities; and a wipe."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)

from engine.detection.beta import LAMBDA, image_moments, mask, to_beta
from engine.figures.arrays import Array
from engine.figures.tokens import rgb
from gui.theme import theme
from gui.widgets.painted import Painted, argb_image
from gui.widgets.video_view import VideoView

_CELLS = 28
_DENSEST = 0.75
_GRIP_PX = 8


def _no_boxes() -> Array:
    return np.zeros((0, 4))


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """What is drawn over a frame. Boxes (n, 4) in pixels of the frame.

    Attributes
    ----------
    full, visible, score, ids, rows
        Who is kept: boxes, scores, identities (-1 for none), rows among the raw boxes.
    ghosts, ghost_rows
        Full boxes that were suppressed, and their rows.
    truth, truth_visible
        Boxes of the ground truth.
    spread
        Lambda of the densities.
    """

    full: Array = field(default_factory=_no_boxes)
    visible: Array = field(default_factory=_no_boxes)
    score: Array = field(default_factory=lambda: np.zeros(0))
    ids: Array = field(default_factory=lambda: np.zeros(0, "i8"))
    rows: Array = field(default_factory=lambda: np.zeros(0, "i8"))
    ghosts: Array = field(default_factory=_no_boxes)
    ghost_rows: Array = field(default_factory=lambda: np.zeros(0, "i8"))
    truth: Array = field(default_factory=_no_boxes)
    truth_visible: Array = field(default_factory=_no_boxes)
    spread: float = LAMBDA


@dataclass(frozen=True, slots=True)
class Layers:
    """Which parts are drawn."""

    full: bool = True
    visible: bool = True
    density: bool = True
    spread: bool = False
    scores: bool = True
    ids: bool = True
    suppressed: bool = False
    truth: bool = False


class PeopleView(VideoView):
    """Shows people over the newest frame.

    Signals
    -------
    chosen(int)
        A box was clicked: its row among the raw boxes, -1 where there is none.
    moved()
        Zoom or place changed by hand.
    """

    chosen = Signal(int)
    moved = Signal()

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self._people = People()
        self._other: People | None = None
        self._wipe: float | None = None
        self._wiping = False
        self._layers = Layers()
        self._selected: tuple[int, ...] = ()
        self._densities: dict[int, list[Painted]] = {}
        self.clicked.connect(self._on_clicked)
        self.setAccessibleName("Frame with people")

    @property
    def people(self) -> People:
        """Who is drawn; of a wipe those on the left."""
        return self._people

    def set_people(self, people: People, other: People | None = None) -> None:
        """Draw these people; `other` on the right of the wipe."""
        self._people, self._other = people, other
        self._densities.clear()
        if other is None:
            self._wipe = None
        elif self._wipe is None:
            self._wipe = 0.5
        self.update()

    def set_layers(self, layers: Layers) -> None:
        """Draw these parts."""
        self._layers = layers
        self.update()

    def set_selected(self, rows: tuple[int, ...]) -> None:
        """Emphasise raw rows: the first is the box in hand, a second one its counterpart."""
        self._selected = rows
        self.update()

    def follow(self, other: PeopleView) -> None:
        """Take zoom and place of another view."""
        self._zoom, self._centre = other._zoom, QPointF(other._centre)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame, then the people."""
        super().paintEvent(event)
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._other is None or self._wipe is None:
            self._paint_people(painter, self._people)
            return
        at = self._wipe * self.width()
        left, right = QRectF(0, 0, at, self.height()), QRectF(self.rect())
        right.setLeft(at)
        for area, people in ((left, self._people), (right, self._other)):
            painter.save()
            painter.setClipRect(area)
            self._paint_people(painter, people)
            painter.restore()
        painter.setPen(QPen(theme().color("accent"), 2))
        painter.drawLine(QLineF(at, 0, at, self.height()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, and tell."""
        super().wheelEvent(event)
        self.moved.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the wipe, or of the picture."""
        near = self._wipe is not None and (
            abs(event.position().x() - self._wipe * self.width()) < theme().px(_GRIP_PX)
        )
        self._wiping = near
        if not near:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the wipe, or the picture."""
        if self._wiping:
            self._wipe = min(1.0, max(0.0, event.position().x() / max(1, self.width())))
            self.update()
            return
        super().mouseMoveEvent(event)
        if event.buttons():
            self.moved.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._wiping:
            self._wiping = False
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole frame again, and tell."""
        super().mouseDoubleClickEvent(event)
        self.moved.emit()

    def _on_clicked(self, x: float, y: float) -> None:
        people = self._people
        at = QPointF(x, y)
        if self._other is not None and self._wipe is not None:
            target = self.from_frame(QRectF(x, y, 0, 0))
            if target.x() > self._wipe * self.width():
                people = self._other
        row = _under(at, people.full, people.rows)
        if row < 0 and self._layers.suppressed:
            row = _under(at, people.ghosts, people.ghost_rows)
        self.chosen.emit(row)

    def _paint_people(self, painter: QPainter, people: People) -> None:
        layers = self._layers
        if layers.density:
            self._paint_densities(painter, people)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if layers.suppressed:
            self._paint_boxes(painter, people.ghosts, theme().color("faint"), dash=True)
        if layers.truth:
            ink = theme().color("text")
            self._paint_boxes(painter, people.truth, ink, dash=True, width=1.5)
        for k in range(len(people.full)):
            self._paint_person(painter, people, k)
        self._paint_selected(painter, people)

    def _paint_person(self, painter: QPainter, people: People, k: int) -> None:
        layers, color = self._layers, _color(int(people.ids[k]))
        box = self.from_frame(_rect(people.full[k]))
        if layers.full:
            painter.setPen(QPen(color, 1.8))
            painter.drawRect(box)
        if layers.visible:
            painter.setPen(QPen(color, 1.2, Qt.PenStyle.DashLine))
            painter.drawRect(self.from_frame(_rect(people.visible[k])))
        if layers.spread:
            self._paint_spread(painter, people, k, color)
        words = []
        if layers.ids and people.ids[k] >= 0:
            words.append(str(int(people.ids[k])))
        if layers.scores:
            words.append(f"{people.score[k]:.2f}")
        if words:
            _paint_tag(painter, box, " · ".join(words), color)

    def _paint_spread(self, painter: QPainter, people: People, k: int, color: QColor) -> None:
        """The mean as a point, one standard deviation as an ellipse."""
        one = slice(k, k + 1)
        mean, deviation = image_moments(people.full[one], people.visible[one], people.spread)
        (x, y), (dx, dy) = mean[0], deviation[0]
        painter.setPen(QPen(color, 1.4))
        painter.drawEllipse(self.from_frame(QRectF(x - dx, y - dy, 2 * dx, 2 * dy)))
        centre = self.from_frame(QRectF(x, y, 0, 0)).topLeft()
        painter.setBrush(QBrush(color))
        painter.drawEllipse(centre, 2.5, 2.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_densities(self, painter: QPainter, people: People) -> None:
        key = id(people)
        if key not in self._densities:
            self._densities[key] = density_images(people)
        for box, painted in zip(people.full, self._densities[key], strict=True):
            painter.drawImage(self.from_frame(_rect(box)), painted.image)

    def _paint_selected(self, painter: QPainter, people: People) -> None:
        boxes = {int(row): box for row, box in zip(people.rows, people.full, strict=True)}
        boxes |= {int(r): b for r, b in zip(people.ghost_rows, people.ghosts, strict=True)}
        for token, row in zip(("accent", "differs"), self._selected, strict=False):
            if row in boxes:
                painter.setPen(QPen(theme().color(token), 3))
                painter.drawRect(self.from_frame(_rect(boxes[row])))

    def _paint_boxes(
        self, painter: QPainter, boxes: Array, color: QColor, *, dash: bool, width: float = 1.0
    ) -> None:
        style = Qt.PenStyle.DotLine if dash else Qt.PenStyle.SolidLine
        painter.setPen(QPen(color, width, style))
        for box in boxes:
            painter.drawRect(self.from_frame(_rect(box)))


def density_images(people: People) -> list[Painted]:
    """The density of each person as a picture of 28 x 28, in their colour."""
    if not len(people.full):
        return []
    masks = mask(to_beta(people.full, people.visible, people.spread), _CELLS)
    alpha = np.round(masks * _DENSEST * 255).astype("u4")
    images = []
    for k in range(len(masks)):
        red, green, blue = rgb(theme().palette.mark(max(0, int(people.ids[k]))))
        parts = [(alpha[k] * channel // 255) << shift
                 for channel, shift in ((red, 16), (green, 8), (blue, 0))]  # fmt: skip
        images.append(argb_image(((alpha[k] << 24) | parts[0] | parts[1] | parts[2]).astype("u4")))
    return images


def _under(at: QPointF, boxes: Array, rows: Array) -> int:
    """Row of the smallest box under a point, -1 for none."""
    best, smallest = -1, float("inf")
    for box, row in zip(boxes, rows, strict=True):
        rect = _rect(box)
        size = rect.width() * rect.height()
        if rect.contains(at) and size < smallest:
            best, smallest = int(row), size
    return best


def _rect(box: Array) -> QRectF:
    left, top, right, bottom = (float(value) for value in box)
    return QRectF(left, top, right - left, bottom - top)


def _color(identity: int) -> QColor:
    return QColor(theme().palette.mark(max(0, identity)))


def _paint_tag(painter: QPainter, box: QRectF, words: str, color: QColor) -> None:
    """Words on a plate over a box, or in it where the frame ends."""
    painter.setFont(theme().mono_font(10))
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(words) + 6, metrics.height()
    top = box.top() - height if box.top() >= height else box.top()
    plate = QRectF(box.left(), top, width, height)
    painter.fillRect(plate, theme().color("raised", 0.85))
    painter.setPen(color)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
