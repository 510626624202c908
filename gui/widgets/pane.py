"""A pane: a header that says what is shown and what is not, and under it a view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAction,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.figures import tokens
from gui.style import set_look
from gui.theme import theme
from gui.widgets.labels import ElidedLabel

_HEADER_PX, _SECOND_PX = 32, 18
#: So much must be free before the words go back to the first line: a number that counts up
#: while it plays must not move them to and fro.
_SLACK_PX = 24


class Pane(QFrame):
    """A view under one header line, with rounded corners and a hairline.

    Where the line has no room for what is shown, the words take a second one below.

    Parameters
    ----------
    title
        Name of the view, also its accessible name.
    body
        The view.
    shown
        What is shown and what is left out ("3 000 of 412 331 frames, regular stride").
    actions
        Actions drawn as buttons at the right of the header.
    """

    def __init__(
        self,
        title: str,
        body: QWidget,
        shown: str = "",
        actions: Sequence[QAction] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.body = body
        set_look(self, "pane")
        self.setAccessibleName(title)
        self._title = QLabel(title)
        set_look(self._title, "title")
        self._shown = ElidedLabel(shown, "secondary")
        self._detail = ElidedLabel("", "mono")
        self._header = QWidget()
        self._buttons = QHBoxLayout()
        self._two_lines = False
        self._header_layout = QGridLayout(self._header)
        self._header_layout.addWidget(self._title, 0, 0)
        self._header_layout.addWidget(self._shown, 0, 1)
        self._header_layout.addWidget(self._detail, 0, 2)
        self._header_layout.addLayout(self._buttons, 0, 3)
        self._header_layout.setColumnStretch(1, 1)
        for action in actions:
            self.add_action(action)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(0)
        self._layout.setContentsMargins(1, 1, 1, 1)
        self._layout.addWidget(self._header)
        self._layout.addWidget(_hairline())
        self._layout.addWidget(body, 1)
        self._edge = _Edge(self)
        self._dress()
        theme().changed.connect(self._dress)

    def set_title(self, title: str) -> None:
        """Name the view anew."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self._fit_header()

    def set_shown(self, shown: str) -> None:
        """Say what is shown and what is left out."""
        self._shown.set_text(shown)
        self._fit_header()

    def set_detail(self, detail: str) -> None:
        """Say a number at the right of the header, such as a frame and its time."""
        self._detail.set_text(detail)
        self._fit_header()

    def set_body(self, body: QWidget) -> None:
        """Show another view in its place; the old one is hidden and left to its owner."""
        if body is self.body:
            return
        self._layout.removeWidget(self.body)
        self.body.hide()
        self.body = body
        self._layout.addWidget(body, 1)
        body.show()
        self._edge.raise_()

    def add_action(self, action: QAction) -> QToolButton:
        """Add a button to the header."""
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        self._buttons.addWidget(button)
        self._fit_header()
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One line or two."""
        super().resizeEvent(event)
        self._fit_header()

    def _dress(self) -> None:
        px = theme().px
        self._header_layout.setHorizontalSpacing(px(12))
        self._header_layout.setVerticalSpacing(0)
        self._buttons.setSpacing(px(2))
        self._fit_header()

    def _fit_header(self) -> None:
        px = theme().px
        words = (self._title, self._shown, self._detail)
        sizes = [*(label.sizeHint() for label in words), self._buttons.sizeHint()]
        widths = [size.width() for size in sizes if size.width() > 0]
        needed = sum(widths) + px(12) * len(widths) + px(6)
        slack = px(_SLACK_PX) if self._two_lines else 0
        two_lines = needed + slack > self.width() > 0 and bool(self._shown.full_text)
        if two_lines != self._two_lines:
            self._two_lines = two_lines
            self._header_layout.removeWidget(self._shown)
            place = (1, 0, 1, 4) if two_lines else (0, 1, 1, 1)
            self._header_layout.addWidget(self._shown, *place)
        first, second = px(_HEADER_PX), px(_SECOND_PX) if two_lines else 0
        self._header_layout.setRowMinimumHeight(0, first)
        self._header.setFixedHeight(first + second + (px(6) if two_lines else 0))
        self._header_layout.setContentsMargins(px(12), 0, px(6), px(6) if two_lines else 0)


def _hairline() -> QWidget:
    line = _Hairline()
    line.setFixedHeight(1)
    return line


class _Hairline(QWidget):
    """A line one pixel thick."""

    def __init__(self) -> None:
        super().__init__()
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme().color("hairline"))


class _Edge(QWidget):
    """Lies over a pane and rounds the corners of whatever it holds.

    Masked to the rim, so that a playing video does not paint it again and again.
    """

    def __init__(self, pane: Pane) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._focused = False
        theme().changed.connect(self._fit)
        pane.installEventFilter(self)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the pane's size."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the window's colour outside the corners, and the hairline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = theme().px(tokens.CORNER_PX)
        square, rounded = QPainterPath(), QPainterPath()
        square.addRect(QRectF(self.rect()))
        rounded.addRoundedRect(QRectF(self.rect()), radius, radius)
        painter.fillPath(square - rounded, theme().color("background"))
        painter.setPen(QPen(theme().color("accent" if self._focused else "hairline"), 1))
        inside = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(inside, radius - 0.5, radius - 0.5)

    def _on_focus(self, before: QWidget | None, now: QWidget | None) -> None:
        """The view in the pane shows by the rim that it has the focus."""
        focused = now is not None and now is self._pane.body
        if focused != self._focused:
            self._focused = focused
            self.update()

    def _fit(self) -> None:
        whole = self._pane.rect()
        radius = theme().px(tokens.CORNER_PX)
        self.setGeometry(whole)
        rim = QRegion(whole) - QRegion(whole.adjusted(1, 1, -1, -1))
        for corner in (whole.topLeft(), whole.topRight(), whole.bottomLeft(), whole.bottomRight()):
            rim += QRegion(QRect(corner.x() - radius, corner.y() - radius, 2 * radius, 2 * radius))
        self.setMask(rim & QRegion(whole))
        self.raise_()
        self.update()
