"""A back end that needs no OpenGL: numpy draws an image, Qt lays it down."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.figures.splat import Splatter
from gui.bridge import Aside
from gui.theme import theme
from gui.widgets.painted import Painted, argb_image
from gui.widgets.space.axes import paint_box
from gui.widgets.space.canvas import Painting, Scene, Source
from gui.widgets.space.frame import Area, Frame

_REST_MS = 120

_Key = tuple[Scene, Frame, Area, float]


class NumpyCanvas(QWidget):
    """Shows a scene as an image.

    A scene too large for one frame of the window is drawn in part at once, and in whole by a
    thread when nothing has changed for a while.
    """

    def __init__(self, source: Source, parent: QWidget, words: str = "numpy") -> None:
        super().__init__(parent)
        self.words = words
        self._source = source
        self._splatter = Splatter()
        self._key: _Key | None = None
        self._painting: Painting | None = None
        self._image: Painted | None = None
        self._whole = Aside(self)
        self._whole.arrived.connect(self._show_whole)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._ask_for_whole)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self.update)

    @property
    def stage(self) -> QWidget:
        """Itself."""
        return self

    @property
    def drawn(self) -> int:
        """How many points are shown."""
        return self._painting.drawn if self._painting is not None else 0

    def refresh(self) -> None:
        """Ask the source soon."""
        self.update()

    def pick(self, place: tuple[float, float]) -> Any:
        """What is shown at a logical pixel coordinate; None for nothing."""
        self._draw_newest()
        return self._painting.pick(place) if self._painting is not None else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lay down the ground, the box, and the image."""
        self._draw_newest()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("surface"))
        if self._key is None or self._image is None:
            return
        scene, frame, area, _ = self._key
        if not scene.flat:
            paint_box(painter, frame, area)
        painter.drawImage(0, 0, self._image.image)

    def _draw_newest(self) -> None:
        scene = self._source.scene
        key = None
        if scene is not None:
            key = (scene, self._source.frame, self._source.area, self.devicePixelRatioF())
        if key == self._key:
            return
        self._stop()
        self._key = key
        if key is None:
            self._painting = self._image = None
            return
        painting = _drawn(self._splatter, key, quick=True)
        self._show(painting)
        if not painting.whole:
            self._rest.start()

    def _show(self, painting: Painting) -> None:
        before = self.drawn
        self._painting, self._image = painting, argb_image(painting.pixels)
        self._image.image.setDevicePixelRatio(self.devicePixelRatioF())
        if before != painting.drawn:
            self._source.canvas_changed()

    def _stop(self) -> None:
        self._whole.drop()
        self._rest.stop()

    def _ask_for_whole(self) -> None:
        if self._key is not None:
            # A splatter of its own: this one may be drawing again before the thread is done.
            self._whole.ask(partial(_drawn, Splatter(), self._key, quick=False))

    def _show_whole(self, painting: Painting) -> None:
        self._show(painting)
        self.update()


def _drawn(splatter: Splatter, key: _Key, *, quick: bool) -> Painting:
    scene, frame, area, ratio = key
    return scene.draw(splatter, frame, area, ratio, quick=quick)
