"""Side columns are as wide as they were left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QHBoxLayout
from pytestqt.qtbot import QtBot

from gui.bridge import WarmBridge
from gui.columns import remember_columns
from gui.settings import SettingsStore
from gui.tabs.base import Tab
from gui.widgets.side_column import SideColumn
from gui.workspace import Workspace


def test_a_dragged_width_is_remembered(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for start, drag_to in ((264, 400), (400, 264), (264, 264)):
        store = SettingsStore(path)
        warm = WarmBridge(())
        workspace = Workspace(store, warm)
        tab = Tab(workspace)
        qtbot.addWidget(tab)
        column = SideColumn("Results", "right")
        QHBoxLayout(tab).addWidget(column)
        remember_columns(tab, store)
        tab.resize(1900, 800)
        tab.show()
        assert column.width() == start
        column.drag_to(drag_to)
        assert column.width() == drag_to
        workspace.close()
        store.close()
