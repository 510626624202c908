"""The table of claims: what papers report beside what was measured here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.claims import Claim, Verdict
from engine.figures import tokens
from gui.style import set_look
from gui.theme import theme
from gui.widgets.claim_model import Cell, ClaimModel, Column, summary
from gui.widgets.labels import Heading

_ROW_PX, _ROW_PAD_PX, _PAD_PX = 32, 14, 10
_WIDTHS_PX = {
    Column.METHOD: 130,
    Column.WHERE: 128,
    Column.REPORTED: 116,
    Column.MEASURED: 126,
    Column.VERDICT: 230,
    Column.RUN: 48,
    Column.OPEN: 56,
}
#: What is left to a claim at least; before it has less, these give way.
_LEAST_CLAIM_PX = 240
_SPARE_PX = {Column.VERDICT: 70, Column.METHOD: 24}
#: Sentences may take some lines; other cells keep one.
_WRAPPED = (Column.CLAIM, Column.WHERE)
_MOST_LINES = 4

#: A table up to this high does not scroll.
_MOST_PX = 380


class ClaimTable(QWidget):
    """Claims, a row each, under a line that sums them up.

    Enter opens the claim of the current row; Space does what its current cell offers.

    Signals
    -------
    run_requested(object), open_requested(object)
        Carry the `Claim`.
    """

    run_requested = Signal(object)
    open_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ClaimModel(self)
        self._summary = QLabel()
        self._summary.setTextFormat(Qt.TextFormat.RichText)
        self.view = _ClaimView(self.model)
        self.view.activated_cell.connect(self._on_activated)
        frame = QFrame()
        set_look(frame, "pane")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, theme().px(4), 1, theme().px(4))
        inside.addWidget(self.view)
        head = QHBoxLayout()
        head.addWidget(Heading("Claims"))
        head.addStretch()
        head.addWidget(self._summary)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(8))
        layout.addLayout(head)
        layout.addWidget(frame, 1)
        self._fitted_for = 0.0
        self._dress()
        theme().changed.connect(self._dress)

    def set_rows(self, rows: Sequence[tuple[Claim, Verdict]]) -> None:
        """Show these claims with their verdicts."""
        self.model.set_rows(rows)
        self._sum_up()
        self.view.fit()

    def set_verdict(self, claim: Claim, verdict: Verdict) -> None:
        """Show what came of a claim."""
        self.model.set_verdict(claim, verdict)
        self._sum_up()
        self.view.fit()

    def set_running(self, claims: Collection[Claim]) -> None:
        """Show which claims are being run."""
        self.model.set_running(claims)

    def summary_text(self) -> str:
        """The line above the table, as plain text."""
        return " · ".join(text for text, _ in summary(self.model.verdicts, self.model.claims))

    def _on_activated(self, row: int, column: int) -> None:
        claim = self.model.claims[row]
        if column != Column.RUN:
            self.open_requested.emit(claim)
        elif self.model.cell(self.model.index(row, column)).text:
            self.run_requested.emit(claim)

    def _dress(self) -> None:
        self._sum_up()
        if self._fitted_for != theme().scale:
            # Other colours take no other room, and every line of every row is measured for it.
            self._fitted_for = theme().scale
            self.view.fit()

    def _sum_up(self) -> None:
        spans = [
            f'<span style="color:{theme().color(token).name()}">{text}</span>'
            for text, token in summary(self.model.verdicts, self.model.claims)
        ]
        self._summary.setText(" · ".join(spans))
        self._summary.setAccessibleName(self.summary_text())


class _ClaimView(QTableView):
    """The table itself: rows as high as they need, cells one can press."""

    activated_cell = Signal(int, int)

    def __init__(self, claims: ClaimModel) -> None:
        super().__init__()
        self._claims = claims
        self.setModel(claims)
        self.setAccessibleName("Claims: Enter opens, Space does what the cell offers")
        self.setItemDelegate(_ClaimDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().sectionResized.connect(self._on_section_resized)
        self.clicked.connect(self._on_clicked)
        self.doubleClicked.connect(self._on_double_clicked)

    def fit(self) -> None:
        """Set widths and heights from the design, the room, and from what the rows say."""
        header, px = self.horizontalHeader(), theme().px
        header.setSectionResizeMode(Column.CLAIM, QHeaderView.ResizeMode.Stretch)
        short = px(_LEAST_CLAIM_PX) + sum(map(px, _WIDTHS_PX.values())) - self.viewport().width()
        self.setColumnHidden(Column.WHERE, short > 0)
        short -= px(_WIDTHS_PX[Column.WHERE])
        for column, width in _WIDTHS_PX.items():
            spare = px(_SPARE_PX.get(column, 0))
            given = min(max(short, 0), spare)
            short -= given
            header.resizeSection(column, px(width) - given)
        self._fit_rows(self.columnWidth(Column.CLAIM))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns share the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def shown_cell(self, index: QModelIndex | QPersistentModelIndex) -> Cell:
        """What a cell shows; where a claim stands goes below it when its own column is hidden."""
        shown = self._claims.cell(index)
        if index.column() != Column.CLAIM or not self.isColumnHidden(Column.WHERE):
            return shown
        where = self._claims.claims[index.row()].where
        return shown._replace(second=" · ".join(part for part in (where, shown.second) if part))

    def _fit_rows(self, claim_px: int) -> None:
        px = theme().px
        rows = range(self._claims.rowCount())
        for row in rows:
            self.setRowHeight(row, max(px(_ROW_PX), self._needed(row, claim_px) + px(_ROW_PAD_PX)))
        # A short table is shown whole; a long one scrolls.
        high = sum(self.rowHeight(row) for row in rows)
        head = self.horizontalHeader().sizeHint().height()
        self.setMinimumHeight(min(head + high + px(4), px(_MOST_PX)))

    def _on_section_resized(self, column: int, before: int, after: int) -> None:
        """Sentences wrap anew; the header tells the old width until this has returned."""
        if column == Column.CLAIM and before != after:
            self._fit_rows(after)

    def _needed(self, row: int, claim_px: int) -> int:
        """Height of the tallest cell of a row, in px."""
        heights = []
        for column in Column:
            if self.isColumnHidden(column):
                continue
            shown = self.shown_cell(self._claims.index(row, column))
            width = claim_px if column is Column.CLAIM else self.columnWidth(column)
            room = width - _margins()
            heights.append(sum(line.height for line in _lines(shown, column, room)))
        return max(heights)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the row's claim; Space does what the current cell offers."""
        index = self.currentIndex()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_cell.emit(index.row(), Column.OPEN)
        elif index.isValid() and event.key() == Qt.Key.Key_Space:
            self.activated_cell.emit(index.row(), index.column())
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over cells one can press."""
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        press = index.column() in (Column.RUN, Column.OPEN) and bool(index.data())
        shape = Qt.CursorShape.PointingHandCursor if press else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() in (Column.RUN, Column.OPEN):
            self.activated_cell.emit(index.row(), index.column())

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if index.column() not in (Column.RUN, Column.OPEN):
            self.activated_cell.emit(index.row(), Column.OPEN)


class _ClaimDelegate(QStyledItemDelegate):
    """Draws a cell: one or two lines in the colour of its token, and the ring of the focus."""

    def __init__(self, view: _ClaimView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Rows are sized by the view."""
        return QSize(0, theme().px(_ROW_PX))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw one cell."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme().color("raised"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme().color("hairline"))
        shown = self._view.shown_cell(index)
        inside = rect.adjusted(theme().px(_PAD_PX), 0, -theme().px(4), -1)
        _draw_lines(painter, inside, _lines(shown, Column(index.column()), inside.width()))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme().color("accent"), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -2))
        painter.restore()


