"""``agents.sweep``: scores over a range of attacks, each with its interval."""

from __future__ import annotations

import csv
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.agents.attack import Attack
from engine.agents.layout import PUZZLE_PONG, AgentSpec
from engine.agents.reported import PONG_OCCLUSION, reported_score
from engine.agents.rollout import check_attack, played, starts_of
from engine.agents.weights import AgentFile
from engine.claims import Reported
from engine.errors import BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, HeatMap, Line, Scatter, Table

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

_RESAMPLES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One value of a sweep: its label, scores, and what is reported for it."""

    label: str
    value: float
    scores: Array
    reported: Reported | None

    @property
    def interval(self) -> tuple[float, float]:
        """Bootstrap interval of the mean, 95 %."""
        random = np.random.default_rng(0)
        picks = random.integers(0, len(self.scores), (_RESAMPLES, len(self.scores)))
        low, high = np.quantile(self.scores[picks].mean(axis=1), (0.025, 0.975))
        return float(low), float(high)


def sweep(inputs: Inputs, ctx: Context) -> Generator[Shown, None, None]:
    """Play each value in turn on the same episodes; the table goes to ``sweep.csv``.

    Raises
    ------
    BadParams, BadInput
        A value makes an attack that the agent cannot take.
    """
    model: AgentFile = inputs["model"]
    params = ctx.params
    attacks = [_attack(params, value) for value in params.values]
    for attack in attacks:
        check_attack(model.spec, attack)
    starts = starts_of(inputs, model.spec, params)
    cells: list[Cell] = []
    total = len(attacks)
    for i, (value, attack) in enumerate(zip(params.values, attacks, strict=True)):
        scores = np.zeros(0)
        for _, newest, _ in played(model, attack, starts, params, ctx):
            scores = newest
            yield Snapshot(i, total, note=f"{params.over} {_label(params.over, value)}")
        reported = reported_score(model.spec.name, attack, model.spec.environment)
        cells.append(Cell(_label(params.over, value), value, scores.copy(), reported))
        figures = {"sweep": _figure(cells, params.over, model.spec), "table": _table(cells)}
        if params.over == "occlusion" and model.spec is PUZZLE_PONG:
            figures["reported"] = occlusion_figure()
        yield Snapshot(i + 1, total, _metrics(cells), figures)
    _write(ctx, cells)


def _attack(params: Any, value: float) -> Attack:
    attack: Attack = params.attack
    if params.over == "shuffle interval":
        if value < 0 or value != int(value):
            raise BadParams(f"A shuffle interval is a whole number of steps, not {value:g}.")
        # The paper's "never" is one order for the whole episode.
        return replace(attack, shuffle=f"every:{int(value)}" if value else "once")
    if params.over == "noise channels":
        if not 0 <= value <= 64 or value != int(value):
            raise BadParams(f"Noise channels are a whole number from 0 to 64, not {value:g}.")
        return replace(attack, noise_channels=int(value))
    if params.over == "occlusion":
        if not 0 <= value < 1:
            raise BadParams(f"Occlusion is a share from 0 to below 1, not {value:g}.")
        return replace(attack, occlusion=value)
    if not 0 < value <= 10:
        raise BadParams(f"The pre-tanh scale is above 0 and at most 10, not {value:g}.")
    return replace(attack, pre_tanh_scale=value)


def _label(over: str, value: float) -> str:
    return "never" if over == "shuffle interval" and value == 0 else f"{value:g}"


def _metrics(cells: list[Cell]) -> dict[str, float]:
    means = [float(cell.scores.mean()) for cell in cells]
    return {
        "cells": float(len(cells)),
        "highest_mean": max(means),
        "lowest_mean": min(means),
        "mean_score": means[-1],
    }


def _figure(cells: list[Cell], over: str, spec: AgentSpec) -> Figure:
    place = np.arange(len(cells), dtype="f8")
    means = np.array([cell.scores.mean() for cell in cells])
    low, high = np.array([cell.interval for cell in cells]).T
    layers: list[Any] = [
        Line(place, means, "measured mean, 95 % interval", "measured", low, high),
        Scatter(place, means, "", "measured", size_px=7),
    ]
    known = [i for i, cell in enumerate(cells) if cell.reported is not None]
    if known:
        values = np.array([cells[i].reported.value for i in known])  # type: ignore[union-attr]
        layers.append(Scatter(place[known], values, "reported mean", "reported", size_px=9))
    ticks = ", ".join(f"{i} = {cell.label}" for i, cell in enumerate(cells))
    caption = f"{spec.title}; {len(cells[0].scores)} episodes a value; {over}: {ticks}"
    axes = Axis(f"{over}, place in the list"), Axis("mean score")
    return Figure("Robustness", tuple(layers), *axes, caption=caption)


def occlusion_figure() -> Figure:
    """What the paper reports of Pong, by the share left out in training and at test."""
    values = np.array(PONG_OCCLUSION, "f8")
    edges = (-0.05, 0.95)
    layer = HeatMap(values, Axis("reported mean score"), edges, edges, low=-21.0, high=21.0)
    caption = "◇ reported by the paper, 100 episodes a cell; the agent's own row is measured above"
    axes = Axis("share left out at test"), Axis("share left out in training")
    return Figure("Reported: occlusion", (layer,), *axes, caption=caption)


def _table(cells: list[Cell]) -> Figure:
    columns = ("value", "reported", "measured mean", "sd", "median", "95 % from", "to")
    return Figure("Scores of the sweep", (Table(columns, tuple(map(_row, cells))),))


def _row(cell: Cell) -> tuple[str | float | int | None, ...]:
    low, high = cell.interval
    reported = "" if cell.reported is None else f"◇ {cell.reported}"
    values = (cell.scores.mean(), cell.scores.std(), np.median(cell.scores), low, high)
    return (cell.label, reported, *(round(float(value), 2) for value in values))


def _write(ctx: Context, cells: list[Cell]) -> None:
    with ctx.artifact("sweep.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("value", "episode", "score"))
        for cell in cells:
            for episode, score in enumerate(cell.scores):
                writer.writerow((cell.label, episode, repr(float(score))))
