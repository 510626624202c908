"""``detection.compare``: the beta head against the plain head, everything else equal.

Both see the same images for the same number of iterations from the same seeds; thresholds of
each rule are tuned on other images. The intervals are those of a paired t test over the seeds.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from engine.context import Context
from engine.detection import held_back, training_figures
from engine.detection.params import CompareParams
from engine.detection.training import new_network, train
from engine.detection.training_run import Sources, design_of, recipe_of, sources_of
from engine.experiment import Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Table

#: Heads with the rules that suit them; the first of "beta" is the method as a whole.
ENTRIES = (("beta", "beta"), ("beta", "iou"), ("beta", "visible_iou"), ("plain", "iou"))
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Paired:
    """Mean difference over seeds with its interval (low, high)."""

    mean: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """What may be said of it."""
        if self.low > 0:
            return "the beta head is better"
        if self.high < 0:
            return "the plain head is better"
        return "no difference can be told (null result)"


def run(ctx: Context) -> Generator[Snapshot, None, None]:
    """Train every head from every seed; a snapshot every iteration, and one with the result."""
    params: CompareParams = ctx.params
    ctx.batch_used = params.batch
    one = params.iterations + params.tuning_images + params.test_images
    total, done = 2 * params.seeds * one, 0
    scores: dict[tuple[str, str], list[held_back.Score]] = {entry: [] for entry in ENTRIES}
    for seed in range(params.seed, params.seed + params.seeds):
        sources = sources_of(params, None, None, seed)
        for head in ("beta", "plain"):
            note = f"{head} head, seed {seed}"
            own = yield from _trained(head, seed, sources, ctx, (done, total, note))
            done += one
            for rule, score in own.items():
                scores[head, rule].append(score)
            yield Snapshot(done, total, figures={"scores": _table(scores)}, note=note)
    yield _result(scores, total, params)


def paired(first: Array, second: Array) -> Paired:
    """The mean of ``first - second`` (n,) with its t interval; without one for a single seed."""
    from scipy import stats

    difference = np.asarray(first) - np.asarray(second)
    mean = float(difference.mean())
    if len(difference) < 2:
        return Paired(mean, float("-inf"), float("inf"))
    error = float(stats.sem(difference))
    reach = error * float(stats.t.ppf(0.5 + _CONFIDENCE / 2, len(difference) - 1))
    return Paired(mean, mean - reach, mean + reach)


def _trained(
    head: str, seed: int, sources: Sources, ctx: Context, place: tuple[int, int, str]
) -> Generator[Snapshot, None, dict[str, held_back.Score]]:
    params: CompareParams = ctx.params
    done, total, note = place
    network = new_network(design_of(params, head), seed)
    for step in train(network, sources.learnt, recipe_of(params, seed), ctx.check):
        yield Snapshot(done + step.number, total, {"loss": step.total}, note=note)
    images: list[list[held_back.RawImage]] = []
    done += params.iterations
    for source, count in (
        (sources.tuning, params.tuning_images),
        (sources.test, params.test_images),
    ):
        images.append([])
        for image in held_back.looked_at(network, source, range(count)):
            images[-1].append(image)
            done += 1
            yield Snapshot(done, total, note=note)
    rules = [rule for entry, rule in ENTRIES if entry == head]
    return {
        rule: held_back.score(images[1], held_back.tuned(images[0], rule, ctx.check), ctx.check)
        for rule in rules
    }


def _result(
    scores: dict[tuple[str, str], list[held_back.Score]], total: int, params: CompareParams
) -> Snapshot:
    metrics: dict[str, float] = {"n_seeds": float(params.seeds)}
    ap = {entry: np.array([score.ap for score in own]) for entry, own in scores.items()}
    mr2 = {entry: np.array([score.mr2 for score in own]) for entry, own in scores.items()}
    for name, values in (("ap", ap), ("mr2", mr2)):
        for (head, rule), own in values.items():
            key = f"{name}_{head}" if (head, rule) != ("beta", "iou") else f"{name}_beta_iou"
            key = f"{name}_beta_visible_iou" if rule == "visible_iou" else key
            metrics[key] = float(own.mean())
            metrics[f"{key}_sd"] = float(own.std(ddof=1)) if len(own) > 1 else float("nan")
    gain = paired(ap["beta", "beta"], ap["plain", "iou"])
    # Lower is better for the miss rate: the sign is turned so that more is better in both.
    miss = paired(mr2["plain", "iou"], mr2["beta", "beta"])
    for name, value in (("ap_gain", gain), ("mr2_gain", miss)):
        metrics[name] = value.mean
        if np.isfinite(value.low):
            metrics.update({f"{name}_low": value.low, f"{name}_high": value.high})
    texts = {
        "ap": f"{gain.words}: {gain.mean:+.4f} AP, 95 % interval {gain.low:+.4f} to "
        f"{gain.high:+.4f}, {params.seeds} seeds",
        "mr2": f"{miss.words}: MR^-2 lower by {miss.mean:+.4f}, 95 % interval {miss.low:+.4f} to "
        f"{miss.high:+.4f}",
    }
    figures = {"scores": _table(scores), "ap": _bars(ap)}
    return Snapshot(total, total, metrics, figures, texts)


def _table(scores: dict[tuple[str, str], list[held_back.Score]]) -> Figure:
    rows = tuple(
        (head, rule, number, score.how.limit, score.ap, score.mr2, score.ji, score.recall)
        for (head, rule), own in scores.items()
        for number, score in enumerate(own, start=1)
    )
    columns = ("head", "rule", "run", "threshold", "AP", "MR^-2", "JI", "final recall")
    caption = "equal iterations and images; thresholds tuned on other images of each seed"
    return Figure("Every run", (Table(columns, rows),), caption=caption)


def _bars(ap: dict[tuple[str, str], Array]) -> Figure:
    names = [f"{head}, {rule}" for head, rule in ap]
    means = np.array([own.mean() for own in ap.values()])
    ends = np.array([[own.min(), own.max()] for own in ap.values()])
    axis = Axis("average precision", low=0.0, high=1.0)
    caption = "error bars from the least to the greatest of the seeds"
    return training_figures.comparison(names, means, ends, axis, caption)
