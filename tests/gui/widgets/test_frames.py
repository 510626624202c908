"""Panes, side columns, sections, labels and empty states."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QFont
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.figures import tokens
from gui.theme import theme
from gui.widgets.empty_state import EmptyState
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.pane import Pane
from gui.widgets.section import Section
from gui.widgets.side_column import SideColumn
from gui.widgets.side_stack import SideStack

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


class Room:
    """A tab with a column at either side."""

    def __init__(self, qtbot: QtBot, width: int) -> None:
        self.tab = QWidget()
        self.left, self.right = SideColumn("Parameters", "left"), SideColumn("Results", "right")
        row = QHBoxLayout(self.tab)
        row.setContentsMargins(0, 0, 0, 0)
        for widget, stretch in ((self.left, 0), (QWidget(), 1), (self.right, 0)):
            row.addWidget(widget, stretch)
        shown(self.tab, qtbot, width, 600)

    def resize(self, width: int) -> tuple[bool, bool]:
        self.tab.resize(width, 600)
        return self.folded

    @property
    def folded(self) -> tuple[bool, bool]:
        return self.left.folded, self.right.folded


def test_the_right_column_folds_first_and_both_come_back(qtbot: QtBot) -> None:
    room = Room(qtbot, 1280)
    assert room.folded == (False, False)
    assert room.resize(960) == (False, True)
    assert room.resize(700) == (True, True)
    assert room.resize(960) == (False, True)
    assert room.resize(1280) == (False, False)


def test_the_columns_fold_for_large_letters_too(qapp: QApplication, qtbot: QtBot) -> None:
    room = Room(qtbot, 1280)
    theme().apply(qapp, "dark", 1.5)
    try:
        assert room.folded == (False, True)
    finally:
        theme().apply(qapp, "dark", 1.0)
    assert room.folded == (False, False)


def test_what_a_person_folds_or_unfolds_stays_so(qtbot: QtBot) -> None:
    room = Room(qtbot, 960)
    room.right.toggle()
    assert room.folded == (True, False)
    room.left.toggle()
    assert room.folded == (False, True)
    room.left.toggle()
    assert room.folded == (True, False)
    assert room.resize(1280) == (True, False)
    room.left.toggle()
    assert room.folded == (False, False)


def test_a_column_is_dragged_wider_with_its_figures(qtbot: QtBot) -> None:
    room = Room(qtbot, 1920)
    figure = QWidget()
    room.right.add(figure, 150)
    assert figure.minimumHeight() == 150
    chosen: list[int] = []
    room.right.width_chosen.connect(chosen.append)
    room.right.drag_to(396)
    assert (room.right.width(), figure.minimumHeight(), chosen) == (396, 225, [396])
    assert room.resize(1100) == (False, False)
    assert room.right.width() == 1100 - 480 - 264
    assert room.resize(1920) == (False, False)
    assert room.right.width() == 396
    grip = room.right._grip
    place = grip.rect().center()
    qtbot.mousePress(grip, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseMove(grip, place - QPoint(40, 0))
    qtbot.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=place - QPoint(40, 0))
    assert room.right.width() > 396
    qtbot.mouseDClick(grip, Qt.MouseButton.LeftButton, pos=place)
    assert room.right.width() == tokens.SIDE_PX


def test_columns_that_share_a_place_fold_and_widen_together(qtbot: QtBot) -> None:
    tab = QWidget()
    one, two = SideColumn("Recordings", "left"), SideColumn("Embed", "left")
    right = SideColumn("Results", "right")
    stack = SideStack((("Recordings", one), ("Embed", two)))
    row = QHBoxLayout(tab)
    row.setContentsMargins(0, 0, 0, 0)
    for widget, stretch in ((stack, 0), (QWidget(), 1), (right, 0)):
        row.addWidget(widget, stretch)
    shown(tab, qtbot, 1280, 600)
    assert (one.folded, right.folded, stack.width()) == (False, False, 264)
    tab.resize(700, 600)
    assert (one.folded, two.folded, right.folded) == (True, True, True)
    assert stack.width() == 28
    tab.resize(1280, 600)
    stack.show_column("Embed")
    assert (two.folded, right.folded, stack.width()) == (False, False, 264)
    tab.resize(700, 600)
    assert (two.folded, stack.width()) == (True, 28)
    tab.resize(1920, 600)
    two.drag_to(400)
    assert stack.width() == 400
    stack.show_column("Recordings")
    assert stack.width() == 400
    stack.toggle()
    assert (one.folded, two.folded, stack.width()) == (True, True, 28)
    stack.toggle()
    assert (one.folded, two.folded, stack.width()) == (False, False, 400)


def test_pane_words_take_a_second_line_rather_than_be_cut(qtbot: QtBot) -> None:
    pane = Pane("Embedding", QWidget(), "1200 of 1200 frames, streaming")
    for name in ("3-D", "Lasso", "Reset"):
        pane.add_action(QAction(name, pane))
    shown(pane, qtbot, 560, 300)
    one_line = pane._header.height()
    pane.resize(340, 300)
    QApplication.processEvents()
    assert pane._header.height() > one_line
    assert pane._shown.text() == pane._shown.full_text
    assert pane._title.width() >= pane._title.sizeHint().width()
    pane.resize(560, 300)
    QApplication.processEvents()
    assert pane._header.height() == one_line
    assert pane._shown.text() == pane._shown.full_text
