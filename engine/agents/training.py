"""``agents.train``: evolution, or gradients through the simulator, with checks and checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.agents.attack import Attack
from engine.agents.layout import SPECS, AgentSpec
from engine.agents.reported import reported_score
from engine.agents.weights import AgentFile, save_arrays, write_agent
from engine.agents.worlds import require
from engine.errors import BadInput, BadParams
from engine.experiment import Shown, Snapshot
from engine.figures.arrays import Array
from engine.figures.model import Axis, Figure, Line, Reference, Scatter
from engine.files.kinds import Kind
from engine.files.sniff import zip_names

if TYPE_CHECKING:
    from engine.context import Context
    from engine.files.inputs import Inputs

_MARK = "peerscope_training"
_CHECK_STREAM = 17


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A training run to resume: the arrays of its search, and what it was.

    Attributes
    ----------
    path
        The file.
    agent, method
        What is trained, and how.
    arrays
        By name, as `Evolution.state` or `GradientTrainer.state` gave them.
    """

    path: Path
    agent: str
    method: str
    arrays: Mapping[str, Array]

    @property
    def summary(self) -> str:
        """What it resumes."""
        return f"training of {self.agent} by {self.method}"

    def close(self) -> None:
        """Nothing is held open."""


def open_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    BadInput
        It is damaged, or holds anything but numbers and words.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        agent, method = (str(word) for word in arrays.pop(_MARK))
    except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
        raise BadInput(f"{path.name} is damaged and cannot be resumed; take another.") from error
    if agent not in SPECS:
        raise BadInput(f"{path.name} trains an agent {agent!r} that is not known here.")
    return Checkpoint(path, agent, method, arrays)


CHECKPOINT = Kind(
    "agent_checkpoint",
    "checkpoint of a training",
    (".npz",),
    lambda path, head: f"{_MARK}.npy" in zip_names(path, head),
    open_checkpoint,
)


@dataclass(slots=True)
class _Log:
    """What training has reached so far, for the figures."""

    fitness: list[tuple[int, float, float, float]] = field(default_factory=list)
    checks: list[tuple[int, float]] = field(default_factory=list)
    best: float = float("-inf")
    best_fitness: float = float("-inf")


def train(inputs: Inputs, ctx: Context) -> Generator[Shown, None, None]:
    """Train; ``mean.safetensors`` and ``best.safetensors`` hold the newest and the best agent.

    Raises
    ------
    BadParams, BadInput
        The method cannot train the agent, or the checkpoint is of another run.
    """
    spec, start = _start(inputs, ctx.params)
    checkpoint: Checkpoint | None = inputs.get("checkpoint")
    if checkpoint is not None and (checkpoint.agent, checkpoint.method) != (
        spec.name,
        ctx.params.method,
    ):
        raise BadInput(
            f"{checkpoint.path.name} is a {checkpoint.summary}: set agent and method so."
        )
    by = _by_gradient if ctx.params.method == "gradient" else _by_evolution
    yield from by(spec, start, checkpoint, ctx)


def _start(inputs: Inputs, params: Any) -> tuple[AgentSpec, Array | None]:
    model: AgentFile | None = inputs.get("model")
    spec = model.spec if model is not None else SPECS[params.agent]
    require(spec.environment)
    if params.method == "gradient" and spec.name != "cartpole_pi":
        raise BadParams(f"Gradients flow through CartPole alone; train {spec.name} by cma.")
    if spec.environment == "pong":
        raise BadParams("Pong is learned by imitation: run agents.clone with task=pong.")
    return spec, None if model is None else model.params


def _by_gradient(
    spec: AgentSpec, start: Array | None, checkpoint: Checkpoint | None, ctx: Context
) -> Generator[Shown, None, None]:
    from engine.agents.gradient import GradientSettings, GradientTrainer

    params, log, began = ctx.params, _Log(), time.process_time()
    settings = GradientSettings(
        episodes=params.episodes,
        horizon=params.horizon,
        updates=params.steps,
        actor_rate=params.rate,
        critic_rate=params.rate,
    )
    trainer = GradientTrainer(settings, params.seed, start)
    if checkpoint is not None:
        _restored(checkpoint, lambda: trainer.restore(checkpoint.arrays))
    while trainer.update < params.steps:
        progress = trainer.step(ctx.check)
        log.fitness.append((progress.update, progress.reward, 0.0, progress.reward))
        metrics = {"fitness": progress.reward, "cpu_minutes": _minutes(began)}
        if _is_due(progress.update, params):
            _checked(spec, progress.params, log, progress.update, ctx, keep=False)
            metrics |= _checked(spec, progress.average, log, progress.update, ctx)
            _save(ctx, spec, "gradient", trainer.state(), progress.average)
            yield Snapshot(progress.update, params.steps, metrics, _figures(log, spec))
        else:
            yield Snapshot(progress.update, params.steps, metrics)


