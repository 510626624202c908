from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
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


def test_notes_float_and_move_nothing(qtbot: QtBot, qapp: QApplication) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    bar, body, below = QWidget(), QWidget(), QPushButton("Below")
    bar.setFixedHeight(44)
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    for widget in (bar, body, below):
        column.addWidget(widget, int(widget is body))
    stack = NoteStack()
    stack.float_over(host, bar)
    host.resize(1000, 500)
    host.show()
    qtbot.waitExposed(host)
    before = [widget.geometry() for widget in (bar, body, below)]
    stack.show_note("Short.")
    stack.show_note("A sentence as long as an error can be, so long that it takes two lines. " * 2)
    qapp.processEvents()
    assert [widget.geometry() for widget in (bar, body, below)] == before
    assert stack.geometry().top() > bar.geometry().bottom()
    assert abs(stack.geometry().center().x() - 500) <= 1
    for note in stack.notes:
        (text,) = (label for label in note.findChildren(QLabel) if label.text() == note.sentence)
        assert text.height() >= text.heightForWidth(text.width())
    assert host.childAt(stack.geometry().center()) not in (body, None)
    host.resize(400, 500)
    assert stack.geometry().left() >= 0
    assert stack.geometry().right() <= 400
    high = stack.height()
    stack.notes[-1].dismiss_button.click()
    assert stack.height() < high
    assert host.childAt(below.geometry().center()) is below


def test_escape_dismisses(qtbot: QtBot) -> None:
    stack = make_stack(qtbot)
    note = stack.show_note("The file is empty.")
    qtbot.keyClick(note.copy_button, Qt.Key.Key_Escape)
    assert stack.notes == ()


def test_info_goes_by_itself_and_errors_stay(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(error_note, "_INFO_MS", 20)
    # One under the pointer stays, wherever the pointer of this display happens to be.
    monkeypatch.setattr(error_note.Note, "underMouse", lambda note: False)
    stack = make_stack(qtbot)
    stack.show_note("Copied.", "info")
    stack.show_note("The file is empty.", "error")
    qtbot.waitUntil(lambda: [note.severity for note in stack.notes] == ["error"], timeout=2000)


def test_an_error_is_not_pushed_out_by_lesser_notes(qtbot: QtBot) -> None:
    stack = make_stack(qtbot)
    stack.show_note("The file is empty.", "error")
    for number in range(LIMIT + 2):
        stack.show_note(f"Copied: {number}", "info")
    assert [note.sentence for note in stack.notes] == [
        *("The file is empty.", "Copied: 3", "Copied: 4")
    ]
    for number in range(LIMIT - 1):
        stack.show_note(f"{number} is missing.", "error")
    stack.show_note("Copied.", "info")
    assert [note.severity for note in stack.notes] == ["error"] * LIMIT + ["info"]
    stack.leave()
    assert [note.severity for note in stack.notes] == ["error"] * LIMIT


def test_notes_may_float_above_the_job_strip(qtbot: QtBot) -> None:
    host, bar = QWidget(), QWidget()
    qtbot.addWidget(host)
    stack = NoteStack()
    stack.float_over(host, bar)
    stack.set_top(None)
    host.resize(1000, 500)
    host.show()
    qtbot.waitExposed(host)
    stack.show_note("Short.")
    assert 400 < stack.geometry().bottom() <= 500 - 40
