"""What the codes on show are redrawn with: made once there is a recording, asked in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from engine.behavior.redraw import REDRAW, Asked, Place, Redrawer
from engine.figures.arrays import Array
from engine.figures.model import Figure
from gui.paced import Paced
from gui.tabs.behavior_redraw import RedrawPane
from gui.workspace import Workspace

#: How often it is asked whether everything is loaded, before what needs it.
ASK_AGAIN_S = 0.3


class Redrawing:
    """Holds the redrawer of the results on show, and answers the pane with it."""

    def __init__(self, pane: RedrawPane, workspace: Workspace) -> None:
        self._pane, self._workspace = pane, workspace
        self._place: Place | None = None
        self._redrawer: Redrawer | None = None
        #: What makes the redrawer, until a recording is on show.
        self._makes: Callable[[Place], Redrawer] | None = None
        self._spread: Array = np.zeros(0)
        self._paced = Paced(pane)
        pane.asked.connect(self._ask)

    def set_place(self, place: Place) -> None:
        """Another recording is on show."""
        self._place = place
        if self._redrawer is not None:
            self._redrawer.place = place
        self._begin()

    def use(self, makes: Callable[[Place], Redrawer], spread: Array) -> None:
        """Redraw with other results; `spread` (D,) is the standard deviation of their codes."""
        self.drop()
        self._makes, self._spread = makes, spread
        self._begin()

    def show(self, figures: Mapping[str, Figure]) -> None:
        """Show what was drawn."""
        self._pane.show_figures(figures)

    def drop(self) -> None:
        """Redraw nothing any more."""
        self._pane.clear()
        self._makes = None
        redrawer, self._redrawer = self._redrawer, None
        if redrawer is not None:
            self._workspace.background.run(redrawer.close, lambda _: None, self._workspace.note)

    def close(self) -> None:
        """Close the recordings that were opened for redrawing."""
        self._paced.clear()
        redrawer, self._redrawer = self._redrawer, None
        if redrawer is not None:
            redrawer.close()

    def _begin(self) -> None:
        if self._makes is None or self._place is None:
            return
        self._redrawer, self._makes = self._makes(self._place), None
        if self._redrawer.possible:
            self._pane.begin(self._spread)
        else:
            self._pane.refuse()

    def _ask(self, asked: Asked) -> None:
        if self._redrawer is None:
            return
        if not self._workspace.warm.warm_up.done:
            self._paced.put("redraw", partial(self._ask, asked), ASK_AGAIN_S)
            return
        self._workspace.jobs.ask(REDRAW.name, REDRAW.run, self._redrawer, asked)
