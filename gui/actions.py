"""The commands that exist whatever tab is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import Qt
from shiboken6 import isValid

from engine.registry import systems
from gui.commands import Command
from gui.theme import Mode

if TYPE_CHECKING:
    from engine.doctor import Check
    from gui.widgets.report_dialog import ReportDialog
    from gui.window import Window


def standard_commands(window: Window) -> tuple[Command, ...]:
    """Everything of the menus File, Edit, View, Jobs and Help."""
    return (
        *_file_commands(window),
        *_edit_commands(window),
        *_view_commands(window),
        *_job_commands(window),
        *_help_commands(window),
    )


def _file_commands(window: Window) -> tuple[Command, ...]:
    sessions = window.sessions
    return (
        Command("file.open", "Open…", sessions.choose_files, "Ctrl+O", "File", icon="open"),
        Command(
            "file.open-folder", "Open folder…", sessions.choose_folder, "Ctrl+Shift+O", "File"
        ),
        Command("file.save-session", "Save session", sessions.save, "Ctrl+S", "File", "session"),
        Command(
            "file.open-session", "Open session…", sessions.choose_session, "", "File", "session"
        ),
        Command(
            "file.save-archive",
            "Save as one file…",
            sessions.choose_archive,
            "",
            "File",
            "session",
            keywords=("archive", "share", "export", "peerscope"),
        ),
        Command("file.quit", "Quit", window.close, "Ctrl+Q", "File", "quit"),
    )


def _edit_commands(window: Window) -> tuple[Command, ...]:
    history = window.workspace.history
    return (
        Command(
            "edit.undo",
            "Undo",
            history.undo,
            "Ctrl+Z",
            "Edit",
            icon="undo",
            enabled=lambda: bool(history.undo_title),
        ),
        Command(
            "edit.redo",
            "Redo",
            history.redo,
            "Ctrl+Shift+Z",
            "Edit",
            icon="redo",
            enabled=lambda: bool(history.redo_title),
        ),
        Command(
            "edit.settings",
            "Settings…",
            partial(_show_settings, window),
            "Ctrl+,",
            "Edit",
            "settings",
            icon="settings",
        ),
        Command(
            "edit.shortcuts",
            "Shortcuts…",
            partial(_show_shortcuts, window),
            "",
            "Edit",
            "settings",
        ),
    )


def _view_commands(window: Window) -> tuple[Command, ...]:
    tabs = [("home", "Home"), *((item.name, item.title) for item in systems() if item.tab)]
    shown = tuple(
        Command(
            f"view.tab-{name}",
            title,
            partial(window.show_tab, name),
            f"Ctrl+{number}",
            "View",
            "tabs",
            checked=lambda name=name: window.current == name,  # type: ignore[misc]
        )
        for number, (name, title) in enumerate(tabs, start=1)
    )
    modes = tuple(
        Command(
            f"view.theme-{mode}",
            mode.capitalize(),
            partial(window.settings.update, theme=mode),
            "",
            "View/Theme",
            checked=lambda mode=mode: window.settings.settings.theme == mode,  # type: ignore[misc]
            keywords=("dark", "light", "colour", "appearance"),
        )
        for mode in get_args(Mode)
    )
    palette = Command(
        "palette.open",
        "Search commands…",
        window.show_palette,
        "Ctrl+Shift+P",
        "View",
        "palette",
        icon="search",
    )
    return (*shown, *modes, palette)


def _job_commands(window: Window) -> tuple[Command, ...]:
    def current() -> int | None:
        live = [status for status in window.workspace.jobs.statuses() if not status.ended]
        return live[0].key if live else None

    def cancel() -> None:
        key = current()
        if key is not None:
            window.workspace.jobs.job(key).cancel()

    def toggle_list() -> None:
        window.strip.expanded = not window.strip.expanded

    return (
        Command(
            "jobs.cancel",
            "Cancel the job",
            cancel,
            "Ctrl+.",
            "Jobs",
            icon="stop",
            enabled=lambda: current() is not None,
        ),
        Command("jobs.list", "Show the list of jobs", toggle_list, "Ctrl+J", "Jobs", icon="list"),
        *_replay_commands(window),
    )


def _replay_commands(window: Window) -> tuple[Command, ...]:
    replays, words = window.replays, ("reproduce", "repeat", "identical", "compare", "rerun")
    return (
        Command(
            "jobs.replay",
            "Replay the last run",
            replays.replay_last,
            "",
            "Jobs",
            "replay",
            enabled=lambda: replays.replayable is not None,
            keywords=words,
        ),
        Command(
            "jobs.replay-folder",
            "Replay a results folder or session…",
            replays.choose_folder,
            "",
            "Jobs",
            "replay",
            keywords=words,
        ),
        Command(
            "jobs.replay-figure",
            "Replay an exported figure…",
            replays.choose_figure,
            "",
            "Jobs",
            "replay",
            keywords=(*words, "svg", "pdf", "png", "archive"),
        ),
        Command(
            "jobs.replay-found",
            "Show what the last replay found",
            replays.show_last,
            "",
            "Jobs",
            "replay",
            enabled=lambda: replays.has_outcome,
            keywords=words,
        ),
    )


def _help_commands(window: Window) -> tuple[Command, ...]:
    report = partial(_show_report, window)
    words = ("doctor", "system", "versions", "opengl", "torch", "disk")
    return (
        Command("help.report", "System report…", report, "", "Help", icon="help", keywords=words),
    )


def _show_report(window: Window) -> ReportDialog:
    # Dialogs are imported when they are asked for: the window shows that much sooner.
    from engine.doctor import checks
    from gui.widgets.report_dialog import ReportDialog

    def look() -> None:
        background = window.workspace.background
        background.run(checks, lambda found: show(found), lambda told: fail(told))

    def show(found: list[Check]) -> None:
        if isValid(dialog):
            dialog.show_checks(found)

    def fail(told: str) -> None:
        if isValid(dialog):
            dialog.show_failure(told)

    dialog = ReportDialog(look, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def _show_settings(window: Window) -> None:
    from gui.widgets.settings_dialog import SettingsDialog

    dialog = SettingsDialog(window.settings, window)
    dialog.shortcuts_requested.connect(partial(_show_shortcuts, window))
    dialog.exec()
    dialog.deleteLater()


def _show_shortcuts(window: Window) -> None:
    from gui.widgets.shortcut_editor import ShortcutEditor

    dialog = ShortcutEditor(window.commands, window)
    dialog.exec()
    dialog.deleteLater()
