"""The dialog of preferences: each change takes effect at once, or says when."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.places import data_dir
from gui.settings import Preferences, SettingsStore
from gui.style import set_look
from gui.theme import theme
from gui.widgets.fields import TextField
from gui.widgets.param_form import ParamForm


class SettingsDialog(QDialog):
    """A form of the preferences, and the way to the shortcuts.

    Signals
    -------
    shortcuts_requested()
        The editor of shortcuts is wanted.
    """

    shortcuts_requested = Signal()

    def __init__(self, store: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.setWindowTitle("Settings")
        self.form = ParamForm()
        self.form.set_model(Preferences, _preferences(store))
        self._show_usual_folder()
        self.form.changed.connect(self._on_changed)
        store.changed.connect(self._on_store_changed)
        folder = QPushButton("Choose results folder…")
        folder.clicked.connect(self._on_choose_folder)
        shortcuts = QPushButton("Shortcuts…")
        shortcuts.clicked.connect(self.shortcuts_requested)
        close = QPushButton("Close")
        set_look(close, "primary")
        close.clicked.connect(self.accept)
        end = QHBoxLayout()
        end.addWidget(shortcuts)
        end.addStretch()
        end.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme().px(12))
        layout.addWidget(self.form)
        layout.addWidget(folder)
        layout.addStretch()
        layout.addLayout(end)
        self.resize(theme().px(420), self.sizeHint().height())

    def _show_usual_folder(self) -> None:
        """What an empty results folder stands for."""
        field, usual = self.form.row("results_folder").field, str(data_dir() / "sessions")
        if isinstance(field, TextField):
            field.setPlaceholderText(usual)
            field.setToolTip(f"{field.toolTip()}\nEmpty: {usual}")

    def _on_changed(self, name: str, value: Any) -> None:
        self._store.update(**{name: value})

    def _on_store_changed(self, names: set[str]) -> None:
        mine = names & Preferences.model_fields.keys()
        if mine:
            self.form.set_values({name: getattr(self._store.settings, name) for name in mine})

    def _on_choose_folder(self) -> None:
        dialog = QFileDialog(self, "Results folder", self._store.settings.results_folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._on_folder_chosen)
        dialog.open()

    def _on_folder_chosen(self, folder: str) -> None:
        self._store.update(results_folder=folder)


def _preferences(store: SettingsStore) -> dict[str, Any]:
    return {name: getattr(store.settings, name) for name in Preferences.model_fields}
