"""Figures as a person meets them: in a pane, in a narrow column, under the wheel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.figures.model import Axis, Figure, Line, Picture
from gui.theme import theme
from gui.widgets.figure_view import FigureView
from gui.widgets.plot.canvas import PlotCanvas
from gui.widgets.plot.view import MOST_OUT, near_home
from gui.widgets.side_column import SideColumn

CTRL = Qt.KeyboardModifier.ControlModifier
LEARNING = Figure(
    "Learning",
    (Line(np.arange(40.0) * 30, np.linspace(0.2, 0.9, 40), "streamed"),),
    Axis("frames seen"),
    Axis("fve"),
)
FRAME = Figure(
    "Mean frame",
    (Picture(np.zeros((48, 64), "u1")),),
    Axis("column", "px"),
    Axis("row", "px"),
)


def wheel(widget: QWidget, notches: int, modifiers: Qt.KeyboardModifier) -> None:
    """Turn the wheel over the middle of a widget, as the window system would."""
    window = widget.window()
    place = widget.mapTo(window, widget.rect().center())
    turned = QPoint(0, 120 if notches > 0 else -120)
    for _ in range(abs(notches)):
        QTest.wheelEvent(window.windowHandle(), place, turned, QPoint(), modifiers)
        QApplication.processEvents()


def shown(view: QWidget, qtbot: QtBot, width: int, height: int) -> None:
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    qtbot.waitExposed(view)
    QApplication.processEvents()


def canvas_of(view: QWidget) -> PlotCanvas:
    (canvas,) = view.findChildren(PlotCanvas)
    return canvas


@pytest.fixture
def column(qtbot: QtBot) -> SideColumn:
    """A column with more figures than it has room for."""
    column = SideColumn("Results", "right")
    for _ in range(4):
        view = FigureView()
        view.set_figure(LEARNING)
        view.setFixedHeight(200)
        column.add(view)
    shown(column, qtbot, 264, 400)
    return column


def test_the_wheel_scrolls_a_column_and_ctrl_wheel_zooms(column: SideColumn) -> None:
    bar = column._scroll.verticalScrollBar()
    canvas = column.findChildren(PlotCanvas)[0]
    before = canvas.view.viewRange()
    wheel(canvas.viewport(), -3, Qt.KeyboardModifier.NoModifier)
    assert bar.value() > 0
    assert canvas.view.viewRange() == before
    bar.setValue(0)
    wheel(canvas.viewport(), 3, CTRL)
    assert bar.value() == 0
    (left, right), _ = canvas.view.viewRange()
    assert right - left < before[0][1] - before[0][0]


def test_the_wheel_zooms_a_figure_that_stands_in_no_column(qtbot: QtBot) -> None:
    view = FigureView()
    view.set_figure(LEARNING)
    shown(view, qtbot, 500, 300)
    canvas = canvas_of(view)
    (left, right), _ = canvas.view.viewRange()
    wheel(canvas.viewport(), 2, Qt.KeyboardModifier.NoModifier)
    (now_left, now_right), _ = canvas.view.viewRange()
    assert now_right - now_left < right - left


@pytest.mark.parametrize("figure", [LEARNING, FRAME], ids=lambda figure: figure.title)
def test_zooming_out_never_goes_far_beyond_the_data(qtbot: QtBot, figure: Figure) -> None:
    view = FigureView()
    view.set_figure(figure)
    shown(view, qtbot, 500, 300)
    canvas = canvas_of(view)
    home = canvas.view.viewRect()
    wheel(canvas.viewport(), -60, Qt.KeyboardModifier.NoModifier)
    for _ in range(40):
        qtbot.keyClick(canvas, Qt.Key.Key_Right)
    out = canvas.view.viewRect()
    assert out.width() <= home.width() * MOST_OUT * 1.1
    assert out.height() <= home.height() * MOST_OUT * 1.1
    assert out.intersects(home)
    canvas.reset_view()
    assert canvas.view.viewRect().width() == pytest.approx(home.width(), rel=0.1)


def test_near_home_leaves_what_is_near_alone() -> None:
    home = QRectF(0, 0, 10, 4)
    near = QRectF(2, 1, 5, 2)
    assert near_home(near, home, locked=False) == near
    far = near_home(QRectF(-100, -100, 300, 300), home, locked=False)
    assert (far.width(), far.height()) == (20, 8)
    square = near_home(QRectF(-100, -100, 300, 300), home, locked=True)
    assert (square.width(), square.height()) == (20, 20)
    assert near_home(near, QRectF(), locked=False) == near


def test_ticks_have_room_and_names_fit_or_go_to_the_tool_tip(
    qapp: QApplication, qtbot: QtBot
) -> None:
    theme().apply(qapp, "dark", 1.5)
    try:
        view = FigureView()
        view.set_figure(replace(LEARNING, y=Axis("row from below", "px")))
        shown(view, qtbot, 232, 150)
        for axis in canvas_of(view)._axes.values():
            upright = axis.orientation == "left"
            length = axis.size().height() if upright else axis.size().width()
            ((step, _),) = axis.tickSpacing(*axis.range, length)
            low, high = axis.range
            places = np.arange(np.ceil(low / step), high / step) * step
            words = axis.tickStrings(list(places), 1.0, step)
            metrics = QFontMetricsF(theme().mono_font(11))
            widths = [metrics.horizontalAdvance(word) for word in words]
            size = metrics.height() if upright else max(widths)
            assert size < step / (high - low) * length
            name = QFontMetricsF(theme().ui_font(11)).horizontalAdvance(axis.labelText)
            assert name <= length
        left = canvas_of(view)._axes["left"]
        assert left.labelText in ("row from below", "")
        assert left.toolTip() == "row from below (px)"
    finally:
        theme().apply(qapp, "dark", 1.0)
