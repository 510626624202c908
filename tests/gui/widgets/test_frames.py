"""Panes, side columns, sections, labels and empty states."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QFont
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.figures import tokens
from gui.theme import theme
from gui.widgets.empty_state import EmptyState
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.pane import Pane
from gui.widgets.section import Section
from gui.widgets.side_column import SideColumn

LONG = "3 000 of 412 331 frames, regular stride, without the frames of the second camera"


@pytest.fixture(autouse=True)
def _dark(qapp: QApplication) -> None:
    theme().apply(qapp, "dark")


def shown(widget: QWidget, qtbot: QtBot, width: int = 400, height: int = 300) -> QWidget:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_elided_label_cuts_and_tells_the_whole(qtbot: QtBot) -> None:
    label = ElidedLabel(LONG)
    shown(label, qtbot, 120, 20)
    assert label.text().endswith("…")
    assert (label.toolTip(), label.accessibleName(), label.full_text) == (LONG, LONG, LONG)
    assert label.fontMetrics().horizontalAdvance(label.text()) <= 120
    label.resize(2000, 20)
    assert (label.text(), label.toolTip()) == (LONG, "")


def test_heading_keeps_its_case_and_is_spaced(qtbot: QtBot) -> None:
    heading = Heading("Model")
    shown(heading, qtbot)
    assert heading.text() == "Model"
    assert heading.font().pixelSize() == tokens.HEADING_PX
    assert heading.font().letterSpacing() == 1
    assert heading.font().capitalization() == QFont.Capitalization.AllUppercase


def test_pane_says_what_is_shown_and_rounds_its_body(qtbot: QtBot) -> None:
    body = QWidget()
    body.setStyleSheet("background: #FF0000")
    pane = Pane("Embedding", body, LONG)
    shown(pane, qtbot)
    labels = [label.text() for label in pane.findChildren(QLabel)]
    assert "Embedding" in labels
    assert pane.accessibleName() == "Embedding"
    image = pane.grab().toImage()
    assert image.pixelColor(200, 200) == QColor("#FF0000")
    assert image.pixelColor(0, 299) == QColor(tokens.DARK.background)
    assert image.pixelColor(200, 299) == QColor(tokens.DARK.hairline)


def test_pane_changes_its_body_and_words(qtbot: QtBot) -> None:
    first, second = QLabel("first"), QLabel("second")
    pane = Pane("View", first)
    shown(pane, qtbot)
    pane.set_body(second)
    assert (first.isVisible(), second.isVisible()) == (False, True)
    pane.set_title("Other")
    pane.set_shown("all 12 frames")
    pane.set_detail("frame 3")
    texts = {getattr(label, "full_text", label.text()) for label in pane.findChildren(QLabel)}
    assert {"Other", "all 12 frames", "frame 3"} <= texts


def test_pane_action_is_a_button_one_can_name_and_reach(qtbot: QtBot) -> None:
    action = QAction("Reset view")
    pane = Pane("View", QWidget(), actions=[action])
    shown(pane, qtbot)
    (button,) = pane.findChildren(QToolButton)
    assert button.accessibleName() == "Reset view"
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    with qtbot.waitSignal(action.triggered):
        button.click()


def test_section_folds_by_mouse_and_keyboard(qtbot: QtBot) -> None:
    section = Section("Model")
    QVBoxLayout(section.body).addWidget(QLabel("inside"))
    shown(section, qtbot)
    (button,) = section.findChildren(QToolButton)
    assert button.accessibleName() == "Model, unfolded"
    with qtbot.waitSignal(section.folded_changed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (section.folded, section.body.isVisible()) == (True, False)
    assert button.accessibleName() == "Model, folded"
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert (section.folded, section.body.isVisible()) == (False, True)


@pytest.mark.parametrize("side", ["left", "right"])
def test_side_column_is_as_wide_as_the_design_says(qtbot: QtBot, side: str) -> None:
    column = SideColumn("Parameters", side)  # type: ignore[arg-type]
    wide = QLabel("x" * 400)
    column.add(wide)
    shown(column, qtbot)
    assert column.width() == tokens.SIDE_PX
    assert wide.mapTo(column, wide.rect().topRight()).x() < tokens.SIDE_PX
    column.toggle()
    assert (column.folded, column.width()) == (True, 28)
    (button,) = column.findChildren(QToolButton)
    assert button.isVisible()
    assert button.accessibleName() == "Unfold parameters"
    button.click()
    assert (column.folded, column.width()) == (False, tokens.SIDE_PX)


def test_side_column_follows_the_scale(qapp: QApplication, qtbot: QtBot) -> None:
    column = SideColumn("Parameters")
    shown(column, qtbot)
    theme().apply(qapp, "dark", 1.25)
    assert column.width() == 330
    theme().apply(qapp, "dark", 1.0)
    assert column.width() == 264


def test_empty_state_says_what_to_do_and_does_it(qtbot: QtBot) -> None:
    done: list[str] = []
    empty = EmptyState("Drop a video here", "mp4 · avi · mov")
    empty.add_button("Open…", lambda: done.append("open"), primary=True)
    empty.add_button("Open example", lambda: done.append("example"))
    shown(empty, qtbot)
    buttons = empty.findChildren(QPushButton)
    assert [button.text() for button in buttons] == ["Open…", "Open example"]
    for button in buttons:
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert done == ["open", "example"]
    empty.set_text("Nothing was found")
    assert {label.text() for label in empty.findChildren(QLabel) if label.isVisible()} == {
        "Nothing was found"
    }
