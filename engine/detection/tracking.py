"""Identities along a video: each frame's boxes are assigned to the tracks that are alive.

The costs are one minus IoU, or the beta distance; the assignment is scipy's optimal one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.detection.beta import LAMBDA
from engine.detection.boxes import iou
from engine.detection.distance import Densities, distance
from engine.figures.arrays import Array

Cost = Literal["iou", "beta"]
#: A pair that costs more is no match.
GATES = {"iou": 0.8, "beta": 30.0}
#: Frames a track may be unseen before it ends.
PATIENCE = 8


@dataclass(slots=True)
class Tracker:
    """Gives identities, from 1, frame by frame.

    Attributes
    ----------
    cost
        "iou" of full boxes, or "beta" distance.
    patience
        Frames a track may be unseen before it ends.
    """

    cost: Cost = "iou"
    patience: int = PATIENCE
    spread: float = LAMBDA
    _full: Array = field(default_factory=lambda: np.zeros((0, 4)))
    _visible: Array = field(default_factory=lambda: np.zeros((0, 4)))
    _ids: Array = field(default_factory=lambda: np.zeros(0, "i8"))
    _unseen: Array = field(default_factory=lambda: np.zeros(0, "i8"))
    _next: int = 1

    def update(self, full: Array, visible: Array) -> Array:
        """Identities (n,) int64 of the boxes of the next frame."""
        from scipy.optimize import linear_sum_assignment

        found = np.zeros(len(full), "i8")
        costs = self._costs(full, visible)
        gate = GATES[self.cost]
        # Beyond the gate all are equally bad, so that one hopeless pair bends no other.
        rows, columns = linear_sum_assignment(np.minimum(costs, 2 * gate))
        good = costs[rows, columns] <= gate
        rows, columns = rows[good], columns[good]
        found[columns] = self._ids[rows]
        new = found == 0
        found[new] = np.arange(self._next, self._next + int(new.sum()))
        self._next += int(new.sum())
        self._remember(full, visible, found, rows)
        return found

    def _costs(self, full: Array, visible: Array) -> Array:
        if self.cost == "iou":
            return np.asarray(1 - iou(self._full, full))
        mine = Densities.of(self._full, self._visible, self.spread)
        other = Densities.of(full, visible, self.spread)
        row, column = np.indices((len(mine), len(other))).reshape(2, -1)
        return distance(mine.rows(row), other.rows(column)).reshape(len(mine), len(other))

    def _remember(self, full: Array, visible: Array, found: Array, matched: Array) -> None:
        """Keep this frame's boxes, and tracks that were not seen but not for too long."""
        unseen = np.ones(len(self._ids), "?")
        unseen[matched] = False
        kept = unseen & (self._unseen < self.patience)
        self._full = np.concatenate([full, self._full[kept]])
        self._visible = np.concatenate([visible, self._visible[kept]])
        self._ids = np.concatenate([found, self._ids[kept]])
        self._unseen = np.concatenate([np.zeros(len(full), "i8"), self._unseen[kept] + 1])
