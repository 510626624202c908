"""Names beside and below a plot, and columns of a table, in the room there is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from engine.figures.model import Axis, Bars, Figure, HeatMap, Raster, Table
from gui.theme import theme
from gui.widgets.figure_table import FigureTable
from gui.widgets.figure_view import FigureView
from gui.widgets.plot.axis import cut_names, two_lines
from gui.widgets.plot.page import PlotPage

ROWS = tuple(
    f"two animals, {dish} · animal {k}" for dish in ("white dish", "sand") for k in (1, 2)
)


def page_of(qtbot: QtBot, figure: Figure, width: int) -> PlotPage:
    page = PlotPage()
    qtbot.addWidget(page)
    page.resize(width, 200)
    page.show()
    page.set_figure(figure)
    qtbot.waitExposed(page)
    return page


def test_names_of_rows_leave_two_thirds_to_the_rows(qtbot: QtBot) -> None:
    at = np.arange(4)
    raster = Raster(at * 0.0, at + 1.0, at, at, ROWS, ("a", "b", "c", "d"))
    page = page_of(qtbot, Figure("E", (raster,), Axis("time", "s"), Axis("row")), 380)
    canvas = page.canvas
    qtbot.waitUntil(lambda: canvas.view.size().width() > 0.58 * canvas.width(), timeout=5000)
    assert set(ROWS) <= set(canvas._axes["left"].toolTip().splitlines())


def test_cut_names_still_differ(qtbot: QtBot) -> None:
    metrics = QFontMetricsF(theme().mono_font(11))
    cut = cut_names(ROWS, 127, metrics)
    assert len(set(cut)) == 4
    assert max(map(metrics.horizontalAdvance, cut)) <= 127
    assert cut_names(ROWS, 1000, metrics) == list(ROWS)


def test_every_group_of_bars_is_named(qtbot: QtBot) -> None:
    labels = ("explained", "heading R²", "log distance R²")
    bars = Bars(labels, np.array([0.7, 0.5, 0.4]), "PCA")
    page = page_of(qtbot, Figure("B", (bars,), Axis("what is scored"), Axis("score")), 300)
    axis = page.canvas._axes["bottom"]
    qtbot.waitUntil(lambda: axis.size().width() > 100, timeout=5000)
    drawn = [words for _, words in axis._tickLevels[0]]
    metrics = QFontMetricsF(theme().mono_font(11))
    room = axis.size().width() / 3
    lines = [line for words in drawn for line in words.split("\n")]
    assert all(metrics.horizontalAdvance(line) <= room for line in lines)
    assert [words.split()[0] for words in drawn] == ["explained", "heading", "log"]


def test_a_name_takes_a_second_line() -> None:
    metrics = QFontMetricsF(theme().mono_font(11))
    room = metrics.horizontalAdvance("log distance")
    assert two_lines("log distance R²", room, metrics) == "log distance\nR²"
    assert two_lines("R²", room, metrics) == "R²"


def test_a_narrow_table_shows_four_digits_and_tells_six(qtbot: QtBot) -> None:
    view = FigureView()
    qtbot.addWidget(view)
    view.resize(248, 160)
    columns = ("clip", "first", "last", "at (s)", "lasts (s)")
    view.set_figure(Figure("Clips", (Table(columns, ((1, 382, 599, 12.73333, 7.2333),)),)))
    view.show()
    qtbot.waitExposed(view)
    table = view._table
    assert isinstance(table, FigureTable)
    assert table.model().index(0, 3).data() == "12.73"
    table.selectRow(0)
    assert table.selected_text() == "1\t382\t599\t12.7333\t7.2333"
    assert table.horizontalHeader().length() <= table.viewport().width()


@pytest.mark.parametrize(("width", "axes"), [(230, False), (500, True)])
def test_a_small_picture_has_no_axes(qtbot: QtBot, width: int, axes: bool) -> None:
    values = HeatMap(np.zeros((4, 4)), Axis("weight"), (0.0, 4.0), (0.0, 4.0))
    figure = Figure("C", (values,), Axis("column", "px"), Axis("row", "px"), equal=True)
    page = page_of(qtbot, figure, width)
    assert [axis.isVisible() for axis in page.canvas._axes.values()] == [axes, axes]
