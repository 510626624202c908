"""The linear map of latents, as a question that is answered at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.behavior.latents import Latents
from engine.experiment import Query
from engine.figures.model import Figure


def linear_map(data: tuple[Latents, ...], params: Any) -> Mapping[str, Figure]:
    """The query: latents and `MapParams` to ``map`` and ``map_3d`` by PCA, judged on a sample."""
    from engine.behavior.map_run import codes_to_map, figures_of, plan_of
    from engine.behavior.maps import JUDGED_AT_ONCE, judged_map, pca_position

    plan = replace(plan_of(params), method="pca", judged=min(params.judged, JUDGED_AT_ONCE))
    values = codes_to_map(data, even=params.standardise)
    found = judged_map(values, pca_position(values), len(values), plan)
    return figures_of(found, values, data, plan)


LINEAR_MAP = Query("behavior.linear_map", "latents in the plane by PCA", linear_map)


def first_map(data: tuple[Latents, ...], params: Any) -> Mapping[str, Figure]:
    """The query: the same ``map``, not judged yet, which needs no library that takes long."""
    from engine.behavior.map_figures import by_time, map_figure
    from engine.behavior.map_run import codes_to_map
    from engine.behavior.maps import pca_position

    values = codes_to_map(data, even=params.standardise)
    caption = f"PCA of {len(values)} frames; how far it can be trusted is being found out"
    return {"map": map_figure(pca_position(values), by_time(data), "pca", caption)}


FIRST_MAP = Query("behavior.first_map", "latents in the plane by PCA, at once", first_map)
