"""Claims and their verdicts as a table: what each cell says, and in which colour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.claims import NOT_RUN, Claim, Reported, Verdict, judge
from engine.figures.tokens import SIGNS

Index = QModelIndex | QPersistentModelIndex

_TOKENS = {
    "reproduced": "measured",
    "differs": "differs",
    "not comparable": "secondary",
    "not run": "faint",
}


class Column(IntEnum):
    """The columns, from left to right."""

    METHOD = 0
    CLAIM = 1
    WHERE = 2
    REPORTED = 3
    MEASURED = 4
    VERDICT = 5
    RUN = 6
    OPEN = 7


_TITLES = {
    Column.METHOD: "Method",
    Column.CLAIM: "Claim",
    Column.WHERE: "Where",
    Column.REPORTED: f"{SIGNS['reported']} Reported",
    Column.MEASURED: f"{SIGNS['measured']} Measured here",
    Column.VERDICT: "Verdict",
}


class Cell(NamedTuple):
    """What one cell shows: text in the colour of a token, a smaller second line, a tool tip."""

    text: str
    token: str = "text"
    mono: bool = False
    second: str = ""
    tip: str = ""


def cell(claim: Claim, verdict: Verdict, column: Column, *, running: bool = False) -> Cell:
    """What one cell of the table shows."""
    if column is Column.METHOD:
        return Cell(claim.method)
    if column is Column.CLAIM:
        return Cell(claim.text, "text", second="" if claim.scale == _FULL else claim.scale)
    if column is Column.WHERE:
        return Cell(claim.where, "secondary")
    if column is Column.REPORTED:
        return _reported_cell(claim.reported)
    if column is Column.MEASURED:
        return _measured_cell(claim, verdict)
    if column is Column.VERDICT:
        return Cell("running", "secondary") if running else _verdict_cell(verdict)
    if column is Column.RUN:
        tip = f"Run this claim (about {claim.budget_s:g} s at most)" if claim.runnable else ""
        return Cell("Run" if claim.runnable and not running else "", "accent", tip=tip)
    return Cell("Open", "accent", tip="Open the tab on this claim")


def summary(verdicts: Iterable[Verdict], claims: Iterable[Claim]) -> list[tuple[str, str]]:
    """The line above the table, as (text, colour token): ``4 of 27 run``, ``3 reproduced``, ...

    A claim that nothing here can test counts as not run.
    """
    pairs = list(zip(claims, verdicts, strict=True))
    run = [verdict for claim, verdict in pairs if verdict.word != "not run" and claim.runnable]
    parts = [(f"{len(run)} of {len(pairs)} run", "secondary")]
    for word, plural in (
        ("reproduced", "reproduced"),
        ("differs", "differ"),
        ("not comparable", "not comparable"),
    ):
        count = sum(verdict.word == word for _, verdict in pairs)
        if count:
            parts.append((f"{count} {plural if count > 1 else word}", _TOKENS[word]))
    return parts


class ClaimModel(QAbstractTableModel):
    """Rows of (claim, verdict)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._claims: list[Claim] = []
        self._verdicts: list[Verdict] = []
        self._running: frozenset[tuple[str, str]] = frozenset()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, a row each."""
        return tuple(self._claims)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict of each row."""
        return tuple(self._verdicts)

    def set_rows(self, rows: Sequence[tuple[Claim, Verdict]]) -> None:
        """Show these claims; one that cannot be tested shows why before anything is run."""
        self.beginResetModel()
        self._claims = [claim for claim, _ in rows]
        self._verdicts = [_known(claim, verdict) for claim, verdict in rows]
        self._running = frozenset()
        self.endResetModel()

    def set_verdict(self, claim: Claim, verdict: Verdict) -> None:
        """Show what came of a claim."""
        row = self._row(claim)
        self._verdicts[row] = _known(claim, verdict)
        self._tell(row)

    def set_running(self, claims: Collection[Claim]) -> None:
        """Show which claims are being run."""
        running = frozenset((claim.system, claim.key) for claim in claims)
        changed = running ^ self._running
        self._running = running
        for row, claim in enumerate(self._claims):
            if (claim.system, claim.key) in changed:
                self._tell(row)

    def cell(self, index: Index) -> Cell:
        """What a cell shows."""
        claim = self._claims[index.row()]
        running = (claim.system, claim.key) in self._running
        verdict = self._verdicts[index.row()]
        return cell(claim, verdict, Column(index.column()), running=running)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """As many as there are claims."""
        return 0 if parent.isValid() else len(self._claims)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """As many as there are kinds of cell."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return _TITLES.get(Column(section), "") if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows, in the role asked for."""
        if not index.isValid():
            return None
        shown = self.cell(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return shown.tip or "\n".join(part for part in (shown.text, shown.second) if part)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ": ".join(part for part in (shown.text, shown.second) if part)
        return shown.text if role == Qt.ItemDataRole.DisplayRole else None

    def _row(self, claim: Claim) -> int:
        names = [(item.system, item.key) for item in self._claims]
        return names.index((claim.system, claim.key))

    def _tell(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))


_FULL = "as in the paper"


def _known(claim: Claim, verdict: Verdict) -> Verdict:
    return judge(claim, {}) if verdict == NOT_RUN and not claim.runnable else verdict


def _reported_cell(reported: Reported | None) -> Cell:
    if reported is None:
        return Cell("–", "faint", mono=True)
    token = "text" if reported.source == "theory" else "reported"
    tip = "Derived by theory" if reported.source == "theory" else "Reported by the paper"
    return Cell(f"{SIGNS[reported.source]} {reported}", token, mono=True, tip=f"{tip}: {reported}")


def _measured_cell(claim: Claim, verdict: Verdict) -> Cell:
    if verdict.measured is None:
        return Cell("–", "faint", mono=True)
    unit = f" {claim.reported.unit}" if claim.reported and claim.reported.unit else ""
    value = f"{verdict.measured:.4g}{unit}"
    tip = f"Measured on this machine: {verdict.measured!r}{unit}"
    return Cell(f"{SIGNS['measured']} {value}", "measured", mono=True, tip=tip)


def _verdict_cell(verdict: Verdict) -> Cell:
    return Cell(verdict.word, _TOKENS[verdict.word], second=verdict.reason)
