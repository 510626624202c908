"""Rows of pooled latents and frames of the recording on show, one told from the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.behavior.latents import Latents
from engine.behavior.map_figures import Coloring
from engine.behavior.pose_features import Feature
from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Which pooled rows belong to a recording.

    Attributes
    ----------
    parts
        All of them, in their order.
    mine
        (m,) int64 pooled rows of the recording on show, ascending within each animal.
    frames
        (m,) int64 frame of each of these.
    """

    parts: tuple[Latents, ...]
    mine: Array
    frames: Array

    @classmethod
    def of(cls, parts: Sequence[Latents], recording: str) -> Rows:
        """Rows of a recording by its name, with or without its ending; unnamed parts are its."""
        names = {"", recording, Path(recording).stem}
        starts = np.cumsum([0, *(len(part) for part in parts)])
        chosen = [k for k, part in enumerate(parts) if part.recording in names]
        none = np.zeros(0, "i8")
        rows = [np.arange(starts[k], starts[k + 1]) for k in chosen]
        frames = [parts[k].frame for k in chosen]
        return cls(tuple(parts), np.concatenate([none, *rows]), np.concatenate([none, *frames]))

    def row_of(self, frame: int) -> int:
        """The pooled row nearest to a frame, of the first animal; -1 where there is none."""
        if not len(self.mine):
            return -1
        return int(self.mine[np.abs(self.frames - frame).argmin()])

    def rows_of(self, frames: Array) -> Array:
        """Pooled rows (k,) int64 of frames, of every animal."""
        found: Array = self.mine[np.isin(self.frames, frames)]
        return found

    def place_of(self, row: int) -> tuple[Latents, int]:
        """The part that a pooled row is of, and its frame."""
        for part in self.parts:
            if row < len(part):
                return part, int(part.frame[row])
            row -= len(part)
        raise IndexError("no such row")

    def frames_of(self, rows: Array) -> Array:
        """Frames (k,) int64 of those of the pooled rows that are of the recording on show."""
        return np.unique(self.frames[np.isin(self.mine, rows)])

    def colored(self, name: str, feature: Feature) -> Coloring:
        """A number of every frame of the recording as a colouring; NaN for other recordings."""
        value = np.full(sum(len(part) for part in self.parts), np.nan)
        there = self.frames < len(feature.values)
        value[self.mine[there]] = feature.values[self.frames[there]]
        return Coloring(name, value, feature.axis)
