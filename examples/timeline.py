"""The timeline with a minute of traces and the behaviours of a synthetic animal.

python examples/timeline.py [--theme dark | light] [--screenshot FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import itertools

from engine.behavior.data import behaviour
from examples._screenshot import show
from gui.widgets.pane import Pane
from gui.widgets.timeline import Timeline


def make() -> QWidget:
    """A minute of joints as traces, its bouts as spans."""
    truth = behaviour(60, 0)
    edges = np.r_[0, np.flatnonzero(np.diff(truth.state)) + 1, len(truth.state) - 1]
    spans = [
        (float(truth.times_s[a]), float(truth.times_s[b]), int(truth.state[a]))
        for a, b in itertools.pairwise(edges)
    ]
    line = Timeline()
    line.set_clock(truth.times_s)
    line.set_traces(("paw x", "paw y", "wheel"), np.c_[truth.joints[:, 4], truth.wheel])
    line.set_spans(spans)
    line.set_cursor_index(600)
    return Pane("Time", line, "behaviour, paw and wheel of a synthetic animal")


if __name__ == "__main__":
    sys.exit(show(make, (900, 220)))
