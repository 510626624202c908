"""Replay: run a recorded result again and say whether the numbers come out the same."""

from __future__ import annotations

import math
import shlex
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine import registry
from engine.archive import unpacked
from engine.control import Control
from engine.errors import BadInput, Cancelled, PeerscopeError
from engine.experiment import Experiment, Shown
from engine.files.identify import identify
from engine.files.inputs import InputFile, assign_roles, file_params
from engine.journal import Entry, read_journal
from engine.moved import find_input
from engine.param_spec import checked
from engine.results import Result, read_result
from engine.run import Run, RunRequest
from engine.session import FILE_NAME, read_session

Likeness = Literal["nothing to compare", "identical", "within tolerance", "different"]
#: From the best to the worst.
LIKENESSES: tuple[Likeness, ...] = ("identical", "within tolerance", "different")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A result to be replayed, with its journal and the place it was found in."""

    result: Result
    journal: tuple[Entry, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Replayable:
    """What was found to be replayed, and a sentence for each run that was left out."""

    runs: tuple[Recorded, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric then and now."""

    name: str
    recorded: float
    replayed: float
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of a replay."""

    experiment: str
    metrics: tuple[MetricComparison, ...]
    note: str = ""

    @property
    def likeness(self) -> Likeness:
        """The worst of all metrics; "nothing to compare" without any."""
        found: Iterable[Likeness] = (item.likeness for item in self.metrics)
        return max(found, key=LIKENESSES.index, default="nothing to compare")


def load_recorded(path: Path) -> Replayable:
    """What a results folder, a session, an archive, or a figure of ours holds to be replayed.

    A session's unfinished and damaged runs are left out, and told.

    Raises
    ------
    BadInput
        It is none of these, or holds no finished run.
    """
    kind = identify(path).kind.name
    if kind == "results":
        return Replayable((_from_folder(path),))
    if kind == "session":
        return _from_session(path)
    if kind == "archive":
        with unpacked(path) as folder:
            found = _from_session(folder)
        # What it held is gone with the folder: inputs are looked for beside the archive.
        runs = tuple(replace(run, folder=path.absolute().parent) for run in found.runs)
        return Replayable(runs, found.left_out)
    if kind == "figure":
        return Replayable((_from_figure(path),))
    raise BadInput(
        f"{path.name} cannot be replayed; give a results folder, a session or its archive, or a "
        "figure exported by Peerscope."
    )


def replay(
    recorded: Recorded,
    control: Control | None = None,
    watch: Callable[[Shown], None] = lambda shown: None,
) -> Comparison:
    """Run it again on the same inputs and compare every metric of kind "value".

    Raises
    ------
    BadInput
        An input is missing, or its bytes have changed; the sentence names it.
    PeerscopeError
        The run failed this time.
    Cancelled
        It was ended before there was anything to compare.
    """
    control = control or Control()
    request = request_of(recorded, control)
    with tempfile.TemporaryDirectory(prefix="peerscope-replay-") as folder:
        run = Run(request, Path(folder), control, watch, keep_figures=False)
        result = run.execute()
    if result.status == "cancelled":
        raise Cancelled
    if result.status == "failed":
        raise PeerscopeError(f"The replay failed: {result.message}")
    return compare(request.experiment, recorded.result, result)


def request_of(recorded: Recorded, control: Control | None = None) -> RunRequest:
    """What to run to have it again: its inputs, wherever they are now, params and journal.

    Raises
    ------
    BadInput
        An input is missing, or its bytes have changed; the sentence names it.
    """
    experiment = registry.experiment(recorded.result.experiment)
    check = (control or Control()).check
    places: dict[str, list[Path]] = {}
    for item in recorded.result.inputs:
        places.setdefault(item.role, []).append(find_input(item, recorded.folder, check))
    named = {
        name: str(places.pop(name)[0]) for name in file_params(experiment.params) if name in places
    }
    files = _identified(experiment, places)
    params = checked(experiment.params, {**recorded.result.params, **named})
    return RunRequest(experiment, files, params, recorded.journal)


def session_of(recorded: Recorded) -> Path | None:
    """The folder of the session that a run belongs to, where it is still there.

    A results folder lies in it; an exported figure tells by the command of its run.
    """
    words = shlex.split(recorded.result.command)
    written = Path(words[-1]) if words[-2:-1] == ["--out"] else recorded.folder
    for run in (recorded.folder, written):
        session = run.absolute().parent.parent
        holds = run.parent.name == "runs" and (run / "result.json").is_file()
        if holds and (session / FILE_NAME).is_file() and _is_run(run, recorded):
            return session
    return None


def _is_run(run: Path, recorded: Recorded) -> bool:
    """True when a folder holds that very run, and not a later one at the same place."""
    try:
        return read_result(run).started == recorded.result.started
    except BadInput:
        return False


def compare(experiment: Experiment, before: Result, now: Result) -> Comparison:
    """Two results of one experiment, metric by metric."""
    same_machine = (before.device, before.threads) == (now.device, now.threads)
    metrics = tuple(
        MetricComparison(
            spec.name,
            before.metrics[spec.name],
            now.metrics.get(spec.name, math.nan),
            _likeness(
                before.metrics[spec.name],
                now.metrics.get(spec.name, math.nan),
                spec.rtol,
                same_machine,
            ),
        )
        for spec in experiment.metrics
        if spec.kind == "value" and spec.name in before.metrics
    )
    note = "" if same_machine else "another device or thread count than when it was recorded"
    return Comparison(experiment.name, metrics, note)


def lines_of(comparison: Comparison) -> list[str]:
    """A comparison as lines of text: the verdict, then each metric then and now."""
    note = f" ({comparison.note})" if comparison.note else ""
    return [
        f"{comparison.experiment}: {comparison.likeness}{note}",
        *(
            f"    {item.name}: {item.recorded!r} then, {item.replayed!r} now, {item.likeness}"
            for item in comparison.metrics
        ),
    ]


def _likeness(before: float, now: float, rtol: float, same_machine: bool) -> Likeness:
    both_missing = math.isnan(before) and math.isnan(now)
    if before == now or both_missing:
        return "identical" if same_machine else "within tolerance"
    return "within tolerance" if math.isclose(before, now, rel_tol=rtol) else "different"


def _from_session(path: Path) -> Replayable:
    session, folder = read_session(path)
    runs, left_out = [], []
    for name in session.runs:
        try:
            runs.append(_from_folder(folder / "runs" / name))
        except BadInput as error:
            left_out.append(error.sentence)
    if not runs:
        why = f": {left_out[0]}" if left_out else "."
        raise BadInput(f"The session {path} holds no finished run to replay{why}")
    return Replayable(tuple(runs), tuple(left_out))


def _from_folder(folder: Path) -> Recorded:
    result = read_result(folder)
    if result.status != "done":
        raise BadInput(f"The run in {folder} is {result.status}; only a finished one is replayed.")
    return Recorded(result, read_journal(folder / "journal.jsonl"), folder)


def _from_figure(path: Path) -> Recorded:
    from engine.figures.metadata import read_provenance

    try:
        provenance: Mapping[str, Any] = read_provenance(path) or {}
        result = Result.from_json({**provenance, "figures": []})
        journal = tuple(Entry.from_json(line) for line in provenance.get("journal", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path.name} does not tell which run it came from.") from error
    return Recorded(result, journal, path.parent)


def _identified(
    experiment: Experiment, places: Mapping[str, Iterable[Path]]
) -> tuple[InputFile, ...]:
    named = {role: [identify(place) for place in several] for role, several in places.items()}
    return assign_roles(experiment, (), named)
