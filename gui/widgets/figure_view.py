"""The view of one figure: plot or table, with legend, colour bar, caption and its own menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from engine.figures.model import Figure, Table
from gui.theme import theme
from gui.widgets.empty_state import EmptyState
from gui.widgets.figure_table import FigureTable
from gui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from gui.widgets.plot.page import PlotPage

#: More numbers than this are not put on the clipboard: writing them would hold the window up.
MOST_COPIED = 100_000


class FigureView(QWidget):
    """Draws a figure of kind ``plot`` or ``table``, or says what to do next.

    A new figure of the same structure is drawn in place. While the view is hidden it only
    remembers the newest, and draws that once it is shown.

    Signals
    -------
    export_requested(object)
        The person asked to export the figure; carries it.
    row_chosen(int)
        A row of a table was clicked, or Enter pressed on it.
    clicked_at(float, float)
        Data coordinates of a click on a plot.
    notice(str)
        A sentence for the person, when something asked for cannot be done.
    """

    export_requested = Signal(object)
    clicked_at = Signal(float, float)
    row_chosen = Signal(int)
    notice = Signal(str)

    def __init__(self, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure: Figure | None = None
        self._stale = True
        self._page: PlotPage | None = None
        self._cursor: float | None = None
        self._empty_text = empty_text
        self._empty: EmptyState | None = None
        self._table: FigureTable | None = None
        self._stack = QStackedWidget()
        self._caption = ElidedLabel("", "faint")
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._stack, 1)
        self._layout.addWidget(self._caption)
        self._caption.hide()
        self._actions = self._make_actions()
        self._menu = QMenu(self)
        self._menu.addActions(self._actions)
        self._allow_actions()
        self._dress()
        theme().changed.connect(self._dress)

    @property
    def figure(self) -> Figure | None:
        """The figure shown, or remembered while hidden."""
        return self._figure

    @property
    def empty_text(self) -> str:
        """What is said while there is no figure."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        self._empty_text = text
        if self._empty is not None:
            self._empty.set_text(text)

    def set_figure(self, figure: Figure | None) -> None:
        """Show a figure; None shows the empty text.

        Raises
        ------
        ValueError
            The figure is of kind ``space``, which a cloud or surface view draws.
        """
        if figure is not None and figure.kind == "space":
            raise ValueError(f"figure {figure.title!r} is in space: a figure view draws planes")
        self._figure = figure
        self._stale = True
        if self.isVisible():
            self._show_newest()

    def set_cursor(self, x: float | None) -> None:
        """Draw the cursor line of a plot at x, in the unit of its x axis; None hides it."""
        self._cursor = x
        if self._page is not None:
            self._page.canvas.set_cursor(x)

    def prepare(self) -> None:
        """Make the plot page ahead of the first figure, which then costs less."""
        self._plot_page()

    def reset_view(self) -> None:
        """Show all data of a plot again."""
        if self._page is not None:
            self._page.canvas.reset_view()

    def copy_image(self) -> None:
        """Put a picture of the figure on the clipboard, as it is on the screen."""
        if self._figure is not None:
            QGuiApplication.clipboard().setPixmap(self.grab())

    def copy_numbers(self) -> None:
        """Put the numbers of the figure on the clipboard, as CSV."""
        if self._figure is None:
            return
        if count_numbers(self._figure) > MOST_COPIED:
            self.notice.emit("The figure has too many numbers to copy; export it as CSV instead.")
            return
        from engine.figures.columns import csv_text

        QGuiApplication.clipboard().setText(csv_text(self._figure))

    @property
    def current_row(self) -> int:
        """The row of a table that the keyboard is on, -1 without one."""
        return -1 if self._table is None else self._table.currentIndex().row()

    def request_export(self) -> None:
        """Ask whoever listens to export the figure."""
        if self._figure is not None:
            self.export_requested.emit(self._figure)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while hidden."""
        super().showEvent(event)
        self._show_newest()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the figure."""
        if self._figure is not None:
            self._menu.popup(event.globalPos())

    def _show_newest(self) -> None:
        if not self._stale:
            return
        self._stale = False
        figure = self._figure
        if figure is None:
            self._stack.setCurrentWidget(self._empty_page())
        elif isinstance(figure.layers[0], Table):
            table = self._table_page()
            table.set_table(figure.layers[0])
            table.setAccessibleName(figure.title)
            self._stack.setCurrentWidget(table)
        else:
            page = self._plot_page()
            self._stack.setCurrentWidget(page)
            page.set_figure(figure)
        self._caption.set_text(figure.caption if figure is not None else "")
        self._caption.setVisible(figure is not None and bool(figure.caption))
        self.setAccessibleName(figure.title if figure is not None else self._empty_text)
        self._allow_actions()

    @Slot(QModelIndex)
    def _on_row(self, index: QModelIndex) -> None:
        self.row_chosen.emit(index.row())

    def _empty_page(self) -> EmptyState:
        """The page of the empty text, made when first seen: of many views few ever show it."""
        if self._empty is None:
            self._empty = EmptyState(self._empty_text)
            self._stack.addWidget(self._empty)
        return self._empty

    def _table_page(self) -> FigureTable:
        """The table, made when the first one comes: it is twenty widgets, seldom wanted."""
        if self._table is None:
            self._table = FigureTable()
            self._table.clicked.connect(self._on_row)
            self._table.activated.connect(self._on_row)
            self._stack.addWidget(self._table)
        return self._table

    def _plot_page(self) -> PlotPage:
        """The page of plots, made when the first plot comes: pyqtgraph is imported here."""
        if self._page is None:
            from gui.widgets.plot.page import PlotPage

            self._page = PlotPage()
            self._page.canvas.set_cursor(self._cursor)
            self._page.canvas.clicked_at.connect(self.clicked_at)
            self._stack.addWidget(self._page)
        return self._page

    def _make_actions(self) -> list[QAction]:
        return [
            self._make_action("Copy as image", self.copy_image, "Ctrl+Shift+C"),
            self._make_action("Copy numbers", self.copy_numbers, "Ctrl+Alt+C"),
            self._make_action("Export…", self.request_export, "Ctrl+E"),
            self._make_action("Reset view", self.reset_view, ""),
        ]

    def _make_action(self, title: str, slot: Callable[[], None], keys: str) -> QAction:
        action = QAction(title, self)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(slot)
        self.addAction(action)
        return action

    def _allow_actions(self) -> None:
        for action in self._actions:
            action.setEnabled(self._figure is not None)
        on_plot = self._figure is not None and self._figure.kind == "plot"
        self._actions[-1].setVisible(on_plot)

    def _dress(self) -> None:
        edge = theme().px(8)
        self._layout.setContentsMargins(edge, edge, edge, edge)
        self._layout.setSpacing(theme().px(4))


def count_numbers(figure: Figure) -> int:
    """How many numbers and words a figure holds."""
    count = 0
    for layer in figure.layers:
        if isinstance(layer, Table):
            count += len(layer.rows) * len(layer.columns)
            continue
        values = (getattr(layer, field.name) for field in fields(layer))
        count += sum(value.size for value in values if isinstance(value, np.ndarray))
    return count
