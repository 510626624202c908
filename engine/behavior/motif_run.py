"""The experiment ``behavior.motifs``."""

from __future__ import annotations

import csv
from collections.abc import Generator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from engine.behavior.bouts import Bouts, bouts_of
from engine.behavior.latent_files import write_tables
from engine.behavior.latents import Latents, one_size, split_like
from engine.behavior.motif_figures import BOUT_COLUMNS, bout_table, motif_figures
from engine.behavior.motifs import Labels, Plan, entropy_bits, find, matched_colors
from engine.context import Context
from engine.errors import BadInput, BadParams, MissingExtra
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array

_PLAN = ("method", "motifs", "sticky", "covariance", "iterations", "restarts", "seed")


def find_motifs(
    parts: Sequence[Latents], earlier: Sequence[Latents], ctx: Context
) -> Generator[Shown, None, None]:
    """Segment all parts together; `earlier` are the same frames with the colours of before.

    The fit runs in a process of its own, which a cancel ends.
    """
    params = ctx.params
    frames = sum(len(part) for part in parts)
    one_size(parts)
    if params.method == "hmm" and find_spec("hmmlearn") is None:
        raise MissingExtra("A hidden Markov model", "maps")
    if frames <= params.motifs:
        raise BadParams(f"{frames} frames are too few for {params.motifs} motifs; take fewer.")
    before, colors_before = _colors_before(parts, earlier)
    yield Snapshot(0, None, note=f"finding {params.motifs} motifs in {frames} frames")
    plan = Plan(**{name: getattr(params, name) for name in _PLAN})
    labels = ctx.in_process(find, list(parts), plan)
    colors = matched_colors(labels.motif, before, colors_before)
    every = bouts_of(parts, labels.motif)
    kept = every.longer_than(params.drop_frames)
    caption = _caption(parts, params, labels)
    yield Snapshot(
        frames,
        frames,
        metrics=_metrics(labels, kept, colors, before),
        figures=motif_figures(parts, every, kept, colors, params.seed, caption),
        texts={"motifs": caption},
    )
    _write(ctx, parts, labels, colors, kept)


def _metrics(labels: Labels, kept: Bouts, colors: Array, before: Array) -> dict[str, float]:
    known = before >= 0
    told = {
        "states_used": float(labels.used),
        "entropy": entropy_bits(labels.motif),
        "bouts": float(len(kept)),
    }
    if len(kept):
        told["median_bout_s"] = float(np.median(kept.duration_s))
    if known.any():
        told["kept"] = float(np.mean(colors[labels.motif][known] == before[known]))
    scores = {"silhouette": labels.silhouette, "heldout_ll": labels.heldout_ll}
    return {**told, **{name: value for name, value in scores.items() if np.isfinite(value)}}


def _caption(parts: Sequence[Latents], params: Any, labels: Labels) -> str:
    frames = sum(len(part) for part in parts)
    how = "k-means" if params.method == "kmeans" else f"HMM, {params.covariance} covariance"
    pieces = sum(len(part.segments()) for part in parts)
    among = f" in {pieces} stretches" if pieces > len(parts) else ""
    return f"{labels.used} of {params.motifs} motifs used · {how} · {frames} frames{among}"


def _colors_before(parts: Sequence[Latents], earlier: Sequence[Latents]) -> tuple[Array, int]:
    """The colour each frame had, negative where unknown, and how many colours there were."""
    known = {(part.recording, part.animal): part for part in earlier}
    if earlier and not any("motif_color" in part.extra for part in earlier):
        raise BadInput("The earlier results have no motifs; give those of behavior.motifs.")
    found = [_colors_of(part, known.get((part.recording, part.animal))) for part in parts]
    before = np.concatenate(found)
    return before, int(before.max(initial=-1)) + 1


def _colors_of(part: Latents, earlier: Latents | None) -> Array:
    colors = np.full(len(part), -1, "i8")
    if earlier is not None and "motif_color" in earlier.extra:
        _, here, there = np.intersect1d(part.frame, earlier.frame, True, True)
        colors[here] = np.clip(earlier.extra["motif_color"][there], -1, 10_000)
    return colors


def _write(
    ctx: Context, parts: Sequence[Latents], labels: Labels, colors: Array, kept: Bouts
) -> None:
    """Codes with ``motif`` (from 1), ``motif_color`` and, of an HMM, ``probability``."""
    rows = split_like(np.arange(len(labels.motif)), parts)
    labelled = []
    for part, here in zip(parts, rows, strict=True):
        motif = labels.motif[here]
        columns = {"motif": motif + 1, "motif_color": colors[motif]}
        if ctx.params.method == "hmm":
            columns["probability"] = labels.probability[here]
        labelled.append(part.with_extra(**columns))
    write_tables(ctx, labelled, "motifs")
    (table,) = bout_table(parts, kept, "", 6).layers
    with ctx.artifact("bouts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(BOUT_COLUMNS)
        writer.writerows(table.rows)  # type: ignore[union-attr]
