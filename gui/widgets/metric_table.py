"""The newest value of each metric of an experiment, in the measured mark."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.experiment import MetricSpec
from engine.figures.tokens import SIGNS
from gui.style import set_look
from gui.theme import theme
from gui.widgets.labels import ElidedLabel


class MetricTable(QWidget):
    """Rows of name and value, under their tool tips; a sentence while nothing is measured.

    All rows come at once, those without a value with a dash: what stands below does not move
    while the values come in.
    """

    def __init__(self, specs: Sequence[MetricSpec], empty: str = "Nothing measured yet.") -> None:
        super().__init__()
        self._specs = tuple(specs)
        self._empty = QLabel(empty)
        self._empty.setWordWrap(True)
        set_look(self._empty, "faint")
        self._rows: dict[str, tuple[ElidedLabel, QLabel]] = {}
        self._values: dict[str, float] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(theme().px(4))
        grid.addWidget(self._empty, 0, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self._grid = grid

    @property
    def values(self) -> Mapping[str, float]:
        """What is shown."""
        return dict(self._values)

    def clear(self, empty: str | None = None) -> None:
        """Show nothing but a sentence."""
        self._values.clear()
        if empty is not None:
            self._empty.setText(empty)
        self._empty.setVisible(True)
        for pair in self._rows.values():
            for label in pair:
                label.setVisible(False)

    def begin(self, names: Collection[str] | None = None) -> None:
        """Make room for the values of a run: all of them, or those it may come to."""
        self._values.clear()
        self._empty.setVisible(False)
        self._make_rows()
        for key, (name, value) in self._rows.items():
            value.setText("–")
            name.setVisible(names is None or key in names)
            value.setVisible(names is None or key in names)

    def settle(self) -> None:
        """The run has ended: what it did not measure takes no room."""
        if self._values:
            for name, pair in self._rows.items():
                for label in pair:
                    label.setVisible(name in self._values)

    def show_values(self, metrics: Mapping[str, float]) -> None:
        """Show newer values; the rest stays."""
        if not self._values and not self._empty.isHidden():
            self.begin()
        for spec in self._specs:
            if spec.name in metrics:
                self._values[spec.name] = metrics[spec.name]
                words = f"{SIGNS['measured']} {_words(spec, metrics[spec.name])}"
                for label in self._rows[spec.name]:
                    label.setVisible(True)
                self._rows[spec.name][1].setText(words)

    def _make_rows(self) -> None:
        """Once, when something is first measured: many tables stay empty."""
        if self._rows:
            return
        for number, spec in enumerate(self._specs, start=1):
            name, value = ElidedLabel(spec.label), QLabel()
            tip = f"{spec.label}: {spec.text}" if spec.text else spec.label
            name.set_tool_tip(f"{tip} ({spec.name})")
            set_look(value, "measured")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setAccessibleName(f"measured {spec.label}")
            self._grid.addWidget(name, number, 0)
            self._grid.addWidget(value, number, 1)
            self._rows[spec.name] = name, value


def _words(spec: MetricSpec, value: float) -> str:
    unit = f" {spec.unit}" if spec.unit and spec.unit != spec.label else ""
    return f"{value:.4g}{unit}" if abs(value) < 1e4 else f"{value:,.0f}{unit}".replace(",", " ")
