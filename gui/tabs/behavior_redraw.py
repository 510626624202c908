"""A frame beside what is drawn from its code; the code can be moved, and the context swapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.behavior.redraw import Asked, Place
from engine.figures.model import Figure
from gui.style import set_look
from gui.tabs.behavior_parts import export_action
from gui.theme import theme
from gui.widgets.drop_box import DropBox
from gui.widgets.pane import Pane
from gui.widgets.picture_tile import PictureTile

_PICTURES = ("input", "redrawn", "error", "context")
#: Sliders at most; a step is so many standard deviations of its number.
_MOST, _STEP, _REACH = 16, 0.05, 3.0
_OWN = "own context"
_EMPTY = "press Embed, or open weights"
_NOTHING = "these results left no model: embed with dbe or ae, or with pca of whole frames"


class RedrawPane(Pane):
    """Four pictures and a slider for each number of the code.

    Signals
    -------
    asked(object)
        An `Asked` that shall be answered.
    animal_chosen(str)
        Another animal of the recording shall be redrawn.
    export_requested(object)
        A figure.
    """

    asked = Signal(object)
    animal_chosen = Signal(str)
    export_requested = Signal(object)

    def __init__(self) -> None:
        body = QWidget()
        super().__init__("Redraw", body)
        first = PictureTile("The frame and its redrawing appear here once a model has its code.")
        self.views = {"input": first, **{name: PictureTile() for name in _PICTURES[1:]}}
        self.animals, self.contexts = DropBox(), DropBox()
        for box, name in ((self.animals, "Animal"), (self.contexts, "Context")):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(DropBox.SizeAdjustPolicy.AdjustToContents)
        self.sliders: list[QSlider] = []
        self._spread: NDArray[np.float32] = np.zeros(0, "f4")
        self._frame = 0
        self._ready = False
        self._sliders = QWidget()
        self._grid = QGridLayout(self._sliders)
        self._zero = QAction("Reset code", self)
        self._zero.setToolTip("Put every slider back to the code of the frame")
        self._zero.triggered.connect(self.reset)
        self.add_action(self._zero)
        self.add_action(export_action(self, self.request_export))
        self._lay_out(body)
        self.contexts.currentIndexChanged.connect(self._ask)
        self.animals.textActivated.connect(self.animal_chosen)
        for view in self.views.values():
            view.export_requested.connect(self.export_requested)
        self.offer_contexts(())
        self.offer_animals(())
        self.clear()

    @property
    def moved(self) -> tuple[float, ...]:
        """What the sliders add to the code."""
        steps = [slider.value() * _STEP for slider in self.sliders]
        return tuple(float(s * d) for s, d in zip(steps, self._spread, strict=False))

    def clear(self) -> None:
        """Nothing can be redrawn."""
        self._ready = False
        for name, view in self.views.items():
            view.set_figure(None)
            view.setVisible(name == "input")
        self.animals.hide()
        self.contexts.hide()
        self.set_shown(_EMPTY)
        self._set_spread(np.zeros(0, "f4"))

    def refuse(self) -> None:
        """There are results, but nothing in them to redraw with."""
        self.set_shown(_NOTHING)

    def begin(self, spread: NDArray[np.float32]) -> None:
        """A model is there; `spread` (D,) is the standard deviation of each number of its code."""
        self._set_spread(spread)
        self._ready = True
        self._ask()

    def offer_contexts(self, others: Sequence[tuple[str, Place]]) -> None:
        """Recordings whose context may be taken in the place of the own, by name."""
        self.contexts.blockSignals(True)
        self.contexts.clear()
        self.contexts.addItem(_OWN, None)
        for name, place in others:
            self.contexts.addItem(f"context of {name}", place)
        self.contexts.blockSignals(False)

    def offer_animals(self, names: Sequence[str]) -> None:
        """Animals of the recording; where there are several, one can be chosen."""
        self.animals.clear()
        self.animals.addItems(list(names))
        self.animals.setVisible(self._ready and len(names) > 1)

    def show_animal(self, name: str) -> None:
        """Another animal is looked at."""
        self.animals.setCurrentText(name)
        self._ask()

    def show_index(self, index: int) -> None:
        """The tab has moved to a frame."""
        if index != self._frame:
            self._frame = index
            self._ask()

    def show_first(self) -> None:
        """Another recording is on show, from its first frame on."""
        self._frame = 0
        self._ask()

    def show_figures(self, figures: Mapping[str, Figure]) -> None:
        """The answer to what was asked last."""
        if not self._ready:
            return
        for name, view in self.views.items():
            view.set_figure(figures.get(name))
            view.setVisible(name in figures)
        self.contexts.setVisible("context" in figures)
        self.animals.setVisible(self.animals.count() > 1)
        if "redrawn" in figures:
            self.set_shown(figures["redrawn"].caption)

    def reset(self) -> None:
        """Take the code as it is."""
        for slider in self.sliders:
            slider.blockSignals(True)
            slider.setValue(0)
            slider.blockSignals(False)
        self._ask()

    def request_export(self) -> None:
        """Ask whoever listens to export the redrawn frame."""
        figure = self.views["redrawn"].figure
        if figure is not None:
            self.export_requested.emit(figure)

    def showEvent(self, event: object) -> None:
        """Ask for what was not asked for while hidden."""
        super().showEvent(event)  # type: ignore[arg-type]
        self._ask()

    def _ask(self, *_: object) -> None:
        if self._ready and self.isVisible():
            place = self.contexts.currentData()
            moved = self.moved if any(slider.value() for slider in self.sliders) else ()
            if self.views["redrawn"].figure is None:
                self.set_shown(f"redrawing frame {self._frame}…")
            animal = self.animals.currentText() if self.animals.count() > 1 else ""
            self.asked.emit(Asked(self._frame, moved, place, animal))

    def _lay_out(self, body: QWidget) -> None:
        px = theme().px
        pictures = QGridLayout()
        pictures.setSpacing(px(4))
        for half in (0, 1):
            pictures.setColumnStretch(half, 1)
            pictures.setRowStretch(half, 1)
        for number, view in enumerate(self.views.values()):
            pictures.addWidget(view, number // 2, number % 2)
        bar = QHBoxLayout()
        bar.setContentsMargins(px(8), 0, px(8), 0)
        bar.addWidget(self.animals)
        bar.addWidget(self.contexts)
        bar.addStretch()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self._sliders)
        scroll.setFixedHeight(px(132))
        column = QVBoxLayout(body)
        column.setContentsMargins(0, px(4), 0, px(4))
        column.setSpacing(px(4))
        column.addLayout(pictures, 1)
        column.addLayout(bar)
        column.addWidget(scroll)

    def _set_spread(self, spread: NDArray[np.float32]) -> None:
        self._spread = spread
        if len(self.sliders) == min(len(spread), _MOST):
            self.reset()
            return
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        self.sliders = [self._slider(k) for k in range(min(len(spread), _MOST))]

    def _slider(self, number: int) -> QSlider:
        words = QLabel(f"code {number + 1}")
        set_look(words, "secondary")
        slider = QSlider(Qt.Orientation.Horizontal)
        reach = round(_REACH / _STEP)
        slider.setRange(-reach, reach)
        slider.setAccessibleName(f"Code {number + 1}, in standard deviations")
        slider.setToolTip("Moves this number of the code by up to three standard deviations")
        slider.valueChanged.connect(self._ask)
        row, column = number // 2, number % 2 * 2
        self._grid.addWidget(words, row, column)
        self._grid.addWidget(slider, row, column + 1)
        return slider
