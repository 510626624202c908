"""``detection.nms``: suppression alone, on raw boxes whose people are known."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from engine.context import Context
from engine.detection import evaluation_figures as figures
from engine.detection.boxes import iou
from engine.detection.distance import Densities, distance
from engine.detection.nms import DEFAULT_THRESHOLD, RULES, Suppression
from engine.detection.params import NmsParams, SuppressionParams
from engine.detection.raw import RawBoxes, SceneOutcome, outcomes
from engine.detection.simulate import simulated
from engine.experiment import Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Figure


def suppression_of(params: SuppressionParams) -> Suppression:
    """The suppression that parameters ask for."""
    return Suppression(
        params.rule,
        params.threshold,
        params.score_min,
        params.lam,
        params.measure,
        params.prefilter,
    )


@dataclass(slots=True)
class _Tally:
    found: int = 0
    people: int = 0
    extra: int = 0
    scenes: int = 0

    def add(self, outcome: SceneOutcome) -> None:
        self.found += outcome.found
        self.people += outcome.people
        self.extra += outcome.extra
        self.scenes += 1

    @property
    def recall(self) -> float:
        return self.found / max(1, self.people)

    @property
    def extra_per_image(self) -> float:
        return self.extra / max(1, self.scenes)


def run(raw: RawBoxes | None, ctx: Context) -> Generator[Snapshot, None, None]:
    """Suppress scene by scene, then the same boxes by every rule.

    Yields
    ------
    Snapshot
        One a scene; the last has figures.
    """
    params: NmsParams = ctx.params
    raw = raw or simulated(params.crowd, params.seed)
    how = suppression_of(params)
    total, tally = len(raw.scenes), _Tally()
    for outcome in outcomes(raw, how):
        tally.add(outcome)
        yield Snapshot(tally.scenes, total, _metrics(tally), note="suppressing")
    rows, rival = [], _Tally()
    for rule in RULES:
        own = replace(how, rule=rule, threshold=how.threshold if rule == how.rule else None)
        other = _whole(raw, own, ctx)
        if rule == "iou":
            rival = _whole(raw, replace(own, threshold=DEFAULT_THRESHOLD["iou"]), ctx)
        rows.append((RULES[rule], own.limit, other.recall, other.extra_per_image))
    metrics = {
        **_metrics(tally),
        "iou_recall": rival.recall,
        "iou_extra_per_image": rival.extra_per_image,
        "recall_over_iou": tally.recall - rival.recall,
    }
    drawn = {"rules": figures.rule_table(rows), "distances": _distances(raw, how)}
    texts = {"setting": setting(how)}
    yield Snapshot(total, total, metrics, drawn, texts)


def setting(how: Suppression) -> str:
    """Everything a threshold depends on, in one line."""
    word = RULES[how.rule]
    if how.rule in ("beta", "soft"):
        return (
            f"{word} at {how.limit:g} nats, lambda {how.spread:.4g}, {how.measure}, mean of both "
            f"directions, IoU prefilter {how.prefilter:g}, score at least {how.score_min:g}"
        )
    return f"{word} at {how.limit:g}, score at least {how.score_min:g}"


def _whole(raw: RawBoxes, how: Suppression, ctx: Context) -> _Tally:
    tally = _Tally()
    for outcome in outcomes(raw, how):
        ctx.check()
        tally.add(outcome)
    return tally


def _metrics(tally: _Tally) -> dict[str, float]:
    return {"recall": tally.recall, "extra_per_image": tally.extra_per_image}


def _distances(raw: RawBoxes, how: Suppression) -> Figure:
    """Distances within and between people of the first scenes."""
    same: list[Array] = []
    different: list[Array] = []
    for scene in raw.scenes[:10]:
        rows = np.flatnonzero((raw.scene == scene) & (raw.owner >= 0))
        full, owner = raw.full[rows], raw.owner[rows]
        one, two = np.nonzero(np.triu(iou(full, full) > how.prefilter, 1))
        people = Densities.of(full, raw.visible[rows], how.spread)
        values = distance(people.rows(one), people.rows(two), how.measure)
        mine = owner[one] == owner[two]
        same.append(values[mine])
        different.append(values[~mine])
    limit = how.limit if how.rule in ("beta", "soft") else None
    empty = np.zeros(0)
    return figures.distances(
        np.concatenate([empty, *same]), np.concatenate([empty, *different]), limit
    )
