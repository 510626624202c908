"""Clouds in the plane and in space: turn, click, lasso (L), and watch one grow.

python examples/cloud_view.py [--theme dark | light] [--screenshot FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.figures.model import Axis, Cloud, Figure, Scatter
from examples._screenshot import show
from gui.widgets.cloud_view import CloudView
from gui.widgets.pane import Pane

MOTIFS = ("stand", "walk", "groom", "turn left", "turn right")
AXES = (Axis("component 1", "a.u."), Axis("component 2", "a.u."), Axis("component 3", "a.u."))
GROWTH_MS = 60


def loop(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A closed path in space that is walked again and again, and the time in seconds."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(count) / 50
    phase = time_s / 4 + np.cumsum(rng.normal(0, 0.05, count))
    path = [np.cos(phase), np.sin(phase), 0.5 * np.sin(2 * phase)]
    return np.stack(path, axis=1) + rng.normal(0, 0.08, (count, 3)), time_s


def motifs(count: int) -> Figure:
    rng = np.random.default_rng(1)
    motif = rng.integers(0, 5, count)
    angle = motif * 2 * np.pi / 5 + rng.normal(0, 0.25, count)
    radius = 3 + rng.normal(0, 0.35, count)
    layer = Scatter(
        radius * np.cos(angle),
        radius * np.sin(angle),
        category=motif,
        category_names=MOTIFS,
        size_px=3,
    )
    return Figure("Motifs", (layer,), AXES[0], AXES[1])


def timed(count: int) -> Figure:
    position, time_s = loop(count)
    layer = Cloud(position, value=time_s, value_axis=Axis("time", "s"))
    return Figure("Time", (layer,), *AXES)


class Growing(CloudView):
    """A cloud that grows ten times a second and more."""

    def __init__(self) -> None:
        super().__init__("Points appear while frames stream in.")
        self._position, self._time_s = loop(200_000, 2)
        self._count = 0
        self._clock = QTimer(self, interval=GROWTH_MS)
        self._clock.timeout.connect(self._grow)
        self._clock.start()

    def _grow(self) -> None:
        self._count = min(self._count + 1000, len(self._position))
        position, time_s = self._position[: self._count], self._time_s[: self._count]
        self.set_cloud(position, value=time_s, value_axis=Axis("time", "s"), axes=AXES)
        self.set_cursor(self._count - 1, np.arange(self._count - 25, self._count))


def make() -> QWidget:
    flat, space, large = CloudView(), CloudView(), CloudView()
    flat.set_figure(motifs(30_000))
    space.set_figure(timed(20_000))
    space.set_cursor(500, np.arange(470, 501))
    large.set_figure(timed(1_000_000))
    flat.set_selected(np.arange(0, 30_000, 7))
    window = QWidget()
    window.setWindowTitle("Clouds")
    grid = QGridLayout(window)
    grid.setSpacing(12)
    views = (("Motifs", flat), ("Time", space), ("A million", large), ("Growing", Growing()))
    for number, (title, view) in enumerate(views):
        pane = Pane(title, view, actions=[view.lasso_action, view.reset_action])
        grid.addWidget(pane, number // 2, number % 2)
    return window


if __name__ == "__main__":
    sys.exit(show(make, (1200, 900)))
