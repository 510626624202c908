"""The experiment ``compression.recommend``: the best method, rank and bits for a budget."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from engine.compression.matrices import figures
from engine.compression.matrices.container import write
from engine.compression.matrices.data import Matrix
from engine.compression.matrices.decompose import decomposed
from engine.compression.matrices.fitting import fitted, told_of
from engine.compression.matrices.measure import Problem
from engine.compression.matrices.settings import CARD_METHODS, LOW_RANK, TITLES, Method, Settings
from engine.compression.matrices.trial import Trial, tried
from engine.context import Context
from engine.errors import BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.model import Axis

#: Bits of L and R that are tried; R gets no fewer than L.
PAIRS = ((2, 4), (3, 5), (3, 6), (4, 4), (4, 6), (4, 8), (5, 6), (6, 6), (6, 8), (8, 8))
#: Bars of the ranking; all are in the table.
_RANKED = 4


def candidates(include_ours: bool) -> list[Settings]:
    """Every setting the search tries, rank and bits per entry still open."""
    made = [Settings("nq"), Settings("nq_per_row")]
    for method in LOW_RANK:
        for left, right in PAIRS:
            settings = Settings(method, bits_left=left, bits_right=right, cutoff=2e-3)  # type: ignore[arg-type]
            made.append(settings)
    return [*made, Settings("coded")] if include_ours else made


def run_recommend(matrix: Matrix, ctx: Context) -> Generator[Shown, None, None]:
    """Try every candidate with one seed, and the best of each method with all."""
    params = ctx.params
    yield Snapshot(0, None, note="singular value decomposition")
    problem = Problem.of(matrix).with_svd(decomposed(matrix.values, ctx))
    tried_here, refusals = _fitting(candidates(params.include_ours), matrix, params)
    if not tried_here:
        raise refusals[0]
    total = len(tried_here) + len(CARD_METHODS) + params.include_ours
    best: dict[Method, Trial] = {}
    for number, settings in enumerate(tried_here, start=1):
        trial = tried(problem, settings, params.seed, 1, ctx.check)
        before = best.get(settings.method)
        if before is None or trial.error < before.error:
            best[settings.method] = trial
        yield Snapshot(number, total, note=f"{TITLES[settings.method]}")
    finals = []
    for number, trial in enumerate(best.values(), start=len(tried_here) + 1):
        finals.append(tried(problem, trial.settings, params.seed, params.seeds, ctx.check))
        yield Snapshot(number, total, note=f"{TITLES[trial.settings.method]}, all seeds")
    yield _verdict(sorted(finals, key=lambda trial: trial.error), matrix, total, ctx)


def _fitting(
    found: list[Settings], matrix: Matrix, params: object
) -> tuple[list[Settings], list[BadParams]]:
    settings, refusals = [], []
    for one in found:
        try:
            settings.append(fitted(told_of(one, matrix), matrix.shape, params))  # type: ignore[arg-type]
        except BadParams as refusal:
            refusals.append(refusal)
    return settings, refusals


def _verdict(order: list[Trial], matrix: Matrix, total: int, ctx: Context) -> Snapshot:
    best = order[0]
    made = best.found[0].made
    size = write(made, ctx.artifact("matrix.lplr"), matrix.kept_dtype, matrix.source)
    low = next((trial for trial in order if trial.settings.method in LOW_RANK), None)
    flat = next((trial for trial in order if trial.settings.method not in LOW_RANK), None)
    settings = made.settings
    metrics = {
        "relative_error": best.error,
        "relative_error_sd": best.spread,
        "file_bytes": float(size),
        "rank": float(settings.rank),
        "bits_left": float(settings.bits if settings.naive else settings.bits_left),
        "bits_right": 0.0 if settings.naive else float(settings.bits_right),
    }
    if low is not None:
        metrics["low_rank_error"] = low.error
    if flat is not None:
        metrics["other_error"] = flat.error
    shown = {
        "methods": figures.table("Best of each method", [trial.row() for trial in order]),
        "ranking": figures.bars(
            "Best of each method",
            {trial.settings.method: trial.error for trial in order[:_RANKED]},
            Axis("relative error", low=0.0),
            f"the first {_RANKED} of {len(order)}, each at its best rank and bits",
        ),
    }
    texts = {"recommended_method": settings.method, "reason": reason(best, low, flat)}
    return Snapshot(total, total, metrics, shown, texts)


def reason(best: Trial, low: Trial | None, flat: Trial | None) -> str:
    """Why, in a sentence or two."""
    if low is None:
        return f"Do not use low rank here: not one component fits; {_told(best)}."
    if best.settings.method in LOW_RANK:
        other = "" if flat is None else f", where {_told(flat)}"
        return f"Low rank pays here: {_told(best)}{other}."
    return (
        f"Do not use low rank here: {_told(best)}, but the best low-rank method, {_told(low)}: "
        f"the spectrum falls too slowly for this many bits."
    )


def _told(trial: Trial) -> str:
    settings = replace(trial.found[0].made.settings)
    if settings.naive:
        how = f"{settings.bits} bits"
    elif settings.method == "coded":
        how = f"rank {settings.rank}"
    else:
        how = f"m = {settings.rank}, bits {settings.bits_left} and {settings.bits_right}"
    return f"{TITLES[settings.method]} ({how}) has error {trial.error:.3g}"
