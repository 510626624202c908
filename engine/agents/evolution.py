"""Evolution of agents by CMA-ES, with rollouts on an executor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.agents import cartpole
from engine.agents.attack import Attack
from engine.agents.executors import mapped
from engine.agents.layout import AgentSpec
from engine.agents.rollouts import (
    EpisodeTask,
    PopulationTask,
    run_episode,
    run_population,
)
from engine.figures.arrays import Array

#: More parameters than this make a full covariance too dear.
FULL_COVARIANCE = 3000
#: Candidates of one task: the same on every executor, so that batches round alike.
SLICE = 16


@dataclass(frozen=True, slots=True, eq=False)
class Generation:
    """One generation: fitness of its candidates (P,), and the state of the search after it."""

    fitness: Array
    best: Array
    mean: Array
    sigma: float


class Evolution:
    """CMA-ES over flat parameters; the fitness is maximised.

    Parameters
    ----------
    start
        (L,) mean of the first generation.
    sigma, population, seed
        Step size, candidates a generation, and the seed of the search.
    diagonal
        True keeps the diagonal of the covariance alone.
    """

    def __init__(
        self, start: Array, sigma: float, population: int, seed: int, *, diagonal: bool
    ) -> None:
        import cma

        self._seed = seed
        self._random = np.random.RandomState(seed)
        options = {
            "popsize": population,
            # Not numpy's global stream: each generation has one of its own, so that a resumed
            # search draws what an uninterrupted one would have drawn.
            "seed": float("nan"),
            "randn": self._normal,
            "verbose": -9,
            "CMA_diagonal": diagonal,
            # The house counts steps; the search itself never stops.
            "maxiter": float("inf"),
            "tolfun": 0,
            "tolfunhist": 0,
            "tolx": 0,
            "tolstagnation": 10**9,
            "tolflatfitness": 10**9,
            "tolfacupx": 1e30,
        }
        self._search: Any = cma.CMAEvolutionStrategy(start.astype("f8"), sigma, options)
        self.generation = 0
        self._history: list[Array] = []

    @property
    def mean(self) -> Array:
        """Mean of the distribution, (L,) float32."""
        return np.asarray(self._search.mean, "f4")

    def step(self, evaluate: Callable[[Array, int], Array]) -> Generation:
        """One generation; `evaluate` gives the fitness (P,) of candidates (P, L)."""
        return self._advance(evaluate)

    def _advance(self, evaluate: Callable[[Array, int], Array]) -> Generation:
        self._random = np.random.RandomState([self._seed, self.generation])
        candidates = self._search.ask()
        params = np.asarray(candidates, "f4")
        fitness = evaluate(params, self.generation)
        self._search.tell(candidates, (-fitness).tolist())
        self._history.append(fitness)
        self.generation += 1
        best = params[int(fitness.argmax())]
        return Generation(fitness, best, self.mean, float(self._search.sigma))

    def state(self) -> dict[str, Array]:
        """What `restore` goes on from: the fitness of every candidate so far."""
        return {"fitness": np.array(self._history)}

    def restore(self, state: Mapping[str, Array], check: Callable[[], None]) -> None:
        """Go on from a state, by the search's own arithmetic and without a rollout.

        Raises
        ------
        KeyError, ValueError
            The state is not of such a search.
        """
        for fitness in state["fitness"]:
            check()
            self._advance(partial(_told, fitness))

    def _normal(self, *shape: int) -> Array:
        return np.asarray(self._random.randn(*shape))


def _told(fitness: Array, params: Array, generation: int) -> Array:
    """What was found before, whatever is asked."""
    return fitness


def evaluator(
    spec: AgentSpec,
    pool: Executor,
    rollouts: int,
    seed: int,
    episode_steps: int,
    check: Callable[[], None],
) -> Callable[[Array, int], Array]:
    """A function of candidates (P, L) and the generation, giving their fitness (P,).

    All candidates of a generation play the same episodes, unshuffled, as in the paper.
    """

    def cartpole_fitness(params: Array, generation: int) -> Array:
        random = np.random.default_rng([seed, generation])
        starts = cartpole.random_states(random, rollouts)
        tasks = [
            PopulationTask(params[i : i + SLICE], starts, Attack(), seed)
            for i in range(0, len(params), SLICE)
        ]
        return np.concatenate(mapped(pool, run_population, tasks, check))

    def episode_fitness(params: Array, generation: int) -> Array:
        tasks = [
            EpisodeTask(
                spec.name,
                candidate,
                Attack(),
                seed,
                generation * rollouts + k,
                fitness=True,
                steps=episode_steps,
            )
            for candidate in params
            for k in range(rollouts)
        ]
        scores = [answer.score for answer in mapped(pool, run_episode, tasks, check)]
        fitness: Array = np.array(scores).reshape(len(params), rollouts).mean(axis=1)
        return fitness

    return cartpole_fitness if spec.environment == "cartpole" else episode_fitness
