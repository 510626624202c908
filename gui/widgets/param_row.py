"""One parameter in a form: label, live dot, the paper's value, field, and what is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from engine.param_spec import ParamSpec
from gui.icons import set_icon
from gui.style import set_look
from gui.theme import theme
from gui.widgets.fields import make_field
from gui.widgets.labels import ElidedLabel, LiveDot

#: A longer value of the paper is told by its button's tool tip alone.
_PAPER_LETTERS = 6


class ParamRow(QWidget):
    """One parameter.

    Parameters
    ----------
    spec
        Its declaration.
    command_line
        True when ``--set`` takes it too, which its tool tip then tells.

    Signals
    -------
    committed(str)
        A person set another value; carries the parameter's name.
    paper_asked(str)
        The paper's value is to be taken.
    """

    committed = Signal(str)
    paper_asked = Signal(str)

    def __init__(
        self, spec: ParamSpec, *, command_line: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self._tip = tool_tip(spec, command_line=command_line)
        self._label = ElidedLabel(spec.title, "secondary")
        self.paper_button = self._make_paper_button()
        self.field = make_field(spec)
        self.field.setAccessibleName(spec.title)
        self.field.setAccessibleDescription(self._tip)
        self.field.committed.connect(self._on_committed)
        self._label.setBuddy(self.field)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        set_look(self._problem, "differs")
        self._problem.hide()
        self._layout = QGridLayout(self)
        self._fill()
        self._dress()
        theme().changed.connect(self._dress)

    @property
    def problem(self) -> str:
        """What is wrong with the value, in one sentence; empty when nothing is."""
        return self._problem.text() if not self._problem.isHidden() else ""

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong, or nothing."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.field.setAccessibleDescription(f"{sentence} {self._tip}".strip())
        if bool(self.field.property("wrong")) != bool(sentence):
            self.field.setProperty("wrong", bool(sentence))
            self.field.style().unpolish(self.field)
            self.field.style().polish(self.field)

    def set_running(self, running: bool) -> None:
        """Lock the field while an experiment runs, unless the parameter is live."""
        free = self.spec.live or not running
        for widget in (self._label, self.field, self.paper_button):
            widget.setEnabled(free)
        self.field.setToolTip(self._tip if free else f"Cannot change while running.\n{self._tip}")

    def _make_paper_button(self) -> QPushButton:
        spec = self.spec
        button = QPushButton(self)
        set_look(button, "reported")
        set_icon(button, "diamond", "reported", 12)
        text = spec.show(spec.paper)
        button.setText(text if len(text) <= _PAPER_LETTERS else "")
        unit = f" {spec.unit}" if spec.unit else ""
        button.setToolTip(f"The paper uses {text}{unit}. Click to take it.")
        button.setAccessibleName(f"{spec.title}: take the paper's value, {text}{unit}")
        button.setHidden(spec.paper is None)
        button.clicked.connect(self._on_paper_clicked)
        return button

    def _fill(self) -> None:
        self._label.set_tool_tip(self._tip)
        self.field.setToolTip(self._tip)
        head = QHBoxLayout()
        head.setSpacing(theme().px(4))
        head.addWidget(self._label, 1)
        if self.spec.live:
            head.addWidget(LiveDot())
        head.addWidget(self.paper_button)
        head.addWidget(self.field)
        self._layout.addLayout(head, 0, 0)
        self._layout.addWidget(self._problem, 1, 0)

    def _dress(self) -> None:
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setVerticalSpacing(theme().px(2))

    def _on_committed(self) -> None:
        self.committed.emit(self.spec.name)

    def _on_paper_clicked(self) -> None:
        self.paper_asked.emit(self.spec.name)


def tool_tip(spec: ParamSpec, *, command_line: bool = True) -> str:
    """What a parameter is, its symbol, what is allowed, and its name on the command line."""
    symbol = f" ({spec.symbol})" if spec.symbol else ""
    unit = f" {spec.unit}" if spec.unit else ""
    allowed = spec.allowed()
    lines = (
        f"{spec.title}{symbol}",
        spec.text,
        f"Allowed: {allowed}{unit}" if allowed else "",
        f"Command line: --set {spec.name}=…" if command_line else "",
    )
    return "\n".join(line for line in lines if line)
