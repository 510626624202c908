"""``agents.latent``: an agent's code over an episode, mapped to the plane and read out.

R² is that of an ordinary least-squares regression, with intercept, from the code to each sensor
over all steps of the episodes; the paper does not say which episodes it used.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.agents.open_loop import permutation_gap
from engine.agents.reported import CODE_R2
from engine.agents.rollout import check_attack
from engine.agents.rollouts import world_seed
from engine.agents.weights import AgentFile, save_arrays
from engine.agents.worlds import FACTS
from engine.errors import PeerscopeError
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, HeatMap, Scatter, Table

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

_SHOWN = 50
#: Reward a step of an episode that counts as a success.
_SUCCESS = 0.3
_TRIES = 40


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One or more episodes.

    Attributes
    ----------
    seen
        (T, N) sensors, or (T, H, W) grey frames as the agent got them.
    code
        (T, K) float32, flattened.
    score
        Mean score of the episodes.
    """

    seen: Array
    code: Array
    score: float


def latent(inputs: Inputs, ctx: Context) -> Generator[Shown, None, None]:
    """Play, map, and read out; sensors, codes and places go to ``episode.npz``.

    Raises
    ------
    PeerscopeError
        No episode reached the score that counts as a success.
    """
    model: AgentFile = inputs["model"]
    params = ctx.params
    check_attack(model.spec, params.attack)
    traces: list[Trace] = []
    total = params.steps * params.episodes
    for step, trace in _episodes(model, ctx):
        if trace is None:
            yield Snapshot(min(step, total), total, note="playing")
        else:
            traces.append(trace)
    seen = np.concatenate([trace.seen for trace in traces])
    code = np.concatenate([trace.code for trace in traces])
    yield Snapshot(total, total, note="mapping")
    place, explained = code_map(code, params.map, params.perplexity, params.seed, ctx)
    arrays = {"seen": seen, "code": code, "place": place}
    save_arrays(ctx.artifact("episode.npz"), arrays)
    metrics = {"steps": float(len(code)), "explained": explained}
    metrics["score"] = float(np.mean([trace.score for trace in traces]))
    figures = {"map": map_figure(place, params.map), "code": _strip(code)}
    if not model.spec.vision:
        r2 = read_out(code, seen)
        metrics["mean_r2"] = float(r2.mean())
        figures["r2"] = _r2_table(r2, FACTS[model.spec.environment].sensors)
        if model.spec.invariant:
            metrics["permutation_gap"] = permutation_gap(model, traces[0].seen, 4, ctx)
    yield Snapshot(total, total, metrics, figures)


def read_out(code: Array, seen: Array) -> Array:
    """R² of a linear regression from code (T, K) to each column of seen (T, N), (N,)."""
    centred = code.astype("f8") - code.mean(axis=0)
    target = seen.astype("f8") - seen.mean(axis=0)
    fit, *_ = np.linalg.lstsq(centred, target, rcond=None)
    left = ((target - centred @ fit) ** 2).sum(axis=0)
    whole = (target**2).sum(axis=0)
    r2: Array = 1 - np.divide(left, whole, out=np.ones_like(left), where=whole > 0)
    return r2


def principal_plane(code: Array) -> tuple[Array, float]:
    """Places (T, 2) on the first two principal components, and the variance they explain."""
    centred = code.astype("f8") - code.mean(axis=0)
    gram_first = len(centred) < centred.shape[1]
    matrix = centred @ centred.T if gram_first else centred.T @ centred
    values, vectors = np.linalg.eigh(matrix)
    top = vectors[:, ::-1][:, :2]
    place = top * np.sqrt(np.maximum(values[::-1][:2], 0)) if gram_first else centred @ top
    explained = float(values[::-1][:2].sum() / max(values.sum(), 1e-12))
    # A component's sign is arbitrary: the largest place is made positive.
    signs = np.sign(place[np.abs(place).argmax(axis=0), range(place.shape[1])])
    return place * np.where(signs == 0, 1.0, signs), explained


