"""Maps of latents as figures, coloured by whatever is known of each frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.behavior.latents import Latents
from engine.behavior.maps import NAMES, LatentMap, Plan
from engine.figures.arrays import Array
from engine.figures.model import Axis, Cloud, Figure, Scatter


@dataclass(frozen=True, slots=True, eq=False)
class Coloring:
    """What the colour of a point says: a number, or a category with its name.

    Attributes
    ----------
    name
        How a person calls it.
    value, axis
        (n,) float64, and its name and unit; None for categories.
    category, names
        (n,) int64, negative for none, and the names of 0, 1, ...
    """

    name: str
    value: Array | None = None
    axis: Axis | None = None
    category: Array | None = None
    names: tuple[str, ...] = ()

    def name_of(self, row: int) -> str:
        """Name of the category of a row; "" where the colours are of numbers."""
        return "" if self.category is None else self.names[int(self.category[row])]


def by_time(parts: Sequence[Latents]) -> Coloring:
    """Seconds on each recording's own clock."""
    times = np.concatenate([part.time_s for part in parts])
    return Coloring("time", times, Axis("time", "s"))


def by_name(parts: Sequence[Latents], which: str) -> Coloring:
    """The recording or the animal that a frame is of; `which` names the attribute."""
    names = tuple(dict.fromkeys(getattr(part, which) or "unnamed" for part in parts))
    at = [names.index(getattr(part, which) or "unnamed") for part in parts]
    category = np.repeat(at, [len(part) for part in parts])
    return Coloring(which, category=category.astype("i8"), names=names)


def by_column(parts: Sequence[Latents], column: str) -> Coloring:
    """A further column of the table, NaN where a part has none."""
    there = [part.extra.get(column, np.full(len(part), np.nan)) for part in parts]
    return Coloring(column, np.concatenate(there).astype("f8"), Axis(column))


def map_figure(
    position: Array, coloring: Coloring, method: str, caption: str, name: str = "frames"
) -> Figure:
    """A map (n, 2), or a cloud (n, 3), in one colouring."""
    first, second, *third = (Axis(f"{NAMES[method]} {k + 1}") for k in range(position.shape[1]))
    colored: dict[str, Any] = {
        "value": coloring.value,
        "value_axis": coloring.axis,
        "category": coloring.category,
        "category_names": coloring.names,
    }
    title = f"{NAMES[method]} map by {coloring.name}"
    if third:
        cloud = Cloud(position, name, **colored)
        return Figure(title, (cloud,), first, second, third[0], caption)
    points = Scatter(position[:, 0], position[:, 1], name, **colored)
    return Figure(title, (points,), first, second, caption=caption)


def judged_caption(found: LatentMap, plan: Plan, rows: int) -> str:
    """How the map was made and how far it can be trusted, and on what that rests."""
    words = f"{NAMES[plan.method]} of {rows} frames"
    if found.laid_out < rows:
        words += f", {found.laid_out} laid out and {rows - found.laid_out} projected"
    return (
        f"trustworthiness {found.trustworthiness:.3f}, continuity {found.continuity:.3f} "
        f"(k = {plan.judged_neighbors}, on {found.judged} frames) · {words}"
    )
