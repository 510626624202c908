"""The live half of the Agents tab: scene, senses, attention, memory, code, actions, score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.figures.model import Figure, HeatMap, Scatter
from gui.icons import set_icon
from gui.paced import Paced
from gui.style import set_look
from gui.theme import theme
from gui.widgets.cloud_view import CloudView
from gui.widgets.drop_box import DropBox
from gui.widgets.empty_state import EmptyState
from gui.widgets.figure_view import FigureView
from gui.widgets.heat_strip import HeatStrip
from gui.widgets.pane import Pane
from gui.widgets.scene_view import SceneView

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 0.0)
#: Plots with axes are drawn this often; painted images as often as they come.
_PLOT_S = 0.05
#: Heights of the three rows, in shares.
_SHARES = (13, 10, 11)


class ScenePane(Pane):
    """The environment, and the buttons that act on the agent at once."""

    play_requested = Signal()
    step_requested = Signal()
    restart_requested = Signal()
    shuffle_requested = Signal()
    record_toggled = Signal(bool)
    speed_changed = Signal(float)

    def __init__(self) -> None:
        self.view = SceneView("The scene appears when the agent plays.")
        self.empty = EmptyState(
            "Drop an agent", "a model.npz of the release, or safetensors of your own"
        )
        self._stack = QStackedWidget()
        self._play = QToolButton()
        self._bar = QWidget()
        # A signal can be connected to only once the pane itself is made.
        super().__init__("Environment", QWidget())
        self.body.deleteLater()
        self.set_body(self._make_body())

    def show_agent(self) -> None:
        """An agent is open: its scene replaces the invitation."""
        self._stack.setCurrentWidget(self.view)
        self._bar.setEnabled(True)

    def show_running(self, running: bool) -> None:
        """Turn the play button into a pause button and back."""
        word = "Pause" if running else "Play"
        set_icon(self._play, word.lower())
        self._play.setToolTip(f"{word} (Space)")
        self._play.setAccessibleName(word)

    @property
    def speed(self) -> float:
        """Times the environment's own rate; 0 is as fast as possible."""
        return float(self._speed.currentData())

    def _make_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        column.addWidget(self._stack, 1)
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(theme().px(8), theme().px(2), theme().px(8), theme().px(4))
        row.setSpacing(theme().px(4))
        row.addWidget(self._play)
        row.addWidget(self._icon("step-forward", "One step (.)", self.step_requested))
        row.addWidget(self._icon("skip-start", "Restart the episode (R)", self.restart_requested))
        shuffle = QPushButton("Shuffle")
        shuffle.setToolTip("Wire the senses anew; the memory is kept (S)")
        set_look(shuffle, "primary")
        shuffle.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        shuffle.clicked.connect(self.shuffle_requested)
        row.addWidget(shuffle)
        row.addStretch(1)
        self._record = QToolButton()
        self._record.setText("Rec")
        self._record.setCheckable(True)
        self._record.setToolTip("Record the scene as MP4 and GIF into the results folder")
        self._record.toggled.connect(self.record_toggled)
        row.addWidget(self._record)
        row.addWidget(self._make_speeds())
        self._play.clicked.connect(self.play_requested)
        self._bar.setEnabled(False)
        self.show_running(False)
        column.addWidget(self._bar)
        return body

    def _icon(self, icon: str, tip: str, signal: object) -> QToolButton:
        button = QToolButton()
        set_icon(button, icon)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(signal)
        return button

    def _make_speeds(self) -> QComboBox:
        self._speed = DropBox()
        self._speed.setAccessibleName("Speed")
        self._speed.setToolTip("Times the environment's own rate")
        for speed in SPEEDS:
            self._speed.addItem(f"{speed:g}×" if speed else "max", speed)
        self._speed.setCurrentIndex(SPEEDS.index(1.0))
        self._speed.currentIndexChanged.connect(self._on_speed)
        return self._speed

    def _on_speed(self, index: int) -> None:
        self.speed_changed.emit(SPEEDS[index])


