import csv
import json
import math
from pathlib import Path

import pytest

from engine.control import Control
from engine.errors import BadParams
from engine.experiment import Experiment, Shown, Snapshot
from engine.journal import read_journal
from engine.results import read_result
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
    assert "gain cannot be -1.0" in refused[1]


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