def _by_evolution(
    spec: AgentSpec, start: Array | None, checkpoint: Checkpoint | None, ctx: Context
) -> Generator[Shown, None, None]:
    from engine.agents.evolution import FULL_COVARIANCE, Evolution, evaluator
    from engine.agents.executors import executor

    params, log, began = ctx.params, _Log(), time.process_time()
    diagonal = params.covariance == "diagonal" or (
        params.covariance == "auto" and spec.length > FULL_COVARIANCE
    )
    first = np.zeros(spec.length) if start is None else start
    search = Evolution(first, params.sigma, params.population, params.seed, diagonal=diagonal)
    if checkpoint is not None:
        _restored(checkpoint, lambda: search.restore(checkpoint.arrays, ctx.check))
    with executor(params.scheduler, params.workers) as pool:
        evaluate = evaluator(
            spec, pool, params.rollouts, params.seed, params.episode_steps, ctx.check
        )
        while search.generation < params.steps:
            done = search.step(evaluate)
            mean, spread = float(done.fitness.mean()), float(done.fitness.std())
            best = float(done.fitness.max())
            log.fitness.append((search.generation, mean, spread, best))
            metrics = {
                "fitness": mean,
                "spread": spread,
                "best_fitness": best,
                "sigma": done.sigma,
                "cpu_minutes": _minutes(began),
            }
            improved = best > log.best_fitness
            if improved:
                log.best_fitness = best
                write_agent(ctx.artifact("best_candidate.safetensors"), spec, done.best)
            if _is_due(search.generation, params):
                metrics |= _checked(spec, done.mean, log, search.generation, ctx, pool)
                _save(ctx, spec, "cma", search.state(), done.mean)
            figures = _figures(log, spec)
            yield Snapshot(search.generation, params.steps, metrics, figures)


def _restored(checkpoint: Checkpoint, restore: Callable[[], None]) -> None:
    try:
        restore()
    except (KeyError, ValueError, RuntimeError) as error:
        raise BadInput(
            f"{checkpoint.path.name} is of a training with other sizes; take another."
        ) from error


def _is_due(step: int, params: Any) -> bool:
    return bool(step % params.check_every == 0 or step == params.steps)


def _checked(
    spec: AgentSpec,
    params: Array,
    log: _Log,
    step: int,
    ctx: Context,
    pool: Any = None,
    *,
    keep: bool = True,
) -> dict[str, float]:
    """Mean score of an agent on the starts kept for checks, shuffled; the best is saved."""
    score = (
        _cartpole_check(params, ctx)
        if pool is None or spec.environment == "cartpole"
        else (_episode_check(spec, params, ctx, pool))
    )
    if keep:
        log.checks.append((step, score))
    if score > log.best:
        log.best = score
        write_agent(ctx.artifact("best.safetensors"), spec, params)
    return {"check_score": score, "best_score": log.best}


def _cartpole_check(params: Array, ctx: Context) -> float:
    from engine.agents import cartpole
    from engine.agents.rollouts import CartPoleBatch

    random = np.random.default_rng([ctx.params.seed, _CHECK_STREAM])
    starts = cartpole.random_states(random, ctx.params.check_episodes)
    batch = CartPoleBatch(params[None], starts, Attack(shuffle="once"), ctx.params.seed)
    for _ in batch.run():
        ctx.check()
    return float(batch.scores.mean())


def _episode_check(spec: AgentSpec, params: Array, ctx: Context, pool: Any) -> float:
    from engine.agents.executors import mapped
    from engine.agents.rollouts import EpisodeTask, run_episode

    shuffle = Attack(shuffle="once" if spec.invariant else "never")
    tasks = [
        EpisodeTask(spec.name, params, shuffle, ctx.params.seed + 1, k)
        for k in range(ctx.params.check_episodes)
    ]
    return float(np.mean([item.score for item in mapped(pool, run_episode, tasks, ctx.check)]))


def _save(
    ctx: Context,
    spec: AgentSpec,
    method: str,
    state: Mapping[str, Array],
    mean: Array,
) -> None:
    write_agent(ctx.artifact("mean.safetensors"), spec, mean)
    arrays = {_MARK: np.array([spec.name, method]), **state}
    save_arrays(ctx.artifact("checkpoint.npz"), arrays)


def _figures(log: _Log, spec: AgentSpec) -> dict[str, Figure]:
    step, mean, spread, best = np.array(log.fitness).T
    lines: list[Any] = [
        Line(step, mean, "mean ± sd of the population", "measured", mean - spread, mean + spread)
    ]
    if np.any(spread > 0):
        lines.append(Line(step, best, "best candidate", 0))
    figures = {"fitness": Figure("Fitness", tuple(lines), Axis("step"), Axis("fitness"))}
    if log.checks:
        at, score = np.array(log.checks).T
        layers: list[Any] = [
            Line(at, score, "measured, shuffled", "measured"),
            Scatter(at, score, "", "measured", size_px=5),
        ]
        reported = reported_score(spec.name, Attack(shuffle="once"), spec.environment)
        if reported is not None:
            layers.append(Reference(reported.value, "reported mean"))
        axes = Axis("step"), Axis("score")
        figures["checks"] = Figure("Score of the mean agent", tuple(layers), *axes)
    return figures


def _minutes(began: float) -> float:
    return (time.process_time() - began) / 60
