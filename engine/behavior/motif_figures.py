"""Motifs as figures: ethogram, bouts, how long they last, how much each is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.behavior.bouts import Bouts, usage
from engine.behavior.latents import Latents
from engine.figures.arrays import Array
from engine.figures.model import Axis, Bars, Figure, Histogram, Raster, Reference, Table

BOUT_COLUMNS = (
    *("motif", "start (s)", "duration (s)", "animal", "recording"),
    *("end (s)", "frames", "first", "last"),
)
_BINS = 30


def motif_name(number: int) -> str:
    """How a person counts motifs: from 1, by falling usage."""
    return f"motif {number + 1}"


def motif_figures(
    parts: Sequence[Latents],
    every: Bouts,
    kept: Bouts,
    colors: Array,
    seed: int,
    caption: str,
) -> Mapping[str, Figure]:
    """Every figure of a segmentation, by name.

    Parameters
    ----------
    parts
        Animals and recordings.
    every, kept
        All bouts, and those that are long enough for table and histogram.
    colors
        (motifs,) int64 colour of each.
    seed
        Of the bootstrap.
    caption
        What was segmented, and how.
    """
    dropped = len(every) - len(kept)
    short = f"{len(kept)} bouts" + (f", {dropped} too short to be listed" if dropped else "")
    return {
        "ethogram": ethogram(parts, every, colors, caption),
        "usage": usage_bars(every, colors, seed),
        "durations": durations(kept, short),
        "bouts": bout_table(parts, kept, short),
    }


def ethogram(parts: Sequence[Latents], bouts: Bouts, colors: Array, caption: str) -> Figure:
    """A row for each animal and recording, in the colours of the motifs."""
    names = [""] * (int(colors.max()) + 1)
    for number, color in enumerate(colors.tolist()):
        names[color] = motif_name(number)
    raster = Raster(
        bouts.start_s,
        bouts.stop_s,
        bouts.part,
        colors[bouts.motif],
        tuple(part.label for part in parts),
        tuple(name or "unused" for name in names),
    )
    axes = Axis("time", "s"), Axis("animal and recording")
    return Figure("Ethogram", (raster,), *axes, caption=caption)


def usage_bars(bouts: Bouts, colors: Array, seed: int) -> Figure:
    """Share of frames of each motif."""
    share, low, high = usage(bouts, len(colors), seed)
    labels = tuple(str(number + 1) for number in range(len(colors)))
    bars = Bars(labels, share, "share of frames", low=low, high=high)
    return Figure(
        "Usage",
        (bars,),
        Axis("motif"),
        Axis("share of frames", low=0.0),
        caption="with 95 % intervals by a bootstrap over bouts",
    )


def durations(bouts: Bouts, caption: str) -> Figure:
    """How long bouts last; the longest hundredth is gathered in the last bin."""
    length = bouts.duration_s
    longest = float(np.quantile(length, 0.99)) if len(length) else 1.0
    edges = np.linspace(0.0, max(longest, 1e-6), _BINS + 1)
    counts, _ = np.histogram(np.minimum(length, edges[-1]), edges)
    layers = [Histogram(edges, counts, "bouts")]
    marks = [Reference(float(np.median(length)), "median", "text", across="x")]
    return Figure(
        "Bout durations",
        (*layers, *(marks if len(length) else ())),
        Axis("duration", "s"),
        Axis("bouts"),
        caption=f"{caption}; the longest hundredth in the last bin",
    )


def bout_table(parts: Sequence[Latents], bouts: Bouts, caption: str, digits: int = 3) -> Figure:
    """A row for each bout, in order of recording and time; seconds to so many digits."""
    rows = tuple(
        (
            int(motif) + 1,
            round(float(start), digits),
            round(float(stop - start), digits),
            parts[part].animal,
            parts[part].recording,
            round(float(stop), digits),
            *(int(number) for number in counts),
        )
        for motif, part, start, stop, *counts in zip(
            bouts.motif,
            bouts.part.tolist(),
            bouts.start_s,
            bouts.stop_s,
            bouts.frames,
            bouts.first,
            bouts.last,
            strict=True,
        )
    )
    return Figure("Bouts", (Table(BOUT_COLUMNS, rows),), caption=caption)
