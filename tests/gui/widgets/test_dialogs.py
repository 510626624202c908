"""The editor of shortcuts and the dialog of settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from engine.doctor import Check, heading, lines_of
from engine.places import data_dir
from gui.commands import Command, CommandRegistry
from gui.settings import FILE_NAME, SettingsStore
from gui.widgets.fields import TextField
from gui.widgets.report_dialog import ReportDialog
from gui.widgets.settings_dialog import SettingsDialog
from gui.widgets.shortcut_editor import ShortcutEditor


def nothing() -> None:
    pass


class Bench:
    """A window with three commands and the editor of their shortcuts."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.registry = CommandRegistry(self.window)
        self.registry.add(
            Command("file.open", "Open…", nothing, "Ctrl+O", "File"),
            Command("file.save", "Save", nothing, "Ctrl+S", "File"),
            Command("go.home", "Home", nothing, menu="Go"),
        )
        self.editor = ShortcutEditor(self.registry)
        qtbot.addWidget(self.editor)
        self.editor.show()
        qtbot.waitExposed(self.editor)

    def press(self, qtbot: QtBot, command_id: str, key: Qt.Key) -> None:
        self.editor.choose(command_id)
        self.editor.keys.clear()
        qtbot.keyClick(self.editor.keys, key, Qt.KeyboardModifier.ControlModifier)
        with qtbot.waitSignal(self.editor.keys.editingFinished):
            qtbot.keyRelease(self.editor.keys, key, Qt.KeyboardModifier.ControlModifier)

    def shown(self, row: int) -> str:
        item = self.editor.table.item(row, 2)
        assert item is not None
        return item.text()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_lists_every_command_with_its_shortcut(bench: Bench) -> None:
    assert [bench.shown(row) for row in range(3)] == ["Ctrl+O", "Ctrl+S", "–"]
    bench.editor.search_line.setText("save")
    assert bench.editor.table.rowCount() == 1


def test_pressed_keys_become_the_shortcut(qtbot: QtBot, bench: Bench) -> None:
    bench.press(qtbot, "go.home", Qt.Key.Key_H)
    assert bench.registry.shortcut("go.home") == "Ctrl+H"
    assert bench.shown(2) == "Ctrl+H (changed)"


def test_taken_keys_are_refused_with_a_sentence(qtbot: QtBot, bench: Bench) -> None:
    bench.press(qtbot, "go.home", Qt.Key.Key_S)
    assert bench.registry.shortcut("go.home") == ""
    assert bench.editor.warning.text() == (
        "Ctrl+S belongs to “Save”: press other keys, or replace."
    )
    assert bench.editor.replace_button.isVisible()
    bench.editor.replace_button.click()
    assert bench.registry.shortcut("go.home") == "Ctrl+S"
    assert bench.registry.shortcut("file.save") == ""
    assert not bench.editor.warning.isVisible()


def test_clear_reset_and_reset_all(bench: Bench) -> None:
    bench.editor.choose("file.open")
    bench.editor.clear_button.click()
    assert bench.registry.shortcut("file.open") == ""
    bench.editor.reset_button.click()
    assert (bench.registry.shortcut("file.open"), bench.shown(0)) == ("Ctrl+O", "Ctrl+O")
    bench.registry.set_shortcut("file.save", "F2")
    bench.editor.reset_all_button.click()
    assert bench.shown(1) == "Ctrl+S"


def test_reset_does_not_take_keys_another_command_has_now(bench: Bench) -> None:
    bench.registry.set_shortcut("file.save", "F2")
    bench.registry.set_shortcut("go.home", "Ctrl+S")
    bench.editor.choose("file.save")
    bench.editor.reset_button.click()
    assert bench.registry.shortcut("file.save") == "F2"
    assert "belongs to “Home”" in bench.editor.warning.text()


@pytest.fixture
def store(tmp_path: Path, qtbot: QtBot) -> SettingsStore:
    return SettingsStore(tmp_path / FILE_NAME)


def test_settings_take_effect_at_once_both_ways(qtbot: QtBot, store: SettingsStore) -> None:
    dialog = SettingsDialog(store)
    qtbot.addWidget(dialog)
    qtbot.keyClick(dialog.form.row("theme").field, Qt.Key.Key_Down)
    assert store.settings.theme == "dark"
    store.update(cache_quota_mb=512, theme="light")
    assert dialog.form.params().cache_quota_mb == 512
    assert dialog.form.row("theme").field.value() == "light"
    assert "--set" not in dialog.form.row("theme").field.toolTip()
    store.close()


def test_settings_not_allowed_are_not_kept(qtbot: QtBot, store: SettingsStore) -> None:
    dialog = SettingsDialog(store)
    qtbot.addWidget(dialog)
    field = dialog.form.row("font_scale").field
    field.selectAll()
    qtbot.keyClicks(field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert dialog.form.row("font_scale").problem == "Font scale must be at most 2."
    assert store.settings.font_scale == 1.0
    store.close()


def test_shortcuts_are_reached_from_the_settings(qtbot: QtBot, store: SettingsStore) -> None:
    dialog = SettingsDialog(store)
    qtbot.addWidget(dialog)
    (button,) = (b for b in dialog.findChildren(QPushButton) if b.text() == "Shortcuts…")
    with qtbot.waitSignal(dialog.shortcuts_requested):
        button.click()
    store.close()


def test_an_empty_results_folder_says_what_it_stands_for(
    qtbot: QtBot, store: SettingsStore
) -> None:
    dialog = SettingsDialog(store)
    qtbot.addWidget(dialog)
    field = dialog.form.row("results_folder").field
    assert isinstance(field, TextField)
    assert field.text() == ""
    assert field.placeholderText() == str(data_dir() / "sessions")


def test_the_system_report_shows_and_copies_what_the_terminal_says(qtbot: QtBot) -> None:
    asked: list[int] = []
    dialog = ReportDialog(lambda: asked.append(1))
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.copy_button.isEnabled()
    checks = [Check("Qt", "ok", "fine"), Check("Disk", "problem", "full", "free some space")]
    dialog.show_checks(checks)
    assert dialog.text == "\n".join([heading(), *lines_of(checks)])
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == dialog.text

    def shown() -> set[str]:
        return {label.text() for label in dialog.findChildren(QLabel) if label.isVisible()}

    qtbot.waitUntil(lambda: {"Qt", "fine", "Disk", "full", "free some space"} <= shown())
    dialog.again_button.click()
    assert asked == [1, 1]
    dialog.show_failure("It could not be looked.")
    assert dialog.again_button.isEnabled()
