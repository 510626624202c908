from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.behavior.claims import CLAIMS
from engine.claims import NOT_RUN, AtLeast, Claim, NotComparable, Reported, Verdict, Within
from engine.figures import tokens
from gui.theme import theme
from gui.widgets.claim_model import Cell, Column, cell
from gui.widgets.claim_table import ClaimTable, _lines, _margins

LONG = "Score is unchanged when the senses are shuffled again and again, whatever the interval is"
REPORTED = Claim(
    "score", "agents", "AttentionNeuron", LONG, "Table 2", Reported(471, 426), Within("score", 50)
)
THEORY = Claim(
    "saddle",
    "landscape",
    "PC saddles",
    "The origin is a strict saddle",
    "Theorem 2",
    Reported(-1.618, source="theory", unit="1/s"),
    AtLeast("gap", 0.0),
    scale="reduced: 4 layers instead of 10",
    budget_s=30.0,
)
CLOSED = replace(
    REPORTED, key="ap", reported=None, rule=NotComparable("the images are not public")
)
GOOD = Verdict("reproduced", 478.4123, "7.41 away, 50 allowed")


@pytest.fixture
def table(qapp: QApplication, qtbot: QtBot) -> ClaimTable:
    theme().apply(qapp, "dark")
    table = ClaimTable()
    qtbot.addWidget(table)
    table.set_rows([(REPORTED, NOT_RUN), (THEORY, NOT_RUN), (CLOSED, NOT_RUN)])
    table.resize(1600, 400)
    table.show()
    qtbot.waitExposed(table)
    return table


def ink(table: ClaimTable, row: int, column: Column) -> set[str]:
    """The tokens whose very colour is drawn in a cell."""
    rect = table.view.visualRect(table.model.index(row, column))
    image = table.view.viewport().grab(rect).toImage().convertToFormat(QImage.Format.Format_RGB32)
    ratio = image.devicePixelRatio()
    drawn = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(int(image.height() - 2 * ratio))
    }
    names = ("text", "measured", "reported", "differs")
    return {name for name in names if QColor(getattr(tokens.DARK, name)).name() in drawn}


def test_cells_of_a_reported_claim() -> None:
    assert cell(REPORTED, GOOD, Column.REPORTED).text == "◇ 471 ± 426"
    assert cell(REPORTED, GOOD, Column.REPORTED).token == "reported"
    assert cell(REPORTED, GOOD, Column.MEASURED)[:3] == ("● 478.4", "measured", True)
    assert cell(REPORTED, GOOD, Column.MEASURED).tip.endswith("478.4123")
    assert cell(REPORTED, GOOD, Column.VERDICT) == Cell(
        "reproduced", "measured", second="7.41 away, 50 allowed"
    )


def test_theory_is_in_the_text_colour_with_its_own_sign() -> None:
    shown = cell(THEORY, NOT_RUN, Column.REPORTED)
    assert (shown.text, shown.token) == ("∴ -1.618 1/s", "text")
    assert shown.tip.startswith("Derived by theory")


def test_what_was_not_run_is_faint_and_claims_nothing() -> None:
    assert cell(REPORTED, NOT_RUN, Column.MEASURED)[:2] == ("–", "faint")
    assert cell(REPORTED, NOT_RUN, Column.VERDICT)[:2] == ("not run", "faint")
    assert cell(CLOSED, NOT_RUN, Column.REPORTED)[:2] == ("–", "faint")


def test_reduced_scale_is_said_under_the_claim() -> None:
    assert cell(THEORY, NOT_RUN, Column.CLAIM).second == "reduced: 4 layers instead of 10"
    assert cell(REPORTED, NOT_RUN, Column.CLAIM).second == ""


def test_not_comparable_shows_its_reason_before_anything_is_run(table: ClaimTable) -> None:
    shown = table.model.cell(table.model.index(2, Column.VERDICT))
    assert (shown.text, shown.second) == ("not comparable", "the images are not public")
    assert table.model.cell(table.model.index(2, Column.RUN)).text == ""
    assert table.view.rowHeight(2) > table.view.rowHeight(0)


def test_a_reason_is_told_whole_over_some_lines(table: ClaimTable) -> None:
    reason = "the Hand-Reach videos, markers and expert labels are not public"
    closed = replace(CLOSED, rule=NotComparable(reason))
    table.set_rows([(closed, NOT_RUN)])
    shown = table.model.cell(table.model.index(0, Column.VERDICT))
    room = table.view.columnWidth(Column.VERDICT) - _margins()
    told = [line.text for line in _lines(shown, Column.VERDICT, room)]
    assert " ".join(told[1:]) == reason
    assert len(told) == 3


