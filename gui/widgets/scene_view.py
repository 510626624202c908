"""A small picture, enlarged to its pane: sharp pixels for frames, smooth ones for drawings."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from engine.figures.model import Figure, Picture
from gui.theme import theme
from gui.widgets.painted import Painted, picture

#: Pictures narrower than this are frames whose pixels matter.
_SHARP_PX = 200
_STAGE = QColor(26, 29, 35)


class SceneView(QWidget):
    """Shows the picture of a figure as large as fits, its shape kept.

    Signals
    -------
    export_requested(object)
        The person asked to export the figure.
    """

    export_requested = Signal(object)

    def __init__(
        self, empty_text: str = "", parent: QWidget | None = None, *, staged: bool = True
    ) -> None:
        super().__init__(parent)
        self._empty_text, self._staged = empty_text, staged
        self._figure: Figure | None = None
        self._painted: Painted | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme().px(60))
        self.setAccessibleName(empty_text)
        theme().changed.connect(self.update)

    @property
    def figure(self) -> Figure | None:
        """The figure shown."""
        return self._figure

    def set_figure(self, figure: Figure | None) -> None:
        """Show the first picture of a figure; None shows the empty text."""
        layer = figure.layers[0] if figure is not None else None
        self._figure = figure
        self._painted = picture(layer.pixels) if isinstance(layer, Picture) else None
        self.setAccessibleName(figure.title if figure is not None else self._empty_text)
        if self.isVisible():
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture in the middle."""
        painter = QPainter(self)
        if self._painted is None:
            painter.setPen(QColor(theme().palette.faint))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(8, 8, -8, -8), flags, self._empty_text)
            return
        if self._staged:
            # Of one colour in both themes: the drawn scenes have it as their ground.
            painter.fillRect(self.rect(), _STAGE)
        image = self._painted.image
        factor = min(self.width() / image.width(), self.height() / image.height())
        width, height = image.width() * factor, image.height() * factor
        smooth = image.width() >= _SHARP_PX
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        place = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter.drawImage(place, image)

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
