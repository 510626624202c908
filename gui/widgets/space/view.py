"""What views of clouds and surfaces share: canvas, overlay, camera, mouse and keyboard."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from engine.figures.camera import Camera
from gui.icons import set_icon
from gui.theme import theme
from gui.widgets.empty_state import EmptyState
from gui.widgets.space.axes import area_of
from gui.widgets.space.backends import make_canvas
from gui.widgets.space.canvas import Canvas, Scene
from gui.widgets.space.frame import Area, Frame
from gui.widgets.space.key import paint_reading
from gui.widgets.wheel import scrolls

_CLICK_PX = 4.0
_DEGREES_PER_PX = 0.4
_KEY_DEGREES, _KEY_PX, _KEY_ZOOM = 5.0, 24.0, 1.2
_WHEEL_ZOOM = 1.0015
_HOVER_MS = 30

_MOUSE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
)
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class _Drag(Enum):
    NONE = auto()
    TURN = auto()
    PAN = auto()
    OWN = auto()


class SpaceView(QWidget):
    """A scene that one can turn, move and zoom.

    Drag turns a scene in space and moves one in the plane; the right or middle button moves
    both; the wheel zooms about the pointer; a double click or Home shows all. Arrows, + and -
    do the same from the keyboard.

    Signals
    -------
    camera_changed(object)
        The person turned or zoomed; carries the `Camera`, for views that are linked.
    shown_changed(str)
        Other points are left out of the drawing; carries a sentence, empty when none are.
    """

    camera_changed = Signal(object)
    shown_changed = Signal(str)

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame = Frame.home(flat=False)
        self._head_px = 0.0
        self._drag, self._moved = _Drag.NONE, False
        self._from = self._pressed = QPointF()
        self._hover_at: QPointF | None = None
        self._hover_words = ""
        self._canvas: Canvas | None = None
        self._overlay: QWidget | None = None
        self._empty = EmptyState(empty_text)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._hover = QTimer(self, singleShot=True, interval=_HOVER_MS)
        self._hover.timeout.connect(self._read)
        self.reset_action = QAction("Reset view", self)
        self.reset_action.setToolTip("Reset view (Home)")
        self.reset_action.triggered.connect(self.reset_view)
        set_icon(self.reset_action, "reset-view")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme().changed.connect(self._restyle)

    @property
    def scene(self) -> Scene | None:
        """What is shown; None shows the empty text."""
        raise NotImplementedError

    @property
    def frame(self) -> Frame:
        """How it is looked at."""
        return self._frame

    @property
    def area(self) -> Area:
        """Where on the view it is drawn, in logical pixels."""
        size = max(1, self.width()), max(1, self.height())
        return area_of(*size, self._frame.flat, self._head_px)

    @property
    def shown(self) -> str:
        """What is left out of the drawing, in words; empty when nothing is."""
        scene = self.scene
        drawn = 0 if self._canvas is None else self._canvas.drawn
        if scene is None or drawn >= len(scene) or not drawn:
            return ""
        return f"{_grouped(drawn)} of {_grouped(len(scene))} points while turning"

    @property
    def camera(self) -> Camera:
        """The viewpoint."""
        return self._frame.camera

    def set_camera(self, camera: Camera) -> None:
        """Look from elsewhere; a view in the plane takes the zoom only."""
        if self._frame.flat:
            camera = replace(self._frame.camera, zoom=camera.zoom)
        self._set_frame(replace(self._frame, camera=camera))

    def reset_view(self) -> None:
        """Show all from the usual side."""
        self._set_frame(Frame.home(self._frame.flat), by_person=True)

    def set_empty_text(self, text: str) -> None:
        """Say something else while there is nothing to show."""
        self._empty.set_text(text)

    @property
    def backend(self) -> str:
        """What draws it, and why, in words; empty while there is nothing to draw."""
        return "" if self._canvas is None else self._canvas.words

    def canvas_changed(self) -> None:
        """The canvas shows more or fewer points than before."""
        self._refresh_overlay()
        self.shown_changed.emit(self.shown)

    def sizeHint(self) -> QSize:
        """Room for a scene."""
        return QSize(theme().px(360), theme().px(300))

    def minimumSizeHint(self) -> QSize:
        """Small enough for a side column."""
        return QSize(theme().px(120), theme().px(90))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to turn or to move."""
        self._from = self._pressed = event.position()
        self._moved = False
        self._hide_hover()
        if event.button() != Qt.MouseButton.LeftButton:
            self._drag = _Drag.PAN
        elif self._take_press(event):
            self._drag = _Drag.OWN
        else:
            self._drag = _Drag.PAN if self._frame.flat else _Drag.TURN

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn, move, or read what is under the pointer."""
        place = event.position()
        if self._drag is _Drag.NONE:
            self._hover_at = place
            if not self._hover.isActive():
                self._hover.start()
            return
        step, self._from = place - self._from, place
        self._moved |= (place - self._pressed).manhattanLength() > _CLICK_PX
        if self._drag is _Drag.OWN:
            self._take_drag(place)
        elif self._moved and self._drag is _Drag.TURN:
            turned = self._frame.turned(step.x() * _DEGREES_PER_PX, step.y() * _DEGREES_PER_PX)
            self._set_frame(turned, by_person=True)
        elif self._moved:
            self._set_frame(self._frame.moved(step.x(), step.y(), self.area))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it; without a move it was a click."""
        drag, self._drag = self._drag, _Drag.NONE
        if drag is _Drag.OWN and self._moved:
            self._take_release()
        elif drag is not _Drag.NONE and not self._moved:
            self._drop_drag()
            if event.button() == Qt.MouseButton.LeftButton and self.scene is not None:
                self._take_click(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all."""
        self._drag = _Drag.NONE
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; in a column that scrolls only with Ctrl."""
        turned = event.angleDelta().y()
        if not turned or self.scene is None or scrolls(event, self):
            event.ignore()
            return
        self._zoom(_WHEEL_ZOOM**turned, event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        super().leaveEvent(event)
        self._hide_hover()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn or move by arrows, zoom by + and -, show all by Home."""
        key = Qt.Key(event.key())
        middle = QPointF(self.width() / 2, self.height() / 2)
        if key == Qt.Key.Key_Home:
            self.reset_view()
        elif key in _ARROWS:
            self._take_arrow(*_ARROWS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(_KEY_ZOOM, middle)
        elif key == Qt.Key.Key_Minus:
            self._zoom(1 / _KEY_ZOOM, middle)
        else:
            super().keyPressEvent(event)

    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies over the drawing."""

    def still_key(self) -> object:
        """What `paint_still` depends on; None when nothing is still."""
        return None

    def paint_still(self, painter: QPainter) -> None:
        """Paint what lies over the drawing and stays as it is until `still_key` changes."""

    def _take_press(self, event: QMouseEvent) -> bool:
        """True when a press begins a drag of the view's own."""
        return False

    def _take_drag(self, place: QPointF) -> None:
        """Go on with a drag of its own."""

    def _take_release(self) -> None:
        """End a drag of its own."""

    def _drop_drag(self) -> None:
        """A drag of its own that did not move."""

    def _take_click(self, place: QPointF) -> None:
        """A click."""

    def _take_arrow(self, across: int, down: int) -> None:
        if self._frame.flat:
            moved = self._frame.moved(-across * _KEY_PX, -down * _KEY_PX, self.area)
            self._set_frame(moved)
        else:
            turned = self._frame.turned(across * _KEY_DEGREES, down * _KEY_DEGREES)
            self._set_frame(turned, by_person=True)

    def _words_for(self, picked: Any) -> str:
        """The read-out for what is under the pointer."""
        return ""

    def _restyle(self) -> None:
        """The theme changed."""
        self._refresh()

    def _zoom(self, factor: float, place: QPointF) -> None:
        zoomed = self._frame.zoomed(factor, place.x(), place.y(), self.area)
        self._set_frame(zoomed, by_person=True)

    def _set_frame(self, frame: Frame, *, by_person: bool = False) -> None:
        if frame == self._frame:
            return
        turned = frame.camera != self._frame.camera
        self._frame = frame
        self._hide_hover()
        self._refresh()
        if turned and by_person:
            self.camera_changed.emit(frame.camera)

    def _refresh(self) -> None:
        """Show the newest scene from the newest side."""
        if self._canvas is not None:
            self._canvas.refresh()
        self._refresh_overlay()

    def _refresh_overlay(self) -> None:
        if self._overlay is not None:
            self._overlay.update()

    def _show_page(self, *, empty: bool) -> None:
        """Show the canvas, which is made when it is first needed, or the empty text."""
        if empty:
            self._pages.setCurrentWidget(self._empty)
            return
        self._pages.setCurrentWidget(self._made_canvas().stage)

    def prepare(self) -> None:
        """Make the canvas ahead of the first scene, which then costs less."""
        self._made_canvas()

    def _made_canvas(self) -> Canvas:
        if self._canvas is None:
            self._canvas = make_canvas(self, self)
            self._overlay = _Overlay(self, self._canvas.stage)
            self._pages.addWidget(self._canvas.stage)
        return self._canvas

    def _pick(self, place: QPointF) -> Any:
        """What is shown at a place; None for nothing."""
        return None if self._canvas is None else self._canvas.pick((place.x(), place.y()))

    def _read(self) -> None:
        """Tell what is under the pointer."""
        place = self._hover_at
        if place is None or self._drag is not _Drag.NONE or self.scene is None:
            return
        picked = self._pick(place)
        words = "" if picked is None else self._words_for(picked)
        if words != self._hover_words:
            self._hover_words = words
            self._refresh_overlay()

    def _paint_reading(self, painter: QPainter) -> None:
        """The read-out, inside the view and away from what the colours mean."""
        paint_reading(painter, self._hover_words.split(" · "), self._reading_area)

    @property
    def _reading_area(self) -> QRectF:
        edge, area = theme().px(8), self.area
        line = theme().px(18) if self.shown else 0
        corners = QPointF(area.left, area.top), QPointF(area.right, area.bottom - line)
        return QRectF(*corners).adjusted(edge, edge, -edge, -edge)

    def _hide_hover(self) -> None:
        self._hover_at = None
        if self._hover_words:
            self._hover_words = ""
            self._refresh_overlay()


class _Overlay(QWidget):
    """Lies over a canvas and has its view paint on it."""

    def __init__(self, view: SpaceView, stage: QWidget) -> None:
        super().__init__(stage)
        self._view = view
        self._still = QPixmap()
        self._still_key: object = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        stage.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the stage; a stage that is a window of its own hands on the mouse."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
            self.raise_()
        elif event.type() in _MOUSE:
            # The stage fills the view, so that its coordinates are the view's.
            return QCoreApplication.sendEvent(self._view, event)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what lies over the drawing."""
        if self._view.scene is None:
            return
        key = self._view.still_key()
        if key is not None:
            key = (key, self.size(), self.devicePixelRatioF(), theme().palette, theme().scale)
        if key != self._still_key:
            self._still_key, self._still = key, self._painted_still()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if key is not None:
                painter.drawPixmap(0, 0, self._still)
            self._view.paint_over(painter)

    def _painted_still(self) -> QPixmap:
        """Words and ticks cost more than all the rest: they are painted when they change."""
        ratio = self.devicePixelRatioF()
        still = QPixmap(self.size() * ratio)
        still.setDevicePixelRatio(ratio)
        still.fill(Qt.GlobalColor.transparent)
        with QPainter(still) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._view.paint_still(painter)
        return still


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", " ")
