import signal
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.context import Context
from engine.errors import BadInput
from engine.experiment import Experiment, MetricSpec, Params
from engine.journal import read_journal
from engine.replay import compare
from engine.results import Result
from engine.run import Run, RunRequest
from tests.engine.fakes import CountParams, counting


def result(device: str = "cpu", threads: int = 1, **metrics: float) -> Result:
    return Result(
        "fake.x", {"seed": 0}, (), "", "", 0.0, "done", "", device, threads, None, metrics
    )


EXPERIMENT = Experiment(
    "fake.x",
    "x",
    Params,
    lambda inputs, params, ctx: iter(()),
    metrics=(
        MetricSpec("score", rtol=1e-3),
        MetricSpec("count", rtol=0.0),
        MetricSpec("seconds", "s", kind="time"),
    ),
)


@pytest.mark.parametrize(
    ("before", "now", "likeness"),
    [
        ({"score": 1.0}, {"score": 1.0}, "identical"),
        ({"score": 1.0}, {"score": 1.0005}, "within tolerance"),
        ({"score": 1.0}, {"score": 1.01}, "different"),
        ({"score": 1.0}, {}, "different"),
        ({"score": float("nan")}, {"score": float("nan")}, "identical"),
        ({"score": float("nan")}, {"score": 1.0}, "different"),
        ({"score": 1.0, "count": 3}, {"score": 1.0, "count": 4}, "different"),
        ({"score": 1.0, "seconds": 3}, {"score": 1.0, "seconds": 9}, "identical"),
    ],
)
def test_metrics_are_compared_within_their_tolerance(before, now, likeness) -> None:
    assert compare(EXPERIMENT, result(**before), result(**now)).likeness == likeness


@pytest.mark.parametrize(("before", "now"), [({}, {}), ({}, {"score": 1.0}), ({"seconds": 3}, {})])
def test_without_a_number_to_compare_nothing_is_called_identical(before, now) -> None:
    comparison = compare(EXPERIMENT, result(**before), result(**now))
    assert comparison.metrics == ()
    assert comparison.likeness == "nothing to compare"


def test_on_another_machine_nothing_is_called_identical() -> None:
    comparison = compare(EXPERIMENT, result(score=1.0), result(threads=4, score=1.0))
    assert comparison.likeness == "within tolerance"
    assert "thread" in comparison.note


def test_a_file_that_is_no_result_is_refused(tmp_path: Path) -> None:
    from engine.errors import BadInput
    from engine.replay import load_recorded

    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="cannot be replayed"):
        load_recorded(path)


def test_a_replay_ended_by_the_keyboard_is_cancelled_and_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted: list[int] = []

    def on_step(step: int, ctx: Context) -> None:
        interrupted.append(step)
        signal.raise_signal(signal.SIGINT)

    assert Run(RunRequest(counting(), (), CountParams()), tmp_path).execute().status == "done"
    monkeypatch.setattr("engine.registry.experiment", lambda name: counting(on_step))
    assert main(["replay", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "Cancelled.\n"
    assert interrupted == [0]


def test_a_journal_that_is_no_text_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b"\xff\xfe{}\n")
    with pytest.raises(BadInput, match="damaged"):
        read_journal(tmp_path / "journal.jsonl")
