"""A table figure: rows of numbers and words that can be selected and copied."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from engine.figures.model import Table
from gui.style import set_look
from gui.theme import theme

Index = QModelIndex | QPersistentModelIndex
Cell = str | float | int | None
#: A column is not wider; the whole cell is in its tool tip.
_WIDEST_PX, _NARROWEST_PX = 150, 24
#: Widths of columns are of so many rows: each cell asked costs time at every resize.
_MEASURED_ROWS = 60
#: Room beside the cells of a column, usually and where there is little; and how much of the
#: names of columns must be left where they are cut for cells to have room.
_GAP_PX, _TIGHT_PX, _LEAST_SHARE = 10, 4, 0.75
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def cell_text(cell: Cell) -> str:
    """A cell as it is copied: numbers to six digits, and nothing for None."""
    if cell is None:
        return ""
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def shown_text(cell: Cell) -> str:
    """A cell as a column has room for it: numbers to four digits."""
    return f"{cell:.4g}" if isinstance(cell, float) else cell_text(cell)


class TableModel(QAbstractTableModel):
    """A `Table` for Qt's views; read-only."""

    def __init__(self, table: Table, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table

    def set_table(self, table: Table) -> None:
        """Show another table; one of the same shape keeps selection and scroll position."""
        same = (table.columns, len(table.rows)) == (self.table.columns, len(self.table.rows))
        if same:
            self.table = table
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        else:
            self.beginResetModel()
            self.table = table
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Rows of the table."""
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Columns of the table."""
        return 0 if parent.isValid() else len(self.table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text of a cell; numbers stand right, in the monospaced face."""
        cell = self.table.rows[index.row()][index.column()]
        number = isinstance(cell, int | float)
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_text(cell)
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell_text(cell)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if number else _LEFT
        if role == Qt.ItemDataRole.FontRole:
            return theme().mono_font() if number else theme().ui_font()
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Name of a column, on the side its cells stand on; number of a row."""
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            numbers = any(isinstance(row[section], int | float) for row in self.table.rows[:20])
            return _RIGHT if numbers else _LEFT
        return None


class FigureTable(QTableView):
    """Shows a `Table`; Ctrl+C copies the selected cells, separated by tabs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = TableModel(Table((), ()), self)
        self._fills = False
        self.setModel(self._model)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setResizeContentsPrecision(_MEASURED_ROWS)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy)
        theme().changed.connect(self._dress)
        self._dress()

    def fill_width(self) -> None:
        """Share the width of a side column out: the first as wide as it is, the others alike."""
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(theme().px(28))
        set_look(header, "tight")
        self._fills = True
        self._keep_first()

    def set_table(self, table: Table) -> None:
        """Show another table."""
        shown = self._model.table
        wider = (table.columns, len(table.rows)) != (shown.columns, len(shown.rows))
        self._model.set_table(table)
        if wider:
            self._fit_columns()
            self._keep_first()

    def selected_text(self) -> str:
        """The selected cells, row by row; cells between them that are not selected are empty."""
        chosen = {(index.row(), index.column()) for index in self.selectedIndexes()}
        rows = sorted({row for row, _ in chosen})
        columns = sorted({column for _, column in chosen})
        table = self._model.table.rows
        return "\n".join(
            "\t".join(cell_text(table[row][c]) if (row, c) in chosen else "" for c in columns)
            for row in rows
        )

    def copy(self) -> None:
        """Put the selected cells on the clipboard."""
        if self.selectedIndexes():
            QGuiApplication.clipboard().setText(self.selected_text())

    def _keep_first(self) -> None:
        if self._fills and self._model.columnCount() > 2:
            mode = QHeaderView.ResizeMode.ResizeToContents
            self.horizontalHeader().setSectionResizeMode(0, mode)

    def _dress(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme().px(26))
        self._fit_columns()

    def showEvent(self, event: QShowEvent) -> None:
        """Before it is shown, type and edges are not those of the design."""
        super().showEvent(event)
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns stand closer where there is little room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_columns()

    def _fit_columns(self) -> None:
        """As wide as they need, closer where not all have room; long words are cut."""
        if self._fills:
            return
        header, room = self.horizontalHeader(), self.viewport().width()
        header.ensurePolished()
        header.setMinimumSectionSize(theme().px(_NARROWEST_PX))
        set_look(header, "")
        roomy = [max(sizes) for sizes in zip(*self._needs(_GAP_PX), strict=True)]
        if not self._take(roomy, room):
            set_look(header, "tight")
            if not self._take(_squeezed(*self._needs(_TIGHT_PX), room), room):
                set_look(header, "")
                self._take(roomy, room)

    def _needs(self, gap_px: float) -> tuple[list[int], list[int]]:
        """Widths that the cells of each column need with a gap, and that its name needs."""
        columns, gap = range(self._model.columnCount()), theme().px(gap_px)
        widest, header = theme().px(_WIDEST_PX), self.horizontalHeader()
        cells = [min(self.sizeHintForColumn(column) + gap, widest) for column in columns]
        return cells, [min(header.sectionSizeHint(column), widest) for column in columns]

    def _take(self, widths: list[int], room: int) -> bool:
        """Make columns so wide; whether all have room."""
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        return sum(widths) <= room


def _squeezed(cells: list[int], names: list[int], room: int) -> list[int]:
    """Widths where names may be cut a little for all to have room, but no cell is."""
    over = [max(0, name - cell) for cell, name in zip(cells, names, strict=True)]
    share = (room - sum(cells)) / max(1, sum(over))
    share = share if _LEAST_SHARE <= share < 1 else 1.0
    return [int(cell + more * share) for cell, more in zip(cells, over, strict=True)]
