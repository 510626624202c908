"""The left column of the Detection tab: what is open, what runs, and the live controls."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from engine.detection.detector import LIMITS, OWN_WEIGHTS
from engine.detection.experiments import DETECT
from engine.detection.nms import Suppression
from engine.files.kinds import Identified
from engine.files.video.recording import Recording
from gui.style import set_look
from gui.tabs.detection_training import TrainSection
from gui.theme import theme
from gui.widgets.drop_box import DropBox
from gui.widgets.labels import ElidedLabel, Heading
from gui.widgets.param_form import ParamForm
from gui.widgets.people_view import Layers
from gui.widgets.rule_control import RuleControl
from gui.widgets.side_column import SideColumn
from gui.workspace import Workspace

#: Parameters that the live controls hold instead of the form.
LIVE = ("rule", "threshold", "score_min")
_SCORES = 100
_LAYER_WORDS = {
    "full": ("Full box", "The whole body, hidden parts included"),
    "visible": ("Visible box", "What can be seen, dashed"),
    "density": ("Density", "The beta density, peak opaque"),
    "spread": ("Mean, spread", "Mean and one standard deviation of the density"),
    "scores": ("Scores", "Mean of the two heads"),
    "ids": ("Identities", "Tracks along the video"),
    "suppressed": ("Suppressed", "Boxes that were removed, dotted; click one to see why"),
    "truth": ("Truth", "Boxes of the ground truth, dotted"),
}
VIEWS = {"one": "One view", "split": "Side by side", "wipe": "Wipe"}


class ControlColumn(SideColumn):
    """Left: recording, model, live controls, what is drawn, and parameters.

    Signals
    -------
    settings_changed()
        Score, rule or threshold of a side changed.
    layers_changed()
        Other parts are drawn.
    view_changed()
        One view, side by side, or wipe.
    """

    settings_changed = Signal()
    layers_changed = Signal()
    view_changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("Parameters", "left")
        self.training = TrainSection(workspace)
        self._name = ElidedLabel("No recording", "title")
        self._facts = _words("Drop a video or images anywhere.")
        self._model = ElidedLabel("", "title")
        self._model_facts = _words("")
        self.detect_button = QPushButton("Detect")
        set_look(self.detect_button, "primary")
        self.detect_button.setToolTip("Run detection.detect on the recording (Ctrl+Return)")
        self.copy_button = QPushButton("Copy command")
        self.own_button = QPushButton("Own model")
        self.own_button.setToolTip("Go back to the detector that comes with Peerscope")
        self.form = ParamForm()
        self.form.set_model(DETECT.params, hidden=LIVE)
        self._score = QSlider(Qt.Orientation.Horizontal)
        self._score_words = QLabel()
        self.first = RuleControl("beta", "")
        self.second = RuleControl("iou", "on the right")
        self._view = DropBox()
        self._other = DropBox()
        self.tune_button = QPushButton("Tune on truth")
        self._layers: dict[str, QCheckBox] = {}
        self.model: Identified | None = None
        self._fill()
        self.own_button.clicked.connect(self._on_own_model)
        self.form.changed.connect(self._on_param)
        self.training.trained.connect(self.take_model)
        self._show_model()
        self._on_view()

    @property
    def score(self) -> float:
        """The least score drawn and counted."""
        return self._score.value() / _SCORES

    @property
    def view(self) -> str:
        """A key of `VIEWS`."""
        return str(self._view.currentData())

    @property
    def other_set(self) -> bool:
        """True when the right side shows a second set of boxes, not the same by another rule."""
        return bool(self._other.currentData())

    @property
    def layers(self) -> Layers:
        """Which parts are drawn."""
        return Layers(**{name: box.isChecked() for name, box in self._layers.items()})

    def suppression(self, *, second: bool = False) -> Suppression:
        """The one threshold object of a side."""
        control = self.second if second else self.first
        values = self.form.values()
        return Suppression(
            control.rule,
            control.threshold if control.rule != "none" else None,
            self.score,
            float(values["lam"]),
            str(values["measure"]),
            float(values["prefilter"]),
        )

    def params(self) -> Any:
        """Parameters of the experiment, live controls included.

        Raises
        ------
        BadParams
            An entry of the form is not allowed.
        """
        how = self.suppression()
        threshold = None if how.rule == "none" else how.threshold
        live = {"rule": how.rule, "threshold": threshold, "score_min": how.score_min}
        return type(self.form.params()).model_validate({**self.form.values(), **live})

    def show_recording(self, recording: Recording) -> None:
        """Name the recording and say what it is."""
        self._name.set_text(recording.name)
        self._facts.setText(recording.summary)

    @property
    def model_name(self) -> str:
        """The model of the next run, in a word."""
        if self.model is not None:
            return self.model.path.name
        chosen = str(self.form.values()["model"])
        return OWN_WEIGHTS.stem if chosen == "own" else chosen

    @Slot(object)
    def take_model(self, file: Identified) -> None:
        """Use a model's file in the next run; of one that is code the yes was given before."""
        if file.kind.name in ("onnx", "torchscript"):
            self.form.set_values({"allow_code": True})
        self.model = file
        self._show_model()

    def _show_model(self) -> None:
        """Name the model and say what to know of it."""
        facts = "Its weights come from torchvision; full boxes are taken as visible."
        if self.model is not None:
            facts = f"{self.model.kind.title}; used by the next Detect."
        elif self.model_name == OWN_WEIGHTS.stem:
            facts = f"Beta R-CNN (re-implementation), {LIMITS}."
        name = self.model_name
        self._model.set_text(name if self.model is not None else name.replace("_", " "))
        self._model_facts.setText(facts)
        self.own_button.setVisible(self.model is not None)

    @Slot()
    def _on_own_model(self) -> None:
        self.model = None
        self.form.set_values({"allow_code": False, "model": "own"})
        self._show_model()

    @Slot(str, object)
    def _on_param(self, name: str, value: object) -> None:
        if name == "model":
            self._show_model()

    def set_running(self, running: bool) -> None:
        """Lock what may not change while a job runs."""
        self.form.set_running(running)
        self.detect_button.setEnabled(not running)
        self.detect_button.setText("Detecting…" if running else "Detect")

    def set_suppressed(self, suppressed: bool) -> None:
        """Say when rules have nothing to work on."""
        self.first.setToolTip(
            "These boxes come without their duplicates: rules have little left to remove."
            if suppressed
            else ""
        )

    def set_view(self, view: str, *, other_set: bool | None = None) -> None:
        """Choose how many views there are and what the right one shows."""
        self._view.setCurrentIndex(self._view.findData(view))
        if other_set is not None:
            self._other.setCurrentIndex(self._other.findData(other_set))

    def set_score(self, score: float) -> None:
        """Choose the least score."""
        self._score.setValue(round(score * _SCORES))

    def show_layer(self, name: str, *, on: bool) -> None:
        """Draw a part, or leave it out."""
        self._layers[name].setChecked(on)

    def state(self) -> dict[str, Any]:
        """What a session keeps of it."""
        return {
            "params": self.form.values(),
            "score": self.score,
            "view": self.view,
            "rules": [[c.rule, c.threshold] for c in (self.first, self.second)],
            "layers": {item.name: getattr(self.layers, item.name) for item in fields(Layers)},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Stand as it did."""
        self.form.set_values(state.get("params", {}))
        self.set_score(float(state.get("score", 0.3)))
        for control, kept in zip((self.first, self.second), state.get("rules", []), strict=False):
            control.set_rule(*kept)
        for name, on in state.get("layers", {}).items():
            self.show_layer(name, on=bool(on))
        self.set_view(str(state.get("view", "one")))

    def _fill(self) -> None:
        self._make_score()
        for key, words in VIEWS.items():
            self._view.addItem(words, key)
        self._view.setAccessibleName("View")
        for words, value in (("the same boxes by", False), ("the second set by", True)):
            self._other.addItem(words, value)
        self._other.setAccessibleName("Boxes on the right")
        self.tune_button.setToolTip(
            "Take the threshold with the best average precision on the labelled frames"
        )
        self.tune_button.setEnabled(False)
        column: tuple[QWidget, ...] = (
            *(Heading("Recording"), self._name, self._facts),
            *(Heading("Model"), self._model, self._model_facts, self.own_button),
            *(self.detect_button, Heading("Live"), self._score_row(), self.first),
            *(self._view, self._other, self.second, self.tune_button),
            *(Heading("Drawn"), self._layer_boxes(), self.form, self.copy_button),
            self.training,
        )
        for widget in column:
            self.add(widget)
        self._view.currentIndexChanged.connect(self._on_view)
        self._other.currentIndexChanged.connect(self._on_settings)
        for control in (self.first, self.second):
            control.changed.connect(self._on_settings)

    def _make_score(self) -> None:
        self._score.setRange(1, _SCORES - 1)
        self._score.setValue(30)
        self._score.setAccessibleName("Least score")
        self._score.setToolTip("right = fewer boxes")
        set_look(self._score_words, "mono")
        self._score_words.setText("0.30")
        self._score.valueChanged.connect(self._on_score)

    def _score_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel("Score"))
        layout.addWidget(self._score, 1)
        layout.addWidget(self._score_words)
        return row

    def _layer_boxes(self) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(theme().px(4))
        defaults = Layers()
        for place, (name, (words, tip)) in enumerate(_LAYER_WORDS.items()):
            box = QCheckBox(words)
            box.setToolTip(tip)
            box.setChecked(getattr(defaults, name))
            box.toggled.connect(self._on_layers)
            self._layers[name] = box
            grid.addWidget(box, place // 2, place % 2)
        return body

    @Slot(int)
    def _on_score(self, value: int) -> None:
        self._score_words.setText(f"{value / _SCORES:.2f}")
        self.settings_changed.emit()

    @Slot()
    def _on_settings(self) -> None:
        self.settings_changed.emit()

    @Slot()
    def _on_layers(self) -> None:
        self.layers_changed.emit()

    @Slot()
    def _on_view(self) -> None:
        several = self.view != "one"
        self._other.setVisible(several)
        self.second.setVisible(several)
        self.view_changed.emit()


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    set_look(label, "secondary")
    return label
