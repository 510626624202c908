"""Small parts of the sections: rows of buttons, fields with a label, quiet tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.style import set_look
from gui.theme import theme


def button(title: str, tip: str, slot: Callable[[], object], look: str = "") -> QPushButton:
    """A push button with a tool tip."""
    made = QPushButton(title)
    made.setToolTip(tip)
    set_look(made, look)
    made.clicked.connect(lambda: slot())
    return made


def row(*widgets: QWidget, stretch: int = -1) -> QWidget:
    """Widgets beside each other; `stretch` is the position of the one that grows."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme().px(4))
    for at, widget in enumerate(widgets):
        layout.addWidget(widget, int(at == stretch or stretch == -1))
    return holder


def labelled(text: str, field: QWidget) -> QWidget:
    """A field after its label, at the right."""
    label = QLabel(text)
    label.setBuddy(field)
    field.setAccessibleName(text)
    field.setMaximumWidth(theme().px(132))
    return row(label, field, stretch=0)


def quiet(text: str = "", look: str = "secondary") -> QLabel:
    """A line of text that wraps."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    set_look(label, look)
    return label


class QuietTable(QTableWidget):
    """A table of text without grid, as high as its rows up to a limit."""

    def __init__(self, columns: Sequence[str], name: str, most_rows: int = 6) -> None:
        super().__init__(0, len(columns))
        self._most = most_rows
        self.set_headers(columns)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.fit()

    def set_headers(self, columns: Sequence[str]) -> None:
        """Name the columns; the first holds words, the others numbers."""
        self.setHorizontalHeaderLabels(list(columns))
        for at in range(len(columns)):
            item = self.horizontalHeaderItem(at)
            side = Qt.AlignmentFlag.AlignRight if at else Qt.AlignmentFlag.AlignLeft
            if item is not None:
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these cells; the first column is words, the others numbers."""
        self.setRowCount(len(rows))
        for at, cells in enumerate(rows):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column:
                    item.setFont(theme().mono_font(12))
                    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    item.setTextAlignment(right)
                self.setItem(at, column, item)
        self.fit()

    def fit(self) -> None:
        """As high as the rows, up to the most."""
        line = theme().px(24)
        self.verticalHeader().setDefaultSectionSize(line)
        shown = max(1, min(self.rowCount(), self._most))
        self.setFixedHeight(line * shown + self.horizontalHeader().sizeHint().height() + 4)
        fits = self.rowCount() <= self._most
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )
