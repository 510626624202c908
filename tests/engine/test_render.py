"""Drawing a session where that cannot be done: one line, and nothing harmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.files.inputs import InputFile
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
