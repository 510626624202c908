"""The map of latents: which map, in which colours, linked with the video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.behavior.latents import Latents
from engine.behavior.map_figures import Coloring, by_time, map_figure
from engine.behavior.maps import NAMES
from engine.figures.model import Cloud, Figure, Scatter
from gui.style import set_look
from gui.tabs.behavior_parts import export_action
from gui.theme import theme
from gui.widgets.cloud_view import CloudView
from gui.widgets.drop_box import DropBox
from gui.widgets.pane import Pane

_TRAIL = 24
_AWAITED = "Embedding: a linear map of the latents appears when they are there."
_EMPTY = "Press Embed: a linear map of the latents appears by itself."


class MapPane(Pane):
    """Shows the newest map of each method, in a colouring that can be chosen.

    Its rows are the pooled rows of the latents it was made from.

    Signals
    -------
    row_chosen(int), rows_selected(object)
        A point was clicked, or some were lassoed.
    map_asked(str)
        The map of a method is to be made.
    method_chosen(str)
        Another method is looked at.
    export_requested(object)
        The figure that is shown.
    """

    row_chosen = Signal(int)
    rows_selected = Signal(object)
    map_asked = Signal(str)
    method_chosen = Signal(str)
    export_requested = Signal(object)

    def __init__(self) -> None:
        self.view = CloudView(_EMPTY)
        body = QWidget()
        super().__init__("Map", body)
        self.methods = DropBox()
        for method, name in NAMES.items():
            self.methods.addItem(name, method)
        self.methods.setAccessibleName("Kind of map")
        self.colors = DropBox()
        self.colors.setAccessibleName("Colour of points")
        self.colors.setSizeAdjustPolicy(DropBox.SizeAdjustPolicy.AdjustToContents)
        self.make_button = QPushButton("Make map")
        self._space = QAction("3-D", self)
        self._space.setCheckable(True)
        self._space.setToolTip("Show three principal components in space")
        self._parts: tuple[Latents, ...] = ()
        self._maps: dict[str, Figure] = {}
        self._colorings: dict[str, Coloring] = {}
        self._frames: NDArray[np.int64] = np.zeros(0, "i8")
        self._figure: Figure | None = None
        self._row = -1
        self._embedding = self._mapping = False
        self._selected: NDArray[np.int64] = np.zeros(0, "i8")
        self._selected_words = ""
        self._lay_out(body)
        self._connect()

    @property
    def figure(self) -> Figure | None:
        """The map shown, in its colours."""
        return self._figure

    @property
    def method(self) -> str:
        """The kind of map looked at."""
        return str(self.methods.currentData())

    @property
    def coloring_names(self) -> tuple[str, ...]:
        """What points can be coloured by."""
        return tuple(self._colorings)

    def set_latents(self, parts: Sequence[Latents]) -> None:
        """Other latents: no map of them is there yet."""
        self._parts, self._maps = tuple(parts), {}
        self._row, self._selected, self._selected_words = -1, np.zeros(0, "i8"), ""
        frames = [part.frame for part in parts]
        self._frames = np.concatenate(frames) if frames else np.zeros(0, "i8")
        self.set_colorings((by_time(parts),) if parts else ())

    def set_colorings(self, colorings: Sequence[Coloring]) -> None:
        """Offer other colourings; the one in use stays where it is still there."""
        kept = {item.name: item for item in colorings if len(item.names) != 1}
        before = self.colors.currentText()
        self._colorings = kept
        self.colors.blockSignals(True)
        self.colors.clear()
        self.colors.addItems(list(kept))
        self.colors.setCurrentText(before if before in kept else next(iter(kept), ""))
        self.colors.blockSignals(False)
        self._show()

    def color_by(self, name: str) -> None:
        """Colour points by one of the colourings."""
        self.colors.setCurrentText(name)

    def choose_method(self, method: str) -> None:
        """Look at the map of a method."""
        self.methods.setCurrentIndex(self.methods.findData(method))

    def show_map(self, method: str, figures: Mapping[str, Figure]) -> None:
        """A map was made; one of another number of rows is of other latents, and not shown."""
        found = figures.get("map")
        if found is None or len(_position(found)) != len(self._frames):
            return
        self._maps[method] = found
        if method == "pca" and "map_3d" in figures:
            self._maps["space"] = figures["map_3d"]
        self._show()

    def set_embedding(self, embedding: bool) -> None:
        """Codes are being made: say that they are waited for."""
        self._embedding = embedding
        self.view.set_empty_text(self._invitation)

    def set_running(self, running: bool) -> None:
        """A map is being made."""
        self._mapping = running
        self.view.set_empty_text(self._invitation)
        self.make_button.setEnabled(not running and bool(self._parts))
        self.make_button.setText("Making the map…" if running else "Make map")

    def show_row(self, row: int) -> None:
        """Ring a row, with the way to it of the same animal; -1 for none."""
        self._row = row
        if self._figure is not None:
            ends = np.cumsum([0, *(len(part) for part in self._parts)])
            first = int(ends[ends <= row].max(initial=0))
            trail = np.arange(max(first, row - _TRAIL), row + 1) if row >= 0 else ()
            self.view.set_cursor(row, trail)

    def show_selected(self, rows: NDArray[np.int64], words: str = "") -> None:
        """Emphasise rows; `words` say what of a lasso is selected and what is not."""
        self._selected, self._selected_words = rows, words
        self._tell()
        if self._figure is not None:
            self.view.set_selected(rows)

    def picture(self) -> QPixmap:
        """The map as it is on the screen."""
        return self.view.grab()

    def request_export(self) -> None:
        """Ask whoever listens to export what is shown."""
        if self._figure is not None:
            self.export_requested.emit(self._figure)

    def _lay_out(self, body: QWidget) -> None:
        px = theme().px
        bar = QHBoxLayout()
        bar.setContentsMargins(px(8), px(6), px(8), 0)
        bar.setSpacing(px(6))
        words = QLabel("colour by")
        set_look(words, "secondary")
        for widget in (self.methods, self.make_button, words, self.colors):
            bar.addWidget(widget)
        bar.addStretch()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        export = export_action(self, self.request_export)
        for action in (self._space, self.view.lasso_action, self.view.reset_action, export):
            self.add_action(action)

    def _connect(self) -> None:
        self.methods.currentIndexChanged.connect(self._on_method)
        self.colors.currentTextChanged.connect(self._show)
        self.make_button.clicked.connect(self._on_make)
        self._space.toggled.connect(self._show)
        self.view.shown_changed.connect(self.set_detail)
        self.view.point_clicked.connect(self.row_chosen)
        self.view.lassoed.connect(self.rows_selected)

    def _on_method(self) -> None:
        self.method_chosen.emit(self.method)
        self._show()

    def _on_make(self) -> None:
        self.map_asked.emit(self.method)

    def _show(self, *_: object) -> None:
        self._space.setEnabled(self.method == "pca")
        flat = self._maps.get(self.method)
        in_space = self._space.isChecked() and self.method == "pca"
        shown = self._maps.get("space", flat) if in_space else flat
        coloring = self._colorings.get(self.colors.currentText())
        self._figure = None
        if shown is not None and flat is not None and coloring is not None:
            self._figure = map_figure(_position(shown), coloring, self.method, flat.caption)
        self.view.set_empty_text(self._invitation)
        self.view.set_figure(self._figure)
        self._tell()
        if self._figure is not None:
            self.view.name_rows("frame", self._frames)
            self.show_row(self._row)
            self.view.set_selected(self._selected)

    def _tell(self) -> None:
        caption = self._figure.caption if self._figure is not None else ""
        self.set_shown(" · ".join(filter(None, (self._selected_words, caption))))

    @property
    def _invitation(self) -> str:
        if not self._parts:
            return _AWAITED if self._embedding else _EMPTY
        if self._mapping:
            return f"Making the map: {NAMES[self.method]} appears when it is laid out."
        return f"Press Make map: {NAMES[self.method]} keeps neighbourhoods, and takes a while."


def _position(figure: Figure) -> NDArray[np.float64]:
    layer = figure.layers[0]
    if isinstance(layer, Cloud):
        return layer.position
    assert isinstance(layer, Scatter)
    return np.stack([layer.x, layer.y], axis=1)
