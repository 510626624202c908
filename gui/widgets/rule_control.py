"""A rule of suppression with its threshold, on a slider that means the same for each rule."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from engine.detection.nms import DEFAULT_THRESHOLD, RULES
from gui.style import set_look
from gui.widgets.drop_box import DropBox

_STEPS = 400
#: Range of each threshold, and whether its slider is logarithmic. Right always means fewer boxes.
_RANGES = {
    "beta": (0.1, 20.0, True),
    "soft": (0.1, 20.0, True),
    "iou": (0.95, 0.05, False),
    "visible_iou": (0.95, 0.05, False),
    "soft_iou": (0.05, 2.0, False),
    "none": (0.0, 1.0, False),
}
_WORDS = {
    "beta": "drop below this distance (nats)",
    "soft": "soften below this distance (nats)",
    "iou": "drop above this IoU of full boxes",
    "visible_iou": "drop above this IoU of visible boxes",
    "soft_iou": "sigma of exp(-IoU²/sigma)",
    "none": "nothing is removed",
}


class RuleControl(QWidget):
    """Chooses a rule and its threshold.

    Signals
    -------
    changed()
        Another rule or threshold is in force.
    """

    changed = Signal()

    def __init__(self, rule: str, name: str) -> None:
        super().__init__()
        self._thresholds = dict(DEFAULT_THRESHOLD)
        self._rule = DropBox()
        self._rule.setAccessibleName(f"Rule {name}".strip())
        for key, words in RULES.items():
            self._rule.addItem(words, key)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._slider.setAccessibleName(f"Threshold {name}".strip())
        self._value = QLabel()
        set_look(self._value, "mono")
        self._hint = QLabel()
        set_look(self._hint, "faint")
        self._hint.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._rule, 0, 0, 1, 2)
        grid.addWidget(self._slider, 1, 0)
        grid.addWidget(self._value, 1, 1)
        grid.addWidget(self._hint, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance("20.00"))
        self.set_rule(rule)
        self._rule.currentIndexChanged.connect(self._on_rule)
        self._slider.valueChanged.connect(self._on_slider)

    @property
    def rule(self) -> str:
        """The rule in force."""
        return str(self._rule.currentData())

    @property
    def threshold(self) -> float:
        """The threshold in force."""
        return self._thresholds[self.rule]

    def set_rule(self, rule: str, threshold: float | None = None) -> None:
        """Choose a rule, and perhaps its threshold."""
        if threshold is not None:
            self._thresholds[rule] = threshold
        self._rule.setCurrentIndex(self._rule.findData(rule))
        self._show()

    def _show(self) -> None:
        rule = self.rule
        low, high, log = _RANGES[rule]
        value = self._thresholds[rule]
        if log:
            share = math.log(max(value, low) / low) / math.log(high / low)
        else:
            share = (value - low) / (high - low)
        blocked = self._slider.blockSignals(True)
        self._slider.setValue(round(min(1.0, max(0.0, share)) * _STEPS))
        self._slider.blockSignals(blocked)
        self._slider.setEnabled(rule != "none")
        self._slider.setToolTip("right = fewer boxes")
        self._say()

    def _say(self) -> None:
        self._value.setText("–" if self.rule == "none" else f"{self.threshold:.2f}")
        more = "" if self.rule == "none" else "; right = fewer boxes"
        self._hint.setText(_WORDS[self.rule] + more)

    @Slot()
    def _on_rule(self) -> None:
        self._show()
        self.changed.emit()

    @Slot(int)
    def _on_slider(self, place: int) -> None:
        low, high, log = _RANGES[self.rule]
        share = place / _STEPS
        value = low * (high / low) ** share if log else low + (high - low) * share
        self._thresholds[self.rule] = round(value, 4)
        self._say()
        self.changed.emit()
