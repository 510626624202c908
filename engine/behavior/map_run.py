"""The experiment ``behavior.map``."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from typing import Any

from engine.behavior.latent_files import write_tables
from engine.behavior.latents import Latents, pooled, split_like, standardised
from engine.behavior.map_figures import by_time, judged_caption, map_figure
from engine.behavior.maps import (
    JUDGED_AT_ONCE,
    NAMES,
    LatentMap,
    Plan,
    judged_map,
    make_map,
    pca_position,
    refuse_unready,
)
from engine.context import Context
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Figure


def plan_of(params: Any) -> Plan:
    """The plan that parameters ask for."""
    names = (
        *("method", "perplexity", "neighbors", "min_dist"),
        *("most", "judged", "judged_neighbors", "seed"),
    )
    return Plan(**{name: getattr(params, name) for name in names})


def codes_to_map(parts: Sequence[Latents], *, even: bool) -> Array:
    """The pooled codes (n, D) float64, standardised where `even`."""
    return standardised(parts) if even else pooled(parts).astype("f8")


def map_latents(parts: Sequence[Latents], ctx: Context) -> Generator[Shown, None, None]:
    """Map the codes of all parts together; yields PCA at once, and then what was asked for.

    The layout and its judgement run in a process of their own, which a cancel ends.
    """
    began = time.perf_counter()
    plan = plan_of(ctx.params)
    values = codes_to_map(parts, even=ctx.params.standardise)
    refuse_unready(plan, len(values))
    position = pca_position(values)
    ctx.check()
    waiting = "finding out how far the map can be trusted"
    if plan.method != "pca":
        waiting = f"laying out by {NAMES[plan.method]}"
    first = map_figure(position, by_time(parts), "pca", f"PCA of {len(values)} frames")
    yield Snapshot(0, None, {"frames": len(values)}, {"map": first}, note=waiting)
    if plan.method == "pca" and plan.judged <= JUDGED_AT_ONCE:
        found = judged_map(values, position, len(values), plan, ctx.check)
    elif plan.method == "pca":
        found = ctx.in_process(judged_map, values, position, len(values), plan)
    else:
        found = ctx.in_process(make_map, values, plan)
    caption = judged_caption(found, plan, len(values))
    yield Snapshot(
        step=len(values),
        total=len(values),
        metrics={
            "trustworthiness": found.trustworthiness,
            "continuity": found.continuity,
            "frames": len(values),
            "laid_out": found.laid_out,
            "map_s": time.perf_counter() - began,
        },
        figures=figures_of(found, values, parts, plan),
        texts={"map": caption},
    )
    placed = [
        part.with_extra(map_1=rows[:, 0], map_2=rows[:, 1])
        for part, rows in zip(parts, split_like(found.position, parts), strict=True)
    ]
    write_tables(ctx, placed, "map", (".parquet", ".csv"))


def figures_of(
    found: LatentMap, values: Array, parts: Sequence[Latents], plan: Plan
) -> dict[str, Figure]:
    """The map by time, and of PCA also its third dimension."""
    coloring, caption = by_time(parts), judged_caption(found, plan, len(values))
    figures = {"map": map_figure(found.position, coloring, plan.method, caption)}
    if plan.method == "pca":
        space = pca_position(values, 3)
        words = f"PCA of {len(values)} frames in three dimensions"
        figures["map_3d"] = map_figure(space, coloring, "pca", words)
    return figures
