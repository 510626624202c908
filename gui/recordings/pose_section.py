"""The poses of the recording on show: what they are, how they are drawn, how they are shifted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QListWidget,
    QListWidgetItem,
    QSlider,
    QSpinBox,
    QVBoxLayout,
)

from engine.files.poses.model import Poses
from engine.files.poses.pairing import Concern, PoseMap
from gui.recordings.overlay import track_color
from gui.recordings.parts import button, labelled, quiet, row
from gui.theme import theme
from gui.widgets.labels import ElidedLabel
from gui.widgets.section import Section

_MOST_TRAIL = 500


class PoseSection(Section):
    """Poses over the video.

    Signals
    -------
    choose(), trust()
        Another file is wanted; the poses are to be drawn against what speaks against it.
    mapping_changed(int, int)
        Offset and stride.
    overlay_changed(str, object)
        Name and value of what is drawn: shown, skeleton, names, threshold, trail, hidden.
    """

    choose = Signal()
    trust = Signal()
    mapping_changed = Signal(int, int)
    overlay_changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__("Poses")
        self._name = ElidedLabel("No poses", "title")
        self._facts = quiet("Drop a .slp, .h5, .csv or .nwb, or choose one.")
        self._concerns = quiet(look="differs")
        self._notices = quiet(look="faint")
        self._trust = button("Draw anyway", "The poses belong to this recording", self.trust.emit)
        self.boxes = {
            "shown": _box("Draw poses", True),
            "skeleton": _box("Skeleton", True),
            "names": _box("Names of body parts", False),
        }
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(0, 100)
        self._threshold_label = quiet("confidence at least 0.00")
        self.trail = QSpinBox(minimum=0, maximum=_MOST_TRAIL, value=25, suffix=" frames")
        self.offset = QSpinBox(minimum=-10_000_000, maximum=10_000_000, suffix=" frames")
        self.stride = QSpinBox(minimum=1, maximum=1000, value=1)
        self.tracks = QListWidget()
        self.tracks.setAccessibleName("Animals")
        self._lay_out()
        self._connect()
        theme().changed.connect(self._dress_tracks)
        self.show_poses(None)

    def show_poses(self, poses: Poses | None) -> None:
        """Show a file of poses; none by default."""
        self._name.set_text("No poses" if poses is None else poses.path.name)
        words = "Drop a .slp, .h5, .csv or .nwb, or choose one."
        self._facts.setText(words if poses is None else poses.summary)
        self.tracks.blockSignals(True)
        self.tracks.clear()
        for at, name in enumerate(poses.tracks if poses is not None else ()):
            item = QListWidgetItem(_swatch(track_color(at)), name)
            item.setCheckState(Qt.CheckState.Checked)
            self.tracks.addItem(item)
        self.tracks.blockSignals(False)
        shown = min(max(self.tracks.count(), 1), 6)
        self.tracks.setFixedHeight(theme().px(24) * shown + theme().px(6))
        for widget in self._of_poses:
            widget.setVisible(poses is not None)
        if poses is None:
            self.show_concerns([], trusted=True)
        else:
            self.threshold.setEnabled(poses.has_scores)
            self._show_threshold()

    def show_concerns(self, concerns: list[Concern], *, trusted: bool) -> None:
        """Say what speaks against the pairing."""
        grave = [item.sentence for item in concerns if item.grave]
        slight = [item.sentence for item in concerns if not item.grave]
        held = "Not drawn: " if grave and not trusted else ""
        self._concerns.setText(held + " ".join(grave))
        self._concerns.setVisible(bool(grave))
        self._notices.setText(" ".join(slight))
        self._notices.setVisible(bool(slight))
        self._trust.setVisible(bool(grave) and not trusted)

    def show_mapping(self, mapping: PoseMap) -> None:
        """Show offset and stride without telling."""
        for field, value in ((self.offset, mapping.offset), (self.stride, mapping.stride)):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)

    def show_overlay(self, values: dict[str, object]) -> None:
        """Show how poses are drawn without telling."""
        for name, box in self.boxes.items():
            box.blockSignals(True)
            box.setChecked(bool(values.get(name, box.isChecked())))
            box.blockSignals(False)
        numbers = ((self.threshold, "threshold", 100), (self.trail, "trail", 1))
        for field, name, factor in numbers:
            if name in values:
                field.blockSignals(True)
                field.setValue(round(float(str(values[name])) * factor))
                field.blockSignals(False)
        self._show_threshold()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme().px(6))
        nudge = row(
            button("−1", "One frame earlier", lambda: self._nudge(-1)),
            button("+1", "One frame later", lambda: self._nudge(1)),
        )
        self._of_poses = (
            self.boxes["shown"],
            self.boxes["skeleton"],
            self.boxes["names"],
            self._threshold_label,
            self.threshold,
            labelled("Trail", self.trail),
            self.tracks,
            labelled("Pose offset", self.offset),
            nudge,
            labelled("Pose stride", self.stride),
        )
        layout.addWidget(self._name)
        layout.addWidget(self._facts)
        layout.addWidget(self._concerns)
        layout.addWidget(self._notices)
        layout.addWidget(self._trust)
        layout.addWidget(button("Choose poses…", "Open a pose file", self.choose.emit))
        for widget in self._of_poses:
            layout.addWidget(widget)
        self.threshold.setAccessibleName("Least confidence")

    def _connect(self) -> None:
        for name, box in self.boxes.items():
            box.toggled.connect(lambda on, key=name: self.overlay_changed.emit(key, on))
        self.threshold.valueChanged.connect(self._on_threshold)
        self.trail.valueChanged.connect(lambda value: self.overlay_changed.emit("trail", value))
        self.offset.valueChanged.connect(self._on_mapping)
        self.stride.valueChanged.connect(self._on_mapping)
        self.tracks.itemChanged.connect(self._on_tracks)

    def _dress_tracks(self) -> None:
        self.tracks.blockSignals(True)
        for at in range(self.tracks.count()):
            self.tracks.item(at).setIcon(_swatch(track_color(at)))
        self.tracks.blockSignals(False)

    def _nudge(self, frames: int) -> None:
        self.offset.setValue(self.offset.value() + frames)

    def _on_mapping(self, value: int) -> None:
        self.mapping_changed.emit(self.offset.value(), self.stride.value())

    def _on_threshold(self, value: int) -> None:
        self._show_threshold()
        self.overlay_changed.emit("threshold", value / 100)

    def _show_threshold(self) -> None:
        if self.threshold.isEnabled():
            self._threshold_label.setText(
                f"confidence at least {self.threshold.value() / 100:.2f}"
            )
        else:
            self._threshold_label.setText("the file states no confidence")

    def _on_tracks(self, item: QListWidgetItem) -> None:
        hidden = frozenset(
            at
            for at in range(self.tracks.count())
            if self.tracks.item(at).checkState() != Qt.CheckState.Checked
        )
        self.overlay_changed.emit("hidden", hidden)


def _box(title: str, on: bool) -> QCheckBox:
    box = QCheckBox(title)
    box.setChecked(on)
    return box


def _swatch(color: QColor) -> QIcon:
    size = theme().px(10)
    picture = QPixmap(QSize(size, size))
    picture.fill(color)
    return QIcon(picture)
