"""The drawing area of a plot: axes, view, one item per layer, cursor and read-out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsEllipseItem, QLabel, QWidget

from engine.figures.bar_places import bar_labels
from engine.figures.model import Figure, Raster
from gui.style import set_look
from gui.theme import theme
from gui.widgets.plot.axis import PlotAxis
from gui.widgets.plot.fit import fitted, is_downward, is_square, items_for, structure
from gui.widgets.plot.geometry import (
    REACH_PX,
    ColorScale,
    Extent,
    Key,
    Mapping,
    Reading,
    off_axis,
    on_axis,
)
from gui.widgets.plot.layer import LayerItem
from gui.widgets.plot.view import PanView
from gui.widgets.wheel import scrolls

TICK_PX = 11
FRAME_MS = 16
#: Names beside the rows of a raster take at most this share of the width.
_NAMES_SHARE = 1 / 3
#: A picture in a view narrower than this has no axes.
_SMALL_PX = 300
PAN_STEP, ZOOM_STEP = 0.1, 1.25


class PlotCanvas(pg.GraphicsView):  # type: ignore[misc]
    """Draws a figure of kind ``plot``, and updates it in place.

    Signals
    -------
    clicked_at(float, float)
        Data coordinates of a click.
    """

    clicked_at = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self._figure: Figure | None = None
        self._kinds: tuple[object, ...] = ()
        self._items: list[LayerItem[Any]] = []
        self._held = False
        self._quiet = False
        self._cursor_at: float | None = None
        self._build()
        self._hover = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._hover.timeout.connect(self._read)
        self._pointer = QPointF()
        self._connect()
        self.restyle()

    def _build(self) -> None:
        self.view = PanView()
        self._axes = {side: PlotAxis(side) for side in ("left", "bottom")}
        grid = pg.GraphicsLayout()
        grid.addItem(self._axes["left"], 0, 0)
        grid.addItem(self.view, 0, 1)
        grid.addItem(self._axes["bottom"], 1, 1)
        grid.setSpacing(0)
        self.setCentralItem(grid)
        self._grid = grid
        for axis in self._axes.values():
            axis.linkToView(self.view)
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.setZValue(100)
        self._cursor.hide()
        self.view.addItem(self._cursor, ignoreBounds=True)
        self._ring = QGraphicsEllipseItem(-5, -5, 10, 10, self.view)
        self._ring.setZValue(200)
        self._ring.hide()
        self._label = QLabel(self)
        set_look(self._label, "reading")
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label.hide()
        # What is not handled here goes to the figure view, which has the menu.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _connect(self) -> None:
        self.view.sigRangeChanged.connect(self._rebuild)
        self.view.sigResized.connect(self._rebuild)
        self.view.sigRangeChangedManually.connect(self._hold)
        self.view.double_clicked.connect(self.reset_view)
        self.view.clicked.connect(self._click)
        self.scene().sigMouseMoved.connect(self._point)
        theme().changed.connect(self.restyle)

    def minimumSizeHint(self) -> QSize:
        """Small enough for a side column."""
        return QSize(theme().px(120), theme().px(80))

    @property
    def legend(self) -> list[Key]:
        """Entries of all layers, each once."""
        entries = [key for item in self._items for key in item.legend()]
        return list(dict.fromkeys(entries))

    @property
    def color_scale(self) -> ColorScale | None:
        """What the continuous palette stands for; the first layer that uses it tells."""
        scales = (item.color_scale() for item in self._items)
        return next((scale for scale in scales if scale is not None), None)

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure; one of the same structure takes the place of the old in its items."""
        kinds = structure(figure)
        if kinds != self._kinds:
            self._recreate(figure)
            self._kinds, self._held = kinds, False
        self._figure = figure
        for item, layer in zip(self._items, figure.layers, strict=True):
            item.set_layer(layer, figure)
        self._quiet = True
        self._set_axes(figure)
        self._find_home(figure)
        if not self._held:
            self._fit(figure)
        self._quiet = False
        self._rebuild()
        self._place_cursor()

    def set_cursor(self, x: float | None) -> None:
        """Draw the cursor line at x, in the unit of the x axis; None hides it."""
        self._cursor_at = x
        self._place_cursor()

    def reset_view(self) -> None:
        """Show all data again."""
        self._held = False
        if self._figure is not None:
            self._fit(self._figure)

    def restyle(self) -> None:
        """Take the colours and fonts of the theme."""
        self.setBackground(theme().color("surface"))
        for axis in self._axes.values():
            axis.restyle()
        self._cursor.setPen(QPen(theme().color("accent"), 0))
        ring = QPen(theme().color("accent"), 1.5 * theme().scale)
        self._ring.setPen(ring)
        self._label.setFont(theme().mono_font(TICK_PX))
        for item in self._items:
            item.restyle()
        if self._figure is not None:
            self._label_axes(self._figure)
            self._rebuild()

    def _recreate(self, figure: Figure) -> None:
        for item in self._items:
            item.close()
        self._items = items_for(figure, self.view)
        self._hide_reading()

    def _set_axes(self, figure: Figure) -> None:
        downward, square = is_downward(figure), is_square(figure)
        if self.view.yInverted() != downward:
            self.view.invertY(downward)
        if bool(self.view.state["aspectLocked"]) != square:
            self.view.setAspectLocked(square)
        self._label_axes(figure)
        self._show_axes(figure)
        self._axes["bottom"].set_names(bar_labels(figure))
        self._name_rows(figure)

    def _show_axes(self, figure: Figure) -> None:
        """Pixels of a small picture need no numbers: it takes their room."""
        small = is_square(figure) and self.width() < theme().px(_SMALL_PX)
        for axis in self._axes.values():
            if axis.isVisible() is small:
                axis.setVisible(not small)

    def _name_rows(self, figure: Figure) -> None:
        rasters = [layer for layer in figure.layers if isinstance(layer, Raster)]
        names = rasters[0].row_names if rasters else ()
        self._axes["left"].set_names(names, self.width() * _NAMES_SHARE)

    def _label_axes(self, figure: Figure) -> None:
        for side, axis in (("left", figure.y), ("bottom", figure.x)):
            if axis is not None:
                drawn = self._axes[side]
                if drawn.logMode != axis.log:
                    drawn.setLogMode(axis.log)
                drawn.set_axis(axis)

    def _find_home(self, figure: Figure) -> None:
        extent = fitted(figure, self._items)
        corners = QPointF(extent.left, extent.low), QPointF(extent.right, extent.high)
        self.view.set_home(QRectF(*corners))

    def _fit(self, figure: Figure) -> None:
        extent = fitted(figure, self._items)
        across, up = (extent.left, extent.right), (extent.low, extent.high)
        self.view.setRange(xRange=across, yRange=up, padding=0, disableAutoRange=True)

    def _mapping(self) -> Mapping:
        (left, right), (low, high) = self.view.viewRange()
        rect = self.view.rect()
        size = max(rect.width(), 1.0), max(rect.height(), 1.0)
        extent = Extent(left, right, low, high)
        return Mapping(extent, *size, self.view.yInverted(), self.devicePixelRatioF())

    def _rebuild(self) -> None:
        if self._quiet or self._figure is None:
            return
        mapping = self._mapping()
        for item in self._items:
            item.rebuild(mapping)
        if self._label.isVisible():
            self._hover.start()  # what was read out may have moved

    def _hold(self) -> None:
        """The person chose a view: new data must not take it away."""
        self._held = True

    def _place_cursor(self) -> None:
        shown = self._cursor_at is not None and self._figure is not None
        if shown and self._figure is not None and self._figure.x is not None:
            at = float(on_axis(np.array(self._cursor_at, "f8"), self._figure.x))
            shown = bool(np.isfinite(at))
            if shown:
                self._cursor.setValue(at)
        self._cursor.setVisible(shown)

    def _click(self, at: QPointF) -> None:
        figure, mapping = self._figure, self._mapping()
        if figure is not None and figure.x is not None and figure.y is not None:
            x = off_axis(mapping.x_at(at.x()), figure.x)
            self.clicked_at.emit(x, off_axis(mapping.y_at(at.y()), figure.y))

    def _point(self, at: QPointF) -> None:
        self._pointer = at
        if not self._hover.isActive():
            self._hover.start()

    def _read(self) -> None:
        at = self.view.mapFromScene(self._pointer)
        reading = self.reading(at) if self.view.rect().contains(at) else None
        if reading is None or not self.underMouse():
            self._hide_reading()
        else:
            self._show_reading(reading)

    def reading(self, at: QPointF) -> Reading | None:
        """The value nearest to a pixel of the view, of all layers; None when none is near."""
        found = [item.reading(at) for item in self._items]
        near = [one for one in found if one is not None and one.distance <= REACH_PX]
        return min(near, key=_distance) if near else None

    def _show_reading(self, reading: Reading) -> None:
        self._ring.setPos(reading.at)
        self._ring.show()
        self._label.setText("\n".join(reading.lines))
        self._label.adjustSize()
        spot = self.view.mapToScene(reading.at)
        gap = theme().px(12)
        size = self._label.size()
        x, y = spot.x() + gap, spot.y() - size.height() - gap
        x = x if x + size.width() <= self.width() else spot.x() - gap - size.width()
        self._label.move(round(max(0.0, x)), round(y if y >= 0 else spot.y() + gap))
        self._label.show()

    def _hide_reading(self) -> None:
        self._ring.hide()
        self._label.hide()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Names of rows leave most of the width to the rows."""
        super().resizeEvent(event)
        figure: Figure | None = getattr(self, "_figure", None)
        if figure is not None:
            self._name_rows(figure)
            self._show_axes(figure)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; in a column that scrolls only with Ctrl."""
        if scrolls(event, self):
            event.ignore()
        else:
            super().wheelEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Take the read-out away."""
        self._hover.stop()
        self._hide_reading()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring of the focus."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: N802
        """The ring of the focus."""
        if self.hasFocus():
            painter.save()
            painter.resetTransform()
            painter.setPen(QPen(theme().color("accent"), 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, plus and minus zoom, Home shows everything."""
        move, zoom = _STEPS.get(Qt.Key(event.key())), _ZOOMS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Home:
            self.reset_view()
        elif move is not None:
            (left, right), (low, high) = self.view.viewRange()
            self._hold()
            self.view.translateBy((move[0] * (right - left), move[1] * (high - low)))
        elif zoom is not None:
            self._hold()
            self.view.scaleBy((zoom, zoom))
        else:
            super().keyPressEvent(event)


_STEPS = {
    Qt.Key.Key_Left: (-PAN_STEP, 0.0),
    Qt.Key.Key_Right: (PAN_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, PAN_STEP),
    Qt.Key.Key_Down: (0.0, -PAN_STEP),
}
_ZOOMS = {
    Qt.Key.Key_Plus: 1 / ZOOM_STEP,
    Qt.Key.Key_Equal: 1 / ZOOM_STEP,
    Qt.Key.Key_Minus: ZOOM_STEP,
}


def _distance(reading: Reading) -> float:
    return reading.distance
