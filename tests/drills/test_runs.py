"""Generators and workers that go wrong: the job ends with a sentence, the rest goes on."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from engine import jobs as jobs_module
from engine.behavior import training
from engine.behavior.data import write_pair
from engine.behavior.experiments import EMBED
from engine.context import Context
from engine.experiment import Experiment, MetricSpec, Params, Shown, Snapshot
from engine.figures.model import Axis, Figure, Line
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.jobs import Job, Jobs
from engine.replay import compare, load_recorded
from engine.results import read_history, read_result
from engine.run import Run, RunRequest
from tests.engine.fakes import CountParams, counting
from tests.engine.test_jobs import Recorder, until


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    jobs = Jobs(Recorder())
    yield jobs
    jobs.close(5)


def submitted(jobs: Jobs, on_step: Callable[[int, Context], None], folder: Path) -> Job:
    return jobs.submit(RunRequest(counting(on_step), (), CountParams()), folder, "count")


def raising(error: BaseException) -> Callable[[int, Context], None]:
    def on_step(step: int, ctx: Context) -> None:
        if step == 3:
            raise error

    return on_step


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("odd"), "A fault in Peerscope (ValueError at"),
        (RuntimeError("shapes differ"), "A fault in Peerscope (RuntimeError at"),
        (RuntimeError("\nspawned\n\nwithout a guard\n" * 9), "): spawned"),
        (ValueError("so_long_" * 99), "so_long_…"),
        (ZeroDivisionError(), "A fault in Peerscope (ZeroDivisionError at"),
        (MemoryError(), "Memory ran out in fake.count"),
        (RuntimeError("CUDA out of memory. Tried"), "Memory ran out in fake.count"),
        (OSError(12, "Cannot allocate memory"), "Memory ran out in fake.count"),
        (PermissionError(13, "Permission denied", "/x"), "Cannot read /x: permission denied"),
    ],
)
def test_one_that_raises_is_a_sentence_and_the_next_runs(
    error: Exception, told: str, jobs: Jobs, tmp_path: Path
) -> None:
    job = submitted(jobs, raising(error), tmp_path / "a")
    after = submitted(jobs, lambda step, ctx: None, tmp_path / "b")
    until(lambda: after.ended)
    assert job.status().state == "failed"
    assert told in job.status().message
    assert "\n" not in job.status().message
    assert len(job.status().message) < 300
    assert "Traceback" not in job.status().message
    assert after.status().state == "done"
    result = read_result(tmp_path / "a")
    assert (result.status, result.message) == ("failed", job.status().message)
    assert [step for step, _ in read_history(tmp_path / "a")] == [1, 2, 3]


def test_one_that_hangs_is_left_behind_and_the_next_runs(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "DEAF_S", 0.3)
    release = threading.Event()

    def hang(step: int, ctx: Context) -> None:
        if step == 2:
            release.wait(30)

    job = submitted(jobs, hang, tmp_path / "a")
    after = submitted(jobs, lambda step, ctx: None, tmp_path / "b")
    until(lambda: job.status().step == 2)
    assert job.status().state == "running"
    job.cancel()
    assert job.status().state == "cancelling"
    until(lambda: after.ended)
    assert after.status().state == "done"
    assert job.status().state == "failed"
    assert "did not answer when it was cancelled" in job.status().message
    release.set()
    until(lambda: (tmp_path / "a" / "result.json").exists())
    until(lambda: job.result is not None)
    # What it did in the end was told already.
    assert job.status().state == "failed"
    assert "was left behind" in job.status().message


def test_a_job_that_answers_is_never_left_behind(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "DEAF_S", 0.2)
    params = CountParams(count=1000, pause_s=0.01)
    job = jobs.submit(RunRequest(counting(), (), params), tmp_path, "count")
    until(lambda: job.status().step > 2)
    job.cancel()
    until(lambda: job.ended)
    time.sleep(0.4)
    assert job.status().state == "cancelled"


class NanParams(Params):
    pass


def _nan(inputs: Any, params: Any, ctx: Context) -> Generator[Shown, None, None]:
    for step in range(1, 4):
        value = math.nan if step % 2 else math.inf
        x = np.array([0.0, np.nan, np.inf, 2.0])
        line = Line(np.arange(4.0), x, "trace", "measured")
        figure = Figure("Trace", (line,), Axis("step"), Axis("value"))
        yield Snapshot(step, 3, {"score": value}, {"trace": figure})


NAN = Experiment("fake.nan", "nan", NanParams, _nan, metrics=(MetricSpec("score"),))


def test_one_that_yields_nan_is_kept_as_nan_and_replays(tmp_path: Path) -> None:
    first = Run(RunRequest(NAN, (), NanParams()), tmp_path / "a").execute()
    assert first.status == "done", first.message
    assert math.isnan(read_result(tmp_path / "a").metrics["score"])
    history = [values["score"] for _, values in read_history(tmp_path / "a")]
    assert math.isnan(history[0])
    assert history[1] == math.inf
    assert (tmp_path / "a" / "figures" / "trace.svg").stat().st_size > 0
    again = Run(RunRequest(NAN, (), NanParams()), tmp_path / "b").execute()
    assert compare(NAN, first, again).likeness == "identical"
    assert load_recorded(tmp_path / "a").runs[0].result.status == "done"


def _sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "rested"


def _killed_child(step: int, ctx: Context) -> None:
    """Calls in a process, and kills that process."""
    if step != 2:
        return
    before = {child.pid for child in psutil.Process().children()}

    def kill() -> None:
        until(lambda: {c.pid for c in psutil.Process().children() if _works(c)} - before)
        for child in psutil.Process().children():
            if child.pid not in before and _works(child):
                os.kill(child.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    ctx.in_process(_sleep, 60.0)
    killer.join()


def _works(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.Error:
        return False


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills as POSIX does")
def test_a_worker_that_is_killed_is_a_sentence_and_the_next_runs(
    jobs: Jobs, tmp_path: Path
) -> None:
    job = submitted(jobs, _killed_child, tmp_path / "a")
    after = submitted(jobs, lambda step, ctx: None, tmp_path / "b")
    until(lambda: after.ended, 60)
    assert job.status().state == "failed"
    assert "ended without an answer, perhaps for want of memory" in job.status().message
    assert after.status().state == "done"
    assert read_result(tmp_path / "a").status == "failed"


TINY = {"method": "dbe", "latent": 3, "size_px": 32, "steps": 4, "minibatch": 16}


def trained(jobs: Jobs, folder: Path, pair: tuple[Path, Path]) -> Job:
    roles = zip(("video", "poses"), pair, strict=True)
    files = tuple(InputFile(role, identify(path)) for role, path in roles)
    params = EMBED.params(**TINY, crop="egocentric")
    job = jobs.submit(RunRequest(EMBED, files, params), folder, "train")
    until(lambda: job.ended, 120)
    return job


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pair")
    write_pair(folder, "dish", seconds=10, seed=3, twins=("analysis",))
    return folder / "dish.mp4", folder / "dish.analysis.h5"


def test_memory_that_runs_out_in_training_halves_the_batch_and_says_so(
    jobs: Jobs, tmp_path: Path, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = training.Trainer._try_step

    def small(trainer: Any, check: Any) -> float:
        if trainer.batch > 8:
            raise MemoryError
        return real(trainer, check)

    monkeypatch.setattr(training.Trainer, "_try_step", small)
    job = trained(jobs, tmp_path, pair)
    assert job.status().state == "done", job.status().message
    result = read_result(tmp_path)
    assert result.batch_used == 8
    assert "memory ran out on cpu: batch halved to 8" in result.texts["memory"]


def test_memory_that_never_suffices_ends_the_training_with_a_sentence(
    jobs: Jobs, tmp_path: Path, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(trainer: Any, check: Any) -> float:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(training.Trainer, "_try_step", never)
    job = trained(jobs, tmp_path, pair)
    assert job.status().state == "failed"
    assert "Memory is out even for a batch of" in job.status().message
    assert "\n" not in job.status().message
    assert len(job.status().message) < 300
    after = submitted(jobs, lambda step, ctx: None, tmp_path / "b")
    until(lambda: after.ended)
    assert after.status().state == "done"
