"""The results folder: what a run leaves behind, and reading it back.

The command line and the window write the same folder through `ResultsWriter`; reports and
replays read nothing else.
"""

from __future__ import annotations

import csv
import json
import math
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, TextIO

from engine.errors import BadInput, PeerscopeError, cannot_write
from engine.experiment import Experiment, Snapshot
from engine.journal import Entry, read_journal
from engine.whole_file import written_whole

SCHEMA_VERSION = 1
#: Lies in a results folder from the first moment of a run until its ``result.json`` does.
UNFINISHED = "unfinished.json"
#: What becomes of it when the run is done again elsewhere.
INTERRUPTED = "interrupted.json"
_FIGURES = "figures"
#: What every run may write, besides its artifacts.
_OURS = ("result.json", "journal.jsonl", "metrics.csv", UNFINISHED, _FIGURES)
Status = Literal["done", "cancelled", "failed"]

_VERSIONED = ("peerscope", "numpy", "torch", "av", "scikit-learn", "scipy", "pydantic")


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One input as ``result.json`` names it.

    `sha256` is empty while it is being computed; `quick` is the digest by which a moved file is
    found again, empty for a folder.
    """

    role: str
    name: str
    size: int
    sha256: str
    path: str = ""
    quick: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Result:
    """``result.json`` as data. See architecture, "What a run leaves behind"."""

    experiment: str
    params: Mapping[str, Any]
    inputs: tuple[InputRecord, ...]
    command: str
    started: str
    seconds: float
    status: Status
    message: str = ""
    device: str = "cpu"
    threads: int = 1
    batch_used: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[Mapping[str, Any], ...] = ()
    artifacts: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data; a metric that is not finite becomes null, as JSON has no word for it."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        finite = {
            name: value if math.isfinite(value) else None for name, value in self.metrics.items()
        }
        return {
            "schema_version": SCHEMA_VERSION,
            **plain,
            "seed": self.params.get("seed"),
            "params": dict(self.params),
            "inputs": [record.to_json() for record in self.inputs],
            "metrics": finite,
            "texts": dict(self.texts),
            "figures": [dict(figure) for figure in self.figures],
            "artifacts": list(self.artifacts),
            "versions": dict(self.versions),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        """Read plain data back.

        Raises
        ------
        KeyError, TypeError, ValueError
            It is not a result of this schema.
        """
        if data["schema_version"] > SCHEMA_VERSION:
            raise ValueError("written by a newer Peerscope")
        values = {name: data[name] for name in cls.__slots__ if name in data}
        values["inputs"] = tuple(InputRecord(**record) for record in data["inputs"])
        values["figures"] = tuple(data["figures"])
        values["artifacts"] = tuple(data["artifacts"])
        values["metrics"] = {
            name: math.nan if value is None else value for name, value in data["metrics"].items()
        }
        return cls(**values)

    def provenance(self, journal: Iterable[Entry]) -> dict[str, Any]:
        """What goes into the metadata of every exported figure of the run, its changes too."""
        data = self.to_json()
        data.pop("figures")
        return {**data, "journal": [entry.to_json() for entry in journal]}


class ResultsWriter:
    """Writes a results folder as the run goes: history and journal at once, the rest at the end.

    Raises
    ------
    BadInput
        The folder holds a file of a run's name that no run has left; nothing of it is touched.
    PeerscopeError
        The folder cannot be made or written; one sentence says why.
    """

    def __init__(self, folder: Path, experiment: Experiment) -> None:
        self.folder = folder
        self._names = [spec.name for spec in experiment.metrics]
        self._journal: TextIO | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            #: Names that were there before and are somebody else's.
            self.foreign = _foreign(folder)
            _clear_previous(folder)
            self._metrics = (folder / "metrics.csv").open("w", newline="", encoding="utf-8")
        except OSError as error:
            raise PeerscopeError(cannot_write(folder, error)) from error
        self._rows = csv.writer(self._metrics)
        self._rows.writerow(["step", *self._names])

    def begin(self, record: Mapping[str, Any]) -> None:
        """Leave word of what runs here, for whoever finds the folder of a killed process."""
        try:
            write_json(self.folder / UNFINISHED, dict(record))
        except PeerscopeError:
            with suppress(OSError):
                self.close()
                # Without the word it would pass for somebody else's the next time.
                (self.folder / "metrics.csv").unlink()
            raise

    def add(self, snapshot: Snapshot) -> None:
        """Append one row of metrics; an empty cell where the snapshot has none."""
        unknown = set(snapshot.metrics) - set(self._names)
        if unknown:
            raise KeyError(f"metrics that the experiment does not declare: {sorted(unknown)}")
        cells = [_cell(snapshot.metrics.get(name)) for name in self._names]
        self._rows.writerow([snapshot.step, *cells])
        # At once: the next row may be minutes away, and a killed process flushes nothing.
        self._metrics.flush()

    def note_change(self, entry: Entry) -> None:
        """Write a live change down before anything follows from it."""
        if self._journal is None:
            self._journal = (self.folder / "journal.jsonl").open("w", encoding="utf-8")
        self._journal.write(entry.to_json() + "\n")
        self._journal.flush()

    def finish(self, result: Result) -> None:
        """Write ``result.json`` last, so that its presence means a complete folder.

        Raises
        ------
        PeerscopeError
            The folder cannot be written; what is in it stays readable.
        """
        try:
            self.close()
        except OSError as error:
            raise PeerscopeError(cannot_write(self.folder, error)) from error
        write_json(self.folder / "result.json", result.to_json())
        with suppress(OSError):
            # Beside a result it says nothing any more.
            (self.folder / UNFINISHED).unlink(missing_ok=True)

    def close(self) -> None:
        """Flush and close the open files. Closing twice does nothing."""
        self._metrics.close()
        if self._journal is not None:
            self._journal.close()


def _foreign(folder: Path) -> frozenset[str]:
    """Names in a folder that no run has left; they stay as they are.

    Raises
    ------
    BadInput
        One of them has a name that a run needs.
    """
    if is_ours(folder):
        return frozenset()
    names = frozenset(path.name for path in folder.iterdir())
    for name in _OURS:
        if name in names:
            raise BadInput(f"{folder / name} is not of an earlier run; choose another folder.")
    return names


def is_ours(folder: Path) -> bool:
    """True where a run ended, or where one of ours was killed."""
    if (folder / "result.json").exists():
        try:
            read_result(folder)
        except BadInput:
            return False
        return True
    return any(_tells_of_run(folder / name) for name in (UNFINISHED, INTERRUPTED))


def _tells_of_run(path: Path) -> bool:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and {"experiment", "params", "files"} <= data.keys()


def _clear_previous(folder: Path) -> None:
    """Remove what an earlier run left, and nothing else."""
    files = (name for name in _OURS if name != _FIGURES)
    for name in (*_listed_files(folder), *files):
        (folder / name).unlink(missing_ok=True)


def _listed_files(folder: Path) -> list[str]:
    """Figures and artifacts that the ``result.json`` of a folder names, inside the folder."""
    try:
        result = read_result(folder)
    except BadInput:
        return []
    names = [str(name) for figure in result.figures for name in figure.get("files", ())]
    names += result.artifacts
    inside = folder.resolve()
    return [
        name
        for name in names
        if (folder / name).resolve().is_relative_to(inside) and (folder / name).is_file()
    ]


def read_result(folder: Path) -> Result:
    """The ``result.json`` of a results folder.

    Raises
    ------
    BadInput
        It is missing, damaged, or of a newer Peerscope.
    """
    path = folder / "result.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Result.from_json(data)
    except FileNotFoundError:
        raise BadInput(_why_no_result(folder)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} cannot be read as a result ({error}); run it again.") from error


def provenance_of(folder: Path) -> dict[str, Any]:
    """`Result.provenance` of a results folder.

    Raises
    ------
    BadInput
        Its result or journal is missing or damaged.
    """
    return read_result(folder).provenance(read_journal(folder / "journal.jsonl"))


def read_history(folder: Path) -> tuple[tuple[int, Mapping[str, float]], ...]:
    """Step and metrics of each row of ``metrics.csv``; cells that are empty are left out.

    Raises
    ------
    BadInput
        It is missing or damaged.
    """
    path = folder / "metrics.csv"
    try:
        with path.open(newline="", encoding="utf-8") as file:
            # A process that was killed leaves half a row, which may look like a whole number.
            whole = [line for line in file if line.endswith("\n")]
        return tuple(
            (int(row.pop("step")), {name: float(cell) for name, cell in row.items() if cell})
            for row in csv.DictReader(whole)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} cannot be read as a history ({error}); run it again.") from error


def write_json(path: Path, data: Any) -> None:
    """Write JSON under a temporary name, then rename: a reader sees the old or the new file."""
    words = json.dumps(data, indent=2, allow_nan=False)
    try:
        with written_whole(path) as file:
            file.write(words.encode("utf-8"))
    except OSError as error:
        raise PeerscopeError(cannot_write(path, error)) from error


def _why_no_result(folder: Path) -> str:
    if any((folder / name).exists() for name in (UNFINISHED, INTERRUPTED)):
        return (
            f"The run in {folder} was interrupted before it ended; metrics.csv holds what it had "
            "measured by then: run it again."
        )
    return f"{folder} is no results folder: it holds no result.json."


@cache
def versions() -> Mapping[str, str]:
    """Versions of Python and of the packages that compute, without importing them."""
    found = {"python": platform.python_version()}
    for name in _VERSIONED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _cell(value: float | None) -> str:
    return "" if value is None else repr(float(value))