class _Line(NamedTuple):
    """One line of a cell, cut to its room."""

    text: str
    token: str
    font: QFont
    height: int


def _margins() -> int:
    return theme().px(_PAD_PX) + theme().px(4)


def _lines(shown: Cell, column: Column, room: int) -> list[_Line]:
    """The lines a cell shows in so much room: sentences wrap, the rest is cut."""
    font = theme().mono_font() if shown.mono else theme().ui_font()
    if column == Column.METHOD:
        font.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetrics(font)
    texts = _wrapped(shown.text, metrics, room) if column in _WRAPPED else [shown.text]
    lines = [_line(text, shown.token, font, room) for text in texts]
    if shown.second:
        small = theme().ui_font(tokens.HEADING_PX)
        texts = _wrapped(shown.second, QFontMetrics(small), room)
        lines += [_line(text, "secondary", small, room) for text in texts]
    return lines


def _line(text: str, token: str, font: QFont, room: int) -> _Line:
    metrics = QFontMetrics(font)
    cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    return _Line(cut, token, font, metrics.height())


def _wrapped(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """A text broken at spaces into a few lines; what is too much stands in the last."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if len(lines) == _MOST_LINES or metrics.horizontalAdvance(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _draw_lines(painter: QPainter, rect: QRect, lines: Sequence[_Line]) -> None:
    """Draw the lines of a cell, one below the other, centred in its height."""
    top = rect.top() + (rect.height() - sum(line.height for line in lines)) // 2
    for line in lines:
        painter.setFont(line.font)
        painter.setPen(theme().color(line.token))
        painter.drawText(QRect(rect.left(), top, rect.width(), line.height), 0, line.text)
        top += line.height
