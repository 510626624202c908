"""Side columns that share a place: one is shown at a time, chosen by its name at the top."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from gui.style import set_look
from gui.theme import theme
from gui.widgets.name_row import NameRow
from gui.widgets.side_column import SideColumn


class SideStack(QWidget):
    """Several columns in the place of one; they fold together.

    Parameters
    ----------
    columns
        (name, column) in the order of their buttons.

    Signals
    -------
    shown_changed(str)
        Another column is shown.
    """

    shown_changed = Signal(str)

    def __init__(
        self, columns: Sequence[tuple[str, SideColumn]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._columns = dict(columns)
        self._shown = columns[0][0]
        self._stack = QStackedWidget(self)
        self._head = QFrame(self)
        set_look(self._head, "side")
        self._names = NameRow([(name, f"Show {name.lower()}") for name, _ in columns], self)
        self._names.setContentsMargins(theme().px(6), theme().px(8), theme().px(6), 0)
        self._names.setSpacing(0 if len(columns) > 3 else theme().px(4))
        self._names.chosen.connect(self.show_column)
        self._head.setLayout(self._names)
        for _, column in columns:
            column.setParent(self._stack)
            column.hide()
            column.folded_changed.connect(self._on_folded)
            column.width_changed.connect(self._fit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self._stack, 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.show_column(columns[0][0])
        theme().changed.connect(self._fit)

    @property
    def shown(self) -> str:
        """Name of the column shown."""
        return self._shown

    def show_column(self, name: str) -> None:
        """Show one of the columns."""
        before, self._shown = self._shown, name
        self._names.set_chosen(name)
        if self.isVisible():
            self._bring()
        self._fit()
        if before != name:
            self.shown_changed.emit(name)

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out the column that is seen first, and no other."""
        self._bring()
        super().showEvent(event)

    def _bring(self) -> None:
        column = self._columns[self._shown]
        if self._stack.indexOf(column) < 0:
            self._stack.addWidget(column)
        self._stack.setCurrentWidget(column)

    def toggle(self) -> None:
        """Fold or unfold them all."""
        self._columns[self.shown].toggle()

    def _on_folded(self, folded: bool) -> None:
        for column in self._columns.values():
            column.folded = folded
        self._head.setVisible(not folded)
        self._fit()

    def _fit(self) -> None:
        self.setFixedWidth(self._columns[self.shown].width())
