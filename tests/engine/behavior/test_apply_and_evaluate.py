"""Weights on new recordings, several recordings in one training, and scores of disentanglement."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.behavior import disentangling, scores
from engine.behavior.data import write_pair
from engine.behavior.models import (
    KEY,
    Design,
    EmbedderFile,
    load_network,
    new_network,
    save_network,
)
from engine.behavior.pairs import paired
from engine.behavior.synthetic_scenes import scene_of, still_part
from engine.behavior.training import Session
from engine.cli.main import main
from engine.errors import BadInput
from engine.files.identify import identify
from engine.jobs import Jobs
from engine.replay import load_recorded, replay, request_of
from engine.results import read_result

pytestmark = pytest.mark.usefixtures("one_thread")


def nothing() -> None:
    return


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two short recordings of two animals in different dishes, with poses."""
    folder = tmp_path_factory.mktemp("dishes")
    write_pair(folder, "one", seconds=10, seed=3, scene=0, twins=("analysis",))
    write_pair(folder, "two", seconds=10, seed=4, scene=1, twins=("slp",))
    return folder


@pytest.fixture(scope="module")
def trained(folder: Path) -> Path:
    """Results of a training on both recordings, from the command line."""
    out = folder / "trained"
    words = ["run", "behavior.embed", str(folder / "two.mp4"), str(folder / "one.mp4")]
    words += ["--poses", str(folder / "one.analysis.h5"), "--poses", str(folder / "two.slp")]
    for word in ("method=dbe", "latent=3", "size_px=32", "crop=egocentric", "steps=8"):
        words += ["--set", word]
    words += ["--set", "minibatch=16", "--set", "baselines=false", "--out", str(out)]
    assert main(words) == 0
    return out


class Silent:
    """A watcher of jobs that only waits for the end."""

    def job_changed(self, job) -> None:
        pass

    def job_showed(self, job, shown) -> None:
        pass


def same_in_the_window(out: Path, folder: Path) -> None:
    """A run of the command line, done again as the window does it, gives equal numbers."""
    (recorded,) = load_recorded(out).runs
    jobs = Jobs(Silent(), None)
    job = jobs.submit(request_of(recorded), folder, "test")
    deadline = time.perf_counter() + 120
    while not job.ended and time.perf_counter() < deadline:
        time.sleep(0.02)
    assert jobs.close()
    window = read_result(folder)
    assert window.status == "done", window.message
    assert dict(window.metrics) == pytest.approx(dict(recorded.result.metrics), nan_ok=True)


def test_several_recordings_are_one_training(folder: Path, trained: Path) -> None:
    result = read_result(trained)
    assert [(item.role, item.name) for item in result.inputs] == [
        ("video", "two.mp4"),
        ("video", "one.mp4"),
        ("poses", "one.analysis.h5"),
        ("poses", "two.slp"),
    ]
    assert all(item.sha256 for item in result.inputs)
    assert result.metrics["frames"] == 600
    tables = sorted(path.name for path in (trained / "codes").glob("*.parquet"))
    assert tables == ["one animal 1.parquet", "two animal 1.parquet"]
    assert replay(load_recorded(trained).runs[0]).likeness == "identical"


def test_the_command_of_several_recordings_repeats_them(trained: Path) -> None:
    command = read_result(trained).command
    assert command.count("--video") == 2
    assert command.count("--poses") == 2


def test_weights_embed_other_recordings(folder: Path, trained: Path, tmp_path: Path) -> None:
    weights = trained / "weights.safetensors"
    kind = identify(weights).kind
    assert kind.name == "embedder"
    assert "code of 3" in kind.open(weights).summary
    out = tmp_path / "applied"
    words = ["run", "behavior.apply", str(folder / "one.mp4"), str(weights)]
    words += ["--poses", str(folder / "one.analysis.h5"), "--out", str(out)]
    assert main(words) == 0
    before = np.genfromtxt(trained / "codes" / "one animal 1.csv", delimiter=",", names=True)
    now = np.genfromtxt(out / "codes.csv", delimiter=",", names=True)
    for name in ("code_1", "code_2", "code_3"):
        np.testing.assert_allclose(now[name], before[name], atol=1e-5)
    same_in_the_window(out, tmp_path / "window")


