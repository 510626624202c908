"""The card of one method on Home: a moving picture of its last result, its name, its example."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QHideEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.figures import tokens
from engine.registry import System
from gui.style import set_look
from gui.theme import theme
from gui.thumbnails import FRAME_PX, Thumbnails
from gui.widgets.labels import ElidedLabel

_LEAST_PX, _MOST_PX = 168, 480
#: Height of a picture, the least and the most, and as a share of its width.
_PICTURE_PX, _HIGHEST_PX, _HIGH = 88, 140, 0.31
_FRAME_MS = 220
#: The last frame, the result, stays longer.
_HELD_FRAMES = 8


class MethodCard(QFrame):
    """One method.

    Signals
    -------
    example_requested(str)
        The name of its system.
    """

    example_requested = Signal(str)

    def __init__(self, system: System, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._system = system
        set_look(self, "card")
        self.setAccessibleName(f"{system.title}: {system.summary}")
        self.loop = LoopView(system.name, thumbnails)
        name = QLabel(system.title)
        set_look(name, "title")
        summary = ElidedLabel(system.summary, "secondary")
        button = QPushButton("Open example", self)
        set_look(button, "quiet")
        button.setVisible(system.example is not None)
        button.clicked.connect(self._on_clicked)
        words = QHBoxLayout()
        words.setContentsMargins(theme().px(12), 0, theme().px(4), 0)
        words.addWidget(name)
        words.addWidget(summary, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.loop)
        column.addLayout(words)
        column.addWidget(button)
        self.setMinimumWidth(theme().px(_LEAST_PX))
        self.setMaximumWidth(theme().px(_MOST_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The whole card opens the example."""
        if event.button() == Qt.MouseButton.LeftButton and self._system.example is not None:
            self._on_clicked()

    @Slot()
    def _on_clicked(self) -> None:
        self.example_requested.emit(self._system.name)


class LoopView(QWidget):
    """Plays the loop of a system, as long as it can be seen."""

    def __init__(self, name: str, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._name = name
        self._thumbnails = thumbnails
        self._frames: list[QImage] = []
        self._loaded = False
        self._at = 0
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._advance)
        self.setFixedHeight(theme().px(_PICTURE_PX))
        thumbnails.changed.connect(self._on_changed)
        theme().changed.connect(self._reload)

    @property
    def frame(self) -> int:
        """The number of the frame shown."""
        return min(self._at, max(0, len(self._frames) - 1))

    def load(self) -> None:
        """Read the pictures; until then there are none, so that a window comes up sooner."""
        self._loaded = True
        self._reload()

    def sizeHint(self) -> QSize:
        """As wide as a card likes to be."""
        return QSize(theme().px(FRAME_PX[0] // 2), theme().px(_PICTURE_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A wider card has a higher picture."""
        super().resizeEvent(event)
        least, most = theme().px(_PICTURE_PX), theme().px(_HIGHEST_PX)
        self.setFixedHeight(min(max(round(self.width() * _HIGH), least), most))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to play."""
        super().showEvent(event)
        self._reload()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop playing."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame, its upper corners as round as the card's."""
        painter = QPainter(self)
        if not self._frames and self._loaded:
            painter.setPen(theme().color("faint"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "no result yet")
        if not self._frames:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        radius = theme().px(tokens.CORNER_PX)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(0, 0, 0, radius), radius, radius)
        painter.setClipPath(shape)
        painter.drawImage(QRectF(self.rect()), self._frames[self.frame], self._source())

    def _source(self) -> QRectF:
        """The middle of a frame, in the shape of this view."""
        width, height = FRAME_PX
        wide = min(width, height * self.width() / self.height())
        high = wide * self.height() / self.width()
        return QRectF((width - wide) / 2, (height - high) / 2, wide, high)

    @Slot()
    def _advance(self) -> None:
        self._at = (self._at + 1) % (len(self._frames) + _HELD_FRAMES)
        if self._at < len(self._frames):
            self.update()

    @Slot(str)
    def _on_changed(self, name: str) -> None:
        if name == self._name and self.isVisible():
            self._loaded = True
            self._reload()
            self._at = len(self._frames) - 1

    @Slot()
    def _reload(self) -> None:
        if not (self._loaded and self.isVisible()):
            return
        self._frames = self._thumbnails.frames(self._name)
        self._at = max(0, len(self._frames) - 1)
        if len(self._frames) > 1:
            self._timer.start()
        else:
            self._timer.stop()
        self.update()
