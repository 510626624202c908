"""One run, from identified files to a results folder. Window and command line both call it."""

from __future__ import annotations

import json
import shlex
import tempfile
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from engine.context import Context
from engine.control import Control
from engine.device import batch_threads, limited_threads
from engine.errors import Cancelled, PeerscopeError
from engine.experiment import Experiment, Params, Shown, Snapshot
from engine.figures.model import Figure
from engine.files.inputs import InputFile, Inputs, opened
from engine.journal import Entry
from engine.results import InputRecord, Result, ResultsWriter, Status, versions

FigureWriter = Callable[[Figure, Path, str, Mapping[str, Any]], list[Path]]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run: an experiment, its files in their roles, params, and a journal to replay."""

    experiment: Experiment
    files: tuple[InputFile, ...]
    params: Params
    journal: tuple[Entry, ...] = ()

    def command(self, folder: str | Path = "results") -> str:
        """The command line that repeats this run (live changes left out)."""
        words = ["python", "main.py", "run", self.experiment.name]
        for item in self.files:
            words += [f"--{item.role}", str(item.path)]
        defaults = type(self.params)().model_dump(mode="json")
        for name, value in self.params.model_dump(mode="json").items():
            if value != defaults[name]:
                words += ["--set", f"{name}={_plain(value)}"]
        return shlex.join([*words, "--out", str(folder)])


@dataclass(slots=True)
class Newest:
    """The newest of everything a run has shown."""

    step: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)

    def take(self, snapshot: Snapshot) -> None:
        """Let a snapshot replace what it brings anew."""
        self.step = snapshot.step
        self.metrics.update(snapshot.metrics)
        self.texts.update(snapshot.texts)
        self.figures.update(snapshot.figures)


class Run:
    """One execution of a request.

    Parameters
    ----------
    request, folder
        What to run, and the results folder it leaves behind.
    control
        Held by whoever may cancel or pause it.
    watch
        Called in the running thread with everything the experiment shows.
    between
        Called in the running thread after each yield (a lane serves its queries there).
    write_figure
        Exports one figure to the ``figures`` folder; by default in this very process.
    keep_figures
        False leaves the figures out of the folder, as when only the numbers are wanted. A
        cancelled run draws none either: it must end at once.
    """

    def __init__(
        self,
        request: RunRequest,
        folder: Path,
        control: Control | None = None,
        watch: Callable[[Shown], None] = lambda shown: None,
        between: Callable[[], None] = lambda: None,
        write_figure: FigureWriter | None = None,
        keep_figures: bool = True,
    ) -> None:
        self.request = request
        self.folder = folder
        self.control = control or Control()
        self.context: Context | None = None
        self._watch = watch
        self._between = between
        self._write_figure = write_figure or _write_figure_here
        self._keep_figures = keep_figures
        self._journal: list[Entry] = []
        self._newest = Newest()
        self._error: BaseException | None = None

    def execute(self) -> Result:
        """Run to the end, whatever it is, and leave a complete folder.

        Returns
        -------
        Result
            With status "done", "cancelled" or "failed"; a failure is told in its message.

        Raises
        ------
        PeerscopeError
            The results folder cannot be written.
        """
        writer = ResultsWriter(self.folder, self.request.experiment)
        started, began = datetime.now(UTC), time.perf_counter()
        with (
            ThreadPoolExecutor(1, thread_name_prefix="peerscope-hash") as pool,
            limited_threads(batch_threads()),
        ):
            hashes = {
                item.role: pool.submit(_digest, item.path, self.control)
                for item in self.request.files
            }
            status, message = self._iterate(writer)
            inputs = tuple(_record(item, hashes[item.role]) for item in self.request.files)
        result = Result(
            experiment=self.request.experiment.name,
            params=self.request.params.model_dump(mode="json"),
            inputs=inputs,
            command=self.request.command(self.folder),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - began, 3),
            status=status,
            message=message,
            device=self.context.device_used if self.context else "cpu",
            threads=batch_threads(),
            batch_used=self.context.batch_used if self.context else None,
            metrics=self._newest.metrics,
            texts=self._newest.texts,
            artifacts=self.context.artifacts if self.context else (),
            versions=versions(),
        )
        return self._finish(writer, result)

    @property
    def error(self) -> BaseException | None:
        """What ended a failed run, for the log; a person reads the result's message."""
        return self._error

    def _iterate(self, writer: ResultsWriter) -> tuple[Status, str]:
        try:
            with tempfile.TemporaryDirectory(prefix="peerscope-") as scratch:
                self.context = Context(
                    self.request.params,
                    self.folder,
                    Path(scratch),
                    self.control,
                    on_change=partial(self._note_change, writer),
                    replayed=self.request.journal,
                )
                with opened(self.request.files) as inputs:
                    self._drive(inputs, self.context, writer)
        except Cancelled:
            return "cancelled", "cancelled by the user"
        except PeerscopeError as error:
            self._error = error
            return "failed", error.sentence
        except OSError as error:
            self._error = error
            return "failed", f"{error.filename or self.folder}: {error.strerror or error}."
        except Exception as error:
            self._error = error
            return "failed", _fault(error)
        return "done", ""

    def _drive(self, inputs: Inputs, context: Context, writer: ResultsWriter) -> None:
        context.apply_waiting()
        generator = self.request.experiment.run(inputs, context.params, context)
        try:
            for shown in generator:
                self._take(shown, writer)
                context.between_yields()
                self._between()
                context.check()
        finally:
            _close(generator)

    def _note_change(self, writer: ResultsWriter, entry: Entry) -> None:
        writer.note_change(entry)
        self._journal.append(entry)

    def _take(self, shown: Shown, writer: ResultsWriter) -> None:
        if isinstance(shown, Snapshot):
            writer.add(shown)
            self._newest.take(shown)
        self._watch(shown)

    def _finish(self, writer: ResultsWriter, result: Result) -> Result:
        provenance = {
            **result.provenance(),
            "journal": [entry.to_json() for entry in self._journal],
        }
        figures = [
            self._written(name, figure, provenance)
            for name, figure in self._newest.figures.items()
            if self._keep_figures and result.status != "cancelled"
        ]
        result = replace(result, figures=tuple(figures))
        writer.finish(result)
        return result

    def _written(self, name: str, figure: Figure, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """Export a figure, and keep its data so that it can be drawn again."""
        from engine.figures.store import save

        folder = self.folder / "figures"
        paths = self._write_figure(figure, folder, name, provenance)
        stored = folder / f"{name}.npz"
        save(figure, stored)
        files = [path.relative_to(self.folder).as_posix() for path in (*paths, stored)]
        return {"name": name, "title": figure.title, "files": files}


def _write_figure_here(
    figure: Figure, folder: Path, name: str, provenance: Mapping[str, Any]
) -> list[Path]:
    from engine.figures.export import export

    return export(figure, folder, name, provenance=provenance)


def _close(generator: Generator[Shown, None, None]) -> None:
    """Only the thread that drives a generator may close it: this one."""
    generator.close()


def _digest(path: Path, control: Control) -> str:
    from engine.files.digest import sha256

    return sha256(path, check=control.check)


def _record(item: InputFile, digest: Future[str]) -> InputRecord:
    try:
        sha256 = digest.result()
    except (Cancelled, OSError):
        sha256 = ""
    size, quick = _size_and_quick(item.path)
    return InputRecord(item.role, item.path.name, size, sha256, str(item.path.resolve()), quick)


def _size_and_quick(path: Path) -> tuple[int, str]:
    """Both of a file; nothing of a folder, or of what was taken away meanwhile."""
    from engine.files.digest import quick_digest

    try:
        return (path.stat().st_size, quick_digest(path)) if path.is_file() else (0, "")
    except OSError:
        return 0, ""


def _fault(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}:{where.lineno}"
    return f"A fault in Peerscope ({type(error).__name__} at {place}): {error}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
