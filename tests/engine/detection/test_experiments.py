"""Experiments as the command line and the window run them: equal numbers, files, refusals."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from engine import registry
from engine.cli.main import main
from engine.control import Control
from engine.detection.compare_run import paired
from engine.detection.detector import OWN_WEIGHTS
from engine.detection.experiments import DETECT, NMS, TRAIN
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.jobs import Jobs
from engine.results import read_result
from engine.run import Run, RunRequest

pytestmark = pytest.mark.usefixtures("one_thread")

TINY = {"iterations": 2, "batch": 1, "test_images": 2, "tuning_images": 2}


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> Path:
    """Two drawn frames as a folder of images."""
    import cv2

    from engine.detection.scenes import scene

    folder = tmp_path_factory.mktemp("frames")
    for number in range(2):
        pixels = scene((1, 2, number)).pixels[..., ::-1]
        cv2.imwrite(str(folder / f"{number}.png"), pixels)
    return folder


class Silent:
    """A watcher of jobs that only waits for the end."""

    def job_changed(self, job) -> None:
        pass

    def job_showed(self, job, shown) -> None:
        pass


def by_window(request: RunRequest, folder: Path):
    """As the window runs it: a job of the batch lane."""
    jobs = Jobs(Silent(), None)
    job = jobs.submit(request, folder, "test")
    deadline = time.perf_counter() + 200
    while not job.ended and time.perf_counter() < deadline:
        time.sleep(0.02)
    assert jobs.close()
    return read_result(folder)


def test_names_are_those_promised():
    names = {item.name for item in registry.experiments()}
    wanted = {"detect", "evaluate", "nms", "train", "compare", "annotate"}
    assert {f"detection.{name}" for name in wanted} <= names


def test_suppression_is_equal_in_window_and_command_line(tmp_path):
    values = {"rule": "beta", "threshold": 2.0, "crowd": "same", "seed": 3}
    request = RunRequest(NMS, (), NMS.params(**values))
    window = by_window(request, tmp_path / "window")
    words = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    out = tmp_path / "line"
    assert main(["run", "detection.nms", *words, "--out", str(out)]) == 0
    assert read_result(out).metrics == window.metrics
    assert window.metrics["recall"] > window.metrics["iou_recall"]


def test_detection_is_equal_in_window_and_command_line(tmp_path, images):
    if not OWN_WEIGHTS.is_file():
        pytest.skip("the product's own detector is not there")
    request = RunRequest(DETECT, (InputFile("video", identify(images)),), DETECT.params(clip=True))
    window = by_window(request, tmp_path / "window")
    out = tmp_path / "line"
    words = ["run", "detection.detect", str(images), "--set", "clip=true", "--out", str(out)]
    assert main(words) == 0
    line = read_result(out)
    values = {name: value for name, value in line.metrics.items() if name != "frames_per_s"}
    assert values == {name: window.metrics[name] for name in values}
    for name in ("raw_boxes.npz", "detections.odgt", "tracks.txt", "annotated.mp4"):
        assert (out / name).stat().st_size > 0
    raw = out / "raw_boxes.npz"
    again = tmp_path / "again"
    assert main(["run", "detection.annotate", str(images), str(raw), "--out", str(again)]) == 0
    drawn = read_result(again)
    assert drawn.metrics["boxes"] == line.metrics["boxes"]


def test_training_is_equal_in_window_and_command_line(tmp_path):
    import torch
    from safetensors.torch import load_file

    request = RunRequest(TRAIN, (), TRAIN.params(**TINY))
    window = by_window(request, tmp_path / "window")
    words = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
    out = tmp_path / "line"
    assert main(["run", "detection.train", *words, "--out", str(out)]) == 0
    line = read_result(out)
    same = {name: pytest.approx(value, nan_ok=True) for name, value in window.metrics.items()}
    assert dict(line.metrics) == same
    weights = out / "detector.safetensors"
    ours, theirs = (load_file(path) for path in (weights, tmp_path / "window" / weights.name))
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())
    assert identify(weights).kind.name == "detector"


def test_training_on_own_images(tmp_path, images):
    records = []
    for number in range(2):
        boxes = [{"tag": "person", "fbox": [40, 40, 30, 70], "vbox": [40, 40, 20, 70]}]
        records.append({"ID": str(number), "width": 256, "height": 192, "gtboxes": boxes})
    truth = tmp_path / "truth.odgt"
    truth.write_text("\n".join(json.dumps(record) for record in records))
    # Five frames are needed before one is held back: the same two images serve as ten.
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(10):
        source = images / f"{number % 2}.png"
        (folder / f"{number}.png").write_bytes(source.read_bytes())
    many = [{**records[number % 2], "ID": str(number)} for number in range(10)]
    truth.write_text("\n".join(json.dumps(record) for record in many))
    words = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
    out = tmp_path / "out"
    files = [str(folder), str(truth)]
    assert main(["run", "detection.train", *files, *words, "--out", str(out)]) == 0
    assert "windows of many" in read_result(out).texts["data"]


def test_cancel_ends_training_and_leaves_a_folder(tmp_path):
    control = Control()
    run = Run(RunRequest(TRAIN, (), TRAIN.params(iterations=50)), tmp_path, control)
    run._watch = lambda shown: control.cancel()
    assert run.execute().status == "cancelled"
    assert read_result(tmp_path).status == "cancelled"


def test_cancel_reaches_the_detector_between_images(images, tmp_path):
    control = Control()
    shown = []

    def watch(item) -> None:
        shown.append(item)
        control.cancel()

    request = RunRequest(DETECT, (InputFile("video", identify(images)),), DETECT.params())
    assert Run(request, tmp_path, control, watch).execute().status == "cancelled"
    assert [item.step for item in shown] == [1]
    assert shown[0].total > 1


def test_the_interval_of_a_comparison():
    told = paired(np.array([0.8, 0.82, 0.81]), np.array([0.7, 0.73, 0.70]))
    assert told.low > 0
    assert "beta head is better" in told.words
    null = paired(np.array([0.8, 0.7, 0.81]), np.array([0.7, 0.8, 0.80]))
    assert null.low < 0 < null.high
    assert "null result" in null.words
    assert "null result" in paired(np.array([1.0]), np.array([0.0])).words


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--set", "rule=best"], "rule"),
        (["--set", "threshold=-1"], "threshold"),
        (["--set", "nothing=1"], "no parameter"),
        (["missing.npz"], "does not exist"),
    ],
)
def test_refusals_are_one_line(words, sentence, tmp_path, capsys):
    code = main(["run", "detection.nms", *words, "--out", str(tmp_path / "out")])
    error = capsys.readouterr().err
    assert code == 2
    assert sentence in error.lower()
    assert error.count("\n") == 1
