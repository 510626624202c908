"""Agents: a population of CartPole agents beside a one-by-one loop, and live steps of each world.

The live rows play `agents.play` as the window does, with a look 28 times a second, in the
simulator's own process; the peer steps the bare environment with random actions and no agent.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _harness import row

from engine.agents import cartpole
from engine.agents.attack import Attack
from engine.agents.gradient import initial_params
from engine.agents.layout import SPECS
from engine.agents.rollouts import CartPoleBatch
from engine.agents.weights import open_agent, write_agent
from engine.agents.worlds import FACTS, make_world
from engine.errors import PeerscopeError
from engine.experiment import Snapshot
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.registry import experiment
from engine.run import Run, RunRequest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
POPULATION, EPISODES = 64, 16


def population_rate() -> tuple[float, float]:
    """Useful agent-steps a second of a batch, and of one agent after the other.

    Seconds of processor time on one thread: those of an idle core, whatever else runs.
    """
    import torch

    from tests.engine.agents.plain_cartpole import PlainAgent, PlainCartPole

    torch.set_num_threads(1)
    own = open_agent(ROOT / "assets" / "agents" / "cartpole_own.safetensors").params
    random = np.random.default_rng(0)
    params = own + random.normal(0, 0.02, (POPULATION, len(own))).astype("f4")
    starts = cartpole.random_states(random, EPISODES)
    rates = []
    for _ in range(3):
        batch = CartPoleBatch(params, starts, Attack(), 0)
        began = time.process_time()
        for _ in batch.run():
            pass
        rates.append(batch.steps.sum() / (time.process_time() - began))
    steps, began = 0, time.process_time()
    for start in starts[:6]:
        agent, world, over = PlainAgent(own), PlainCartPole(*start), False
        while not over:
            _, over = world.step(agent.act(world.observe()))
        steps += world.steps
    return float(np.median(rates)), steps / (time.process_time() - began)


def bare_ms(environment: str, steps: int) -> float:
    """Milliseconds a step of an environment alone."""
    world, random = make_world(environment), np.random.default_rng(0)  # type: ignore[arg-type]
    world.reset(0)
    actions = {"cartpole": 1, "ant": 8, "carracing": 3, "pong": 6}[environment]
    began, seed = time.perf_counter(), 0
    for _ in range(steps):
        _, _, over = world.step(random.uniform(-1, 1, actions).astype("f4"))
        if over:
            seed += 1
            world.reset(seed)
    taken = time.perf_counter() - began
    world.close()
    return 1000 * taken / steps


def live_ms(name: str, steps: int) -> float:
    """Milliseconds a step of the live agent, looks included, without the process's start."""
    spec = SPECS[name]
    flat = (
        initial_params(np.random.default_rng(0))
        if name == "cartpole_pi"
        else (np.random.default_rng(0).normal(0, 0.05, spec.length).astype("f4"))
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agent.safetensors"
        write_agent(path, spec, flat)
        play = experiment("agents.play")
        files = (InputFile("model", identify(path)),)
        marks: list[float] = []

        def watch(shown: object) -> None:
            if not isinstance(shown, Snapshot) and len(marks) < 1:
                marks.append(time.perf_counter())

        request = RunRequest(play, files, play.params(steps=steps))
        run = Run(request, Path(folder) / "out", watch=watch, keep_figures=False)
        result = run.execute()
        assert result.status == "done", result.message
        return 1000 * (time.perf_counter() - marks[0]) / steps


def main() -> None:
    """Print a row for each."""
    ours, theirs = population_rate()
    print(f"CartPole: {ours:,.0f} useful agent-steps/s in a batch, {theirs:,.0f} one by one")
    words = f"CartPole, 1000 agent-steps, {POPULATION}x{EPISODES}, {ours / 1000:.0f} k/s of a core"
    row(words, 1e6 / ours, "one by one, plain numpy", 1e6 / theirs, budget_ms=10.0)
    lives = (("cartpole_pi", 600), ("ant_pi", 400), ("carracing", 150), ("carracing_pi", 100))
    for name, steps in (*lives, ("puzzle_pong", 300)):
        environment = SPECS[name].environment
        budget = 1000 / (50 if environment == "carracing" else 60)
        try:
            ours_ms, bare = live_ms(name, steps), bare_ms(environment, min(steps, 200))
        except PeerscopeError as error:
            print(f"{name}: {error.sentence}")
            continue
        title = f"live step, {name} in {FACTS[environment].title}"
        row(title, ours_ms, "bare environment, no agent", bare, budget_ms=budget)


if __name__ == "__main__":
    main()
