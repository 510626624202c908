"""A heat map painted as one image: cheap enough for thirty new ones a second."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from engine.figures import tokens
from engine.figures.model import Figure, HeatMap
from gui.theme import theme
from gui.widgets.painted import Painted, argb_image, colored, packed

_LABEL_PX = 64
_LEAST_ROW_PX = 9.0
_AXIS_PX = 18


class HeatStrip(QWidget):
    """Shows the heat map of a figure, with a label for each row where there is room.

    Signals
    -------
    row_clicked(int)
        A row was clicked, counted from the top.
    export_requested(object)
        The person asked to export the figure.
    """

    row_clicked = Signal(int)
    export_requested = Signal(object)

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty_text = empty_text
        self._figure: Figure | None = None
        self._layer: HeatMap | None = None
        self._labels: tuple[str, ...] = ()
        self._muted: frozenset[int] = frozenset()
        self._painted: Painted | None = None
        self._hover: QPointF | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme().px(40))
        self.setAccessibleName(empty_text)
        theme().changed.connect(self._repaint_all)

    @property
    def figure(self) -> Figure | None:
        """The figure shown."""
        return self._figure

    def set_figure(self, figure: Figure | None, labels: tuple[str, ...] = ()) -> None:
        """Show the first heat map of a figure; `labels` name its rows from the top."""
        self._figure, self._labels = figure, labels
        layer = figure.layers[0] if figure is not None else None
        self._layer = layer if isinstance(layer, HeatMap) else None
        self._painted = None
        self.setAccessibleName(figure.title if figure is not None else self._empty_text)
        if self.isVisible():
            self.update()

    def set_muted(self, rows: frozenset[int]) -> None:
        """Strike through the labels of rows, counted from the top."""
        self._muted = rows
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the image, the labels and the value under the pointer."""
        painter = QPainter(self)
        palette = theme().palette
        if self._layer is None or not self._layer.values.size:
            painter.setPen(QColor(palette.faint))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(8, 8, -8, -8), flags, self._empty_text)
            return
        if self._painted is None:
            self._painted = self._made(self._layer)
        area = self._area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, self._painted.image)
        self._draw_labels(painter, area)
        self._draw_axis(painter, area)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the value under the pointer."""
        cell = self._cell(event.position())
        if cell is None or self._layer is None:
            self.setToolTip("")
            return
        row, column = cell
        value = self._layer.values[len(self._layer.values) - 1 - row, column]
        name = self._labels[row] if row < len(self._labels) else f"row {row + 1}"
        self.setToolTip(f"{name}, {column}: {value:.3f}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a row."""
        cell = self._cell(event.position(), anywhere=True)
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.row_clicked.emit(cell[0])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the export."""
        if self._figure is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Export…", self._ask_export)
        menu.popup(event.globalPos())

    def _ask_export(self) -> None:
        self.export_requested.emit(self._figure)

    def _made(self, layer: HeatMap) -> Painted:
        values = np.flipud(layer.values)
        finite = values[np.isfinite(values)]
        low = layer.low if layer.low is not None else float(finite.min(initial=0.0))
        high = layer.high if layer.high is not None else float(finite.max(initial=1e-9))
        table = packed(tokens.DIVERGING if layer.signed else tokens.VIRIDIS)
        return argb_image(colored(values, low, high, table))

    def _area(self) -> QRectF:
        left = theme().px(_LABEL_PX) if self._has_labels() else theme().px(8)
        bottom = theme().px(_AXIS_PX)
        return QRectF(
            left,
            theme().px(6),
            self.width() - left - theme().px(8),
            self.height() - bottom - theme().px(6),
        )

    def _has_labels(self) -> bool:
        return bool(self._labels) and self._row_px() >= _LEAST_ROW_PX

    def _row_px(self) -> float:
        rows = len(self._layer.values) if self._layer is not None else 1
        return (self.height() - theme().px(_AXIS_PX + 6)) / max(1, rows)

    def _draw_labels(self, painter: QPainter, area: QRectF) -> None:
        if not self._has_labels():
            return
        font = painter.font()
        font.setPixelSize(max(8, min(theme().px(11), int(self._row_px()))))
        painter.setFont(font)
        height = area.height() / len(self._labels)
        metrics = painter.fontMetrics()
        for row, label in enumerate(self._labels):
            muted = row in self._muted
            painter.setPen(QColor(theme().palette.differs if muted else theme().palette.secondary))
            box = QRectF(2, area.top() + row * height, area.left() - 6, height)
            words = metrics.elidedText(label, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
            )
            if muted:
                y = box.center().y()
                painter.drawLine(
                    QPointF(box.right() - metrics.horizontalAdvance(words), y),
                    QPointF(box.right(), y),
                )

    def _draw_axis(self, painter: QPainter, area: QRectF) -> None:
        if self._figure is None or self._figure.x is None or self._layer is None:
            return
        painter.setPen(QPen(QColor(theme().palette.faint)))
        font = painter.font()
        font.setPixelSize(theme().px(10))
        painter.setFont(font)
        box = QRectF(area.left(), area.bottom(), area.width(), theme().px(_AXIS_PX))
        align = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, align | Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(box, align | Qt.AlignmentFlag.AlignHCenter, self._figure.x.label)
        last = f"{self._layer.x_range[1]:g}"
        painter.drawText(box, align | Qt.AlignmentFlag.AlignRight, last)

    def _cell(self, place: QPointF, *, anywhere: bool = False) -> tuple[int, int] | None:
        if self._layer is None or not self._layer.values.size:
            return None
        area, (rows, columns) = self._area(), self._layer.values.shape
        row = int((place.y() - area.top()) / area.height() * rows)
        column = int((place.x() - area.left()) / area.width() * columns)
        inside = 0 <= row < rows and (anywhere or 0 <= column < columns)
        return (row, min(max(column, 0), columns - 1)) if inside else None

    def _repaint_all(self) -> None:
        self._painted = None
        self.update()
