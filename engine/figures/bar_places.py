"""Where bars stand: those of one label side by side, labels in the order they appear."""

from __future__ import annotations

import numpy as np

from engine.figures.arrays import Array
from engine.figures.model import Bars, Figure

#: Share of the room of a label that its bars fill together.
FILLED = 0.7


def bar_labels(figure: Figure) -> tuple[str, ...]:
    """The labels of all bars of a figure, each once, in the order they appear."""
    bars = [layer for layer in figure.layers if isinstance(layer, Bars)]
    return tuple(dict.fromkeys(label for layer in bars for label in layer.labels))


def bar_places(layer: Bars, figure: Figure) -> tuple[Array, Array]:
    """Left and right end (n,) of every bar of a layer; bars of one label stand side by side."""
    peers = [other for other in figure.layers if isinstance(other, Bars)]
    slot = next(i for i, other in enumerate(peers) if other is layer)
    order = {label: i for i, label in enumerate(bar_labels(figure))}
    width = FILLED / len(peers)
    left = np.array([order[label] for label in layer.labels], "f8") - FILLED / 2 + slot * width
    gap = width * 0.06 if len(peers) > 1 else 0.0
    return left + gap, left + width - gap
