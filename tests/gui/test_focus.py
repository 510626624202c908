"""The keyboard goes where one reads, and shows where it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.app import make_window
from gui.focus import order_focus
from gui.tabs.base import Tab
from gui.theme import theme
from gui.widgets.pane import Pane


def test_tab_follows_the_layouts_and_not_the_making(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    late, early, last = QLineEdit(), QLineEdit(), QLineEdit()
    row = QHBoxLayout(root)
    right = QWidget()
    row.addWidget(right)
    column = QVBoxLayout()
    QVBoxLayout(right).addWidget(last)
    for line in (early, late):
        column.addWidget(line)
    row.insertLayout(0, column)
    order_focus(root)
    root.show()
    qtbot.waitExposed(root)
    root.activateWindow()
    early.setFocus()
    qtbot.waitUntil(early.hasFocus)
    seen = []
    for _ in range(2):
        qtbot.keyClick(root.focusWidget(), Qt.Key.Key_Tab)
        seen.append(root.focusWidget())
    assert seen == [late, last]


def test_a_pane_shows_that_its_view_has_the_focus(qtbot: QtBot) -> None:
    body = QWidget()
    body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    pane = Pane("Video", body)
    qtbot.addWidget(pane)
    pane.resize(300, 200)
    pane.show()
    qtbot.waitExposed(pane)
    pane.activateWindow()
    place = 150, 199
    assert pane.grab().toImage().pixelColor(*place) == theme().color("hairline")
    body.setFocus()
    qtbot.waitUntil(body.hasFocus)
    assert pane.grab().toImage().pixelColor(*place) == theme().color("accent")


def test_the_window_begins_at_open(qtbot: QtBot, qapp: QApplication) -> None:
    window = make_window(qapp)
    window.show()
    qtbot.waitExposed(window)
    focused = window.focusWidget()
    assert focused is not None
    assert getattr(focused, "text", str)() == "Open…"
    window.workspace.note("A sentence.")
    window.workspace.note("Another sentence.", "warning")
    place = focused.mapTo(window, focused.rect().center())
    assert window.childAt(place) is focused
    window.close()
    window.deleteLater()


def test_a_tab_finds_its_order_when_tab_is_first_pressed(qtbot: QtBot) -> None:
    tab = Tab(None)  # type: ignore[arg-type]
    qtbot.addWidget(tab)
    late, early = QLineEdit(), QLineEdit()
    row = QHBoxLayout(tab)
    for line in (late, early):
        row.addWidget(line)
    row.insertWidget(0, early)
    tab.show()
    qtbot.waitExposed(tab)
    tab.activateWindow()
    early.setFocus()
    qtbot.waitUntil(early.hasFocus)
    qtbot.keyClick(early, Qt.Key.Key_Tab)
    assert tab.focusWidget() is late
