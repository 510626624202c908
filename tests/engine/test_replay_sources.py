"""Replay from everything that remembers a run, and its refusal when an input has changed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.archive import write_archive
from engine.behavior.data import write_recording
from engine.cli.main import main
from engine.figures.export import export
from engine.figures.store import load
from engine.replay import load_recorded, session_of
from engine.results import read_result, write_json
from engine.session import Session, new_run_folder, save_session

SOURCES = ("folder", "result.json", "session", "archive", "svg", "pdf", "png")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording, a session with one run of it, its archive, and exported figures."""
    root = tmp_path_factory.mktemp("study")
    write_recording(root / "mouse.mp4", seconds=1, seed=3)
    run = new_run_folder(root / "session", "behavior.embed")
    words = ["run", "behavior.embed", str(root / "mouse.mp4"), "--set", "latent=2"]
    assert main([*words, "--out", str(run)]) == 0
    save_session(Session(runs=(run.name,)), root / "session")
    write_archive(root / "session", root / "sent.peerscope")
    figure = load(run / "figures" / "variance.npz")
    provenance = read_result(run).provenance(())
    export(figure, root, "exported", provenance=provenance, formats=("svg", "pdf", "png"))
    return root


def source(study: Path, kind: str) -> Path:
    run = study / "session" / "runs" / "0001-behavior.embed"
    places = {
        "folder": run,
        "result.json": run / "result.json",
        "session": study / "session",
        "archive": study / "sent.peerscope",
    }
    return places.get(kind, study / f"exported.{kind}")


@pytest.mark.parametrize("kind", SOURCES)
def test_what_remembers_a_run_tells_the_same_run(kind: str, study: Path) -> None:
    path = source(study, kind)
    (recorded,) = load_recorded(path.parent if kind == "result.json" else path).runs
    known = read_result(source(study, "folder"))
    assert recorded.result.experiment == "behavior.embed"
    assert recorded.result.params == known.params
    assert recorded.result.metrics == known.metrics
    assert recorded.result.inputs == known.inputs


@pytest.mark.parametrize("kind", ["archive", "pdf"])
def test_its_replay_is_identical_for_each_metric(
    kind: str, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(source(study, kind))]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "behavior.embed: identical"
    assert len(rest) >= 3
    assert all(line.endswith("now, identical") for line in rest)


@pytest.mark.parametrize(
    ("factor", "likeness", "code"), [(1 + 1e-9, "within tolerance", 0), (1.5, "different", 1)]
)
def test_a_number_that_moved_is_told_for_its_metric_alone(
    factor: float, likeness: str, code: int, study: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    result = read_result(source(study, "folder"))
    metrics = {**result.metrics, "fve": result.metrics["fve"] * factor}
    write_json(tmp_path / "result.json", replace(result, metrics=metrics).to_json())
    assert main(["replay", str(tmp_path)]) == code
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == f"behavior.embed: {likeness}"
    told = {line.strip().partition(":")[0]: line.rpartition(", ")[2] for line in rest}
    assert told.pop("fve") == likeness
    assert set(told.values()) == {"identical"}


@pytest.mark.parametrize("kind", SOURCES[2:])
def test_a_changed_input_is_refused_and_named(
    kind: str, study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "study"
    shutil.copytree(study, place)
    recording = study / "mouse.mp4"
    before = recording.read_bytes()
    # The same size: only its bytes tell.
    recording.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    (place / "mouse.mp4").unlink()
    try:
        assert main(["replay", str(source(place, kind))]) == 2
    finally:
        recording.write_bytes(before)
    told = capsys.readouterr().err
    assert "mouse.mp4 has changed since the run" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("kind", ["folder", "svg", "pdf", "png"])
def test_a_run_knows_its_session_as_long_as_it_is_there(
    kind: str, study: Path, tmp_path: Path
) -> None:
    (recorded,) = load_recorded(source(study, kind)).runs
    assert session_of(recorded) == study / "session"
    other = replace(recorded, result=replace(recorded.result, started="2001"), folder=tmp_path)
    assert session_of(other) is None


def test_a_damaged_record_is_one_line(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = json.loads((source(study, "folder") / "result.json").read_text())
    del data["params"]
    (tmp_path / "result.json").write_text(json.dumps(data))
    assert main(["replay", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
