"""Show menus, command palette, shortcuts and settings made from one table of commands.

    python examples/commands.py [dark | light]

Settings are kept in a folder of their own that goes when the window closes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from examples._screenshot import show
from gui.commands import Command, CommandRegistry
from gui.settings import FILE_NAME, SettingsStore
from gui.theme import theme
from gui.widgets.command_palette import CommandPalette
from gui.widgets.empty_state import EmptyState
from gui.widgets.settings_dialog import SettingsDialog
from gui.widgets.shortcut_editor import ShortcutEditor


class Bench(QMainWindow):
    """A window of nothing but commands."""

    def __init__(self, app: QApplication, folder: Path) -> None:
        super().__init__()
        self.setWindowTitle("Commands")
        self._app = app
        self._store = SettingsStore(folder / FILE_NAME, self)
        self._store.changed.connect(self._on_settings_changed)
        self.registry = CommandRegistry(self, self._store.settings.shortcuts)
        self.registry.ran.connect(self._on_ran)
        self.registry.shortcuts_changed.connect(self._on_shortcuts_changed)
        self.palette_box = CommandPalette(self.registry, self)
        self.shortcut_editor = ShortcutEditor(self.registry, self)
        self.settings_dialog = SettingsDialog(self._store, self)
        self.settings_dialog.shortcuts_requested.connect(self._on_shortcuts)
        self.registry.add(
            Command("view.palette", "Commands…", self._on_palette, "Ctrl+Shift+P", "View"),
            Command("view.dark", "Dark", self._on_dark, menu="View/Theme", checked=self._is_dark),
            Command("view.light", "Light", self._on_light, menu="View/Theme"),
            Command("file.settings", "Settings…", self._on_settings, "Ctrl+,", "File"),
            Command("file.shortcuts", "Shortcuts…", self._on_shortcuts, menu="File"),
            Command("file.quit", "Quit", self._on_quit, "Ctrl+Q", "File", section="end"),
        )
        self.registry.fill_menu_bar(self.menuBar(), ("File", "View"))
        empty = EmptyState("Press Ctrl+Shift+P")
        empty.add_button("Settings…", self._on_settings)
        self.setCentralWidget(empty)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the settings."""
        self._store.close()
        super().closeEvent(event)

    def _on_palette(self) -> None:
        self.palette_box.open(self._store.settings.recent_commands)

    def _on_ran(self, command_id: str) -> None:
        if command_id != "view.palette":
            self._store.add_recent("recent_commands", command_id)

    def _on_dark(self) -> None:
        self._store.update(theme="dark")

    def _on_light(self) -> None:
        self._store.update(theme="light")

    def _is_dark(self) -> bool:
        return theme().palette.name == "dark"

    def _on_settings(self) -> None:
        self.settings_dialog.open()

    def _on_shortcuts(self) -> None:
        self.shortcut_editor.open()

    def _on_shortcuts_changed(self, overrides: dict[str, str]) -> None:
        self._store.update(shortcuts=overrides)

    def _on_settings_changed(self, names: set[str]) -> None:
        if names & {"theme", "font_scale"}:
            settings = self._store.settings
            theme().apply(self._app, settings.theme, settings.font_scale)

    def _on_quit(self) -> None:
        self.close()


def make() -> QWidget:
    """The bench, with settings of its own that go with the process."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    folder = tempfile.TemporaryDirectory()
    bench = Bench(app, Path(folder.name))
    bench.destroyed.connect(folder.cleanup)
    return bench


if __name__ == "__main__":
    sys.exit(show(make, (1280, 800)))
