"""The list of recordings with their groups."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from engine.behavior.project import Project
from gui.recordings.parts import button, labelled, row
from gui.style import set_look
from gui.theme import theme
from gui.widgets.drop_box import DropBox
from gui.widgets.section import Section

GROUPS = ("animal", "session", "condition")
_PLACE = Qt.ItemDataRole.UserRole
_ROW_PX, _MOST_ROWS, _LEAST_ROWS = 24, 10, 4


class ListSection(Section):
    """Recordings, a row each, under the groups a person names.

    Signals
    -------
    chosen(int)
        A recording was chosen, by its position.
    ticked(int, bool)
        A recording was ticked or unticked, by its position.
    grouped(int, str, str)
        A recording was put into a group: position, kind of group, name.
    group_by_changed(str)
        The list is grouped by another kind.
    add_files(), add_folder(), download(), pair(), remove()
        A button was pressed.
    """

    chosen = Signal(int)
    ticked = Signal(int, bool)
    grouped = Signal(int, str, str)
    group_by_changed = Signal(str)
    add_files = Signal()
    add_folder = Signal()
    download = Signal()
    pair = Signal()
    remove = Signal()

    def __init__(self) -> None:
        super().__init__("Recordings")
        self._project = Project()
        self._current = -1
        self._by = DropBox()
        for name in GROUPS:
            self._by.addItem(f"by {name}", name)
        self._by.setAccessibleName("Group by")
        self._by.currentIndexChanged.connect(self._on_by)
        self._count = QLabel()
        set_look(self._count, "secondary")
        self.tree = QTreeWidget()
        self._dress_tree()
        self._fields = {name: QLineEdit() for name in GROUPS}
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(6))
        layout.addWidget(row(self._count, self._by, stretch=0))
        layout.addWidget(self.tree)
        for name, field in self._fields.items():
            field.setPlaceholderText("not set")
            field.editingFinished.connect(lambda kind=name: self._on_named(kind))
            layout.addWidget(labelled(name.capitalize(), field))
        layout.addWidget(
            row(
                button("Files…", "Add recordings and pose files", self.add_files.emit),
                button("Folder…", "Add every recording in a folder", self.add_folder.emit),
                button("Remove", "Take it off the list; no file is touched", self.remove.emit),
            )
        )
        layout.addWidget(
            row(
                button("Pairing…", "Which poses belong to which recording", self.pair.emit),
                button("Download…", "Public example recordings", self.download.emit),
            )
        )
        self.show_project(Project(), -1)

    def show_project(self, project: Project, current: int) -> None:
        """Show the recordings, one of them current; nothing is opened for it."""
        self._project, self._current = project, current
        count = len(project.entries)
        self._count.setText("1 recording" if count == 1 else f"{count} recordings")
        self.tree.blockSignals(True)
        self.tree.setUpdatesEnabled(False)
        self.tree.clear()
        by = str(self._by.currentData())
        groups = project.groups(by)
        for name, places in groups.items():
            parent = self._group_item(name, by) if name or len(groups) > 1 else None
            for at in places:
                self._add_row(parent, at)
        self.tree.expandAll()
        self.tree.setUpdatesEnabled(True)
        self.tree.blockSignals(False)
        self._fit(count + len(groups))
        self._show_fields()

    def set_group_by(self, by: str) -> None:
        """Group by another kind."""
        self._by.setCurrentIndex(max(0, GROUPS.index(by)))

    def _group_item(self, name: str, by: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([name or f"no {by}", ""])
        item.setData(0, _PLACE, -1)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        for column in range(2):
            item.setForeground(column, QBrush(theme().color("secondary")))
        self.tree.addTopLevelItem(item)
        return item

    def _add_row(self, parent: QTreeWidgetItem | None, at: int) -> None:
        entry = self._project.entries[at]
        item = QTreeWidgetItem([entry.name, "poses" if entry.poses else ""])
        item.setData(0, _PLACE, at)
        poses = Path(entry.poses.absolute).name if entry.poses else "no poses"
        item.setToolTip(0, f"{entry.path.absolute}\n{poses}")
        item.setForeground(1, QBrush(theme().color("faint")))
        if len(self._project.entries) > 1:
            item.setToolTip(0, f"{item.toolTip(0)}\nTicked: one of the chosen recordings")
            item.setCheckState(
                0, Qt.CheckState.Checked if entry.chosen else Qt.CheckState.Unchecked
            )
        if parent is None:
            self.tree.addTopLevelItem(item)
        else:
            parent.addChild(item)
        if at == self._current:
            font = item.font(0)
            font.setBold(True)
            item.setFont(0, font)
            self.tree.setCurrentItem(item)

    def _dress_tree(self) -> None:
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Recordings")
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(theme().px(12))
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemActivated.connect(self._on_item)
        self.tree.itemClicked.connect(self._on_item)
        self.tree.itemChanged.connect(self._on_changed)

    def _fit(self, rows: int) -> None:
        shown = min(max(rows, _LEAST_ROWS), _MOST_ROWS)
        self.tree.setFixedHeight(theme().px(_ROW_PX) * shown + theme().px(6))

    def _show_fields(self) -> None:
        there = 0 <= self._current < len(self._project.entries)
        for name, field in self._fields.items():
            field.setEnabled(there)
            text = str(getattr(self._project.entries[self._current], name)) if there else ""
            if text != field.text():
                field.setText(text)

    def _on_item(self, item: QTreeWidgetItem, column: int) -> None:
        at = int(item.data(0, _PLACE))
        if self._is_new_tick(item):
            return
        if at >= 0 and at != self._current:
            # The list is made anew by whoever hears of it: not while Qt still holds the row.
            QTimer.singleShot(0, self, partial(self.chosen.emit, at))

    def _is_new_tick(self, item: QTreeWidgetItem) -> bool:
        """Whether the box of a row was clicked, and the project does not know of it yet."""
        at = int(item.data(0, _PLACE))
        there = 0 <= at < len(self._project.entries)
        is_ticked = item.checkState(0) == Qt.CheckState.Checked
        return there and is_ticked != self._project.entries[at].chosen

    def _on_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if self._is_new_tick(item):
            ticked = item.checkState(0) == Qt.CheckState.Checked
            told = partial(self.ticked.emit, int(item.data(0, _PLACE)), ticked)
            # The list is made anew by whoever hears of it: not while Qt still holds the row.
            QTimer.singleShot(0, self, told)

    def _on_named(self, kind: str) -> None:
        if not 0 <= self._current < len(self._project.entries):
            return
        name = self._fields[kind].text().strip()
        if name != getattr(self._project.entries[self._current], kind):
            self.grouped.emit(self._current, kind, name)

    def _on_by(self, at: int) -> None:
        self.show_project(self._project, self._current)
        self.group_by_changed.emit(GROUPS[at])
