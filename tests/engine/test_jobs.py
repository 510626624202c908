import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.experiment import Experiment, Shown, Snapshot
from engine.figures.model import Axis, Bars, Figure
from engine.jobs import Job, Jobs
from engine.run import Run, RunRequest
from tests.engine.fakes import CountParams, counting


class Recorder:
    def __init__(self) -> None:
        self.states: list[tuple[int, str]] = []
        self.shown: list[Shown] = []

    def job_changed(self, job: Job) -> None:
        self.states.append((job.key, job.status().state))

    def job_showed(self, job: Job, shown: Shown) -> None:
        self.shown.append(shown)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    jobs = Jobs(Recorder())
    yield jobs
    assert jobs.close(5)


def until(condition: Callable[[], Any], timeout_s: float = 10) -> None:
    deadline = time.perf_counter() + timeout_s
    while not condition():
        assert time.perf_counter() < deadline, "waited too long"
        time.sleep(0.005)


def request(experiment: Experiment, **values: float) -> RunRequest:
    return RunRequest(experiment, (), CountParams(**values))


def test_a_job_cancelled_just_before_its_turn_is_watched_too(tmp_path: Path) -> None:
    class Warm:
        @property
        def done(self) -> bool:
            # The lane has seen by now that the job is not cancelled.
            jobs.all[0].cancel()
            return True

    jobs = Jobs(Recorder(), Warm())  # type: ignore[arg-type]
    job = jobs.submit(request(counting()), tmp_path, "job")
    until(lambda: job.ended)
    assert job.status().state == "cancelled"
    assert set(jobs._watches) == {job.key}
    assert jobs.close(5)


def test_batch_jobs_run_one_at_a_time_in_order(jobs: Jobs, tmp_path: Path) -> None:
    slow = request(counting(), count=4, pause_s=0.02)
    made = [jobs.submit(slow, tmp_path / str(k), f"job {k}") for k in range(3)]
    until(lambda: all(job.ended for job in made))
    states = jobs._listener.states
    started = [key for key, state in states if state == "running"]
    done = [key for key, state in states if state == "done"]
    assert started == done == [1, 2, 3]
    order = [(key, state) for key, state in states if state in ("running", "done")]
    assert order == [(k, s) for k in (1, 2, 3) for s in ("running", "done")]


def test_a_queued_job_is_cancelled_at_once(jobs: Jobs, tmp_path: Path) -> None:
    first = jobs.submit(request(counting(), count=50, pause_s=0.02), tmp_path / "a", "a")
    second = jobs.submit(request(counting()), tmp_path / "b", "b")
    second.cancel()
    assert second.status().state == "cancelled"
    first.cancel()
    until(lambda: first.ended)
    until(lambda: (2, "cancelled") in jobs._listener.states)
    assert not (tmp_path / "b").exists()


