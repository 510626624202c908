"""The motifs of a recording: ethogram, bouts, how long they last and how much each is used."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QSplitter, QStackedWidget

from engine.behavior.motif_figures import BOUT_COLUMNS
from engine.figures.model import Figure, Raster, Table
from gui.tabs.behavior_parts import export_action
from gui.widgets.figure_view import FigureView
from gui.widgets.pane import Pane

_EMPTY = "Press Find motifs in the left column: an ethogram appears."
_AWAITED = "Finding motifs: an ethogram appears when they are found."
_LOWER = (("bouts", "Bouts"), ("durations", "Durations"), ("usage", "Usage"))
_AT = {name: BOUT_COLUMNS.index(name) for name in ("recording", "animal", "first", "last")}


class MotifPane(Pane):
    """Ethogram above; below it the bouts, or what they amount to.

    Signals
    -------
    sought(float, int)
        A time in seconds was clicked, in a row of the ethogram.
    bout_chosen(str, str, int, int)
        Recording, animal, first and last frame of the bout that shall play.
    export_requested(object)
        A figure.
    """

    sought = Signal(float, int)
    bout_chosen = Signal(str, str, int, int)
    export_requested = Signal(object)

    def __init__(self) -> None:
        self.ethogram = FigureView(_EMPTY)
        self.views = {name: FigureView() for name, _ in _LOWER}
        self._lower = QStackedWidget()
        body = QSplitter(Qt.Orientation.Vertical)
        super().__init__("Motifs", body)
        self._choices = QActionGroup(self)
        for number, (name, title) in enumerate(_LOWER):
            self._lower.addWidget(self.views[name])
            self._add_choice(number, title)
        body.setChildrenCollapsible(False)
        body.addWidget(self.ethogram)
        body.addWidget(self._lower)
        body.setSizes([200, 260])
        self.add_action(export_action(self, self.request_export))
        self.ethogram.clicked_at.connect(self._on_clicked)
        self.views["bouts"].row_chosen.connect(self._on_row)
        for view in (self.ethogram, *self.views.values()):
            view.export_requested.connect(self.export_requested)
        self.clear()

    @property
    def raster(self) -> Raster | None:
        """The ethogram shown, as data."""
        figure = self.ethogram.figure
        layer = figure.layers[0] if figure is not None else None
        return layer if isinstance(layer, Raster) else None

    def clear(self) -> None:
        """Nothing is segmented."""
        self.ethogram.set_figure(None)
        for view in self.views.values():
            view.set_figure(None)
        self._lower.hide()
        self.set_shown("")
        self.set_detail("")

    def set_running(self, running: bool) -> None:
        """Motifs are being found: say that they are waited for."""
        self.ethogram.empty_text = _AWAITED if running else _EMPTY

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """Show newer figures of a segmentation."""
        if "ethogram" in figures:
            self.ethogram.set_figure(figures["ethogram"])
            self.set_shown(figures["ethogram"].caption)
            self._lower.show()
        for name, view in self.views.items():
            if name in figures:
                view.set_figure(figures[name])

    def show_now(self, time_s: float, words: str) -> None:
        """Move the cursor of the ethogram, and name the motif there."""
        self.ethogram.set_cursor(time_s)
        self.set_detail(words)

    def request_export(self) -> None:
        """Ask whoever listens to export the ethogram."""
        if self.ethogram.figure is not None:
            self.export_requested.emit(self.ethogram.figure)

    def _add_choice(self, number: int, title: str) -> None:
        action = QAction(title, self)
        action.setCheckable(True)
        action.setChecked(number == 0)
        action.setToolTip(f"Show {title.lower()} below the ethogram")
        action.triggered.connect(lambda: self._lower.setCurrentIndex(number))
        self._choices.addAction(action)
        self.add_action(action)

    def _on_clicked(self, time_s: float, row: float) -> None:
        self.sought.emit(time_s, round(row))

    def _on_row(self, row: int) -> None:
        figure = self.views["bouts"].figure
        table = figure.layers[0] if figure is not None else None
        if isinstance(table, Table) and 0 <= row < len(table.rows):
            cells = table.rows[row]
            first, last = int(str(cells[_AT["first"]])), int(str(cells[_AT["last"]]))
            names = (str(cells[_AT[name]]) for name in ("recording", "animal"))
            self.bout_chosen.emit(*names, first, last)
