"""Two surfaces with one camera: turn either; click to release a path that runs downhill.

python examples/surface_view.py [--theme dark | light] [--screenshot FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.figures.model import Axis
from examples._screenshot import show
from gui.widgets.pane import Pane
from gui.widgets.surface_view import SurfaceView

GRID = np.linspace(-2, 2, 101)
STEPS, RATE = 300, 0.02


def loss(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squared error of a chain of two weights."""
    return 0.5 * (1 - x * y) ** 2


def equilibrated(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The same divided by how much the output grows with the weights."""
    return loss(x, y) / (1 + y**2)


def descended(energy, start: tuple[float, float]) -> np.ndarray:
    """Places (STEPS, 2) of gradient descent, by central differences."""
    place, path = np.array(start), []
    for _ in range(STEPS):
        path.append(place.copy())
        shifts = 1e-4 * np.eye(2)
        slope = [energy(*(place + e)) - energy(*(place - e)) for e in shifts]
        place = place - RATE * np.array(slope) / 2e-4
    return np.array(path)


class Bench(QWidget):
    """Both surfaces; a click on either releases a path on both."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Surfaces")
        self._starts = [(0.1, -0.05), (-1.5, 0.4)]
        self._energies = (loss, equilibrated)
        self._views = (SurfaceView(), SurfaceView())
        layout = QHBoxLayout(self)
        layout.setSpacing(12)
        titles = ("Loss", "Equilibrated energy")
        for view, title, energy in zip(self._views, titles, self._energies, strict=True):
            axes = (Axis("w1"), Axis("w2"), Axis(title.lower()))
            view.set_surface(GRID, GRID, energy(*np.meshgrid(GRID, GRID)), axes)
            view.picked.connect(self._release)
            layout.addWidget(Pane(title, view, actions=[view.reset_action]))
        self._views[0].camera_changed.connect(self._views[1].set_camera)
        self._views[1].camera_changed.connect(self._views[0].set_camera)
        self._show_paths()

    def _release(self, x: float, y: float) -> None:
        self._starts.append((x, y))
        self._show_paths()

    def _show_paths(self) -> None:
        for view, energy in zip(self._views, self._energies, strict=True):
            view.set_paths([descended(energy, start) for start in self._starts])


if __name__ == "__main__":
    sys.exit(show(Bench, (1200, 560)))
