"""The dialog in which one changes shortcuts."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.command_search import search
from gui.commands import Command, CommandRegistry
from gui.style import set_look
from gui.theme import theme


class ShortcutEditor(QDialog):
    """Every command with its shortcut; choose one, press the keys, and they are its shortcut.

    Keys that another command has are not taken until one of the two is changed or the other is
    made to give way.
    """

    def __init__(self, registry: CommandRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        self._listed: list[Command] = []
        self.setWindowTitle("Shortcuts")
        self.resize(theme().px(560), theme().px(520))
        self.search_line = QLineEdit()
        self.search_line.setPlaceholderText("Search commands")
        self.search_line.setAccessibleName("Search commands")
        self.table = _make_table()
        self.keys = QKeySequenceEdit()
        self.keys.setAccessibleName("New shortcut: press the keys")
        self.keys.setMaximumSequenceLength(2)
        self.clear_button = QPushButton("None")
        self.clear_button.setToolTip("Give the command no shortcut")
        self.reset_button = QPushButton("Reset")
        self.reset_button.setToolTip("Give the command its original shortcut")
        self.replace_button = QPushButton("Replace")
        self.replace_button.setToolTip("Take the keys from the other command")
        self.reset_all_button = QPushButton("Reset all")
        self._close_button = QPushButton("Close")
        set_look(self._close_button, "primary")
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        set_look(self.warning, "differs")
        self._fill()
        self._connect()
        self._list_commands("")

    def choose(self, command_id: str) -> None:
        """Make a command the one whose shortcut is changed."""
        ids = [command.id for command in self._listed]
        self.table.selectRow(ids.index(command_id))

    def _fill(self) -> None:
        edit = QHBoxLayout()
        for widget in (self.keys, self.clear_button, self.reset_button):
            edit.addWidget(widget)
        warn = QHBoxLayout()
        warn.addWidget(self.warning, 1)
        warn.addWidget(self.replace_button)
        end = QHBoxLayout()
        end.addWidget(self.reset_all_button)
        end.addStretch()
        end.addWidget(self._close_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search_line)
        layout.addWidget(self.table, 1)
        for row in (edit, warn, end):
            layout.addLayout(row)

    def _connect(self) -> None:
        self.search_line.textChanged.connect(self._list_commands)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.keys.editingFinished.connect(self._on_keys)
        self.clear_button.clicked.connect(self._on_clear)
        self.reset_button.clicked.connect(self._on_reset)
        self.replace_button.clicked.connect(self._on_replace)
        self.reset_all_button.clicked.connect(self._on_reset_all)
        self._close_button.clicked.connect(self.accept)

    def _list_commands(self, query: str) -> None:
        self._listed = search(query, self._registry.commands)
        self.table.setRowCount(len(self._listed))
        for row, command in enumerate(self._listed):
            place = command.menu.replace("/", " › ")
            self.table.setItem(row, 0, QTableWidgetItem(command.title))
            self.table.setItem(row, 1, QTableWidgetItem(place))
            self.table.setItem(row, 2, QTableWidgetItem())
        self._show_shortcuts()
        if self._listed:
            self.table.selectRow(0)
        self._on_selected()

    def _show_shortcuts(self) -> None:
        for row, command in enumerate(self._listed):
            text = _native(self._registry.shortcut(command.id))
            changed = " (changed)" if self._registry.is_changed(command.id) else ""
            item = self.table.item(row, 2)
            if item is not None:
                item.setText(f"{text or '–'}{changed}")

    def _chosen(self) -> Command | None:
        rows = self.table.selectionModel().selectedRows()
        return self._listed[rows[0].row()] if rows else None

    def _on_selected(self, *_: QItemSelection) -> None:
        command = self._chosen()
        for widget in (self.keys, self.clear_button, self.reset_button):
            widget.setEnabled(command is not None)
        shortcut = self._registry.shortcut(command.id) if command else ""
        self.keys.setKeySequence(QKeySequence(shortcut))
        self._warn("")

    def _on_keys(self) -> None:
        command, keys = self._chosen(), self.keys.keySequence().toString()
        if command is None or not keys:
            return
        other = self._registry.conflict(command.id, keys)
        if other is None:
            self._set(command, keys)
        else:
            used = _native(self._registry.shortcut(other.id))
            self._warn(f"{used} belongs to “{other.title}”: press other keys, or replace.")

    def _on_clear(self) -> None:
        command = self._chosen()
        if command is not None:
            self._set(command, "")

    def _on_reset(self) -> None:
        command = self._chosen()
        if command is None:
            return
        self.keys.setKeySequence(QKeySequence(command.shortcut))
        if self._registry.conflict(command.id, command.shortcut) is None:
            self._set(command, None)
        else:
            self._on_keys()

    def _on_replace(self) -> None:
        command, keys = self._chosen(), self.keys.keySequence().toString()
        while command and (other := self._registry.conflict(command.id, keys)):
            self._registry.set_shortcut(other.id, "")
        if command is not None:
            self._set(command, keys)

    def _on_reset_all(self) -> None:
        self._registry.reset_shortcuts()
        self._show_shortcuts()
        self._on_selected()

    def _set(self, command: Command, shortcut: str | None) -> None:
        self._registry.set_shortcut(command.id, shortcut)
        self._show_shortcuts()
        self._on_selected()

    def _warn(self, sentence: str) -> None:
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))
        self.replace_button.setVisible(bool(sentence))


def _native(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def _make_table() -> QTableWidget:
    table = QTableWidget(0, 3)
    table.setHorizontalHeaderLabels(["Command", "Menu", "Shortcut"])
    table.setAccessibleName("Commands and their shortcuts")
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    header.setHighlightSections(False)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in (1, 2):
        table.setColumnWidth(column, theme().px(140))
    return table
