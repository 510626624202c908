from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.agents.cloning import ant_student
from engine.agents.layout import SPECS
from engine.agents.teachers import LessonTask, record_pong
from engine.agents.vector_agents import VectorAgent
from engine.agents.weights import open_agent, save_arrays
from tests.engine.agents.runs import request, run, run_as_job, same_values

TINY = {"trajectories": 3, "length": 16, "steps": 6, "batch": 4}


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    flat = np.random.default_rng(0).normal(0, 0.1, SPECS["ant_mlp"].length).astype("f4")
    save_arrays(path, {"params": flat})
    return path


def test_a_trajectory_in_one_call_is_the_agent_step_by_step() -> None:
    random = np.random.default_rng(1)
    params = torch.from_numpy(random.normal(0, 0.3, 2504).astype("f4"))
    seen = torch.from_numpy(random.normal(0, 1, (2, 30, 28)).astype("f4"))
    agent = VectorAgent(SPECS["ant_pi"], params[None])
    agent.reset(28, 2)
    told, wanted = [], []
    for t in range(30):
        told.append(agent.previous[0].T.clone())
        wanted.append(agent.act(seen[:, t].T[None])[0].T.clone())
    lstm = torch.nn.LSTM(9, 8, batch_first=True)
    with torch.no_grad():
        guess = ant_student(params, lstm, seen, torch.stack(told, dim=1))
    torch.testing.assert_close(guess, torch.stack(wanted, dim=1), atol=2e-5, rtol=1e-4)


def test_cloning_the_ant_is_the_same_in_window_and_command(teacher: Path, tmp_path: Path) -> None:
    pytest.importorskip("pybullet_envs_gymnasium")
    values = {**TINY, "evaluation": 1}
    one = run("agents.clone", (teacher,), tmp_path / "a", **values)
    other = run_as_job("agents.clone", (teacher,), tmp_path / "b", **values)
    assert same_values(one, other)
    assert np.isfinite(one.metrics["student_score"])
    assert "not the paper's teacher" in one.texts["teacher"]
    student = open_agent(tmp_path / "a" / "student.safetensors")
    assert student.spec is SPECS["ant_pi"]
    again = open_agent(tmp_path / "b" / "student.safetensors")
    np.testing.assert_array_equal(student.params, again.params)


def test_cloning_pong_learns_from_the_scripted_player(tmp_path: Path) -> None:
    pytest.importorskip("ale_py")
    values = {**TINY, "task": "pong", "evaluation": 0}
    one = run("agents.clone", (), tmp_path / "a", **values)
    more = run("agents.clone", (), tmp_path / "b", **{**values, "steps": 25})
    assert more.metrics["held_out_loss"] < one.metrics["held_out_loss"]
    assert "scripted player" in one.texts["teacher"]
    assert open_agent(tmp_path / "a" / "student.safetensors").spec is SPECS["puzzle_pong"]


def test_the_scripted_player_follows_the_ball() -> None:
    pytest.importorskip("ale_py")
    lesson = record_pong(LessonTask(np.zeros(0, "f4"), 0, 0, 500))
    assert lesson.score >= 1
    assert lesson.seen.shape == (500, 84, 84)
    assert set(lesson.answer.argmax(axis=1)) == {0, 2, 3}
    # The action told is the one before; the first counts as LEFT.
    np.testing.assert_array_equal(lesson.before[1:], lesson.answer[:-1] / 4)
    assert lesson.before[0].argmax() == 3


def test_cloning_the_ant_asks_for_its_teacher(tmp_path: Path) -> None:
    from engine.run import Run

    result = Run(request("agents.clone", (), task="ant"), tmp_path / "out").execute()
    assert result.status == "failed"
    assert "give an ant_mlp model" in result.message
