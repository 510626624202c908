"""The example matrix: the modified Shepp-Logan phantom, drawn from its ten ellipses."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.figures.arrays import Array
from engine.whole_file import written_whole

_NAME = "Shepp-Logan phantom 1000.npy"
#: Intensity, half axes, centre and angle in degrees (high-contrast version of the phantom).
ELLIPSES = (
    (1.0, 0.69, 0.92, 0.0, 0.0, 0.0),
    (-0.8, 0.6624, 0.874, 0.0, -0.0184, 0.0),
    (-0.2, 0.11, 0.31, 0.22, 0.0, -18.0),
    (-0.2, 0.16, 0.41, -0.22, 0.0, 18.0),
    (0.1, 0.21, 0.25, 0.0, 0.35, 0.0),
    (0.1, 0.046, 0.046, 0.0, 0.1, 0.0),
    (0.1, 0.046, 0.046, 0.0, -0.1, 0.0),
    (0.1, 0.046, 0.023, -0.08, -0.605, 0.0),
    (0.1, 0.023, 0.023, 0.0, -0.606, 0.0),
    (0.1, 0.023, 0.046, 0.06, -0.605, 0.0),
)


def shepp_logan(size: int = 1000) -> Array:
    """The phantom (size, size) float64, scaled to 0..1, y pointing up."""
    x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(1, -1, size))
    image = np.zeros((size, size))
    for intensity, a, b, x0, y0, degrees in ELLIPSES:
        angle = np.deg2rad(degrees)
        u = (x - x0) * np.cos(angle) + (y - y0) * np.sin(angle)
        v = (y - y0) * np.cos(angle) - (x - x0) * np.sin(angle)
        image[(u / a) ** 2 + (v / b) ** 2 <= 1] += intensity
    image -= image.min()
    scaled: Array = image / image.max()
    return scaled


def example_matrix(folder: Path) -> Path:
    """The phantom as ``.npy`` in `folder`, written there if it is missing."""
    path = folder / _NAME
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            np.save(file, shepp_logan())
    return path
