from __future__ import annotations

import csv
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.agents import cartpole
from engine.agents.gradient import initial_params
from engine.agents.layout import SPECS
from engine.agents.play import LookClock
from engine.agents.weights import open_agent, save_arrays, write_agent
from engine.errors import BadInput, BadParams
from engine.files.identify import identify
from tests.engine.agents.runs import run, run_as_job, same_values

ROOT = Path(__file__).parents[3]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    np.savez(path, params=initial_params(np.random.default_rng(0)))
    return path


@pytest.fixture
def states(tmp_path: Path) -> Path:
    path = tmp_path / "states.npz"
    np.savez(path, state=cartpole.initial_states(1, 12), note=np.array("ignored"))
    return path


def recording(tmp_path: Path, steps: int = 30) -> Path:
    path = tmp_path / "recording.npz"
    obs = np.random.default_rng(0).normal(0, 1, (steps, 5))
    save_arrays(path, {"obs": obs})
    return path


def test_a_rollout_is_the_same_in_window_and_command(
    model: Path, states: Path, tmp_path: Path
) -> None:
    values = {"episodes": 8, "initial_states": str(states), "shuffle": "every:40"}
    one = run("agents.rollout", (model,), tmp_path / "a", **values)
    other = run_as_job("agents.rollout", (model,), tmp_path / "b", **values)
    assert same_values(one, other)
    with (tmp_path / "a" / "scores.csv").open() as file:
        scores = [float(row["score"]) for row in csv.DictReader(file)]
    assert len(scores) == 8
    assert one.metrics["mean_score"] == pytest.approx(np.mean(scores))
    assert one.metrics["median_score"] == pytest.approx(np.median(scores))
    roles = {record.role: record for record in one.inputs}
    assert len(roles["initial_states"].sha256) == 64


def test_a_rollout_is_replayed_with_its_starting_states(
    model: Path, states: Path, tmp_path: Path
) -> None:
    from engine.replay import load_recorded, replay

    run("agents.rollout", (model,), tmp_path / "a", episodes=4, initial_states=str(states))
    comparison = replay(load_recorded(tmp_path / "a").runs[0])
    assert comparison.likeness == "identical"


def test_shuffling_an_invariant_agent_changes_nothing(
    model: Path, states: Path, tmp_path: Path
) -> None:
    values = {"episodes": 12, "initial_states": str(states)}
    straight = run("agents.rollout", (model,), tmp_path / "a", **values)
    shuffled = run("agents.rollout", (model,), tmp_path / "b", shuffle="once", **values)
    assert straight.metrics["mean_score"] == pytest.approx(
        shuffled.metrics["mean_score"], rel=1e-9
    )


def test_open_loop_replay_expects_its_own_actions(model: Path, tmp_path: Path) -> None:
    fed = recording(tmp_path)
    first = run("agents.replay", (model, fed), tmp_path / "a")
    assert first.metrics["permutation_gap"] < 1e-5
    with np.load(tmp_path / "a" / "actions.npz") as made, np.load(fed) as given:
        expected = {"obs": given["obs"], "action": made["action"] + 0.25}
    save_arrays(fed, expected)
    again = run("agents.replay", (model, fed), tmp_path / "b")
    assert again.metrics["max_action_error"] == pytest.approx(0.25, abs=1e-6)
    other = run_as_job("agents.replay", (model, fed), tmp_path / "c")
    assert same_values(again, other)


