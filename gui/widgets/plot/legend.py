"""The legend over a plot, and the slim colour bar beside it."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.figures.model import Axis
from gui.theme import theme
from gui.widgets import painted
from gui.widgets.painted import Painted
from gui.widgets.plot import ink
from gui.widgets.plot.geometry import ColorScale, Key, fitting_name

FONT_PX = 11
SAMPLE_PX = 18
PATCH_PX = 9
GAP_PX = 12
BAR_PX = 10


class Legend(QWidget):
    """Names of layers and categories, each after a sample of its ink; wraps into rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[Key] = []
        self._places: list[QPointF] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self._arrange)

    @property
    def names(self) -> list[str]:
        """What it names."""
        return [key.name for key in self._keys]

    def set_keys(self, keys: list[Key]) -> None:
        """Show other entries; a lone one says nothing, and is not shown."""
        keys = keys if len(keys) > 1 else []
        if keys != self._keys:
            self._keys = keys
            self.setAccessibleName("Legend: " + ", ".join(self.names))
            self._arrange()
        self.setVisible(bool(keys))

    def hasHeightForWidth(self) -> bool:
        """Narrower is taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the rows that a width makes."""
        return self._layout(width)[1]

    def sizeHint(self) -> QSize:
        """Its rows at its width."""
        return QSize(theme().px(160), self._layout(max(self.width(), theme().px(160)))[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew."""
        super().resizeEvent(event)
        self._places = self._layout(self.width())[0]
        if event.size().width() != event.oldSize().width():
            # Its height follows its width, and a stacked page does not ask for that by itself.
            self.updateGeometry()

    def _arrange(self) -> None:
        self._places = self._layout(self.width())[0]
        self.updateGeometry()
        self.update()

    def _layout(self, width: int) -> tuple[list[QPointF], int]:
        """Where each entry starts, and the height of all."""
        metrics = QFontMetricsF(theme().ui_font(FONT_PX))
        line = metrics.height() + theme().px(4)
        places, x, y = [], 0.0, 0.0
        for key in self._keys:
            room = _sample_width(key) + metrics.horizontalAdvance(key.name) + theme().px(4)
            if x > 0 and x + room > width:
                x, y = 0.0, y + line
            places.append(QPointF(x, y))
            x += room + theme().px(GAP_PX)
        return places, round(y + line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint samples and names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme().ui_font(FONT_PX)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for key, place in zip(self._keys, self._places, strict=True):
            width = _sample_width(key)
            box = QRectF(place.x(), place.y(), width, metrics.height())
            _paint_sample(painter, key, box)
            painter.setPen(theme().color("secondary"))
            start = QPointF(box.right() + theme().px(4), place.y() + metrics.ascent())
            painter.drawText(start, key.name)


def _sample_width(key: Key) -> int:
    return theme().px(SAMPLE_PX if key.shape == "line" else PATCH_PX)


def _paint_sample(painter: QPainter, key: Key, box: QRectF) -> None:
    centre = box.center()
    if key.shape == "line":
        painter.setPen(ink.pen(key.mark))
        painter.drawLine(QLineF(box.left(), centre.y(), box.right(), centre.y()))
        if key.mark != "theory":
            _paint_dot(painter, key, centre)
    elif key.shape == "dot":
        _paint_dot(painter, key, centre)
    else:
        side = theme().px(PATCH_PX)
        patch = QRectF(0, 0, side - 1, side - 1)
        patch.moveCenter(centre)
        painter.setPen(QPen(ink.color(key.mark), 1))
        painter.setBrush(ink.brush(key.mark))
        painter.drawRect(patch)


def _paint_dot(painter: QPainter, key: Key, centre: QPointF) -> None:
    painter.setPen(QPen(ink.color(key.mark), 1.5))
    painter.setBrush(ink.brush(key.mark))
    if key.mark == "reported":
        reach = theme().px(4)
        painter.setBrush(theme().color("surface"))
        corners = ((0, -reach), (reach, 0), (0, reach), (-reach, 0))
        painter.drawPolygon(QPolygonF([centre + QPointF(*corner) for corner in corners]))
    else:
        painter.drawEllipse(centre, theme().px(2), theme().px(2))


class ColorBar(QWidget):
    """A slim bar of the continuous palette with the range, name and unit of the values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale: ColorScale | None = None
        self._ramp: Painted | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self._dress)

    def set_scale(self, scale: ColorScale | None) -> None:
        """Show another scale; None hides the bar."""
        self._scale = scale
        self.setVisible(scale is not None)
        if scale is not None:
            self._ramp = painted.argb_image(scale.table[::-1, None])
            low, high = self._ends(scale)
            self.setAccessibleName(f"Colours: {scale.axis.label} from {low} to {high}")
            self._dress()

    @staticmethod
    def _ends(scale: ColorScale) -> tuple[str, str]:
        return f"{scale.low:.3g}", f"{scale.high:.3g}"

    def _dress(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Bar, the wider end of its range, and its name on edge."""
        if self._scale is None:
            return QSize(0, 0)
        numbers = QFontMetricsF(theme().mono_font(FONT_PX))
        widest = max(numbers.horizontalAdvance(end) for end in self._ends(self._scale))
        name = QFontMetricsF(theme().ui_font(FONT_PX)).height()
        return QSize(round(theme().px(BAR_PX) + max(widest, name) + theme().px(8)), theme().px(60))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ramp and what it means."""
        if self._scale is None or self._ramp is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        bar = QRectF(0, 0, theme().px(BAR_PX), self.height())
        painter.drawImage(bar, self._ramp.image)
        low, high = self._ends(self._scale)
        beside = QRectF(self.rect()).adjusted(bar.width() + theme().px(4), 0, 0, 0)
        painter.setPen(theme().color("secondary"))
        painter.setFont(theme().mono_font(FONT_PX))
        painter.drawText(beside, Qt.AlignmentFlag.AlignTop, high)
        painter.drawText(beside, Qt.AlignmentFlag.AlignBottom, low)
        self._paint_name(painter, beside, self._scale.axis)

    def _paint_name(self, painter: QPainter, beside: QRectF, axis: Axis) -> None:
        font = theme().ui_font(FONT_PX)
        metrics = QFontMetricsF(font)
        room = self.height() - 3 * metrics.height()
        name = fitting_name(axis, room, metrics.horizontalAdvance)
        self.setToolTip("" if name == axis.label else axis.label)
        painter.setFont(font)
        painter.translate(beside.left() + metrics.ascent(), self.height() / 2)
        painter.rotate(-90)
        painter.drawText(QPointF(-metrics.horizontalAdvance(name) / 2, 0), name)
