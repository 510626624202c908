import csv
import errno
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import model_validator

from engine.context import Context
from engine.control import Control
from engine.errors import BadInput, BadParams
from engine.experiment import Experiment, Live, MetricSpec, Params, Shown, Snapshot, param
from engine.figures.model import Axis, Figure, Line
from engine.files.identify import identify
from engine.files.inputs import InputFile
from engine.journal import read_journal
from engine.results import ResultsWriter, read_result
from engine.run import Run, RunRequest
from tests.engine.fakes import CountParams, counting


def request(experiment: Experiment, **values: float) -> RunRequest:
    return RunRequest(experiment, (), CountParams(**values))


def test_a_run_leaves_the_whole_folder(tmp_path: Path) -> None:
    result = Run(request(counting(), count=4), tmp_path).execute()
    assert result.status == "done"
    data = json.loads((tmp_path / "result.json").read_text())
    for name in (
        *("schema_version", "experiment", "params", "seed", "inputs", "versions", "device"),
        *("threads", "batch_used", "command", "started", "seconds", "status", "metrics"),
        *("texts", "figures", "artifacts"),
    ):
        assert name in data
    assert data["metrics"] == {"sum": 4.0}
    with (tmp_path / "metrics.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows == [["step", "sum"], *[[str(k), str(float(k))] for k in range(1, 5)]]
    assert not (tmp_path / "journal.jsonl").exists()
    assert read_result(tmp_path) == result


def test_cancel_ends_within_half_a_second_and_closes_the_generator(tmp_path: Path) -> None:
    import threading
    import time

    control = Control()
    run = Run(request(counting(), count=1000, pause_s=0.05), tmp_path, control)
    timer = threading.Timer(0.2, control.cancel)
    timer.start()
    began = time.perf_counter()
    result = run.execute()
    timer.join()
    assert time.perf_counter() - began < 0.7
    assert result.status == "cancelled"
    assert read_result(tmp_path).status == "cancelled"


def test_a_live_change_enters_the_journal_and_replays(tmp_path: Path) -> None:
    def steer(step: int, ctx) -> None:
        if step == 2:
            ctx.steer(gain=10.0)
        if step == 5:
            ctx.act("add", amount=100)

    first = Run(request(counting(steer)), tmp_path / "a").execute()
    assert first.metrics["sum"] == 3 + 7 * 10 + 100
    journal = read_journal(tmp_path / "a" / "journal.jsonl")
    assert [entry.step for entry in journal] == [3, 6]
    again = RunRequest(counting(), (), CountParams(), journal)
    second = Run(again, tmp_path / "b").execute()
    assert second.metrics == first.metrics
    assert read_journal(tmp_path / "b" / "journal.jsonl") == journal


def test_only_live_parameters_change_while_running(tmp_path: Path) -> None:
    refused = []

    def steer(step: int, ctx) -> None:
        for changes in ({"count": 3}, {"gain": -1.0}, {"nothing": 1}):
            with pytest.raises(BadParams) as error:
                ctx.steer(**changes)
            refused.append(error.value.sentence)

    result = Run(request(counting(steer), count=1), tmp_path).execute()
    assert result.status == "done"
    assert "count cannot change" in refused[0]
    assert refused[1] == "Gain must be at least 0."


def test_a_fault_is_told_and_leaves_a_folder(tmp_path: Path) -> None:
    def fail(step: int, ctx) -> None:
        if step == 2:
            raise RuntimeError("boom")

    run = Run(request(counting(fail)), tmp_path)
    result = run.execute()
    assert result.status == "failed"
    assert "boom" in result.message
    assert result.metrics == {"sum": 2.0}
    assert isinstance(run.error, RuntimeError)


def test_an_undeclared_metric_is_our_fault(tmp_path: Path) -> None:
    def run(inputs, params, ctx):
        yield Snapshot(1, metrics={"unheard": 1.0})

    experiment = Experiment("fake.bad", "bad", CountParams, run)
    assert Run(request(experiment), tmp_path).execute().status == "failed"


def test_a_metric_that_is_not_a_number_is_null_in_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="finite"):
        CountParams(gain=float("inf"))

    def overflow(step: int, ctx) -> None:
        ctx.act("add", amount=float("inf"))

    result = Run(request(counting(overflow), count=2), tmp_path).execute()
    assert math.isinf(result.metrics["sum"])
    assert json.loads((tmp_path / "result.json").read_text())["metrics"] == {"sum": None}
    assert math.isnan(read_result(tmp_path).metrics["sum"])