def test_a_narrow_table_keeps_its_claims_legible(table: ClaimTable, qtbot: QtBot) -> None:
    assert not table.view.isColumnHidden(Column.WHERE)
    table.resize(860, 400)
    qtbot.waitUntil(lambda: table.view.isColumnHidden(Column.WHERE))
    widths = sum(table.view.columnWidth(column) for column in Column)
    assert widths <= table.view.viewport().width()
    assert table.view.columnWidth(Column.CLAIM) >= 230
    assert table.view.shown_cell(table.model.index(0, Column.CLAIM)).second == "Table 2"
    table.resize(1600, 400)
    qtbot.waitUntil(lambda: not table.view.isColumnHidden(Column.WHERE))


def test_summary_counts(table: ClaimTable) -> None:
    assert table.summary_text() == "0 of 3 run · 1 not comparable"
    table.set_verdict(REPORTED, GOOD)
    table.set_verdict(THEORY, Verdict("differs", 0.1))
    assert table.summary_text() == "2 of 3 run · 1 reproduced · 1 differs · 1 not comparable"
    table.set_rows([(claim, NOT_RUN) for claim in CLAIMS])
    told = sum(not claim.runnable for claim in CLAIMS)
    assert table.summary_text() == f"0 of {len(CLAIMS)} run · {told} not comparable"


def test_colours_are_the_marks_own(table: ClaimTable) -> None:
    table.set_verdict(REPORTED, GOOD)
    assert ink(table, 0, Column.REPORTED) == {"reported"}
    assert ink(table, 0, Column.MEASURED) == {"measured"}
    assert ink(table, 1, Column.REPORTED) == {"text"}
    assert ink(table, 1, Column.MEASURED) == set()


def test_long_text_is_in_the_tool_tip(table: ClaimTable) -> None:
    index = table.model.index(0, Column.CLAIM)
    assert index.data(Qt.ItemDataRole.ToolTipRole) == LONG
    verdict = table.model.index(2, Column.VERDICT)
    assert verdict.data(Qt.ItemDataRole.ToolTipRole) == "not comparable\nthe images are not public"
    assert verdict.data(Qt.ItemDataRole.AccessibleTextRole).startswith(
        "not comparable: the images"
    )


def test_run_and_open_by_mouse(qtbot: QtBot, table: ClaimTable) -> None:
    def click(row: int, column: Column) -> None:
        rect = table.view.visualRect(table.model.index(row, column))
        qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())

    with qtbot.waitSignal(table.run_requested) as heard:
        click(1, Column.RUN)
    assert heard.args == [THEORY]
    with qtbot.waitSignal(table.open_requested) as heard:
        click(0, Column.OPEN)
    assert heard.args == [REPORTED]
    with qtbot.assertNotEmitted(table.run_requested), qtbot.assertNotEmitted(table.open_requested):
        click(2, Column.RUN)
        click(0, Column.CLAIM)


def test_run_and_open_by_keyboard(qtbot: QtBot, table: ClaimTable) -> None:
    view = table.view
    view.setFocus()
    view.setCurrentIndex(table.model.index(0, Column.METHOD))
    qtbot.keyClick(view, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.open_requested) as heard:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert heard.args == [THEORY]
    for _ in range(Column.RUN):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    with qtbot.waitSignal(table.run_requested) as heard:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert heard.args == [THEORY]


def test_a_running_claim_says_so_and_cannot_be_run_twice(qtbot: QtBot, table: ClaimTable) -> None:
    table.set_running([REPORTED])
    assert table.model.index(0, Column.VERDICT).data() == "running"
    assert table.model.index(0, Column.RUN).data() == ""
    assert table.model.index(1, Column.VERDICT).data() == "not run"
    table.set_running([])
    assert table.model.index(0, Column.VERDICT).data() == "not run"


def test_claims_of_one_key_in_two_systems_are_apart(table: ClaimTable) -> None:
    twin = replace(THEORY, system="agents", key="saddle")
    table.set_rows([(THEORY, NOT_RUN), (twin, NOT_RUN)])
    table.set_verdict(twin, Verdict("differs", 1.0))
    assert [verdict.word for verdict in table.model.verdicts] == ["not run", "differs"]


def test_fits_at_the_smallest_window(qtbot: QtBot, table: ClaimTable) -> None:
    table.resize(1280 - 2 * 36, 400)
    last = table.view.visualRect(table.model.index(0, Column.OPEN))
    assert last.right() <= table.view.viewport().width()
    assert table.view.columnWidth(Column.CLAIM) >= 230