class InputsPane(Pane):
    """What the agent gets: a strip for each input, or the shuffled frame."""

    input_clicked = Signal(int)

    def __init__(self) -> None:
        self.strip = HeatStrip(
            "One strip for each input: the last 120 values, newest at the left."
        )
        self.frame = SceneView("The frame as the agent gets it.")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.strip)
        self._stack.addWidget(self.frame)
        super().__init__("Senses", self._stack)
        self.strip.row_clicked.connect(self.input_clicked)

    def clear(self) -> None:
        """Show nothing."""
        self.strip.set_figure(None)
        self.frame.set_figure(None)
        self.set_shown("")

    def show_figure(self, figure: Figure) -> None:
        """Show strips or a frame, and the wiring in words."""
        if isinstance(figure.layers[0], HeatMap):
            self.strip.set_figure(figure, labels_of(figure))
            self._stack.setCurrentWidget(self.strip)
            self.set_shown(f"wired: {figure.caption}")
        else:
            self.frame.set_figure(figure)
            self._stack.setCurrentWidget(self.frame)
            self.set_shown(figure.caption)


class StripPane(Pane):
    """One heat map under a header."""

    def __init__(self, title: str, empty_text: str) -> None:
        self.strip = HeatStrip(empty_text)
        super().__init__(title, self.strip)

    def clear(self) -> None:
        """Show nothing."""
        self.strip.set_figure(None)
        self.set_shown("")

    def show_figure(self, figure: Figure) -> None:
        """Show a newer one."""
        layer = figure.layers[0]
        if isinstance(layer, HeatMap):
            labels, (rows, columns) = labels_of(figure), layer.values.shape
            named = len(labels) == rows
            self.strip.set_figure(figure, labels if named else ())
            self.set_shown(f"{rows} × {columns}" if named else figure.caption)


class AttentionPane(StripPane):
    """The attention matrix, or its mean for each input."""

    def __init__(self) -> None:
        super().__init__("Attention", "W, rows inputs, columns queries; a baseline has none.")
        self.bars = FigureView("Mean |W| of each input of a vector agent.", self)
        self.bars.hide()
        self._mean = QAction("mean |W|", self)
        self._mean.setCheckable(True)
        self._mean.setToolTip("Mean of |W| over the queries, for each input")
        self._mean.toggled.connect(self._on_mean)
        self.add_action(self._mean)

    def _on_mean(self, on: bool) -> None:
        self.set_body(self.bars if on else self.strip)


class CodePane(Pane):
    """The code over time, above the same of whoever plays beside."""

    def __init__(self) -> None:
        self.own = HeatStrip("The code m over time, one row a message.")
        self.beside = HeatStrip("")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.own, 1)
        column.addWidget(self.beside, 1)
        self.beside.hide()
        super().__init__("Code", body)

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """Show newer codes; the upper is the agent's, the lower its companion's."""
        if "code" in figures:
            self.own.set_figure(figures["code"])
        if "code_other" in figures:
            self.beside.show()
            self.beside.set_figure(figures["code_other"])

    def set_companion(self, words: str) -> None:
        """Say what the lower strip is; empty hides it."""
        self.beside.setVisible(bool(words))
        self.set_shown(f"above: this agent · below: {words}" if words else "newest at the left")


class MapPane(Pane):
    """Codes on the plane: principal components as it plays, t-SNE when asked."""

    rows_chosen = Signal(object)
    tsne_requested = Signal()

    def __init__(self) -> None:
        self.view = CloudView("Codes appear on their two principal components.")
        super().__init__("Code map", self.view)
        tsne = QAction("t-SNE", self)
        tsne.setToolTip("Play an episode and lay its codes out by t-SNE (agents.latent)")
        tsne.triggered.connect(self.tsne_requested)
        for action in (tsne, self.view.lasso_action):
            self.add_action(action)
        self.view.lassoed.connect(self.rows_chosen)
        self.view.point_clicked.connect(self._on_clicked)

    def show_figure(self, figure: Figure) -> None:
        """Show a newer map, the newest step ringed."""
        self.view.set_figure(figure)
        layer = figure.layers[0]
        if isinstance(layer, Scatter):
            count = len(layer.x)
            self.view.set_cursor(count - 1, list(range(max(0, count - 24), count)))
        self.set_shown(figure.caption)

    def _on_clicked(self, row: int) -> None:
        self.rows_chosen.emit([row])


