"""Rows of pooled latents and frames of the recording on show, one told from the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    own
        Those of the recording on show, one for each animal.
    mine
        (m,) int64 pooled rows of the recording on show, ascending within each animal.
    frames
        (m,) int64 frame of each of these.
    """

    parts: tuple[Latents, ...]
    own: tuple[Latents, ...]
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
        own = tuple(parts[k] for k in chosen)
        return cls(
            tuple(parts), own, np.concatenate([none, *rows]), np.concatenate([none, *frames])
        )

    def part_of(self, animal: str) -> Latents | None:
        """The part of the recording on show that is of an animal, the first where none is."""
        found = (part for part in self.own if part.animal == animal)
        return next(found, self.own[0] if self.own else None)

    def row_of(self, frame: int, animal: str = "") -> int:
        """The pooled row of an animal, as `part_of`, nearest to a frame; -1 without any."""
        wanted, start = self.part_of(animal), 0
        for part in self.own:
            if part is wanted:
                return int(self.mine[start + np.abs(part.frame - frame).argmin()])
            start += len(part)
        return -1

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

    def colored(self, name: str, feature: Feature) -> Coloring:
        """A number of every frame of the recording as a colouring; NaN for other recordings."""
        value = np.full(sum(len(part) for part in self.parts), np.nan)
        there = self.frames < len(feature.values)
        value[self.mine[there]] = feature.values[self.frames[there]]
        return Coloring(name, value, feature.axis)


@dataclass(frozen=True, slots=True, eq=False)
class Circled:
    """What a lasso took of the recording on show, and what it could not take.

    Attributes
    ----------
    rows
        (k,) int64 circled rows of the recording on show.
    frames
        (f,) int64 frames of these, ascending, each once.
    left
        Number of circled rows of other recordings.
    """

    rows: Array = field(default_factory=lambda: np.zeros(0, "i8"))
    frames: Array = field(default_factory=lambda: np.zeros(0, "i8"))
    left: int = 0

    @classmethod
    def of(cls, rows: Array, mine: Array, frames: Array) -> Circled:
        """Of rows (n,) circled, those among `mine` (m,), which are of `frames` (m,)."""
        taken = np.isin(mine, rows)
        return cls(mine[taken], np.unique(frames[taken]), len(rows) - int(taken.sum()))

    def lit(self, frames: Array, usual: Array) -> Array:
        """Rows to emphasise where frames are selected: those circled, if a lasso chose them."""
        return self.rows if self._chose(frames) else usual

    def words(self, frames: Array) -> str:
        """What is selected, where the lasso went round more than it could take."""
        if not self.left or not self._chose(frames):
            return ""
        taken = f"{len(self.frames)} {'frame' if len(self.frames) == 1 else 'frames'}"
        points = "point of another recording" if self.left == 1 else "points of other recordings"
        return f"{taken} selected, not {self.left} {points}"

    def _chose(self, frames: Array) -> bool:
        return np.array_equal(frames, self.frames)