def test_everything_shown_is_watched_in_order(tmp_path: Path) -> None:
    seen: list[Shown] = []
    Run(request(counting(), count=5), tmp_path, watch=seen.append).execute()
    assert [shown.step for shown in seen if isinstance(shown, Snapshot)] == [1, 2, 3, 4, 5]


def test_a_figure_that_cannot_be_drawn_fails_the_run_and_loses_nothing(tmp_path: Path) -> None:
    def refuse(figure, folder, name, provenance, *, check):
        raise ValueError("no such colour")

    result = Run(showing(3), tmp_path / "out", write_figure=refuse).execute()
    assert result.status == "failed"
    assert "no such colour" in result.message
    kept = read_result(tmp_path / "out")
    assert (kept.status, kept.metrics["sum"]) == ("failed", 3.0)


def test_cancel_is_heard_between_figures(tmp_path: Path) -> None:
    control = Control()

    def write(figure, folder, name, provenance, *, check):
        control.cancel()
        check()
        return []

    result = Run(showing(3), tmp_path / "out", control, write_figure=write).execute()
    assert result.status == "cancelled"
    assert read_result(tmp_path / "out").metrics["sum"] == 3.0


def test_a_second_run_replaces_what_the_first_left_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    Run(showing(3), folder).execute()
    (folder / "notes.txt").write_text("mine")
    first = {path.name for path in (folder / "figures").iterdir()}
    Run(showing(3, name="other"), folder).execute()
    assert (folder / "notes.txt").read_text() == "mine"
    assert not first & {path.name for path in (folder / "figures").iterdir()}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("metrics.csv", "step,loss\n1,0.5\n"),
        ("metrics.csv", "patient,age\n1,40\n"),
        ("result.json", '{"accuracy": 0.9}'),
        ("unfinished.json", '{"todo": []}'),
        ("journal.jsonl", "{}\n"),
        ("figures", "mine"),
    ],
)
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_text(words)
    with pytest.raises(BadInput, match=r"not of an earlier run; choose another folder\.$"):
        Run(showing(3), tmp_path).execute()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == words


def test_what_lies_beside_the_results_stays(tmp_path: Path) -> None:
    """A log that is written as it runs, the input itself, a file an artifact would replace."""

    def leave(step: int, ctx: Context) -> None:
        ctx.artifact("codes.npy").write_bytes(b"new")

    for name in ("log.txt", "codes.npy"):
        (tmp_path / name).write_text("mine")
    np.save(tmp_path / "input.npy", np.ones(3))
    item = InputFile("agent", identify(tmp_path / "input.npy"))
    assert Run(RunRequest(counting(), (item,), CountParams()), tmp_path).execute().status == "done"
    (tmp_path / "result.json").unlink()
    (tmp_path / "metrics.csv").unlink()
    result = Run(request(counting(leave), count=1), tmp_path).execute()
    assert result.message.endswith(
        "codes.npy is not of this run and stays; choose another results folder."
    )
    for name in ("log.txt", "codes.npy"):
        assert (tmp_path / name).read_text() == "mine"


def test_an_input_in_the_results_folder_is_refused_and_kept(tmp_path: Path) -> None:
    """As when a training goes on from the checkpoint that an earlier one left there."""

    def leave(step: int, ctx: Context) -> None:
        np.save(ctx.artifact("checkpoint.npy"), np.ones(3))

    folder = tmp_path / "out"
    Run(request(counting(leave), count=1), folder).execute()
    before = sorted(path.name for path in folder.iterdir())
    item = InputFile("agent", identify(folder / "checkpoint.npy"))
    with pytest.raises(BadInput, match="is an input of this run and lies in"):
        Run(RunRequest(counting(), (item,), CountParams()), folder).execute()
    assert sorted(path.name for path in folder.iterdir()) == before
    assert Run(request(counting(), count=1), folder).execute().status == "done"
    assert not (folder / "checkpoint.npy").exists()


def test_a_run_that_was_killed_gives_its_folder_back(tmp_path: Path) -> None:
    killed = ResultsWriter(tmp_path, counting())
    killed.begin(request(counting()).record())
    killed.close()
    assert Run(showing(3), tmp_path).execute().status == "done"


def test_the_system_and_other_runs_may_have_something_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"")
    Run(showing(3), tmp_path / "first").execute()
    assert Run(showing(3), tmp_path).execute().status == "done"


