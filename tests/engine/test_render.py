"""Drawing a session where that cannot be done: one line, and nothing harmed."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
import pytest

from engine.claim_store import keep_verdict
from engine.claims import Verdict
from engine.cli.main import main
from engine.experiment import Snapshot
from engine.figures.metadata import read_provenance
from engine.figures.model import Axis, Figure, Line
from engine.files.inputs import InputFile
from engine.registry import claims
from engine.render import render_session
from engine.run import Run, RunRequest
from engine.session import Session, save_session
from tests.engine.fakes import CountParams, counting


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    files: tuple[InputFile, ...] = ()
    run = Run(RunRequest(counting(), files, CountParams(count=3)), folder / "runs" / "0001-x")
    assert run.execute().status == "done"
    save_session(Session(runs=("0001-x",)), folder)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_session_is_drawn_into_another_folder(session: Path, tmp_path: Path) -> None:
    assert main(["render", str(session), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "report.html").exists()
    drawn = json.loads((tmp_path / "out" / "0001-x" / "result.json").read_text())
    assert drawn["metrics"] == {"sum": 3.0}


@pytest.mark.parametrize("out", ["runs", "runs/../runs", "runs/0001-x", "runs/0001-x/figures"])
def test_a_session_is_not_drawn_onto_or_into_its_own_runs(
    out: str, session: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(session)
    assert main(["render", str(session), "--out", str(session / out)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "another folder" in told
    assert tree(session) == before


def test_a_place_that_cannot_be_written_is_one_line(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["render", str(session), "--out", str(tmp_path / "file" / "out")]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Cannot write" in told
    assert "not a directory" in told


def test_a_file_that_cannot_be_copied_is_named(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A link that leads nowhere fails inside the copying of a tree, as a full disk would."""
    (session / "runs" / "0001-x" / "lost.csv").symlink_to(tmp_path / "nowhere")
    assert main(["render", str(session), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "lost.csv" in told


def test_a_figure_drawn_again_still_knows_the_changes_of_its_run(tmp_path: Path) -> None:
    """Else the replay of a steered run from its figure would be of another run."""
    figure = Figure("f", (Line(np.arange(3), np.arange(3.0), "l"),), Axis("x"), Axis("y"))

    def run(inputs, params, ctx):
        ctx.steer(gain=2.0)
        yield Snapshot(1, 2, figures={"line": figure})
        yield Snapshot(2, 2, {"sum": 1.0})

    folder = tmp_path / "session" / "runs" / "0001-x"
    Run(RunRequest(replace(counting(), run=run), (), CountParams()), folder).execute()
    save_session(Session(runs=("0001-x",)), tmp_path / "session")
    render_session(tmp_path / "session", tmp_path / "out")
    before = read_provenance(folder / "figures" / "line.svg")
    assert len(before["journal"]) == 1
    assert read_provenance(tmp_path / "out" / "0001-x" / "figures" / "line.svg") == before


def test_the_report_tells_the_claims_of_what_ran(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEERSCOPE_DATA_DIR", str(tmp_path / "data"))
    path = session / "runs" / "0001-x" / "result.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "experiment": "compression.lplr"}))
    claim, other = claims("compression")[0], claims("agents")[0]
    keep_verdict(claim, Verdict("differs", 0.1234, ""))
    page = render_session(session, tmp_path / "out").read_text(encoding="utf-8")
    assert escape(claim.text) in page
    assert "● 0.1234" in page
    assert escape(other.text) not in page
