from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.widgets import error_note
from gui.widgets.error_note import LIMIT, NoteStack


def make_stack(qtbot: QtBot) -> NoteStack:
    stack = NoteStack()
    qtbot.addWidget(stack)
    return stack


def test_takes_no_room_without_notes(qtbot: QtBot) -> None:
    stack = make_stack(qtbot)
    assert not stack.isVisible()
    note = stack.show_note("The file is empty.")
    assert stack.isVisible()
    note.dismiss_button.click()
    assert (stack.notes, stack.isVisible()) == ((), False)


def test_sentence_is_shown_named_and_copied(qtbot: QtBot) -> None:
    stack = make_stack(qtbot)
    note = stack.show_note("The file <b> is empty.", "warning")
    assert "The file <b> is empty." in [label.text() for label in note.findChildren(QLabel)]
    assert note.accessibleName() == "warning: The file <b> is empty."
    note.copy_button.click()
    assert QGuiApplication.clipboard().text() == "The file <b> is empty."


def test_same_sentence_is_not_shown_twice_and_oldest_gives_way(qtbot: QtBot) -> None:
    stack = make_stack(qtbot)
    first = stack.show_note("0")
    assert stack.show_note("0") is first
    for number in range(1, LIMIT + 2):
        stack.show_note(str(number))
    assert [note.sentence for note in stack.notes] == ["2", "3", "4"]
    stack.clear()
    assert stack.notes == ()


def test_escape_dismisses(qtbot: QtBot) -> None:
    stack = make_stack(qtbot)
    note = stack.show_note("The file is empty.")
    qtbot.keyClick(note.copy_button, Qt.Key.Key_Escape)
    assert stack.notes == ()


def test_info_goes_by_itself_and_errors_stay(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(error_note, "_INFO_MS", 20)
    stack = make_stack(qtbot)
    stack.show_note("Copied.", "info")
    stack.show_note("The file is empty.", "error")
    qtbot.waitUntil(lambda: [note.severity for note in stack.notes] == ["error"], timeout=2000)
