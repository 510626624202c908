"""Names beside and below a plot, and columns of a table, in the room there is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.figures.model import Axis, Bars, Figure, HeatMap, Line, Raster, Reference, Table
from gui.theme import theme
from gui.widgets.figure_table import FigureTable
from gui.widgets.figure_view import FigureView
from gui.widgets.page_stack import PageStack
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
    view.resize(232, 160)
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


def test_decades_are_written_one_way(qtbot: QtBot) -> None:
    x = np.logspace(0, 2, 20)
    for lowest, words in ((-5, {"1", "10⁻¹", "10⁻²", "10⁻³", "10⁻⁴", "10⁻⁵"}), (-2, {"1", "0.1"})):
        line = Line(x, np.logspace(0, lowest, 20), "error")
        figure = Figure("D", (line,), Axis("rank"), Axis("share", log=True))
        page = page_of(qtbot, figure, 400)
        axis = page.canvas._axes["left"]
        axis.setRange(lowest, 0.0)
        assert set(axis.logTickStrings([0.0, -1.0], 1.0, 1.0)) <= words
        assert axis.logTickStrings([0.0], 1.0, 1.0) == ["1"]


def test_an_upright_reference_is_named_in_the_legend(qtbot: QtBot) -> None:
    line = Line(np.arange(5.0), np.arange(5.0), "all scores")
    marks = (Reference(1.0, "median", "text", across="x"), Reference(2.0, "level", "text"))
    page = page_of(qtbot, Figure("R", (line, *marks), Axis("x"), Axis("y")), 300)
    assert page.legend.names == ["all scores", "median"]


def test_numbers_of_a_wide_table_are_whole(qtbot: QtBot) -> None:
    view = FigureView()
    qtbot.addWidget(view)
    view.resize(300, 160)
    columns = tuple(f"a long name {k}" for k in range(6))
    view.set_figure(Figure("M", (Table(columns, ((0.235, 0.008788, 124516, 1, 2, 3),)),)))
    view.show()
    qtbot.waitExposed(view)
    table = view._table
    assert isinstance(table, FigureTable)
    for column in range(6):
        assert table.columnWidth(column) >= table.sizeHintForColumn(column)
        assert table.columnWidth(column) >= table.horizontalHeader().sectionSizeHint(column)


def test_names_of_pages_become_a_drop_down_where_there_is_no_room(qtbot: QtBot) -> None:
    names = ("Embedding", "Training", "Map", "Motifs", "Redraw", "Scores")
    host = QWidget()
    qtbot.addWidget(host)
    pages = PageStack([(name, name, QWidget()) for name in names], host)
    host.resize(900, 300)
    pages.resize(800, 200)
    host.show()
    qtbot.waitExposed(host)
    row = pages._names
    assert row._box.isHidden()
    # As in a window that is smaller than its parts ask for.
    pages.setMinimumSize(1, 1)
    pages.resize(200, 200)
    qtbot.waitUntil(row._box.isVisible, timeout=5000)
    assert not any(button.isVisible() for button in row._buttons.values())
    row._box.setCurrentText("Map")
    row._box.textActivated.emit("Map")
    assert pages.shown == "Map"
    pages.resize(800, 200)
    qtbot.waitUntil(row._box.isHidden, timeout=5000)
    assert row._buttons["Map"].isChecked()
