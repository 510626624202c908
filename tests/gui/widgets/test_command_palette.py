from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListView, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from gui.commands import Command, CommandRegistry
from gui.theme import theme
from gui.widgets.command_palette import CommandPalette


class Bench:
    """A window with some commands and a palette over it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.done: list[str] = []
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.button = QPushButton("Somewhere")
        self.window.setCentralWidget(self.button)
        self.window.resize(1280, 800)
        self.registry = CommandRegistry(self.window)
        self.registry.ran.connect(self.done.append)
        self.registry.add(
            Command("file.open", "Open…", self.nothing, "Ctrl+O", "File"),
            Command("file.save", "Save", self.nothing, enabled=self.never),
            *(Command(f"go.{i}", f"Go to tab {i}", self.nothing, menu="Go") for i in range(20)),
        )
        self.palette = CommandPalette(self.registry, self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.button.setFocus()
        qtbot.waitUntil(self.button.hasFocus)
        self.line = self.palette.findChildren(QLineEdit)[0]
        self.list = self.palette.findChildren(QListView)[0]

    def nothing(self) -> None:
        pass

    def never(self) -> bool:
        return False


@pytest.fixture
def bench(qapp: QApplication, qtbot: QtBot) -> Bench:
    theme().apply(qapp, "dark")
    return Bench(qtbot)


def test_opens_over_the_window_with_the_focus(qtbot: QtBot, bench: Bench) -> None:
    bench.palette.open()
    qtbot.waitUntil(bench.line.hasFocus)
    middle = bench.palette.geometry().center().x()
    assert abs(middle - bench.window.width() / 2) <= 1
    assert bench.palette.geometry().bottom() < bench.window.height()


def test_finds_and_runs_by_keyboard_and_gives_the_focus_back(qtbot: QtBot, bench: Bench) -> None:
    bench.palette.open()
    qtbot.keyClicks(bench.line, "open")
    qtbot.keyClick(bench.line, Qt.Key.Key_Return)
    assert (bench.done, bench.palette.isVisible()) == (["file.open"], False)
    qtbot.waitUntil(bench.button.hasFocus)


def test_arrows_choose_and_stay_in_the_list(qtbot: QtBot, bench: Bench) -> None:
    bench.palette.open()
    qtbot.keyClicks(bench.line, "go to tab")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(bench.line, key)
    assert bench.list.currentIndex().row() == 2
    assert bench.line.accessibleDescription() == bench.palette.found()[2].title
    for _ in range(4):
        qtbot.keyClick(bench.line, Qt.Key.Key_PageDown)
    assert bench.list.currentIndex().row() == len(bench.palette.found()) - 1


def test_recent_first_and_what_cannot_be_done_is_left_out(bench: Bench) -> None:
    bench.palette.open(["go.7", "go.3"])
    assert [command.id for command in bench.palette.found()[:3]] == ["go.7", "go.3", "file.open"]
    assert "file.save" not in {command.id for command in bench.palette.found()}


def test_tells_shortcuts(bench: Bench) -> None:
    bench.palette.open()
    first = bench.list.model().index(0, 0)
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == "Open… Ctrl+O"


def test_escape_and_leaving_close_it(qtbot: QtBot, bench: Bench) -> None:
    bench.palette.open()
    qtbot.keyClick(bench.line, Qt.Key.Key_Escape)
    assert not bench.palette.isVisible()
    bench.palette.open()
    qtbot.waitUntil(bench.line.hasFocus)
    bench.button.setFocus()
    qtbot.waitUntil(bench.palette.isHidden)
    assert bench.done == []


def test_escape_is_its_own_even_where_a_command_has_that_key(qtbot: QtBot, bench: Bench) -> None:
    bench.registry.add(Command("clear", "Clear", bench.nothing, "Esc"))
    bench.palette.open()
    qtbot.waitUntil(bench.line.hasFocus)
    handle = bench.window.windowHandle()
    QTest.keyClick(handle, Qt.Key.Key_Escape)
    assert not bench.palette.isVisible()
    assert bench.done == []
    qtbot.waitUntil(bench.button.hasFocus)
    QTest.keyClick(handle, Qt.Key.Key_Escape)
    assert bench.done == ["clear"]


def test_a_press_on_what_takes_no_focus_closes_it(qtbot: QtBot, bench: Bench) -> None:
    bare = QLabel("Nothing to press", bench.window)
    bare.setGeometry(20, 700, 200, 40)
    bare.show()
    bench.palette.open()
    qtbot.waitUntil(bench.line.hasFocus)
    # As from the system: to its window, which hands them on to a widget.
    handle, left = bench.window.windowHandle(), Qt.MouseButton.LeftButton
    for pressed, open_then in ((bench.line, True), (bare, False)):
        place = pressed.mapTo(bench.window, pressed.rect().center())
        QTest.mouseClick(handle, left, Qt.KeyboardModifier.NoModifier, place)
        assert bench.palette.isVisible() == open_then


def test_nothing_found_is_told_and_enter_does_nothing(qtbot: QtBot, bench: Bench) -> None:
    bench.palette.open()
    qtbot.keyClicks(bench.line, "zzxyq")
    qtbot.keyClick(bench.line, Qt.Key.Key_Return)
    assert bench.palette.isVisible()
    assert (bench.palette.found(), bench.done) == ((), [])
    told = [label for label in bench.palette.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in told] == ["No command matches"]
    assert not bench.list.isVisible()


def test_click_runs(qtbot: QtBot, bench: Bench) -> None:
    bench.palette.open()
    rect = bench.list.visualRect(bench.list.model().index(1, 0))
    qtbot.mouseClick(bench.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert bench.done == ["go.0"]
