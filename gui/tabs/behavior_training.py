"""What a network learns, live: its loss, frames redrawn from their codes, and its rivals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QSplitter

from engine.figures.model import Figure
from gui.paced import Paced
from gui.tabs.behavior_parts import export_action
from gui.theme import theme
from gui.widgets.figure_view import FigureView
from gui.widgets.pane import Pane
from gui.widgets.picture_tile import PictureTile

_PICTURES = ("reconstructions", "context_swap")
#: A figure is drawn anew at most so often while it trains.
_EVERY_S = 0.3


class FiguresPane(Pane):
    """A few figures of a run below one another; those that never come take no room.

    Parameters
    ----------
    title, empty, awaited
        Name of the pane, and what it says while there is no figure, and while a run will bring
        some.
    names
        Names of the figures, from above, each with its share of the height.

    Signals
    -------
    export_requested(object)
        A figure.
    """

    export_requested = Signal(object)

    def __init__(self, title: str, empty: str, awaited: str, names: Mapping[str, int]) -> None:
        self.views = {name: _view(name) for name in names}
        self._shares = tuple(names.values())
        self._words = {False: empty, True: awaited}
        self._empty = FigureView(empty)
        self._splitter = body = QSplitter(Qt.Orientation.Vertical)
        super().__init__(title, body)
        body.setChildrenCollapsible(False)
        body.addWidget(self._empty)
        self._paced = Paced(self)
        for name, view in self.views.items():
            # A splitter gives room by the hints of what it holds: here by the shares alone.
            share = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            share.setVerticalStretch(names[name])
            view.setSizePolicy(share)
            view.setMinimumHeight(theme().px(90))
            body.addWidget(view)
            view.export_requested.connect(self.export_requested)
        self.add_action(export_action(self, self.request_export))
        self.clear()

    def clear(self) -> None:
        """Nothing is there to show."""
        self._paced.clear()
        for view in self.views.values():
            view.set_figure(None)
            view.hide()
        self._empty.show()
        self.set_shown("")

    def set_running(self, running: bool) -> None:
        """A run that brings its figures begins or ends."""
        self._empty.empty_text = self._words[running]

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """Show newer figures, each in its turn."""
        for name, view in self.views.items():
            if name in figures:
                self._paced.put(name, partial(self._draw, view, figures[name]), _EVERY_S)

    def request_export(self) -> None:
        """Ask whoever listens to export the figures."""
        for view in self.views.values():
            if view.figure is not None:
                self.export_requested.emit(view.figure)
                return

    def _draw(self, view: FigureView | PictureTile, figure: Figure) -> None:
        view.set_figure(figure)
        if view.isHidden():
            self._empty.hide()
            view.show()
            self._splitter.setSizes([0, *(100 * share for share in self._shares)])


def _view(name: str) -> FigureView | PictureTile:
    return PictureTile() if name in _PICTURES else FigureView()


def training_pane() -> FiguresPane:
    """Loss and reconstructions."""
    return FiguresPane(
        "Training",
        "Choose the method dbe or ae and press Embed: loss and redrawn frames appear live.",
        "Training: loss and redrawn frames appear with the first steps.",
        {"loss": 2, "reconstructions": 3},
    )


def rivals_pane() -> FiguresPane:
    """How far pose and scene are apart, beside PCA and a plain autoencoder of the same size."""
    return FiguresPane(
        "Disentanglement",
        "Press Evaluate: are pose and scene apart in the code? Its scores appear here beside "
        "those of PCA and of a plain autoencoder of the same size.",
        "Evaluating: networks are trained, and their scores appear as each is done.",
        {"disentanglement": 3, "comparison": 3, "scores": 3, "context_swap": 3},
    )
