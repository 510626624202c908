"""Draw a session without a window: every figure as PNG and SVG, and one HTML report."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.archive import unpacked
from engine.claim_runs import example_of
from engine.claim_store import kept_verdicts
from engine.claims import Claim, Verdict
from engine.errors import PeerscopeError
from engine.figures.export import export
from engine.figures.store import load
from engine.files.identify import identify
from engine.files.inputs import assign_roles
from engine.places import data_dir
from engine.registry import System, claims, experiment, systems
from engine.report import write_report
from engine.results import provenance_of, read_result
from engine.run import Run, RunRequest
from engine.session import Session, new_run_folder, read_session, run_folders, save_session

REPORT_NAME = "report.html"


def render_session(path: Path, out: Path) -> Path:
    """Draw every run of a session, or of its archive, into `out`; returns the report.

    Raises
    ------
    BadInput
        The session cannot be read.
    PeerscopeError
        `out` cannot be written or is where the session keeps its runs, or the session holds no
        finished run.
    """
    with unpacked(path) as place:
        return _render(path, place, out)


def _render(path: Path, place: Path, out: Path) -> Path:
    session, folder = read_session(place)
    runs = run_folders(session, folder)
    if not runs:
        raise PeerscopeError(f"The session {path} holds no finished run to draw.")
    _refuse_own_runs(runs, out)
    try:
        drawn = [_draw_run(run, out / run.name) for run in runs]
    except OSError as error:
        raise PeerscopeError(_cannot_draw(out, error)) from error
    report = out / REPORT_NAME
    write_report(report, session.title or folder.name, drawn, _verdicts(drawn))
    return report


def _verdicts(runs: Iterable[Path]) -> list[tuple[Claim, Verdict]]:
    """Every claim of the systems that ran, with what this machine has found of it so far."""
    ran = {read_result(run).experiment.partition(".")[0] for run in runs}
    found = [claim for system in systems() if system.name in ran for claim in claims(system.name)]
    return list(zip(found, kept_verdicts(found), strict=True))


def make_demo_session(folder: Path) -> Path:
    """A session with one run on the example of every system that has one; returns it."""
    names = []
    for system in systems():
        if system.example is None or not system.experiments:
            continue
        for request in demo_requests(system):
            run_folder = new_run_folder(folder, request.experiment.name)
            result = Run(request, run_folder).execute()
            if result.status != "done":
                raise PeerscopeError(f"The demo run of {system.title} {result.message}")
            names.append(run_folder.name)
    return save_session(Session(title="Demo session", runs=tuple(names)), folder)


def demo_requests(system: System) -> list[RunRequest]:
    """What the demo session runs of a system that has an example, its own wishes last."""
    chosen = experiment(system.experiments[0].name)
    files = assign_roles(chosen, (identify(example_of(system.name)),), {})
    own = system.demo(data_dir() / "examples") if system.demo is not None else ()
    return [RunRequest(chosen, files, chosen.params()), *own]


def _refuse_own_runs(runs: Sequence[Path], out: Path) -> None:
    """A run can be copied neither onto nor into itself."""
    for run in runs:
        if (out / run.name).resolve().is_relative_to(run.resolve()):
            raise PeerscopeError(
                f"{out} is where the session keeps its runs; choose another folder for --out."
            )


def _cannot_draw(out: Path, error: OSError) -> str:
    """What could not be copied or written, and why; of several files the first."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        source, _, why = error.args[0][0]
        return f"Cannot copy {source} to {out}: {why}."
    where = error.filename2 or error.filename or out
    reason = (error.strerror or str(error)).lower()
    return f"Cannot write {where}: {reason}; choose another folder or free some space."


def _draw_run(run: Path, target: Path) -> Path:
    """A copy of a results folder with every figure drawn again from its data."""
    provenance = provenance_of(run)
    shutil.copytree(run, target, dirs_exist_ok=True)
    for entry in read_result(run).figures:
        name = str(entry["name"])
        figure = load(run / "figures" / f"{name}.npz")
        export(figure, target / "figures", name, provenance=provenance)
    return target