def test_grey_shuffled_frames_are_replayed(tmp_path: Path) -> None:
    spec, model = SPECS["carracing_pi"], tmp_path / "pi.safetensors"
    write_agent(model, spec, np.random.default_rng(0).normal(0, 0.2, spec.length).astype("f4"))
    random = np.random.default_rng(1)
    fed = tmp_path / "frames.npz"
    arrays = {
        "gray_shuffled": random.integers(0, 256, (3, 96, 96)).astype("u1"),
        "perm": random.permutation(256),
        "topk": np.zeros((3, 10), "i8"),
    }
    save_arrays(fed, arrays)
    result = run("agents.replay", (model, fed), tmp_path / "a")
    assert result.metrics["topk_equal"] == 0.0
    with np.load(tmp_path / "a" / "actions.npz") as made:
        assert made["action"].shape == (3, 3)
        arrays["topk"], arrays["action"] = made["topk"], made["action"]
    # At reset all smoothed codes count alike; the first pick is by importance, ties by index.
    save_arrays(fed, arrays)
    again = run("agents.replay", (model, fed), tmp_path / "b")
    assert again.metrics["topk_equal"] == 1.0
    assert again.metrics["max_action_error"] == 0.0


def test_a_sweep_has_a_cell_for_each_value(model: Path, states: Path, tmp_path: Path) -> None:
    values = {"episodes": 6, "initial_states": str(states), "values": (25.0, 0.0)}
    one = run("agents.sweep", (model,), tmp_path / "a", **values)
    assert same_values(one, run_as_job("agents.sweep", (model,), tmp_path / "b", **values))
    assert one.metrics["cells"] == 2
    alone = run(
        "agents.rollout",
        (model,),
        tmp_path / "c",
        episodes=6,
        initial_states=str(states),
        shuffle="every:25",
    )
    with (tmp_path / "a" / "sweep.csv").open() as file:
        cell = [float(row["score"]) for row in csv.DictReader(file) if row["value"] == "25"]
    assert np.mean(cell) == pytest.approx(alone.metrics["mean_score"])


def test_the_reported_occlusion_stands_as_the_paper_has_it() -> None:
    from engine.agents.sweep import occlusion_figure

    figure = occlusion_figure()
    values = figure.layers[0].values
    assert values.shape == (10, 10)
    # Trained with a half left out and tested with a half; with 0.7 and 0.7; trained with nothing.
    assert (values[5, 5], values[7, 7], values[0, 1]) == (10, -8, -20)
    assert "◇" in figure.caption


def test_a_latent_map_reads_the_sensors(tmp_path: Path) -> None:
    from engine.agents.example import example_agent

    model = example_agent(tmp_path / "example")
    one = run("agents.latent", (model,), tmp_path / "a", steps=300)
    assert same_values(one, run_as_job("agents.latent", (model,), tmp_path / "b", steps=300))
    assert one.metrics["permutation_gap"] < 1e-5
    assert 0 < one.metrics["mean_r2"] <= 1


def test_read_out_of_a_linear_code_is_perfect() -> None:
    from engine.agents.latent import principal_plane, read_out

    random = np.random.default_rng(0)
    code = random.normal(size=(200, 6))
    seen = np.stack([code @ random.normal(size=6) + 3, random.normal(size=200)], axis=1)
    r2 = read_out(code, seen)
    assert r2[0] == pytest.approx(1.0)
    assert 0 <= r2[1] < 0.15
    place, explained = principal_plane(code)
    values = np.linalg.eigvalsh(np.cov(code.T))
    assert explained == pytest.approx(values[-2:].sum() / values.sum())
    wide, share = principal_plane(code.T)
    assert wide.shape == (6, 2)
    assert place.shape == (200, 2)
    assert 0 < share <= 1


def test_weights_survive_safetensors(tmp_path: Path) -> None:
    for name, spec in SPECS.items():
        if spec.length > 10_000:
            continue
        params = np.random.default_rng(0).normal(0, 1, spec.length).astype("f4")
        path = tmp_path / f"{name}.safetensors"
        write_agent(path, spec, params)
        assert identify(path).kind.name == "agent"
        opened = open_agent(path)
        assert opened.spec is spec
        np.testing.assert_array_equal(opened.params, params)
        write_agent(path, spec, params, half=True)
        np.testing.assert_allclose(open_agent(path).params, params, rtol=1e-3, atol=1e-4)