class LiveArea(QWidget):
    """The grid of live panes, and which figure of a run goes where."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = ScenePane()
        self.inputs = InputsPane()
        self.beside_view = SceneView("")
        self.beside = Pane("Beside it", self.beside_view)
        self.attention = AttentionPane()
        self.state = StripPane("Memory", "h of the LSTM; Pong's agent and a perceptron have none.")
        self.code = CodePane()
        self.map = MapPane()
        self.action = Pane("Actions", FigureView("Actions over the last 600 steps."))
        self.score = Pane("Score", FigureView("Score of the episode, beside the reported."))
        self._paced = Paced(self)
        self._lay_out()

    def set_companion(self, words: str) -> None:
        """Show or hide what plays beside it."""
        self.beside.setVisible(bool(words))
        self.beside.set_title(words[:1].upper() + words[1:] if words else "Beside it")
        self.code.set_companion(words)

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """Draw newer figures, one a turn of the event loop."""
        # Setting a painted view costs nothing now and a millisecond or two when it is painted.
        if "scene" in figures:
            self._show_scene(figures["scene"])
        if "scene_other" in figures:
            self._show_beside(figures["scene_other"])
        for name, pane in (("attention", self.attention), ("state", self.state)):
            if name in figures:
                pane.show_figure(figures[name])
        if "inputs" in figures:
            self.inputs.show_figure(figures["inputs"])
        if "code" in figures:
            self.code.show_figures(figures)
        if "map" in figures:
            self._paced.put("map", partial(self.map.show_figure, figures["map"]))
        for name, view in self._plots().items():
            if name in figures:
                self._paced.put(name, partial(view.set_figure, figures[name]), _PLOT_S)

    def clear(self) -> None:
        """Forget what waits and what is shown."""
        self._paced.clear()
        self.scene.view.set_figure(None)
        self.beside_view.set_figure(None)
        self.inputs.clear()
        self.attention.clear()
        self.state.clear()
        self.code.own.set_figure(None)
        self.code.beside.set_figure(None)
        self.map.view.set_figure(None)
        for view in self._plots().values():
            view.set_figure(None)

    def exporters(self) -> list[QObject]:
        """Every view that may ask for an export."""
        strips = (self.inputs.strip, self.attention.strip, self.state.strip)
        scenes = (self.scene.view, self.inputs.frame, self.beside_view)
        return [*strips, self.code.own, self.code.beside, *scenes, *self._plots().values()]

    def _plots(self) -> dict[str, FigureView]:
        action, score = self.action.body, self.score.body
        assert isinstance(action, FigureView)
        assert isinstance(score, FigureView)
        return {"action": action, "score": score, "weights": self.attention.bars}

    def _show_scene(self, figure: Figure) -> None:
        self.scene.view.set_figure(figure)
        self.scene.set_title(figure.title)
        self.scene.set_shown(figure.caption)

    def _show_beside(self, figure: Figure) -> None:
        self.beside_view.set_figure(figure)
        self.beside.set_shown(figure.caption)

    def _lay_out(self) -> None:
        gap = theme().px(12)
        rows = (
            ((self.scene, 5), (self.beside, 5), (self.inputs, 5)),
            ((self.attention, 1), (self.state, 1), (self.code, 1)),
            ((self.map, 1), (self.action, 1), (self.score, 1)),
        )
        # A splitter, not a grid: words that wrap in one pane must not take height from others.
        column = QSplitter(Qt.Orientation.Vertical, self)
        column.setChildrenCollapsible(False)
        column.setHandleWidth(gap)
        for number, row in enumerate(rows):
            column.addWidget(_row(row, gap, column))
            column.setStretchFactor(number, _SHARES[number])
        column.setSizes([100 * share for share in _SHARES])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(gap, gap, gap, gap)
        layout.addWidget(column)
        self.scene.setMinimumWidth(theme().px(330))
        self.beside.hide()


def _row(panes: tuple[tuple[Pane, int], ...], gap: int, parent: QWidget) -> QWidget:
    """Panes side by side; what a view would like to have does not decide, the weights do."""
    row = QWidget(parent)
    row.setMinimumHeight(theme().px(100))
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    for pane, weight in panes:
        pane.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        layout.addWidget(pane, weight)
    return row


def labels_of(figure: Figure) -> tuple[str, ...]:
    """Names of the rows, which a figure of the live agent tells in its caption."""
    return tuple(figure.caption.split(", ")) if figure.caption else ()
