"""Episodes played to their end: CartPole in one batch, the others one by one for an executor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.agents import cartpole
from engine.agents.attack import Attack, VectorSenses
from engine.agents.layout import CARTPOLE_PI, SPECS
from engine.agents.players import make_player
from engine.agents.vector_agents import VectorAgent
from engine.agents.worlds import make_world
from engine.figures.arrays import Array

#: Steps between two looks at which episodes are still under way.
_TIDY = 10
_STREAM = 7919


class CartPoleBatch:
    """P parameter sets times B episodes of CartPole, all in the same starting states.

    Episodes that have ended are dropped from the batch from time to time.

    Parameters
    ----------
    params
        (P, 913) float32.
    starts
        (B, 4) float64.
    attack, seed
        What is done to the senses, the same for every parameter set, and its stream.

    Attributes
    ----------
    scores, steps
        (P, B) float64 and int64.
    """

    def __init__(self, params: Array, starts: Array, attack: Attack, seed: int) -> None:
        import torch

        flat = torch.tensor(params, dtype=torch.float32)
        p, b = len(flat), len(starts)
        self._attack = attack
        self._senses = VectorSenses(
            attack, len(cartpole.SENSORS), b, np.random.default_rng([seed, _STREAM])
        )
        self._agent = VectorAgent(CARTPOLE_PI, flat, attack.pre_tanh_scale)
        self._agent.reset(self._senses.inputs, b)
        state = torch.from_numpy(np.ascontiguousarray(starts.T))
        self._state = state[:, None].repeat(1, p, 1)
        self._index = torch.arange(b).repeat(p, 1)
        self._alive = torch.ones(p, b, dtype=torch.bool)
        self._scores = torch.zeros(p, b, dtype=torch.float64)
        self._steps = torch.zeros(p, b, dtype=torch.int64)
        self.time = 0

    @property
    def scores(self) -> Array:
        """Reward of each episode so far, (P, B)."""
        values: Array = self._scores.numpy()
        return values

    @property
    def steps(self) -> Array:
        """Steps of each episode so far, (P, B)."""
        values: Array = self._steps.numpy()
        return values

    def run(self, steps: int = cartpole.STEPS) -> Iterator[int]:
        """Advance to the end; yields the time after every step."""
        import torch

        while self.time < steps and bool(self._alive.any()):
            with torch.inference_mode():
                self._step()
            yield self.time

    def _step(self) -> None:
        if self._attack.due(self.time):
            self._senses.shuffle()
        if self.time and self.time % _TIDY == 0:
            self._tidy()
        x = self._senses.sense(cartpole.observe(self._state), self._index)
        action = self._agent.act(x)[:, 0]
        self._state, reward, left = cartpole.step(self._state, action)
        self._scores.scatter_add_(1, self._index, reward * self._alive)
        self._steps.scatter_add_(1, self._index, self._alive.long())
        self._alive &= ~left
        self.time += 1

    def _tidy(self) -> None:
        """Drop columns that no parameter set needs any more."""
        import torch

        from engine.agents.attention import pick

        needed = int(self._alive.sum(dim=1).max())
        if needed > 0.9 * self._alive.shape[1]:
            return
        order = torch.argsort((~self._alive).long(), dim=1, stable=True)[:, : max(1, needed)]
        self._agent.keep(order)
        self._index = self._index.gather(1, order)
        self._alive = self._alive.gather(1, order)
        self._state = torch.stack([pick(part, order) for part in self._state])


@dataclass(frozen=True, slots=True)
class EpisodeTask:
    """One episode of an environment that steps by itself; survives pickling.

    ``fitness`` True scores it as training does: Ant without the bonus for being alive,
    CarRacing with an end after more than 20 steps without reward.
    """

    spec: str
    params: Array
    attack: Attack
    seed: int
    episode: int
    fitness: bool = False
    steps: int = 0


@dataclass(frozen=True, slots=True)
class EpisodeScore:
    """Score and length of one episode."""

    episode: int
    score: float
    steps: int


def run_episode(task: EpisodeTask) -> EpisodeScore:
    """Play one episode in this process, in a simulator of its own, so that order is no matter."""
    spec = SPECS[task.spec]
    world = make_world(spec.environment)
    try:
        return _played(task, world)
    finally:
        world.close()


def _played(task: EpisodeTask, world: Any) -> EpisodeScore:
    spec = SPECS[task.spec]
    player = make_player(spec, task.params, task.attack)
    player.reset(np.random.default_rng([task.seed, task.episode]))
    seen, total, count, over = world.reset(world_seed(task.seed, task.episode)), 0.0, 0, False
    idle = 0
    while not over and not (task.steps and count >= task.steps):
        seen, reward, over = world.step(player.act(seen))
        count += 1
        if task.fitness and spec.environment == "ant":
            reward = world.fitness
        idle = idle + 1 if reward < 0 else 0
        total += reward
        if task.fitness and spec.environment == "carracing" and idle > 20:
            break
    return EpisodeScore(task.episode, float(total), count)


def world_seed(seed: int, episode: int) -> int:
    """Seed of an episode's environment."""
    return (seed * 100_003 + episode) % (2**31)


@dataclass(frozen=True, slots=True)
class PopulationTask:
    """A slice of a CartPole population on common starting states; survives pickling."""

    params: Array
    starts: Array
    attack: Attack
    seed: int


def run_population(task: PopulationTask) -> Array:
    """Mean score of each parameter set, (P,) float64."""
    batch = CartPoleBatch(task.params, task.starts, task.attack, task.seed)
    for _ in batch.run():
        pass
    scores: Array = batch.scores.mean(axis=1)
    return scores
