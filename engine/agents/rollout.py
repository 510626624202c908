"""``agents.rollout``: episodes played to their end, and their scores."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.agents import cartpole
from engine.agents.attack import Attack
from engine.agents.executors import completed, executor
from engine.agents.layout import ANT_MLP, AgentSpec
from engine.agents.reported import reported_score
from engine.agents.weights import AgentFile
from engine.agents.worlds import require
from engine.errors import BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Histogram, Reference, Scatter

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

#: A snapshot each so many steps of a batch.
_SHOWN = 50


def rollout(inputs: Inputs, ctx: Context) -> Generator[Shown, None, None]:
    """Play ``episodes`` episodes; scores go to ``scores.csv``.

    Raises
    ------
    BadParams, BadInput
        The agent cannot take the attack, or the starting states are not usable.
    """
    model: AgentFile = inputs["model"]
    params = ctx.params
    check_attack(model.spec, params.attack)
    starts = starts_of(inputs, model.spec, params)
    began = time.perf_counter()
    play = played(model, params.attack, starts, params, ctx)
    scores, steps = np.zeros(0), np.zeros(0, "i8")
    for done, scores, steps in play:
        yield Snapshot(done, _total(model.spec, params.episodes), _metrics(scores, steps, began))
    write_scores(ctx.artifact("scores.csv"), scores, steps)
    reported = reported_score(model.spec.name, params.attack, model.spec.environment)
    figures = {"scores": score_figure(scores, reported), "episodes": _by_episode(scores, reported)}
    total = _total(model.spec, params.episodes)
    yield Snapshot(total, total, _metrics(scores, steps, began), figures)


def check_attack(spec: AgentSpec, attack: Attack) -> None:
    """Refuse what an agent cannot take, before anything is loaded.

    Raises
    ------
    BadParams
        One sentence naming the parameter.
    """
    require(spec.environment)
    if spec is ANT_MLP and (attack.noise_channels or attack.duplicate > 1):
        raise BadParams("ant_mlp takes exactly its 28 sensors: set noise_channels=0, duplicate=1.")
    if spec.vision and (attack.noise_channels or attack.duplicate > 1):
        raise BadParams(f"{spec.name} sees patches: noise_channels and duplicate are for vectors.")
    if not spec.vision and attack.occlusion:
        raise BadParams(f"{spec.name} has no patches to occlude: set occlusion=0.")
    if spec.environment != "carracing" and attack.background != "none":
        raise BadParams("Only CarRacing has a background: set background=none.")


def starts_of(inputs: Inputs, spec: AgentSpec, params: Any) -> Array | None:
    """CartPole's starting states (episodes, 4): those given, or drawn from the seed."""
    if "initial_states" in inputs:
        if spec.environment != "cartpole":
            raise BadParams(f"{spec.name} does not start from states of CartPole.")
        from engine.agents.recordings import starting_states

        return starting_states(inputs["initial_states"], params.episodes)
    if spec.environment != "cartpole":
        return None
    return cartpole.random_states(np.random.default_rng(params.seed), params.episodes)


def played(
    model: AgentFile, attack: Attack, starts: Array | None, params: Any, ctx: Context
) -> Generator[tuple[int, Array, Array], None, None]:
    """Progress, scores and lengths (episodes,) as they come; the last is complete.

    Episodes that go on count with what they have so far in CartPole's batch, and are left out
    elsewhere.
    """
    if starts is not None:
        yield from _in_a_batch(model, attack, starts, params.seed, ctx)
    else:
        yield from _one_by_one(model, attack, params, ctx)


def _in_a_batch(
    model: AgentFile, attack: Attack, starts: Array, seed: int, ctx: Context
) -> Generator[tuple[int, Array, Array], None, None]:
    from engine.agents.rollouts import CartPoleBatch

    batch = CartPoleBatch(model.params[None], starts, attack, seed)
    for step in batch.run():
        ctx.check()
        if step % _SHOWN == 0:
            yield step, batch.scores[0], batch.steps[0]
    yield cartpole.STEPS, batch.scores[0], batch.steps[0]


def _one_by_one(
    model: AgentFile, attack: Attack, params: Any, ctx: Context
) -> Generator[tuple[int, Array, Array], None, None]:
    from engine.agents.rollouts import EpisodeTask, run_episode

    tasks = [
        EpisodeTask(model.spec.name, model.params, attack, params.seed, episode)
        for episode in range(params.episodes)
    ]
    scores, steps = np.full(len(tasks), math.nan), np.zeros(len(tasks), "i8")
    with executor(params.scheduler, params.workers) as pool:
        for done, (i, answer) in enumerate(completed(pool, run_episode, tasks, ctx.check), 1):
            scores[i], steps[i] = answer.score, answer.steps
            known = ~np.isnan(scores)
            yield done, scores[known], steps[known]


def write_scores(path: Path, scores: Array, steps: Array) -> None:
    """A table with one row an episode."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("episode", "score", "steps"))
        for episode, (score, count) in enumerate(zip(scores, steps, strict=True)):
            writer.writerow((episode, repr(float(score)), int(count)))


def score_figure(scores: Array, reported: Any) -> Figure:
    """Histogram of scores, with the reported mean where there is one."""
    counts, edges = np.histogram(scores, bins=min(40, max(5, len(scores) // 2)))
    layers: list[Any] = [Histogram(edges, counts, "measured")]
    layers.append(Reference(float(scores.mean()), "measured mean", "measured", None, "x"))
    if reported is not None:
        layers.append(Reference(reported.value, "reported mean", "reported", None, "x"))
    caption = f"{len(scores)} episodes, none left out"
    return Figure("Scores", tuple(layers), Axis("score"), Axis("episodes"), caption=caption)


def _by_episode(scores: Array, reported: Any) -> Figure:
    layers: list[Any] = [Scatter(np.arange(len(scores)), scores, "measured", size_px=5)]
    if reported is not None:
        mark = Reference(reported.value, "reported mean ± sd", "reported", reported.spread)
        layers.append(mark)
    return Figure("Score of each episode", tuple(layers), Axis("episode"), Axis("score"))


def _metrics(scores: Array, steps: Array, began: float) -> dict[str, float]:
    seconds = max(time.perf_counter() - began, 1e-9)
    return {
        "mean_score": float(scores.mean()),
        "std_score": float(scores.std()),
        "median_score": float(np.median(scores)),
        "below_50": float((scores < 50).sum()),
        "episodes": float(len(scores)),
        "mean_steps": float(steps.mean()),
        "steps_per_s": float(steps.sum() / seconds),
    }


def _total(spec: AgentSpec, episodes: int) -> int:
    return cartpole.STEPS if spec.environment == "cartpole" else episodes