def test_weights_can_be_trained_further(folder: Path, trained: Path, tmp_path: Path) -> None:
    weights = trained / "weights.safetensors"
    words = ["run", "behavior.apply", str(folder / "one.mp4"), str(folder / "two.mp4")]
    words += [str(weights), "--set", "steps=5", "--set", "minibatch=16"]
    # Without poses "auto" would cut blobs; the weights say egocentric, which needs poses.
    assert main([*words, "--out", str(tmp_path / "refused")]) == 2
    words += ["--poses", str(folder / "one.analysis.h5"), "--poses", str(folder / "two.slp")]
    assert main([*words, "--out", str(tmp_path / "tuned")]) == 0
    tuned = load_network(EmbedderFile.read(tmp_path / "tuned" / "weights.safetensors"))
    start = load_network(EmbedderFile.read(weights))
    changed = [
        not torch.equal(value, start.state_dict()[name])
        for name, value in tuned.state_dict().items()
    ]
    assert all(changed[:4])
    figures = {entry["name"] for entry in read_result(tmp_path / "tuned").figures}
    assert {"context_swap", "loss", "reconstructions"} <= figures


def test_evaluation_by_the_command_line(folder: Path, tmp_path: Path) -> None:
    words = ["run", "behavior.evaluate", str(folder / "one.mp4")]
    words += ["--poses", str(folder / "one.analysis.h5")]
    for word in ("scenes=3", "latent=3", "size_px=32", "steps=6", "minibatch=18"):
        words += ["--set", word]
    out = tmp_path / "line"
    assert main([*words, "--out", str(out)]) == 0
    result = read_result(out)
    names = ("fve", "heading_r2", "heading_nn_r2", "paired_r2", "session_accuracy", "parts_r2")
    for name in names:
        for prefix in ("", "pca_", "ae_"):
            assert np.isfinite(result.metrics[prefix + name]), prefix + name
    assert result.metrics["swap_mse"] > 0
    assert result.metrics["unchanged_mse"] > 0
    assert result.metrics["frames"] == 900
    assert "chance 33.3%" in result.texts["disentanglement"]
    figures = {entry["name"] for entry in result.figures}
    assert {"disentanglement", "scores", "context_swap", "reconstructions"} <= figures
    same_in_the_window(out, tmp_path / "window")


def test_a_scene_is_the_recipe_of_the_card(tmp_path: Path) -> None:
    """Texture and ramp of scene 1, written out by hand."""
    import cv2

    frames = np.random.default_rng(0).integers(0, 256, (5, 1, 96, 96), dtype="u1")
    made = scene_of(frames, 1, tmp_path / "scene", nothing)
    texture = cv2.GaussianBlur(np.random.RandomState(5).rand(96, 96), (0, 0), 6)
    texture = (texture - texture.min()) / (texture.max() - texture.min())
    ramp = np.arange(96)[None] / 96
    wanted = np.clip(0.7 * frames / 255 + 0.25 * texture + 0.1 * ramp, 0, 1)
    np.testing.assert_allclose(made / 255, wanted, atol=0.0025)
    assert scene_of(frames, 0, tmp_path / "none", nothing) is frames
    assert not np.allclose(still_part((96, 96), 2), still_part((96, 96), 3))


def test_scores_of_a_perfect_and_a_blind_code() -> None:
    random = np.random.default_rng(1)
    frames = random.integers(0, 256, (400, 1, 16, 16), dtype="u1")
    train, test = np.arange(300), np.arange(300, 400)
    one = Session("a", frames, train, test, frames[:1], frames[0])
    two = Session("b", 255 - frames, train, test, frames[:1], frames[0])
    code = random.normal(size=(400, 4))
    pairs = disentangling.pairs_of(1, 2)
    assert pairs == [(0, 1), (1, 0)]
    assert disentangling.consistency([code, code], [one, two], pairs) == pytest.approx(1)
    assert disentangling.told_apart([code, code], [one, two]) == pytest.approx(0.5, abs=0.1)
    assert disentangling.told_apart([code, code + 9], [one, two]) == 1
    wrong = np.mean((frames[test] / 255.0 - (255 - frames[test]) / 255.0) ** 2)
    left = disentangling.unchanged_error([one, two], pairs, nothing)
    assert left == pytest.approx(wrong)
    assert disentangling.pairs_of(2, 2) == [(0, 1), (1, 0), (2, 3), (3, 2)]
    assert disentangling.pairs_of(2, 1) == []
    assert scores.paired_r2(code, code) == 1


