"""A cloud of points in the plane or in space: to turn, to pick from, and to lasso."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from engine.figures.model import Axis, Figure
from gui.icons import set_icon
from gui.theme import theme
from gui.widgets.space.axes import paint_names, paint_plane
from gui.widgets.space.cloud_scene import CloudData, CloudScene
from gui.widgets.space.frame import Box, Frame
from gui.widgets.space.key import (
    BAR_HEAD_PX,
    CategoryKey,
    paint_categories,
    paint_color_bar,
    paint_reading,
    paint_words,
)
from gui.widgets.space.lasso import Lasso
from gui.widgets.space.view import SpaceView

AXES = (Axis("x"), Axis("y"), Axis("z"))
_LASSO_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_RING_PX = 7
#: Left and right of the names of categories, and how much of the view they may take.
_KEY_PX, _KEY_SHARE = 12, 0.3
_HINT = ("Drag round points", "arrows and Enter set corners", "Enter twice closes", "Esc ends")


class CloudView(SpaceView):
    """Shows points, coloured by a value or by a category.

    Besides what every such view does: a click picks a point; Ctrl or Shift with a drag, or a
    drag after L, draws a lasso. From the keyboard L begins a lasso, arrows move its pen, Enter
    sets a corner, Enter twice closes it, Escape gives it up. It ends with its points, and when
    the view is hidden.

    A newer cloud with as many axes keeps camera, zoom and place, and the box of the axes until
    the data outgrow it.

    Signals
    -------
    point_clicked(int)
        The row of the point clicked.
    lassoed(object)
        The rows inside a lasso, (k,) int64, ascending.
    """

    point_clicked = Signal(int)
    lassoed = Signal(object)

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(empty_text, parent)
        self._figure: Figure | None = None
        self._data: CloudData | None = None
        self._box: Box | None = None
        self._scene: CloudScene | None = None
        self._cursor = -1
        self._trail: NDArray[np.int64] = np.zeros(0, "i8")
        self._selected: NDArray[np.int64] = np.zeros(0, "i8")
        self._row_name = "row"
        self._row_numbers: NDArray[np.int64] = np.zeros(0, "i8")
        self._lasso = Lasso()
        self._key = CategoryKey()
        self.lasso_action = QAction("Lasso", self, checkable=True)
        self.lasso_action.setToolTip("Select points by drawing round them (L)")
        self.lasso_action.toggled.connect(self._on_lasso_toggled)
        set_icon(self.lasso_action, "lasso")
        self._show_page(empty=True)
        self._allow_lasso(False)
        self._describe()

    @property
    def figure(self) -> Figure | None:
        """The figure shown, when it was a figure."""
        return self._figure

    @property
    def box(self) -> Box | None:
        """The ranges of the axes."""
        return self._box if self.scene is not None else None

    @property
    def scene(self) -> CloudScene | None:
        """What is shown, made when it is first asked for."""
        if self._scene is None and self._data is not None:
            fitted = Box.of(self._data.position)
            if fitted is not None:
                self._box = fitted if self._box is None else self._box.kept_for(fitted)
                size_px = self._data.size_px * theme().scale
                scene = CloudScene(self._data, self._box, theme().palette, None, size_px)
                self._scene = scene.with_selected(self._selected)
        return self._scene

    def set_figure(self, figure: Figure | None) -> None:
        """Show the first scatter or cloud of a figure; None shows the empty text.

        Raises
        ------
        ValueError
            The figure has no points.
        """
        data = None if figure is None else CloudData.of_figure(figure)
        self._figure = figure
        self._set_data(data)

    def set_cloud(
        self,
        position: ArrayLike,
        *,
        value: ArrayLike | None = None,
        value_axis: Axis | None = None,
        category: ArrayLike | None = None,
        category_names: tuple[str, ...] = (),
        axes: tuple[Axis, ...] | None = None,
    ) -> None:
        """Show points, in any order; a large cloud is sampled fairly while it turns.

        Parameters
        ----------
        position
            (n, 2) or (n, 3) floating. Rows with NaN are not drawn.
        value, value_axis
            (n,) floating coloured with the continuous palette, and its name and unit.
        category, category_names
            (n,) integers coloured with the palette of categories, negative for none; and their
            names. Values win over categories.
        axes
            Names and units of the columns; x, y and z when not given.

        Raises
        ------
        ValueError
            Shapes do not go together.
        """
        places = np.asarray(position)
        self._figure = None
        self._set_data(
            CloudData(
                places,
                axes or AXES[: places.shape[-1]],
                None if value is None else np.asarray(value, "f8"),
                value_axis,
                None if category is None else np.asarray(category, "i8"),
                category_names,
            )
        )

    def set_cursor(self, index: int | None, trail: Sequence[int] | NDArray[np.int64] = ()) -> None:
        """Ring a row and draw the way to it; None or -1 rings none.

        `trail` are rows, oldest first.
        """
        self._cursor = -1 if index is None else int(index)
        self._trail = np.asarray(trail, "i8")
        self._refresh_overlay()

    def set_selected(self, rows: ArrayLike) -> None:
        """Emphasise rows and dim the others: a mask (n,) or indices; none emphasises all."""
        chosen = np.asarray(rows)
        self._selected = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype("i8")
        if self._scene is not None:
            self._scene = self._scene.with_selected(self._selected)
        self._describe()
        self._refresh()

    def name_rows(self, name: str, numbers: ArrayLike) -> None:
        """Say what the rows of the cloud are ("frame") and the number (n,) of each of them."""
        self._row_name, self._row_numbers = name, np.asarray(numbers, "i8")

    @property
    def can_lasso(self) -> bool:
        """True where there are points to draw round."""
        return self.lasso_action.isEnabled()

    def start_lasso(self) -> None:
        """Let the next drag, or the keyboard, draw a lasso; nothing without points."""
        if self.can_lasso:
            self.lasso_action.setChecked(True)

    def stop_lasso(self) -> None:
        """Give up a lasso that was begun."""
        self.lasso_action.setChecked(False)

    def still_key(self) -> object:
        """Axes and colours stay while data, box and viewpoint do."""
        scene = self.scene
        return scene and (scene.data, scene.box, self.frame, self.area)

    def paint_still(self, painter: QPainter) -> None:
        """Paint axes and colours."""
        scene = self.scene
        if scene is None:
            return
        paint_axes = paint_plane if scene.flat else paint_names
        paint_axes(painter, scene.data.axes, scene.box, self.frame, self.area)
        self._paint_key(painter, scene.data)

    def paint_over(self, painter: QPainter) -> None:
        """Paint cursor, lasso and words."""
        scene = self.scene
        if scene is None:
            return
        self._paint_cursor(painter, scene)
        self._lasso.paint(painter)
        self._paint_words(painter)

    def event(self, event: QEvent) -> bool:
        """Esc is the lasso's while there is one, not the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and self._lasso.armed:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """A lasso that cannot be seen is not waited for."""
        super().hideEvent(event)
        self.stop_lasso()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Draw a lasso, or what every view does."""
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_L and not event.modifiers() and self.can_lasso:
            self.lasso_action.toggle()
        elif self._lasso.armed and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._lasso.set_corner():
                self._close_lasso()
            self._refresh_overlay()
        elif self._lasso.armed and key == Qt.Key.Key_Escape:
            self.stop_lasso()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """An outline in pixels means nothing at another size."""
        super().resizeEvent(event)
        self._fit_key()
        if self._lasso.armed:
            self._lasso.arm(self._middle())

    def _set_data(self, data: CloudData | None) -> None:
        before, self._data = self._data, data
        self._scene = None
        count = 0 if data is None else len(data)
        if before is not None and count < len(before):
            self._selected, self._trail, self._cursor = np.zeros(0, "i8"), np.zeros(0, "i8"), -1
        if data is not None and (before is None or before.flat != data.flat):
            self._frame, self._box = Frame.home(data.flat), None
        self._fit_key()
        self._show_page(empty=count == 0)
        self._allow_lasso(count > 0)
        self._describe()
        self._refresh()

    def _fit_key(self) -> None:
        """Leave room above the data for what the colours mean."""
        data, self._key, self._head_px = self._data, CategoryKey(), 0.0
        if data is None:
            return
        if data.value is not None:
            self._head_px = BAR_HEAD_PX if data.flat else 0.0
        elif data.category is not None:
            width, most = self.width() - 2 * theme().px(_KEY_PX), self.height() * _KEY_SHARE
            self._key = CategoryKey.of(data.category_names, width, most)
            self._head_px = self._key.height / theme().scale

    def _allow_lasso(self, allowed: bool) -> None:
        if not allowed:
            self.stop_lasso()
        self.lasso_action.setEnabled(allowed)

    def _describe(self) -> None:
        title = "Cloud" if self._figure is None else self._figure.title
        data = self._data
        self.setAccessibleName(title)
        if data is None:
            self.setAccessibleDescription("No points yet.")
            return
        axes = ", ".join(axis.label for axis in data.axes)
        self.setAccessibleDescription(
            f"{len(data)} points over {axes}; {len(self._selected)} selected. "
            "L begins a lasso, arrows turn or move, Home shows all."
        )

    def _take_press(self, event: QMouseEvent) -> bool:
        asked = self._lasso.armed or bool(event.modifiers() & _LASSO_KEYS)
        if not asked or not self.can_lasso:
            return False
        self._lasso.begin(event.position())
        return True

    def _take_drag(self, place: QPointF) -> None:
        self._lasso.draw_to(place)
        self._refresh_overlay()

    def _take_release(self) -> None:
        self._close_lasso()

    def _drop_drag(self) -> None:
        if self._lasso.drawing:
            self._end_lasso()

    def _take_click(self, place: QPointF) -> None:
        picked = self._pick(place)
        if picked is not None:
            self.point_clicked.emit(picked)

    def _take_arrow(self, across: int, down: int) -> None:
        if self._lasso.armed:
            self._lasso.move_pen(across, down)
            self._refresh_overlay()
        else:
            super()._take_arrow(across, down)

    def _words_for(self, picked: int) -> str:
        if self._data is None:
            return ""
        known = picked < len(self._row_numbers)
        number = int(self._row_numbers[picked]) if known else None
        return self._data.words(picked, self._row_name if known else "row", number)

    def _restyle(self) -> None:
        self._scene = None
        self._fit_key()
        super()._restyle()

    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _on_lasso_toggled(self, on: bool) -> None:
        if on:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._lasso.arm(self._middle())
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._lasso.cancel()
            self.unsetCursor()
        self._refresh_overlay()

    def _close_lasso(self) -> None:
        polygon = self._lasso.close()
        self._end_lasso()
        if self.scene is not None and len(polygon) >= 3:
            self.lassoed.emit(self.scene.inside(polygon, self.frame, self.area))

    def _end_lasso(self) -> None:
        self._lasso.cancel()
        self.stop_lasso()
        self._refresh_overlay()

    def _paint_key(self, painter: QPainter, data: CloudData) -> None:
        corner = QPointF(self.width() - theme().px(12), theme().px(10))
        if data.value is not None:
            axis = data.value_axis or Axis("value")
            paint_color_bar(painter, axis, *data.value_range, corner)
        else:
            paint_categories(painter, self._key, QPointF(theme().px(_KEY_PX), theme().px(6)))

    def _paint_cursor(self, painter: QPainter, scene: CloudScene) -> None:
        trail = self._trail[(self._trail >= 0) & (self._trail < len(scene))]
        places = [QPointF(x, y) for x, y in scene.places(trail, self.frame, self.area).tolist()]
        ink = theme().color("text")
        for number in range(1, len(places)):
            ink.setAlphaF(0.1 + 0.7 * number / len(places))
            painter.setPen(QPen(ink, theme().px(2)))
            painter.drawLine(places[number - 1], places[number])
        if not 0 <= self._cursor < len(scene):
            return
        ((x, y),) = scene.places(np.array([self._cursor]), self.frame, self.area).tolist()
        radius = theme().px(_RING_PX)
        for token, width in (("surface", 5), ("text", 2)):
            painter.setPen(QPen(theme().color(token), theme().px(width)))
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def _paint_words(self, painter: QPainter) -> None:
        corner = QPointF(self.area.left + theme().px(10), self.area.bottom - theme().px(8))
        if self.shown:
            paint_words(painter, self.shown, corner)
        elif self._lasso.armed and not self._lasso.drawing:
            paint_reading(painter, _HINT, self._reading_area, "accent")
        if self._hover_words:
            self._paint_reading(painter)
