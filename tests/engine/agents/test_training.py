from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.agents import cartpole
from engine.agents.attack import Attack
from engine.agents.evolution import Evolution
from engine.agents.gradient import GradientSettings, GradientTrainer, initial_params
from engine.agents.layout import SPECS
from engine.agents.rollouts import CartPoleBatch
from tests.engine.agents.runs import run, run_as_job, same_values

ROOT = Path(__file__).parents[3]
SMALL = {"steps": 4, "population": 8, "rollouts": 2, "check_every": 2, "check_episodes": 4}


def nothing() -> None:
    """Not cancelled."""


def test_evolution_finds_the_bottom_of_a_bowl() -> None:
    target = np.linspace(-1, 1, 12)

    def evaluate(params: np.ndarray, generation: int) -> np.ndarray:
        return -((params - target) ** 2).sum(axis=1)

    for diagonal in (False, True):
        search = Evolution(np.zeros(12), 0.3, 12, 0, diagonal=diagonal)
        for _ in range(120):
            search.step(evaluate)
        np.testing.assert_allclose(search.mean, target, atol=0.02)


def test_a_resumed_search_is_the_uninterrupted_one() -> None:
    def evaluate(params: np.ndarray, generation: int) -> np.ndarray:
        return -(params**2).sum(axis=1) * (1 + generation % 3)

    for diagonal in (False, True):
        whole = Evolution(np.ones(10), 0.2, 8, 5, diagonal=diagonal)
        for _ in range(6):
            whole.step(evaluate)
        state = {name: value.copy() for name, value in whole.state().items()}
        resumed = Evolution(np.ones(10), 0.2, 8, 5, diagonal=diagonal)
        resumed.restore(state, nothing)
        for _ in range(6):
            whole.step(evaluate)
            resumed.step(evaluate)
        np.testing.assert_array_equal(whole.mean, resumed.mean)


def test_training_resumes_from_its_file_and_repeats(tmp_path: Path) -> None:
    once = run("agents.train", (), tmp_path / "a", workers=1, **SMALL)
    half = run("agents.train", (), tmp_path / "b", workers=1, **{**SMALL, "steps": 2})
    assert half.metrics != once.metrics
    checkpoint = tmp_path / "b" / "checkpoint.npz"
    rest = run("agents.train", (checkpoint,), tmp_path / "c", workers=1, **SMALL)
    assert rest.metrics["fitness"] == once.metrics["fitness"]
    assert rest.metrics["check_score"] == once.metrics["check_score"]


FITNESS = """
import numpy as np
from engine.agents.evolution import evaluator
from engine.agents.executors import executor
from engine.agents.gradient import initial_params
from engine.agents.layout import SPECS
from distributed import LocalCluster

if __name__ == "__main__":
    params = np.stack([initial_params(np.random.default_rng(k)) for k in range(20)])
    found = []
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        for address in ("", cluster.scheduler_address):
            with executor(address, 1) as pool:
                evaluate = evaluator(SPECS["cartpole_pi"], pool, 3, 0, 0, lambda: None)
                found.append(evaluate(params, 0))
    np.testing.assert_array_equal(*found)
    print("the same", len(found[0]))
"""


def test_local_processes_and_dask_give_the_same_fitness(tmp_path: Path) -> None:
    # In a process of its own: Dask leaves threads behind.
    pytest.importorskip("distributed")
    program = tmp_path / "fitness.py"
    program.write_text(FITNESS)
    done = subprocess.run(
        [sys.executable, str(program)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "the same 20", done.stderr


def test_an_absent_scheduler_is_one_sentence(tmp_path: Path) -> None:
    words = ["--set", "steps=1", "--set", "scheduler=tcp://127.0.0.1:9"]
    done = subprocess.run(
        [sys.executable, "main.py", "run", "agents.train", *words, "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "No Dask scheduler answers" in done.stderr.splitlines()[-1]


def test_gradients_agree_with_differences() -> None:
    import torch

    from engine.agents.vector_agents import VectorAgent

    params = torch.from_numpy(initial_params(np.random.default_rng(0)).astype("f8"))
    start = torch.tensor([[0.1], [0.2], [3.0], [-0.4]], dtype=torch.float64)

    def total(flat: torch.Tensor) -> torch.Tensor:
        agent = VectorAgent(SPECS["cartpole_pi"], flat[None])
        agent.reset(5, 1)
        state, gained = start, torch.zeros((), dtype=torch.float64)
        for _ in range(12):
            x, v, theta, w = state.unbind(0)
            seen = torch.stack((x, v, torch.cos(theta), torch.sin(theta), w))
            state, reward, _ = cartpole.step(state, agent.act(seen[None])[0, 0])
            gained = gained + reward.sum()
        return gained

    flat = params.clone().requires_grad_(True)
    total(flat).backward()
    for index in (0, 70, 400, 650, 900, 912):
        nudge = torch.zeros_like(params)
        nudge[index] = 1e-5
        slope = (total(params + nudge) - total(params - nudge)) / 2e-5
        assert float(flat.grad[index]) == pytest.approx(float(slope), rel=1e-4, abs=1e-8)


def test_training_by_gradient_is_the_same_in_window_and_command(tmp_path: Path) -> None:
    values = {
        "method": "gradient",
        "steps": 3,
        "episodes": 8,
        "horizon": 4,
        "check_every": 3,
        "check_episodes": 4,
    }
    one = run("agents.train", (), tmp_path / "a", **values)
    assert same_values(one, run_as_job("agents.train", (), tmp_path / "b", **values))
    assert (tmp_path / "a" / "best.safetensors").is_file()


@pytest.mark.slow
def test_two_hundred_updates_swing_the_pole_up() -> None:
    trainer = GradientTrainer(GradientSettings(updates=400), 0)
    starts = cartpole.random_states(np.random.default_rng(9), 100)

    def score() -> float:
        batch = CartPoleBatch(trainer.params.detach().numpy()[None], starts, Attack("once"), 0)
        for _ in batch.run():
            pass
        return float(batch.scores.mean())

    before = score()
    for _ in range(400):
        trainer.step()
    assert score() > before + 60
