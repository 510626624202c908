"""What a replay found: each metric then and now, and whether they are the same."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine.registry import experiment
from engine.replay import LIKENESSES, Comparison, lines_of
from gui.widgets.findings_dialog import FindingsDialog, finding
from gui.widgets.labels import Heading

#: A comparison, or a sentence where there is none.
Outcome = Comparison | str

_LOOKS = {"identical": "", "within tolerance": "secondary", "different": "differs"}
_HEADS = ("Metric", "Recorded", "Replayed", "")
_SIZE_PX = (680, 420)


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


class ReplayDialog(FindingsDialog):
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
        super().__init__(f"Replay of {name}", "Metrics then and now", _SIZE_PX, parent)
        self._outcomes, self._left_out = tuple(outcomes), tuple(left_out)
        self.grid.setColumnStretch(0, 1)
        self._row = 0
        for outcome in outcomes:
            self._add(outcome)
        for sentence in left_out:
            self._add_line(f"Left out: {sentence}", "faint")
        self.set_head(finding(f"{name}: {verdict_of(outcomes)}", "title"))

    @property
    def text(self) -> str:
        """What Copy gives: the very lines of ``python main.py replay``."""
        lines = [f"left out: {sentence}" for sentence in self._left_out]
        for outcome in self._outcomes:
            lines += [outcome] if isinstance(outcome, str) else lines_of(outcome)
        return "\n".join(lines)

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
            label = Heading(text) if look == "heading" else finding(text, look)
            side = Qt.AlignmentFlag.AlignRight if column in (1, 2) else Qt.AlignmentFlag.AlignLeft
            self.grid.addWidget(label, self._row, column, side)
        self._row += 1

    def _add_line(self, text: str, look: str) -> None:
        label = finding(text, look)
        label.setWordWrap(True)
        self.grid.addWidget(label, self._row, 0, 1, len(_HEADS))
        self._row += 1
