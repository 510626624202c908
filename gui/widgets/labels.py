"""Labels of the house: group headings, text that is cut with a tool tip, the live dot."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.style import set_look
from gui.theme import theme


class Heading(QLabel):
    """The heading of a group, in spaced capitals; its text keeps its own case."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        set_look(self, "heading")


class ElidedLabel(QLabel):
    """One line of text, cut with … where there is no room; the whole is in the tool tip.

    `text` is what is drawn; `full_text` is the whole.
    """

    def __init__(
        self,
        text: str = "",
        look: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._full = self._tip = ""
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)
        set_look(self, look)
        self.set_text(text)

    @property
    def full_text(self) -> str:
        """The whole text."""
        return self._full

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text == self._full:
            return
        self._full = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self._cut()

    def set_tool_tip(self, tip: str) -> None:
        """Have a tool tip of its own, which should begin with the whole text."""
        self._tip = tip
        self._cut()

    def sizeHint(self) -> QSize:
        """As wide as the whole text."""
        return QSize(self._text_width(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """May shrink to a letter and the sign that more is there."""
        width = self.fontMetrics().horizontalAdvance("M…")
        return QSize(min(width, self._text_width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._cut()

    def _text_width(self) -> int:
        if not self._full:
            return 0
        margins = self.contentsMargins()
        return (
            self.fontMetrics().horizontalAdvance(self._full) + margins.left() + margins.right() + 2
        )

    def _cut(self) -> None:
        room = self.contentsRect().width()
        drawn = self.fontMetrics().elidedText(self._full, self._mode, room)
        super().setText(drawn)
        self.setToolTip(self._tip or (self._full if drawn != self._full else ""))


class LiveDot(QWidget):
    """The small dot of a parameter that may change while the experiment runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip("may change while running")
        self.setAccessibleName("may change while running")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A dot of 6 with room round it."""
        return QSize(theme().px(10), theme().px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("measured"))
        side = theme().px(6)
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(self.rect()).center())
        painter.drawEllipse(square)
