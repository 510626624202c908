"""The left column of the Agents tab."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from engine.agents.params import PlayParams
from engine.agents.weights import AgentFile
from gui.style import set_look
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.param_form import ParamForm
from gui.widgets.side_column import SideColumn

_ENDLESS = 10**9
_HIDDEN = ("running", "speed", "steps")


class AgentColumn(SideColumn):
    """Left: which agent, what plays beside it, and what is done to its senses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Agent", "left", parent)
        self._name = ElidedLabel("No agent", "title")
        self._facts = QLabel("Drop a model.npz or a safetensors file anywhere.")
        self._facts.setWordWrap(True)
        set_look(self._facts, "secondary")
        self.form = ParamForm()
        self.form.set_model(PlayParams, {"speed": 1.0, "steps": _ENDLESS}, hidden=_HIDDEN)
        self.other_button = QPushButton("Second agent…")
        self.other_button.setToolTip("Open an agent of the same environment to play beside it")
        self.starts_button = QPushButton("Released starts")
        self.starts_button.setToolTip(
            "CartPole: start from the very states of the released evaluation (its seed 1)"
        )
        for widget in (Heading("Agent"), self._name, self._facts):
            self.add(widget)
        self.add(self.form)
        self.add(self.other_button)
        self.add(self.starts_button)

    def show_agent(self, file: AgentFile, other: AgentFile | None) -> None:
        """Name the agent and say what it is."""
        self._name.set_text(file.path.name)
        beside = f"\nbeside it: {other.spec.title}" if other is not None else ""
        self._facts.setText(f"{file.summary}{beside}")
        self.starts_button.setEnabled(file.spec.environment == "cartpole")