def code_map(
    code: Array, kind: str, perplexity: float, seed: int, ctx: Context
) -> tuple[Array, float]:
    """Places (T, 2) of codes in the plane, and the variance that two components explain."""
    place, explained = principal_plane(code)
    if kind == "tsne":
        place = ctx.in_process(tsne, code, perplexity, seed)
    return place, explained


def tsne(code: Array, perplexity: float, seed: int) -> Array:
    """t-SNE of codes (T, K) by scikit-learn, (T, 2) float64; many columns go through a PCA."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if code.shape[1] > 50:
        code = PCA(50, random_state=seed).fit_transform(code)
    fitting = min(perplexity, (len(code) - 1) / 3)
    made = TSNE(2, perplexity=fitting, random_state=seed, init="pca", n_jobs=1)
    return np.asarray(made.fit_transform(code), "f8")


def map_figure(place: Array, kind: str) -> Figure:
    """The map, coloured by time."""
    words = {"pca": "component", "tsne": "t-SNE"}[kind]
    layer = Scatter(
        place[:, 0],
        place[:, 1],
        value=np.arange(len(place), dtype="f8"),
        value_axis=Axis("step"),
        size_px=4,
    )
    caption = f"{len(place)} steps, none left out"
    return Figure("Code", (layer,), Axis(f"{words} 1"), Axis(f"{words} 2"), caption=caption)


def _episodes(model: AgentFile, ctx: Context) -> Generator[tuple[int, Trace | None], None, None]:
    """Steps played, and each episode that counts once it is whole."""
    params, found = ctx.params, 0
    bar = _SUCCESS * params.steps if model.spec.environment == "cartpole" else float("-inf")
    for episode in range(_TRIES * params.episodes):
        trace = None
        for step, trace in _one_episode(model, episode, ctx):
            if trace is None:
                yield found * params.steps + step, None
        if trace is not None and trace.score >= bar:
            found += 1
            yield found * params.steps, trace
        if found == params.episodes:
            return
    raise PeerscopeError(
        f"Only {found} of {_TRIES * params.episodes} episodes scored {bar:g} or more; "
        "take another seed or a better agent."
    )


def _one_episode(
    model: AgentFile, episode: int, ctx: Context
) -> Generator[tuple[int, Trace | None], None, None]:
    from engine.agents.players import make_player
    from engine.agents.worlds import make_world

    params = ctx.params
    world = make_world(model.spec.environment)
    player = make_player(model.spec, model.params, params.attack)
    player.reset(np.random.default_rng([params.seed, episode]))
    seen, score, over, step = world.reset(world_seed(params.seed, episode)), 0.0, False, 0
    kept, codes = [], []
    try:
        while not over and step < params.steps:
            ctx.check()
            action = player.act(seen)
            sight: Any = player.sight()
            kept.append(sight.inputs if model.spec.vision else np.array(seen))
            codes.append(sight.code.ravel())
            seen, reward, over = world.step(action)
            score, step = score + reward, step + 1
            if step % _SHOWN == 0:
                yield step, None
    finally:
        world.close()
    yield step, Trace(np.stack(kept), np.stack(codes), score)


def _strip(code: Array) -> Figure:
    shown = code[:, :64].T
    layer = HeatMap(shown.astype("f8"), Axis("m"), (0, len(code)), (0, len(shown)), signed=True)
    left_out = f"the first 64 of {code.shape[1]} numbers" if code.shape[1] > 64 else "all numbers"
    return Figure("Code over time", (layer,), Axis("step"), Axis("number"), caption=left_out)


def _r2_table(r2: Array, names: tuple[str, ...]) -> Figure:
    rows = tuple(
        (name, f"◇ {CODE_R2[name]:.3f}" if len(names) == 5 else "", round(float(value), 3))
        for name, value in zip(names, r2, strict=True)
    )
    table = Table(("sensor", "reported R²", "measured R²"), rows)
    return Figure("Sensors read from the code", (table,), caption="all steps of the episodes")
