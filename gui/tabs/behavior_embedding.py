"""The cloud of frames while they are embedded, of one recording or of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QPixmap

from engine.behavior.embed_figures import recording_of
from engine.behavior.rows import Circled
from engine.figures.model import Cloud, Figure, Scatter
from gui.paced import Paced
from gui.tabs.behavior_parts import export_action
from gui.widgets.cloud_view import CloudView
from gui.widgets.pane import Pane

_TRAIL = 24
_EMPTY = "Press Embed: points appear while the frames stream in."
_AWAITED = "Embedding: points appear while the frames stream in."


class EmbeddingPane(Pane):
    """The cloud of frames, flat or in space, coloured by time or by recording and animal.

    Rows of the cloud are told apart by recording and time: row to frame and back goes by the
    clock of the recording on show.

    Signals
    -------
    frame_chosen(int), frames_selected(object)
        A point was clicked, or some were lassoed: their frames.
    animal_chosen(str)
        A point was clicked: of which animal, where there are several.
    elsewhere_chosen(str, float)
        A point of another recording was clicked: its label and time.
    export_requested(object)
        The figure that is shown.
    """

    frame_chosen = Signal(int)
    frames_selected = Signal(object)
    animal_chosen = Signal(str)
    elsewhere_chosen = Signal(str, float)
    export_requested = Signal(object)

    def __init__(self) -> None:
        self.view = CloudView(_EMPTY)
        super().__init__("Embedding", self.view)
        self._name = ""
        self._times = np.zeros(0)
        self._frames: NDArray[np.int64] = np.zeros(0, dtype="i8")
        #: Rows of the recording on show.
        self._mine: NDArray[np.int64] = np.zeros(0, dtype="i8")
        self._animal = ""
        self._figures: dict[str, Figure] = {}
        self._selected: NDArray[np.int64] = np.zeros(0, dtype="i8")
        self._circled = Circled()
        self._index = 0
        self._paced = Paced(self)
        self._by_session = QAction("By recording", self, checkable=True, checked=True)
        self._by_session.setToolTip("Colour by recording and animal, not by time")
        self._space = QAction("3-D", self, checkable=True)
        self._space.setToolTip("Show three components in space")
        for action in (self._by_session, self._space):
            action.toggled.connect(self._show)
        export = export_action(self, self.request_export)
        self._session_button = self.add_action(self._by_session)
        for action in (self._space, self.view.lasso_action, self.view.reset_action, export):
            self.add_action(action)
        self.view.shown_changed.connect(self.set_detail)
        self.view.point_clicked.connect(self._on_clicked)
        self.view.lassoed.connect(self._on_lassoed)
        self._show()

    @property
    def labels(self) -> tuple[str, ...]:
        """Recordings and animals there are points of; none of a single one."""
        layer = self._layer(self._figures.get("embedding"))
        return () if layer is None else layer.category_names

    def set_recording(self, name: str, times_s: NDArray[np.float64], *, keep: bool) -> None:
        """Another recording is on show; `keep` says that points of it are among those there."""
        self._name, self._times = name, times_s
        self._figures = self._figures if keep else {}
        self._selected = np.zeros(0, dtype="i8")
        self._circled = Circled()
        self.view.stop_lasso()
        self._show()

    def set_embedding(self, embedding: bool) -> None:
        """Frames are being embedded: say that they are waited for."""
        self.view.set_empty_text(_AWAITED if embedding else _EMPTY)

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """Show newer figures of the embedding."""
        chosen = {name: figures[name] for name in ("embedding", "embedding_3d") if name in figures}
        if chosen:
            self._figures.update(chosen)
            self._show()

    def show_cursor(self, index: int, every_s: float = 0.0) -> None:
        """Ring the frame at the cursor, or the nearest that is embedded; not more often."""
        self._index = index
        if every_s:
            self._paced.put("cursor", self._ring, every_s)
        else:
            self._ring()

    def show_animal(self, name: str) -> None:
        """Ring points of another animal from now on."""
        self._animal = name
        if self._figures:
            self._ring()

    def show_selected(self, frames: NDArray[np.int64]) -> None:
        """Emphasise frames."""
        self._selected = frames
        rows = self._mine[np.isin(self._frames[self._mine], frames)]
        self.view.set_selected(self._circled.lit(frames, rows))
        figure = self._figures.get(self._chosen)
        told = (self._circled.words(frames), figure.caption if figure else "")
        self.set_shown(" · ".join(filter(None, told)))

    def request_export(self) -> None:
        """Ask whoever listens to export what is shown."""
        if self.view.figure is not None:
            self.export_requested.emit(self.view.figure)

    def picture(self) -> QPixmap:
        """The cloud as it is on the screen."""
        return self.view.grab()

    @property
    def _chosen(self) -> str:
        return "embedding_3d" if self._space.isChecked() else "embedding"

    def _ring(self) -> None:
        if not len(self._mine):
            self.view.set_cursor(-1)
            return
        rows = self._of_animal(self._mine)
        row = int(rows[np.abs(self._frames[rows] - self._index).argmin()])
        trail = np.arange(max(0, row - _TRAIL), row + 1)
        layer = self._layer(self._figures.get(self._chosen))
        if layer is not None and layer.category is not None:
            trail = trail[layer.category[trail] == layer.category[row]]
        self.view.set_cursor(row, trail)

    def _show(self, *_: object) -> None:
        figure = self._figures.get(self._chosen)
        self._session_button.setVisible(bool(self.labels))
        self.view.set_figure(self._colored(figure))
        self._frames, self._mine = self._rows_of(figure)
        self.view.name_rows("frame", self._frames)
        self.show_selected(self._selected)
        if figure is not None:
            self._ring()

    def _colored(self, figure: Figure | None) -> Figure | None:
        """By time, or where there are several sessions and it is asked for, by session."""
        layer = self._layer(figure)
        if figure is None or layer is None or layer.category is None:
            return figure
        if not self._by_session.isChecked():
            return figure
        return replace(figure, layers=(replace(layer, value=None, value_axis=None),))

    def _rows_of(self, figure: Figure | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Frame of every row by the clock on show, and the rows of that recording."""
        none = np.zeros(0, dtype="i8")
        layer = self._layer(figure)
        if layer is None or layer.value is None:
            return none, none
        frames = np.searchsorted(self._times, layer.value).astype("i8")
        if layer.category is None:
            return frames, np.arange(len(frames))
        mine = [bool(recording_of(name, (self._name,))) for name in layer.category_names]
        return frames, np.flatnonzero(np.asarray(mine)[layer.category])

    def _of_animal(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those rows that are of the animal looked at; all where none is."""
        layer = self._layer(self._figures.get(self._chosen))
        if layer is None or layer.category is None or not self._animal:
            return rows
        named = [name.endswith(f", {self._animal}") for name in layer.category_names]
        found = rows[np.asarray(named)[layer.category[rows]]]
        return found if len(found) else rows

    @staticmethod
    def _layer(figure: Figure | None) -> Scatter | Cloud | None:
        layer = figure.layers[0] if figure is not None else None
        return layer if isinstance(layer, Scatter | Cloud) else None

    def _on_clicked(self, row: int) -> None:
        layer = self._layer(self._figures.get(self._chosen))
        if row in self._mine:
            if layer is not None and layer.category is not None:
                label = layer.category_names[int(layer.category[row])]
                name = recording_of(label, (self._name,))
                self.animal_chosen.emit(label[len(name) :].removeprefix(", "))
            self.frame_chosen.emit(int(self._frames[row]))
        elif layer is not None and layer.category is not None and layer.value is not None:
            label = layer.category_names[int(layer.category[row])]
            self.elsewhere_chosen.emit(label, float(layer.value[row]))

    def _on_lassoed(self, rows: NDArray[np.int64]) -> None:
        self._circled = Circled.of(rows, self._mine, self._frames[self._mine])
        self.frames_selected.emit(self._circled.frames)
        self.show_selected(self._circled.frames)  # the same frames may be other points
