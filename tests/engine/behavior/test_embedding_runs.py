"""``behavior.embed`` with networks, as the window and the command line run it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.behavior.data import write_pair
from engine.behavior.experiments import EMBED
from engine.behavior.latent_files import read_latents
from engine.behavior.models import EmbedderFile, load_network
from engine.behavior.pairs import paired
from engine.cli.main import main
from engine.control import Control
from engine.experiment import Snapshot
from engine.files.identify import identify, open_file
from engine.files.inputs import InputFile
from engine.files.poses.pairing import PoseMap
from engine.jobs import Jobs
from engine.results import read_result
from engine.run import Run, RunRequest

pytestmark = pytest.mark.usefixtures("one_thread")

ROOT = Path(__file__).resolve().parents[3]
TINY = {
    "method": "dbe",
    "latent": 3,
    "size_px": 32,
    "crop": "egocentric",
    "steps": 6,
    "minibatch": 16,
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path]:
    """Ten seconds of two animals and their poses."""
    folder = tmp_path_factory.mktemp("pair")
    write_pair(folder, "dish", seconds=10, seed=3, twins=("analysis",))
    return folder / "dish.mp4", folder / "dish.analysis.h5"


class Silent:
    """A watcher of jobs that only waits for the end."""

    def job_changed(self, job) -> None:
        pass

    def job_showed(self, job, shown) -> None:
        pass


def request_of(pair, **values) -> RunRequest:
    files = tuple(
        InputFile(role, identify(path))
        for role, path in zip(("video", "poses"), pair, strict=True)
    )
    return RunRequest(EMBED, files, EMBED.params(**{**TINY, **values}))


def words_of(values) -> list[str]:
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def test_the_window_and_the_command_line_give_equal_numbers(pair, tmp_path: Path) -> None:
    values = {"split": "blocked300", "seeds": 2}
    jobs = Jobs(Silent(), None)
    job = jobs.submit(request_of(pair, **values), tmp_path / "window", "test")
    deadline = time.perf_counter() + 120
    while not job.ended and time.perf_counter() < deadline:
        time.sleep(0.02)
    assert jobs.close()
    window = read_result(tmp_path / "window")
    assert window.status == "done", window.message
    out = tmp_path / "line"
    given = ["run", "behavior.embed", str(pair[0]), "--poses", str(pair[1])]
    assert main([*given, *words_of({**TINY, **values}), "--out", str(out)]) == 0
    line = read_result(out)
    assert dict(line.metrics) == pytest.approx(dict(window.metrics), rel=1e-6, nan_ok=True)
    for name in ("fve", "heading_r2", "log_distance_r2"):
        assert {name, f"{name}_sd", f"pca_{name}", f"ae_{name}"} <= set(line.metrics)
    (codes,) = read_latents(out / "codes.parquet")
    assert (codes.animal, codes.values.shape) == ("animal 1", (300, 3))
    assert set(line.artifacts) >= {"codes.csv", "codes.h5", "codes.nwb", "weights.safetensors"}
    figures = {entry["name"] for entry in line.figures}
    assert {"loss", "reconstructions", "embedding", "comparison", "decoded_heading"} <= figures
    assert not (out / "checkpoint").exists()


@pytest.mark.parametrize(
    "values",
    [
        {"crop": "whole", "context": "median", "method": "ae", "baselines": False},
        {
            "crop": "fixed",
            "crop_box": "60,60,200,200",
            "context": "pre_event",
            "context_frame": 90,
        },
        {"crop": "blob", "views": 1, "augment": "mirror"},
        {"crop": "whole", "views": 2, "stride": 2, "preset": "sketch"},
        {"crop": "egocentric", "align": True, "track": "all", "context_frame": 5},
        {"crop": "egocentric", "method": "pca", "pose_offset": -20, "pose_stride": 1},
    ],
    ids=["median", "event", "blob", "views", "aligned", "pca"],
)
def test_every_crop_and_context_runs(pair, tmp_path: Path, values) -> None:
    result = Run(request_of(pair, **parsed(values)), tmp_path, keep_figures=False).execute()
    assert result.status == "done", result.message
    assert np.isfinite(result.metrics["fve"])
    tables = sorted(tmp_path.rglob("*.parquet"))
    assert len(tables) == (2 if values.get("track") == "all" else 1)


def parsed(values):
    box = values.get("crop_box")
    return values if box is None else {**values, "crop_box": tuple(map(int, box.split(",")))}


def test_it_shows_itself_often_and_can_be_ended(pair, tmp_path: Path) -> None:
    control = Control()
    shown: list[Snapshot] = []

    def watch(snapshot) -> None:
        shown.append(snapshot)
        if snapshot.metrics.get("loss") and len(shown) > 12:
            control.cancel()

    request = request_of(pair, steps=4000, baselines=False)
    result = Run(request, tmp_path, control, watch).execute()
    assert result.status == "cancelled"
    assert [path.name for path in (tmp_path / "checkpoint").iterdir()] == ["dbe-0.safetensors"]
    again = Control()
    notes = []

    def watch_again(snapshot) -> None:
        notes.append(snapshot.note)
        if "resumed" in snapshot.note:
            again.cancel()

    Run(request, tmp_path, again, watch_again).execute()
    assert any("resumed at step" in note for note in notes)


def test_bad_parameters_are_told_in_one_sentence(pair, tmp_path: Path) -> None:
    cases = (
        ({"preset": "paper", "size_px": 64}, "128 px"),
        ({"size_px": 50}, "multiple of 16"),
        ({"track": "ghost"}, "no track"),
        ({"context_frame": 4000}, "no frame 4000"),
    )
    for values, words in cases:
        result = Run(request_of(pair, **values), tmp_path, keep_figures=False).execute()
        assert result.status == "failed"
        assert words in result.message
        assert "fault" not in result.message.lower()


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_where_it_was(pair, tmp_path: Path) -> None:
    """A real process, a real kill -9, and the very same numbers as without."""
    values = {**TINY, "steps": 60, "baselines": "false"}
    given = [sys.executable, "main.py", "run", "behavior.embed", *map(str, pair)]
    given += words_of(values)
    environment = {**os.environ, "PEERSCOPE_CHECKPOINT_S": "0", "OMP_NUM_THREADS": "1"}
    out = tmp_path / "killed"
    process = subprocess.Popen([*given, "--out", str(out)], cwd=ROOT, env=environment)
    saved = out / "checkpoint" / "dbe-0.safetensors"
    deadline = time.monotonic() + 120
    while not saved.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert saved.exists()
    assert not (out / "result.json").exists()
    subprocess.run([*given, "--out", str(out)], cwd=ROOT, env=environment, check=True)
    whole = tmp_path / "whole"
    subprocess.run([*given, "--out", str(whole)], cwd=ROOT, env=environment, check=True)
    first, second = read_result(out), read_result(whole)
    assert first.metrics["fve"] == second.metrics["fve"]
    assert json.loads((out / "result.json").read_text())["status"] == "done"
    ours, theirs = (
        load_network(EmbedderFile.read(folder / "weights.safetensors")) for folder in (out, whole)
    )
    for name, value in ours.state_dict().items():
        assert torch.equal(value, theirs.state_dict()[name]), name


def test_poses_are_counted_as_the_frames_of_their_video(pair) -> None:
    recording, poses = (open_file(identify(path)) for path in pair)
    with contextlib.closing(recording):
        ((_, mapped),) = paired([recording], [poses], PoseMap(-50, 2))
        assert np.array_equal(mapped.frames, 2 * poses.frames - 50)
        ((_, plain),) = paired([recording], [poses], PoseMap())
        assert np.array_equal(plain.frames, poses.frames)


def test_an_offset_moves_what_is_cut(pair, tmp_path: Path) -> None:
    scores = []
    for offset in (0, 30):
        request = request_of(pair, method="pca", pose_offset=offset)
        result = Run(request, tmp_path / str(offset), keep_figures=False).execute()
        assert result.status == "done", result.message
        scores.append(result.metrics["fve"])
    assert scores[0] != scores[1]