def test_pause_holds_and_resume_goes_on(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit(request(counting(), count=40, pause_s=0.01), tmp_path, "a")
    until(lambda: job.status().step > 2)
    job.pause()
    until(lambda: job.status().state == "paused")
    time.sleep(0.05)
    held = job.status().step
    time.sleep(0.15)
    assert job.status().step == held
    job.resume()
    until(lambda: job.ended)
    assert job.status().state == "done"
    assert job.status().step == 40


def test_a_steered_job_equals_its_replay(jobs: Jobs, tmp_path: Path) -> None:
    from engine.journal import read_journal

    job = jobs.submit(request(counting(), count=60, pause_s=0.005), tmp_path / "a", "a")
    until(lambda: job.status().step > 5)
    job.steer(gain=3.0)
    until(lambda: job.ended)
    journal = read_journal(tmp_path / "a" / "journal.jsonl")
    assert len(journal) == 1
    again = Run(RunRequest(counting(), (), CountParams(count=60), journal), tmp_path / "b")
    assert job.result is not None
    assert again.execute().metrics == job.result.metrics


def test_the_newest_question_wins(jobs: Jobs) -> None:
    release, answered, asked = threading.Event(), threading.Event(), []

    def bars(data: Any, params: int) -> dict[str, Figure]:
        if params == 0:
            release.wait(5)
        asked.append(params)
        return {"bars": Figure("b", (Bars(("a",), [params]),), Axis("x"), Axis("y"))}

    answers: list[Any] = []
    for k in range(50):
        last = k == 49
        jobs.query(
            "bars",
            bars,
            None,
            k,
            lambda a, last=last: (answers.append(a), last and answered.set()),
        )
        if k == 0:
            time.sleep(0.1)
    release.set()
    assert answered.wait(5)
    assert asked == [0, 49]


def test_a_failing_question_gives_a_sentence(jobs: Jobs) -> None:
    from engine.errors import PeerscopeError

    answers: list[Any] = []
    jobs.query("bad", lambda data, params: 1 / 0, None, None, answers.append)
    until(lambda: answers)
    assert isinstance(answers[0], PeerscopeError)


def test_questions_are_answered_between_the_yields_of_a_live_job(
    jobs: Jobs, tmp_path: Path
) -> None:
    live = jobs.submit(
        request(counting(lane="interactive"), count=200, pause_s=0.02), tmp_path, "live"
    )
    until(lambda: live.status().step > 2)
    answers: list[Any] = []
    jobs.query("q", lambda data, params: {}, None, None, answers.append)
    until(lambda: answers, timeout_s=1)
    assert not live.ended
    live.cancel()
    until(lambda: live.ended)


def test_close_cancels_everything_in_two_seconds(tmp_path: Path) -> None:
    jobs = Jobs(Recorder())
    for k in range(3):
        jobs.submit(request(counting(), count=1000, pause_s=0.05), tmp_path / str(k), "j")
    until(lambda: jobs.all[0].status().step > 1)
    began = time.perf_counter()
    assert jobs.close(2)
    assert time.perf_counter() - began < 2
    assert all(job.ended for job in jobs.all)


def test_a_lane_outlives_a_fault_in_it(tmp_path: Path) -> None:
    def refuse(figure, folder, name, provenance, *, check):
        raise ValueError("no such colour")

    class Broken(Recorder):
        def job_showed(self, job: Job, shown: Shown) -> None:
            if job.title == "broken":
                raise RuntimeError("a listener that does not keep its promise")

    jobs = Jobs(Broken(), write_figure=refuse)
    broken = jobs.submit(request(counting()), tmp_path / "a", "broken")
    sound = jobs.submit(request(counting()), tmp_path / "b", "sound")
    until(lambda: broken.ended and sound.ended)
    assert broken.status().state == "failed"
    assert sound.status().state == "done"
    assert jobs.close(5)


def test_questions_are_answered_while_a_live_job_is_paused(jobs: Jobs, tmp_path: Path) -> None:
    live = jobs.submit(
        request(counting(lane="interactive"), count=200, pause_s=0.01), tmp_path, "live"
    )
    until(lambda: live.status().step > 2)
    live.pause()
    until(lambda: live.status().state == "paused")
    answers: list[Any] = []
    jobs.query("q", lambda data, params: {"f": data}, "data", None, answers.append)
    until(lambda: answers)
    assert answers == [{"f": "data"}]
    assert live.status().state == "paused"
    live.cancel()
    until(lambda: live.ended)


def test_a_queued_job_can_be_steered(jobs: Jobs, tmp_path: Path) -> None:
    first = jobs.submit(request(counting(), count=10, pause_s=0.02), tmp_path / "a", "a")
    second = jobs.submit(request(counting(), count=3), tmp_path / "b", "b")
    second.steer(gain=7.0)
    until(lambda: second.ended)
    assert first.ended
    assert second.result is not None
    assert second.result.metrics["sum"] == 21.0


def test_an_ended_job_keeps_no_figure_in_memory(jobs: Jobs, tmp_path: Path) -> None:
    def run(inputs: Any, params: Any, ctx: Any) -> Iterator[Shown]:
        bars = Bars(("a",), (1.0,), "n", "measured")
        yield Snapshot(1, 1, {"sum": 1.0}, {"bars": Figure("Bars", (bars,), Axis("a"), Axis("n"))})

    drawing = replace(counting(), run=run)
    job = jobs.submit(RunRequest(drawing, (), CountParams()), tmp_path, "draw")
    until(lambda: job.ended, 60)
    assert job.status().state == "done", job.status().message
    assert (job.status().step, job.status().total) == (1, 1)
    assert job._newest is not None
    assert job._newest.figures == {}
    assert job._run._newest.figures == {}
    assert (tmp_path / "figures" / "bars.npz").exists()
