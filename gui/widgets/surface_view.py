"""A surface over a grid: to turn, to pick a place on, and to lay paths over."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Mark
from gui.theme import theme
from gui.widgets.space.axes import paint_names
from gui.widgets.space.frame import Box
from gui.widgets.space.key import paint_color_bar
from gui.widgets.space.surface_scene import SurfaceData, SurfaceMesh, SurfacePath, SurfaceScene
from gui.widgets.space.view import SpaceView

AXES = (Axis("x"), Axis("y"), Axis("z"))
_DOT_PX = 4


class SurfaceView(SpaceView):
    """Shows heights over a grid, shaded by slope and coloured by height.

    Besides what every such view does, a click on the surface picks a place; Enter picks the one
    in the middle of the view. Two views are linked by connecting the ``camera_changed`` of each
    with `set_camera` of the other.

    Signals
    -------
    picked(float, float)
        x and y of a place on the surface.
    """

    picked = Signal(float, float)

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(empty_text, parent)
        self._figure: Figure | None = None
        self._data: SurfaceData | None = None
        self._mesh: SurfaceMesh | None = None
        self._paths: tuple[SurfacePath, ...] = ()
        self._scene: SurfaceScene | None = None
        self._show_page(empty=True)
        self._describe()

    @property
    def figure(self) -> Figure | None:
        """The figure shown, when it was a figure."""
        return self._figure

    @property
    def scene(self) -> SurfaceScene | None:
        """What is shown, made when it is first asked for."""
        if self._scene is None and self._data is not None:
            if self._mesh is None:
                box = Box.of(self._data.position())
                self._mesh = None if box is None else SurfaceMesh.of(self._data, box)
            if self._mesh is not None:
                self._scene = SurfaceScene(self._mesh, theme().palette, self._paths)
        return self._scene

    def set_figure(self, figure: Figure | None) -> None:
        """Show the first surface of a figure, without paths; None shows the empty text.

        Raises
        ------
        ValueError
            The figure has no surface.
        """
        data = None if figure is None else SurfaceData.of_figure(figure)
        self._figure = figure
        self._set_data(data)

    def set_surface(
        self,
        x: ArrayLike,
        y: ArrayLike,
        z: ArrayLike,
        axes: tuple[Axis, Axis, Axis] = AXES,
    ) -> None:
        """Show heights over a grid, without paths; the camera stays.

        Parameters
        ----------
        x, y
            (columns,) and (rows,) ascending.
        z
            (rows, columns). Cells with NaN are left out.
        axes
            Names and units.

        Raises
        ------
        ValueError
            Shapes do not go together, or the grid is smaller than two by two.
        """
        self._figure = None
        self._set_data(SurfaceData(np.asarray(x), np.asarray(y), np.asarray(z), axes))

    def set_paths(self, paths: Sequence[ArrayLike], marks: Sequence[Mark] = ()) -> None:
        """Lay paths over the surface, in place of those there were.

        Parameters
        ----------
        paths
            (k, 2) places, which are laid onto the surface, or (k, 3).
        marks
            What each is, which tells its colour; a light neutral one where there is none.

        Raises
        ------
        ValueError
            There is no surface, or a path has another shape.
        """
        if self._data is None:
            raise ValueError("paths need a surface to lie on")
        data, neutral = self._data, repeat(None, len(paths) - len(marks))
        self._paths = tuple(
            SurfacePath.over(data, np.asarray(path), mark)
            for path, mark in zip(paths, chain(marks, neutral), strict=True)
        )
        self._scene = None
        self._describe()
        self._refresh()

    def paint_over(self, painter: QPainter) -> None:
        """Paint axes, colours, ends of paths and words."""
        scene = self.scene
        if scene is None:
            return
        data, box = scene.mesh.data, scene.mesh.box
        paint_names(painter, data.axes, box, self.frame, self.area)
        corner = QPointF(self.width() - theme().px(12), theme().px(10))
        paint_color_bar(painter, data.axes[2], box.low[2], box.high[2], corner)
        for path in scene.paths:
            self._paint_ends(painter, path, scene)
        if self._hover_words:
            self._paint_reading(painter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick the middle, or what every view does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take_click(QPointF(self.width() / 2, self.height() / 2))
        else:
            super().keyPressEvent(event)

    def _set_data(self, data: SurfaceData | None) -> None:
        self._data, self._mesh, self._scene, self._paths = data, None, None, ()
        self._show_page(empty=data is None)
        self._describe()
        self._refresh()

    def _describe(self) -> None:
        self.setAccessibleName("Surface" if self._figure is None else self._figure.title)
        if self._data is None:
            self.setAccessibleDescription("No surface yet.")
            return
        rows, columns = self._data.z.shape
        axes = ", ".join(axis.label for axis in self._data.axes)
        self.setAccessibleDescription(
            f"{rows} by {columns} heights over {axes}; {len(self._paths)} paths. "
            "Arrows turn, Home shows all, Enter picks the place in the middle."
        )

    def _restyle(self) -> None:
        self._scene = None
        super()._restyle()

    def _take_click(self, place: QPointF) -> None:
        picked = self._pick(place)
        if picked is not None:
            self.picked.emit(*picked)

    def _words_for(self, picked: tuple[float, float]) -> str:
        if self._data is None:
            return ""
        x, y = picked
        (z,) = self._data.height(np.array([x]), np.array([y]))
        pairs = zip(self._data.axes, (x, y, z), strict=True)
        return " · ".join(f"{axis.name} {value:.4g} {axis.unit}".rstrip() for axis, value in pairs)

    def _paint_ends(self, painter: QPainter, path: SurfacePath, scene: SurfaceScene) -> None:
        """A ring where a path begins and a dot where it is now."""
        ends: Array = scene.mesh.box.unit(path.position[[0, -1]][: len(path.position)])
        if not len(ends) or not np.isfinite(ends).all():
            return
        x, y, _ = self.frame.places(ends, self.area)
        start, stop = (QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True))
        color, radius = QColor(scene.path_color(path)), theme().px(_DOT_PX)
        painter.setPen(QPen(color, theme().px(2)))
        painter.drawEllipse(start, radius, radius)
        painter.setBrush(color)
        painter.drawEllipse(stop, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