class Named:
    """Only a path, as pairing looks at nothing else."""

    def __init__(self, name: str) -> None:
        self.path = Path("/there") / name
        self.name = name


def test_poses_go_to_the_recording_they_are_named_after() -> None:
    a, b, c = Named("a.mp4"), Named("b.mp4"), Named("c.mp4")
    of_b, other = Named("b.analysis.h5"), Named("x.slp")
    found = paired([a, b, c], [other, of_b])
    assert [(one.name, two and two.name) for one, two in found] == [
        ("a.mp4", "x.slp"),
        ("b.mp4", "b.analysis.h5"),
        ("c.mp4", None),
    ]
    assert paired([a], [other]) == [(a, other)]
    with pytest.raises(BadInput, match="2 files of poses for 1 recordings"):
        paired([a], [other, of_b])
    with pytest.raises(BadInput, match="given twice"):
        paired([a, Named("a.mp4")], [])


def test_weights_survive_half_precision(tmp_path: Path) -> None:
    design = Design("cpu", 4, 1, (32, 32))
    network = new_network(design, 0).eval()
    save_network(network, design, tmp_path / "w.safetensors", {"seed": "0"}, {}, half=True)
    file = EmbedderFile.read(tmp_path / "w.safetensors")
    assert (file.design, file.facts["seed"]) == (design, "0")
    again = load_network(file)
    frames = torch.rand(3, 1, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(
            again.encode(frames), network.encode(frames), atol=0.02, rtol=0.02
        )


def hostile(path: Path, header: dict, body: bytes = b"") -> Path:
    """A safetensors file with any header at all."""
    words = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(words)) + words + body)
    return path


def told(**changes) -> dict:
    design = {"preset": "cpu", "latent": 4, "views": 1, "size": [32, 32], "has_context": True}
    return {KEY: json.dumps({"design": {**design, **changes}})}


TENSOR = {"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}


@pytest.mark.parametrize(
    "header",
    [
        {"__metadata__": {KEY: "{"}, **TENSOR},
        {"__metadata__": {KEY: "[]"}, **TENSOR},
        {"__metadata__": told(preset="huge"), **TENSOR},
        {"__metadata__": told(latent=10**9), **TENSOR},
        {"__metadata__": told(views=10**6), **TENSOR},
        {"__metadata__": told(size=[10**6, 10**6]), **TENSOR},
        {"__metadata__": told(size="ab"), **TENSOR},
        {"__metadata__": told(), "x": {"shape": [1]}},
        {"__metadata__": told(), **TENSOR},
    ],
    ids=["json", "list", "preset", "latent", "views", "size", "words", "offsets", "tensors"],
)
def test_hostile_weights_are_one_sentence_and_quick(
    folder: Path, tmp_path, capsys, header
) -> None:
    weights = hostile(tmp_path / "evil.safetensors", header, b"\0" * 4)
    out = tmp_path / "out"
    began = time.perf_counter()
    assert (
        main(["run", "behavior.apply", str(folder / "one.mp4"), str(weights), "--out", str(out)])
        == 2
    )
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "evil.safetensors" in error
    assert time.perf_counter() - began < 20


def test_damaged_weights_are_one_sentence(tmp_path: Path) -> None:
    design = Design("cpu", 4, 1, (32, 32))
    path = tmp_path / "w.safetensors"
    network = new_network(design, 0)
    with torch.no_grad():
        network.to_code.weight[0] = float("nan")
    save_network(network, design, path, {}, {})
    with pytest.raises(BadInput, match="not finite"):
        load_network(EmbedderFile.read(path))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(BadInput, match="cut off"):
        EmbedderFile.read(path)


def test_the_demo_runs_on_the_weights_that_come_along(tmp_path: Path) -> None:
    """The committed weights on the demo's recordings: small, whole, and better than the mean."""
    from engine.behavior import demo
    from engine.run import Run

    assert demo.WEIGHTS.stat().st_size < 6e6
    file = EmbedderFile.read(demo.WEIGHTS)
    assert file.facts["command"].startswith("python tools/make_behavior_weights.py")
    (request,) = demo.demo_requests(tmp_path / "recordings")
    result = Run(request, tmp_path / "run", keep_figures=False).execute()
    assert result.status == "done", result.message
    assert result.metrics["fve"] > 0.5
    assert len(list((tmp_path / "run" / "codes").glob("*.parquet"))) == 4
