"""What a replay found: each metric then and now, and whether they are the same."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.registry import experiment
from engine.replay import LIKENESSES, Comparison, lines_of
from gui.style import set_look
from gui.theme import theme
from gui.widgets.labels import Heading

#: A comparison, or a sentence where there is none.
Outcome = Comparison | str

_LOOKS = {"identical": "", "within tolerance": "secondary", "different": "differs"}
_HEADS = ("Metric", "Recorded", "Replayed", "")
_WIDTH_PX, _HEIGHT_PX = 680, 420


def verdict_of(outcomes: Sequence[Outcome]) -> str:
    """All of it in a few words: "identical", "1 of 5 metrics different"."""
    compared = [item for item in outcomes if isinstance(item, Comparison)]
    metrics = [metric for item in compared for metric in item.metrics]
    parts = [
        f"{count} of {len(metrics)} metrics {likeness}"
        for likeness in reversed(LIKENESSES)
        if (count := sum(metric.likeness == likeness for metric in metrics))
    ]
    failed = len(outcomes) - len(compared)
    if failed:
        parts.insert(0, f"{failed} of {len(outcomes)} runs failed")
    return ", ".join(parts) or "nothing to compare"


class ReplayDialog(QDialog):
    """A table for each run; text can be selected, and all of it copied.

    Parameters
    ----------
    name
        What was replayed.
    outcomes
        What came of each run.
    left_out
        A sentence for each run that was not replayed.
    """

    def __init__(
        self,
        name: str,
        outcomes: Sequence[Outcome],
        left_out: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Replay of {name}")
        self._outcomes, self._left_out = tuple(outcomes), tuple(left_out)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme().px(16))
        self._grid.setVerticalSpacing(theme().px(6))
        self._grid.setColumnStretch(0, 1)
        self._row = 0
        for outcome in outcomes:
            self._add(outcome)
        for sentence in left_out:
            self._add_line(f"Left out: {sentence}", "faint")
        self.copy_button = QPushButton("Copy")
        self.copy_button.clicked.connect(self._copy)
        close = QPushButton("Close")
        set_look(close, "primary")
        close.clicked.connect(self.accept)
        end = QHBoxLayout()
        end.addWidget(self.copy_button)
        end.addStretch()
        end.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setSpacing(theme().px(12))
        layout.addWidget(_label(f"{name}: {verdict_of(outcomes)}", "title"))
        layout.addWidget(self._page(), 1)
        layout.addLayout(end)
        self.resize(theme().px(_WIDTH_PX), theme().px(_HEIGHT_PX))

    @property
    def text(self) -> str:
        """What Copy gives: the very lines of ``python main.py replay``."""
        lines = [f"left out: {sentence}" for sentence in self._left_out]
        for outcome in self._outcomes:
            lines += [outcome] if isinstance(outcome, str) else lines_of(outcome)
        return "\n".join(lines)

    def _page(self) -> QScrollArea:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addLayout(self._grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        scroll.setAccessibleName("Metrics then and now")
        return scroll

    def _add(self, outcome: Outcome) -> None:
        if isinstance(outcome, str):
            self._add_line(outcome, "differs")
            return
        labels = {spec.name: spec.label for spec in experiment(outcome.experiment).metrics}
        self._add_line(f"{outcome.experiment}: {outcome.likeness}", "title")
        if outcome.note:
            self._add_line(
                f"On {outcome.note}: the best verdict is within tolerance.", "secondary"
            )
        self._add_cells([(head, "heading") for head in _HEADS])
        for item in outcome.metrics:
            look = _LOOKS[item.likeness]
            values = (f"{item.recorded:.9g}", f"{item.replayed:.9g}")
            self._add_cells(
                [
                    (labels.get(item.name, item.name), ""),
                    *((value, "mono") for value in values),
                    (item.likeness, look),
                ]
            )
        self._add_line("Durations and rates are not compared.", "faint")

    def _add_cells(self, cells: Sequence[tuple[str, str]]) -> None:
        for column, (text, look) in enumerate(cells):
            label = Heading(text) if look == "heading" else _label(text, look)
            side = Qt.AlignmentFlag.AlignRight if column in (1, 2) else Qt.AlignmentFlag.AlignLeft
            self._grid.addWidget(label, self._row, column, side)
        self._row += 1

    def _add_line(self, text: str, look: str) -> None:
        label = _label(text, look)
        label.setWordWrap(True)
        self._grid.addWidget(label, self._row, 0, 1, len(_HEADS))
        self._row += 1

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)


def _label(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    set_look(label, look)
    return label