def _spoilt(kind: str, folder: Path) -> Path:
    path = folder / "model.npz"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "length":
        np.savez(path, params=np.zeros(914, "f4"))
    elif kind == "nan":
        np.savez(path, params=np.full(913, np.nan, "f4"))
    elif kind == "shape":
        np.savez(path, params=np.zeros(913, "i4"))
    elif kind == "pickle":
        np.savez(path, params=np.array([{"a": 1}], dtype=object))
    elif kind == "truncated":
        np.savez(path, params=np.zeros(913, "f4"))
        path.write_bytes(path.read_bytes()[:2000])
    elif kind == "folder":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    "kind", ["empty", "length", "nan", "shape", "pickle", "truncated", "folder", "missing"]
)
def test_a_spoilt_model_is_one_sentence(kind: str, tmp_path: Path) -> None:
    path = _spoilt(kind, tmp_path)
    with pytest.raises(BadInput) as caught:
        identify(path).kind.open(path)
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize(
    ("name", "arrays", "words"),
    [
        ("agents.replay", {"other": np.zeros(3)}, "obs"),
        ("agents.replay", {"obs": np.full((3, 5), np.nan)}, "finite"),
        ("agents.replay", {"obs": np.zeros(4)}, "sensors"),
        ("agents.replay", {"obs": np.zeros((3, 5)), "action": np.zeros((3, 2))}, "action"),
    ],
)
def test_a_wrong_recording_is_one_line_before_torch(
    name: str, arrays: dict[str, np.ndarray], words: str, model: Path, tmp_path: Path
) -> None:
    fed = tmp_path / "fed.npz"
    save_arrays(fed, arrays)
    words_of = [sys.executable, "-X", "importtime", "main.py", "run", name, str(model), str(fed)]
    done = subprocess.run(
        [*words_of, "--out", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stderr.splitlines() if not line.startswith("import time")]
    assert done.returncode == 2
    assert len(lines) == 1
    assert words in lines[0]
    assert not any(line.endswith("| torch") for line in done.stderr.splitlines())


def test_what_an_agent_cannot_take_is_refused(model: Path, tmp_path: Path) -> None:
    from engine.agents.attack import Attack, shuffle_interval
    from engine.agents.rollout import check_attack

    cartpole_pi, ant_mlp = SPECS["cartpole_pi"], SPECS["ant_mlp"]
    for spec, attack in (
        (cartpole_pi, Attack(occlusion=0.5)),
        (cartpole_pi, Attack(background="dunes")),
        (ant_mlp, Attack(noise_channels=3)),
    ):
        with pytest.raises(BadParams):
            check_attack(spec, attack)
    with pytest.raises(BadParams):
        shuffle_interval("sometimes")
    assert [shuffle_interval(word) for word in ("never", "once", "every:7")] == [None, 0, 7]


def test_live_play_is_the_same_in_window_and_command(model: Path, tmp_path: Path) -> None:
    values = {"steps": 60, "shuffle_every": 20, "noise_channels": 2}
    one = run("agents.play", (model,), tmp_path / "a", **values)
    assert same_values(one, run_as_job("agents.play", (model,), tmp_path / "b", **values))


def test_a_cancelled_rollout_ends_at_once(model: Path, tmp_path: Path) -> None:
    from engine.control import Control
    from engine.run import Run
    from tests.engine.agents.runs import request

    control = Control()
    asked = request("agents.rollout", (model,), episodes=200)
    seen: list[float] = []

    def watch(shown: object) -> None:
        control.cancel()
        seen.append(time.perf_counter())

    result = Run(asked, tmp_path / "out", control, watch).execute()
    assert result.status == "cancelled"
    assert time.perf_counter() - seen[0] < 0.5


@pytest.mark.parametrize(("rate_hz", "expected"), [(60, 30), (50, 30), (15, 15), (400, 30)])
def test_a_live_scene_is_looked_at_thirty_times_a_second(rate_hz: int, expected: int) -> None:
    clock, looks = LookClock(), 0
    for step in range(10 * rate_hz):
        now = 100 + step / rate_hz
        if clock.due(now):
            clock.looked(now)
            looks += 1
    assert looks / 10 == pytest.approx(expected, abs=0.5)