def test_the_history_of_a_killed_run_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[int] = []

    def look(step: int, ctx: Context) -> None:
        rows.append(len((tmp_path / "out" / "metrics.csv").read_text().splitlines()))

    Run(RunRequest(counting(look), (), CountParams(count=4)), tmp_path / "out").execute()
    assert rows[-1] == 4  # the header and three steps, before the fourth is shown


def test_changes_wait_for_a_run_that_has_not_begun(tmp_path: Path) -> None:
    run = Run(RunRequest(counting(), (), CountParams(count=3)), tmp_path / "out")
    run.context.steer(gain=5.0)
    run.context.act("add", amount=100)
    assert run.execute().metrics["sum"] == 115.0


def test_each_change_is_checked_beside_those_that_wait(tmp_path: Path) -> None:
    class Between(Params):
        low: int = param(0, title="Low", live=True)
        high: int = param(10, title="High", live=True)

        @model_validator(mode="after")
        def _ordered(self):
            if self.low >= self.high:
                raise ValueError("low must be below high")
            return self

    context = Context(Between(), tmp_path)
    context.steer(low=8)
    with pytest.raises(BadParams, match="Low must be below high"):
        context.steer(high=5)
    context.steer(high=20)
    context.apply_waiting()
    assert (context.params.low, context.params.high) == (8, 20)


def test_an_own_clock_replays_at_the_very_step(tmp_path: Path) -> None:
    """However many live frames are shown between, a change falls on the step it was made at."""

    def experiment(lives: int, on_step) -> Experiment:
        def run(inputs, params, ctx):
            total = 0.0
            for step in range(6):
                ctx.advance(step)
                on_step(step, ctx)
                total += ctx.params.gain * 10**step
                for _ in range(lives):
                    yield Live({})
            yield Snapshot(6, 6, {"sum": total})

        return Experiment("fake.own", "", CountParams, run, metrics=(MetricSpec("sum"),))

    def steer(step: int, ctx: Context) -> None:
        if step == 2:
            ctx.steer(gain=2.0)

    def quiet(step: int, ctx: Context) -> None:
        return

    request = RunRequest(experiment(3, steer), (), CountParams())
    steered = Run(request, tmp_path / "steered")
    first = steered.execute()
    journal = read_journal(tmp_path / "steered" / "journal.jsonl")
    assert [entry.step for entry in journal] == [3]
    again = RunRequest(experiment(1, quiet), (), CountParams(), journal)
    assert Run(again, tmp_path / "again").execute().metrics == first.metrics


@pytest.mark.parametrize(
    ("code", "inside", "words"),
    [
        (errno.EIO, False, "Cannot read"),
        (errno.EACCES, False, "Cannot read"),
        (errno.ENOSPC, False, "Cannot write"),
        (errno.EIO, True, "Cannot write"),
    ],
)
def test_what_the_disk_refuses_is_told_as_what_it_was(
    tmp_path: Path, code: int, inside: bool, words: str
) -> None:
    path = tmp_path / ("out" if inside else "drive") / "mouse.mp4"

    def refuse(step: int, ctx: Context) -> None:
        raise OSError(code, "input/output error", str(path))

    result = Run(request(counting(refuse)), tmp_path / "out").execute()
    assert result.message.startswith(f"{words} {path}: input/output error")


def test_a_failed_run_keeps_its_reason_when_no_figure_can_be_drawn_either(tmp_path: Path) -> None:
    def refuse(figure, folder, name, provenance, *, check):
        raise ValueError("no such colour")

    asked = showing(3)

    def run(inputs, params, ctx):
        yield from asked.experiment.run(inputs, params, ctx)
        raise BadInput("The recording ends early.")

    failing = replace(asked, experiment=replace(asked.experiment, run=run))
    made = Run(failing, tmp_path / "out", write_figure=refuse)
    assert made.execute().message == "The recording ends early."
    assert isinstance(made.error, BadInput)


def showing(count: int, name: str = "line") -> RunRequest:
    """Counts, and shows a figure of that name."""
    figure = Figure("f", (Line(np.arange(3), np.arange(3.0), "l"),), Axis("x"), Axis("y"))
    plain = counting()

    def run(inputs, params, ctx):
        for shown in plain.run(inputs, params, ctx):
            yield replace(shown, figures={name: figure})

    return RunRequest(replace(plain, run=run), (), CountParams(count=count))
