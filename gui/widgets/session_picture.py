"""The small picture of a session in the list of recent ones."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.figures import tokens
from gui.session_keeper import PICTURE_NAME
from gui.theme import theme

_SIZE_PX = (48, 30)


class SessionPicture(QWidget):
    """What a session looked like when it was kept; an empty frame where that is not known."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._path = folder / PICTURE_NAME
        self._picture = QImage()
        self.setFixedSize(QSize(*map(theme().px, _SIZE_PX)))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def load(self) -> None:
        """Read it, at the size shown."""
        try:
            stamp = self._path.stat().st_mtime_ns
        except OSError:
            return
        self._picture = _read(self._path, stamp, 2 * self.width(), 2 * self.height())
        self.update()

    @property
    def shown(self) -> bool:
        """True when there is a picture."""
        return not self._picture.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the middle of the picture with round corners."""
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(frame, tokens.CORNER_PX, tokens.CORNER_PX)
        if self.shown:
            painter.setClipPath(shape)
            size = frame.size().scaled(self._picture.size(), Qt.AspectRatioMode.KeepAspectRatio)
            source = QRectF(0, 0, size.width(), size.height())
            source.moveCenter(QRectF(self._picture.rect()).center())
            painter.drawImage(frame, self._picture, source)
            painter.setClipping(False)
        painter.setPen(theme().color("hairline"))
        painter.drawPath(shape)


@lru_cache(maxsize=32)
def _read(path: Path, stamp: int, width: int, height: int) -> QImage:
    """The picture of a file, read again when it has changed."""
    reader = QImageReader(str(path))
    reader.setScaledSize(reader.size().scaled(QSize(width, height), _FILL))
    return reader.read()


_FILL = Qt.AspectRatioMode.KeepAspectRatioByExpanding
