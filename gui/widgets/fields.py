"""Fields of a parameter form: one for each kind, all with the same three doors.

A field shows a value (`show_value`), gives what stands in it (`value`, unchecked) and tells when
a person has set another (`committed`). Typing tells nothing until Enter or until the focus goes.
"""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
)

from engine.param_spec import Kind, ParamSpec
from gui.style import set_look
from gui.theme import theme
from gui.widgets.drop_box import DropBox

_NOT_SET = "not set"
#: What stands for the value that leaves the choice to the experiment, and may be typed for it.
_AUTO = "auto"
_WIDEST_PX = 140
_STEP_KEYS: dict[int, int] = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}


class TextField(QLineEdit):
    """A text, or values separated by commas."""

    committed = Signal()
    _width_px = 112

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__()
        self._spec = spec
        self._unit = f" {spec.unit}" if spec.unit else ""
        self._shown = ""
        set_look(self, "mono")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        if spec.optional:
            self.setPlaceholderText(_NOT_SET)
        self.editingFinished.connect(self._on_finished)

    def value(self) -> Any:
        """What stands in it: None where nothing is set, a text where it is no number."""
        text = self.text().strip()
        if self._spec.auto is not None and text.casefold() == _AUTO:
            return self._spec.auto
        return self._spec.read(text.removesuffix(self._unit.strip()))

    def show_value(self, value: Any) -> None:
        """Show a value with its unit."""
        text = self._spec.show(value)
        self._shown = f"{text}{self._unit}" if text else ""
        if value is not None and value == self._spec.auto:
            self._shown = _AUTO
        self.setText(self._shown)
        self.setCursorPosition(0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """The width of the design, more where the value needs it."""
        needed = self.fontMetrics().horizontalAdvance(self._shown) + theme().px(18)
        width = theme().px(self._width_px)
        return QSize(max(width, min(needed, theme().px(_WIDEST_PX))), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The width of the design."""
        return QSize(theme().px(self._width_px), super().minimumSizeHint().height())

    def _on_finished(self) -> None:
        if self.text() != self._shown:
            self.show_value(self.value())
            self.committed.emit()


class NumberField(TextField):
    """A number with its unit; arrow keys step it, the wheel too while it has the focus."""

    _width_px = 76

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by the arrow keys, ten times as far by the page keys."""
        steps = _STEP_KEYS.get(event.key())
        if steps is None or self.isReadOnly():
            super().keyPressEvent(event)
        else:
            self._step(steps)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step; without the focus the form scrolls."""
        if self.hasFocus() and event.angleDelta().y():
            self._step(1 if event.angleDelta().y() > 0 else -1)
        else:
            event.ignore()

    def _step(self, steps: int) -> None:
        """Step within the bounds: a whole number by one, another by a tenth of its size."""
        value = self.value()
        if isinstance(value, str):
            return
        start = self._spec.default if value is None else value
        stepped = _stepped(start or 0, steps, whole=self._spec.kind == "int")
        self.show_value(_bounded(stepped, self._spec))
        self.committed.emit()


class ChoiceField(DropBox):
    """One of a few values."""

    committed = Signal()

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__()
        self._choices = spec.choices
        set_look(self, "mono")
        self.addItems(
            [_NOT_SET if choice is None else spec.show(choice) for choice in spec.choices]
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMinimumContentsLength(4)
        self.activated.connect(self.committed)

    def value(self) -> Any:
        """The choice."""
        return self._choices[self.currentIndex()] if self.currentIndex() >= 0 else None

    def show_value(self, value: Any) -> None:
        """Show a choice; what is none of them shows nothing."""
        self.setCurrentIndex(self._choices.index(value) if value in self._choices else -1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the form, unless this field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class SwitchField(QCheckBox):
    """On or off."""

    committed = Signal()

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__()
        self.clicked.connect(self.committed)

    def value(self) -> Any:
        """True when on."""
        return self.isChecked()

    def show_value(self, value: Any) -> None:
        """Show on or off."""
        self.setChecked(bool(value))


Field = NumberField | TextField | ChoiceField | SwitchField
_FIELDS: dict[Kind, type[Field]] = {
    "bool": SwitchField,
    "choice": ChoiceField,
    "int": NumberField,
    "float": NumberField,
    "text": TextField,
    "list": TextField,
}


def make_field(spec: ParamSpec) -> Field:
    """The field for a parameter."""
    return _FIELDS[spec.kind](spec)


def _stepped(value: float, steps: int, *, whole: bool) -> float:
    if whole:
        return value + steps
    size = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1
    # Rounded to the step, so that 0.1 + 0.01 shows as 0.11.
    return round(value / size + steps) * size


def _bounded(value: float, spec: ParamSpec) -> float:
    """Within closed bounds; an open bound is left to the check of the model."""
    if spec.low is not None and value < spec.low:
        value = spec.low
    if spec.high is not None and value > spec.high:
        value = spec.high
    return value
