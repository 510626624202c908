"""A column at the side of a tab: folded with one key, dragged wider, folded for want of room."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.figures import tokens
from gui.icons import set_icon
from gui.style import set_look
from gui.theme import theme

Side = Literal["left", "right"]
_FOLDED_PX, _GRIP_PX = 28, 6
#: The views between the columns have at least so much room, or a column folds.
CENTRE_PX = 480
#: No column is dragged wider.
MOST_PX = 640
#: Figures grow with their column, up to so many times their height.
_MOST_GROWTH = 1.6


class SideColumn(QFrame):
    """A column whose content scrolls down and never sideways.

    Folded, a slim strip stays with the button that unfolds it. Its inner edge can be dragged; a
    double click there gives it the width of the design again. Where the tab has too little room
    the right column folds by itself, then the left one, and both come back with the room; what a
    person unfolds stays so.

    Parameters
    ----------
    title
        What it holds ("Parameters"), its accessible name.
    side
        Where it stands; the hairline is on the inner side.

    Signals
    -------
    folded_changed(bool)
        It was folded or unfolded.
    width_chosen(int)
        A person dragged it; carries its width in pixels of the design.
    width_changed()
        It is wider or narrower, for whatever reason.
    """

    folded_changed = Signal(bool)
    width_chosen = Signal(int)
    width_changed = Signal()

    def __init__(self, title: str, side: Side = "left", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self.side = title, side
        self._closed = self._crowded = self._kept_open = False
        self._wanted_px: int = tokens.SIDE_PX
        self._heights: list[tuple[QWidget, float]] = []
        set_look(self, "side")
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._content = _Content()
        self._content_layout = QVBoxLayout(self._content)
        self._content_layout.addStretch()
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._content)
        self._button = QToolButton()
        self._button.clicked.connect(self.toggle)
        inner = Qt.AlignmentFlag.AlignRight if side == "left" else Qt.AlignmentFlag.AlignLeft
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._scroll, 1)
        self._layout.addStretch()
        self._layout.addWidget(self._button, 0, inner)
        self._grip = _Grip(self)
        self._watched: QWidget | None = None
        self._tell()
        self._dress()
        theme().changed.connect(self._dress)

    @property
    def folded(self) -> bool:
        """True while only the strip is there."""
        return self._closed or self._crowded

    @folded.setter
    def folded(self, folded: bool) -> None:
        if folded == self.folded:
            return
        self._closed, self._crowded, self._kept_open = folded, False, not folded
        if not folded:
            for peer in self._peers():
                peer._kept_open &= peer.side == self.side
        self._show_folded()
        self._fit()

    @property
    def wanted_px(self) -> int:
        """How wide it would be with all the room, in pixels of the design."""
        return self._wanted_px

    @wanted_px.setter
    def wanted_px(self, width_px: int) -> None:
        self._wanted_px = min(max(width_px, tokens.SIDE_PX), MOST_PX)
        self._fit()

    def toggle(self) -> None:
        """Fold or unfold; what the one key does."""
        self.folded = not self.folded

    def add(self, widget: QWidget, height_px: float = 0.0) -> None:
        """Add a widget below those there are.

        `height_px`, in pixels of the design, is for a figure: it grows with the column.
        """
        if height_px:
            self._heights.append((widget, height_px))
            self._fit_heights()
        self._content_layout.insertWidget(self._content_layout.count() - 1, widget)

    def event(self, event: QEvent) -> bool:
        """Follow the room of whatever it is put in."""
        if event.type() in (QEvent.Type.ParentChange, QEvent.Type.Show):
            self._watch(_room_of(self))
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """More or less room."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the surface, and the hairline on the inner side."""
        super().paintEvent(event)
        at = self.width() - 1 if self.side == "left" else 0
        QPainter(self).fillRect(at, 0, 1, self.height(), theme().color("hairline"))

    def drag_to(self, width: int) -> None:
        """Take a width, in pixels of the screen, as far as there is room."""
        beside = [peer.width() for peer in self._peers() if peer.side != self.side]
        if self._watched is not None:
            most = self._watched.width() - theme().px(CENTRE_PX) - max(beside, default=0)
            width = min(width, most)
        for peer in self._peers():
            if peer.side == self.side:
                peer.wanted_px = round(width / theme().scale)
        self.width_chosen.emit(self._wanted_px)

    def _watch(self, parent: QWidget | None) -> None:
        if parent is not self._watched:
            if self._watched is not None:
                self._watched.removeEventFilter(self)
            self._watched = parent
            if parent is not None:
                parent.installEventFilter(self)
        self._fit()

    def _peers(self) -> list[SideColumn]:
        """The columns of the same tab, this one too; some may share a place."""
        if self._watched is None:
            return [self]
        every = self._watched.findChildren(SideColumn)
        return [peer for peer in every if _room_of(peer) is self._watched]

    def _fit(self) -> None:
        """Share the room of the tab among its columns."""
        peers = self._peers()
        # Of those that share a place the one shown speaks for all.
        speakers = {peer.side: peer for peer in sorted(peers, key=lambda p: not p.isHidden())}
        wishes = {side: peer._wish() for side, peer in speakers.items()}
        room = self._watched.width() if self._watched is not None else None
        widths = shared(room, wishes.get("left"), wishes.get("right"))
        changed = [peer for peer in peers if peer._take(widths[peer.side])]
        # Told when all have changed, for whoever hears of one may ask another.
        for peer in changed:
            peer._show_folded()

    def _wish(self) -> Wish:
        px = theme().px
        slim = px(_FOLDED_PX)
        if self._closed:
            return Wish(slim, slim, slim, kept_open=False)
        return Wish(px(self._wanted_px), px(tokens.SIDE_PX), slim, self._kept_open)

    def _take(self, width: int) -> bool:
        """Be so wide; True when it folds or unfolds by that."""
        before = self._crowded
        self._crowded = not self._closed and width <= theme().px(_FOLDED_PX)
        if width != self.maximumWidth():
            self.setFixedWidth(width)
            self.width_changed.emit()
        self._fit_heights()
        return before != self._crowded

    def _fit_heights(self) -> None:
        growth = min(max(self.width() / theme().px(tokens.SIDE_PX), 1.0), _MOST_GROWTH)
        for widget, height in self._heights:
            widget.setMinimumHeight(theme().px(height * growth))

    def _show_folded(self) -> None:
        self._scroll.setVisible(not self.folded)
        self._grip.setVisible(not self.folded)
        self._tell()
        self.folded_changed.emit(self.folded)

    def _tell(self) -> None:
        word = "Unfold" if self.folded else "Fold"
        self._button.setToolTip(f"{word} {self._title.lower()}")
        self._button.setAccessibleName(f"{word} {self._title.lower()}")
        outward = self.folded == (self.side == "left")
        set_icon(self._button, "fold-right" if outward else "fold-left", "faint", size_px=16)

    def _dress(self) -> None:
        px = theme().px
        self._layout.setContentsMargins(px(2), 0, px(2), px(4))
        self._layout.setSpacing(0)
        self._content_layout.setContentsMargins(px(14), px(14), px(14), px(14))
        self._content_layout.setSpacing(px(8))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the grip at the inner edge."""
        super().resizeEvent(event)
        grip = theme().px(_GRIP_PX)
        at = self.width() - grip if self.side == "left" else 0
        self._grip.setGeometry(at, 0, grip, self.height())
        self._grip.raise_()


def _room_of(column: QWidget) -> QWidget | None:
    """What the column shares with others beside it: the nearest that lays out in a row."""
    above = column.parentWidget()
    while above is not None:
        layout = above.layout()
        if isinstance(layout, QHBoxLayout):
            return above
        above = above.parentWidget()
    return None


class Wish(NamedTuple):
    """Widths of a column in pixels: wanted, least before it folds, and folded."""

    wanted: int
    least: int
    slim: int
    kept_open: bool


def shared(room: int | None, left: Wish | None, right: Wish | None) -> dict[str, int]:
    """Widths for the columns of a tab `room` pixels wide; None is room without end.

    The right column folds first, then the left; before that they are made narrower in the same
    order. One that a person keeps open does not fold.
    """
    wishes = {side: wish for side, wish in (("right", right), ("left", left)) if wish is not None}
    widths = {side: wish.wanted for side, wish in wishes.items()}
    if room is None:
        return widths
    spare = room - theme().px(CENTRE_PX)
    least = {side: wish.least for side, wish in wishes.items()}
    for side, wish in wishes.items():
        if sum(least.values()) > spare and not wish.kept_open:
            widths[side] = least[side] = wish.slim
    for side in wishes:
        over = max(0, sum(widths.values()) - spare)
        widths[side] -= min(over, widths[side] - least[side])
    return widths


class _Grip(QWidget):
    """The inner edge of a column, to be dragged."""

    def __init__(self, column: SideColumn) -> None:
        super().__init__(column)
        self._column = column
        self._from: QPoint | None = None
        self._width = 0
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setToolTip("Drag to make the column wider; double click for the usual width")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from, self._width = event.globalPosition().toPoint(), self._column.width()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            step = event.globalPosition().toPoint().x() - self._from.x()
            outward = step if self._column.side == "left" else -step
            self._column.drag_to(self._width + outward)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._from = None
        self._column.drag_to(theme().px(tokens.SIDE_PX))


class _Content(QWidget):
    """Never asks for more width than there is."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())
