"""Which frames a network learns from, and which it is scored on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import BadParams
from engine.figures.arrays import Array

#: Of every 300 frames: 20 to 219 are learned from, 240 to 299 are scored, the rest is a gap.
PERIOD, LEARNED, SCORED = 300, (20, 220), 240


@dataclass(frozen=True, slots=True)
class Split:
    """Positions (k,) int64 among the frames of a subject."""

    train: Array
    test: Array
    words: str


def split_of(numbers: Array, kind: str) -> Split:
    """Divide frames by their numbers (n,) int64.

    Parameters
    ----------
    kind
        "blocked300", or "none": everything is learned from, and scores are in-sample.

    Raises
    ------
    BadParams
        The recording is too short to be divided.
    """
    if kind == "none":
        every = np.arange(len(numbers))
        return Split(every, every, "in-sample")
    phase = numbers % PERIOD
    train = np.flatnonzero((phase >= LEARNED[0]) & (phase < LEARNED[1]))
    test = np.flatnonzero(phase >= SCORED)
    if len(train) < 2 or len(test) < 2:
        raise BadParams(
            f"split=blocked300 scores frames 240 to 299 of every 300, but there are only "
            f"{len(numbers)} frames; take split=none."
        )
    return Split(train, test, f"{len(test)} frames held out in blocks of 60")
