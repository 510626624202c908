"""Bouts: runs of one motif, their lengths, and how much each motif is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.behavior.latents import Latents, split_like
from engine.behavior.measure import frame_seconds
from engine.figures.arrays import Array


@dataclass(frozen=True, slots=True, eq=False)
class Bouts:
    """Runs of one motif in the order of parts and time; all arrays (n,).

    Attributes
    ----------
    part, motif
        int64: which animal and recording, and which motif.
    first, last, frames
        int64: numbers of the first and last frame, and how many embedded frames it has.
    start_s, stop_s
        float64: from the time of the first frame to the end of the last.
    """

    part: Array
    motif: Array
    first: Array
    last: Array
    frames: Array
    start_s: Array
    stop_s: Array

    def __len__(self) -> int:
        return len(self.motif)

    @property
    def duration_s(self) -> Array:
        """(n,) float64 seconds."""
        length: Array = self.stop_s - self.start_s
        return length

    def longer_than(self, frames: int) -> Bouts:
        """Without those of at most so many frames."""
        keep = self.frames > frames
        return Bouts(*(getattr(self, name)[keep] for name in _FIELDS))


_FIELDS = ("part", "motif", "first", "last", "frames", "start_s", "stop_s")


def bouts_of(parts: Sequence[Latents], motif: Array) -> Bouts:
    """Maximal runs of one motif; none crosses a gap or the end of a recording.

    Parameters
    ----------
    parts
        Animals and recordings.
    motif
        (sum of n,) int64, pooled over the parts.
    """
    rows: list[tuple[float, ...]] = []
    for number, (part, labels) in enumerate(zip(parts, split_like(motif, parts), strict=True)):
        shown = np.minimum(frame_seconds(part.time_s), _usual(part))
        for piece in part.segments():
            rows += _runs(number, part, labels, piece, shown)
    columns = np.array(rows, "f8").reshape(len(rows), len(_FIELDS)).T
    part, motif, first, last, frames = columns[:5].astype("i8")
    return Bouts(part, motif, first, last, frames, columns[5], columns[6])


def _usual(part: Latents) -> float:
    """Seconds from one embedded frame to the next; the one before a gap is shown no longer."""
    gaps = np.diff(part.time_s)
    return float(np.median(gaps)) * 1.5 if len(gaps) else np.inf


def _runs(
    number: int, part: Latents, labels: Array, piece: slice, shown: Array
) -> list[tuple[float, ...]]:
    here = labels[piece]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(here)) + 1]) + piece.start
    stops = np.concatenate([starts[1:], [piece.stop]])
    last = stops - 1
    return list(
        zip(
            np.full(len(starts), number).tolist(),
            labels[starts].tolist(),
            part.frame[starts].tolist(),
            part.frame[last].tolist(),
            (stops - starts).tolist(),
            part.time_s[starts].tolist(),
            (part.time_s[last] + shown[last]).tolist(),
            strict=True,
        )
    )


def usage(bouts: Bouts, motifs: int, seed: int, draws: int = 400) -> tuple[Array, Array, Array]:
    """Share of frames of each motif, and its 95 % interval by a bootstrap over bouts.

    Frames that follow each other are no independent draws; bouts nearly are.

    Returns
    -------
    share, low, high
        (motifs,) float64 each.
    """
    random = np.random.default_rng([seed, 3])
    by_motif = np.zeros((len(bouts), motifs))
    by_motif[np.arange(len(bouts)), bouts.motif] = bouts.frames
    weights = random.multinomial(len(bouts), np.full(len(bouts), 1 / len(bouts)), draws)
    drawn = weights @ by_motif
    drawn /= np.maximum(drawn.sum(axis=1, keepdims=True), 1)
    share = by_motif.sum(axis=0) / max(by_motif.sum(), 1)
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    return share, np.minimum(low, share), np.maximum(high, share)
