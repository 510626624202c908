"""One run, from identified files to a results folder. Window and command line both call it."""

from __future__ import annotations

import json
import logging
import shlex
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from engine.context import Context
from engine.control import Control
from engine.device import batch_threads, set_threads, threads_in_use
from engine.errors import (
    BadInput,
    Cancelled,
    PeerscopeError,
    cannot_write,
    fault_sentence,
    system_sentence,
)
from engine.experiment import Experiment, Params, Shown, Snapshot
from engine.figures.model import Figure
from engine.files.inputs import InputFile, Inputs, opened, param_files
from engine.journal import Entry
from engine.memory import is_out_of_memory
from engine.memory import sentence as out_of_memory
from engine.results import InputRecord, Result, ResultsWriter, Status, is_ours, versions
from engine.unfinished import by_role

log = logging.getLogger(__name__)

#: A failed run does not wait for the hash of a file larger than this, in bytes.
_LARGE = 2**30


class FigureWriter(Protocol):
    """Exports one figure; returns the files. `check` may be called while it waits."""

    def __call__(
        self,
        figure: Figure,
        folder: Path,
        name: str,
        provenance: Mapping[str, Any],
        *,
        check: Callable[[], None],
    ) -> list[Path]:
        """Write the figure in every format, named `name`, into `folder`."""
        ...


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

    def record(self) -> dict[str, Any]:
        """What it would take to begin it again, as plain data; see `engine.unfinished`."""
        places = by_role((item.role, str(item.path.absolute())) for item in self.files)
        return {
            "experiment": self.experiment.name,
            "title": ", ".join([self.experiment.name, *(item.path.name for item in self.files)]),
            "params": self.params.model_dump(mode="json"),
            "files": {role: {"relative": "", "absolute": at} for role, at in places.items()},
        }


@dataclass(slots=True)
class ShownSoFar:
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
        self.context = Context(
            request.params,
            folder,
            self.control,
            on_change=self._note_change,
            replayed=request.journal,
            while_paused=between,
        )
        self._watch = watch
        self._between = between
        self._write_figure = write_figure or _write_figure_here
        self._keep_figures = keep_figures
        self._journal: list[Entry] = []
        self._newest = ShownSoFar()
        self._error: BaseException | None = None
        self._failed = False
        self._writer: ResultsWriter | None = None
        self._files = request.files

    def execute(self) -> Result:
        """Run to the end, whatever it is, and leave a complete folder.

        Returns
        -------
        Result
            With status "done", "cancelled" or "failed"; a failure is told in its message.

        Raises
        ------
        BadInput
            An input lies among an earlier run's results, or a file there only looks like one.
        PeerscopeError
            The results folder cannot be written, or a file that a parameter names not read.
        """
        self._files = (*self.request.files, *param_files(self.request.params))
        self._refuse_own_input()
        self._writer = writer = ResultsWriter(self.folder, self.request.experiment)
        self.context.protect(writer.foreign)
        writer.begin(self.request.record())
        started, began = datetime.now(UTC), time.perf_counter()
        set_threads(batch_threads())
        with ThreadPoolExecutor(1, thread_name_prefix="peerscope-hash") as pool:
            hashes = [
                pool.submit(_digest, item.path, self._hash_check(item.path))
                for item in self._files
            ]
            status, message = self._iterate(writer)
            self._failed = status == "failed"
            inputs = tuple(map(_record, self._files, hashes))
        result = Result(
            experiment=self.request.experiment.name,
            params=self.request.params.model_dump(mode="json"),
            inputs=inputs,
            command=self.request.command(self.folder),
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - began, 3),
            status=status,
            message=message,
            device=self.context.device_used,
            threads=threads_in_use(),
            batch_used=self.context.batch_used,
            metrics=self._newest.metrics,
            texts=self._newest.texts,
            artifacts=self.context.artifacts,
            versions=versions(),
        )
        result = self._with_figures(result)
        try:
            writer.finish(result)
        finally:
            # Whoever keeps the run for its result need not keep its figures: the folder has them.
            self._writer, self._newest = None, ShownSoFar()
        return result

    @property
    def journal(self) -> tuple[Entry, ...]:
        """The changes made while it ran, so far."""
        return tuple(self._journal)

    @property
    def error(self) -> BaseException | None:
        """What ended a failed run, for the log; a person reads the result's message."""
        return self._error

    def _refuse_own_input(self) -> None:
        """What an earlier run left in the folder is removed: an input may not be among it."""
        if not is_ours(self.folder):
            return
        folder = self.folder.resolve()
        for item in self._files:
            if item.path.resolve().is_relative_to(folder):
                raise BadInput(
                    f"{item.path} is an input of this run and lies in {self.folder}, where its "
                    "results would go; choose another folder."
                )

    def _hash_check(self, path: Path) -> Callable[[], None]:
        """Ends the hashing of a large file whose run has failed: nobody would wait for it."""
        large = path.is_file() and path.stat().st_size > _LARGE

        def check() -> None:
            self.control.check()
            if large and self._failed:
                raise Cancelled

        return check

    def _iterate(self, writer: ResultsWriter) -> tuple[Status, str]:
        try:
            with tempfile.TemporaryDirectory(
                prefix="peerscope-", ignore_cleanup_errors=True
            ) as scratch:
                self.context.scratch = Path(scratch)
                with opened(self._files) as inputs:
                    self._drive(inputs, writer)
        except Cancelled:
            return "cancelled", "cancelled by the user"
        except Exception as error:
            self._error = self._mendable(error)
            return "failed", fault_sentence(self._error)
        return "done", ""

    def _mendable(self, error: Exception) -> Exception:
        """An error of the system as one that a person can mend, where it is one."""
        if is_out_of_memory(error):
            return PeerscopeError(out_of_memory(self.request.experiment.name))
        if isinstance(error, OSError):
            return PeerscopeError(system_sentence(error, (self.folder, self.context.scratch)))
        return error

    def _drive(self, inputs: Inputs, writer: ResultsWriter) -> None:
        context = self.context
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

    def _note_change(self, entry: Entry) -> None:
        if self._writer is not None:
            self._writer.note_change(entry)
        self._journal.append(entry)

    def _take(self, shown: Shown, writer: ResultsWriter) -> None:
        if isinstance(shown, Snapshot):
            writer.add(shown)
            self._newest.take(shown)
        self._watch(shown)

    def _with_figures(self, result: Result) -> Result:
        """Export the newest figures; a cancel meanwhile leaves the rest out.

        A figure that cannot be drawn fails the run, but loses nothing of it; one that failed
        already keeps its own reason.
        """
        if not self._keep_figures or result.status == "cancelled":
            return result
        provenance = result.provenance(self._journal)
        written: list[dict[str, Any]] = []
        try:
            for name, figure in self._newest.figures.items():
                self.control.check()
                written.append(self._written(name, figure, provenance))
        except Exception as error:
            if result.status == "done":
                result = self._without_figure(result, error)
        return replace(result, figures=tuple(written))

    def _without_figure(self, result: Result, error: Exception) -> Result:
        if isinstance(error, Cancelled):
            return replace(result, status="cancelled", message="cancelled by the user")
        self._error = error
        why = fault_sentence(error)
        told = why if isinstance(error, PeerscopeError) else f"A figure cannot be drawn. {why}"
        return replace(result, status="failed", message=told)

    def _written(self, name: str, figure: Figure, provenance: Mapping[str, Any]) -> dict[str, Any]:
        """Export a figure, and keep its data so that it can be drawn again."""
        from engine.figures.store import save

        folder = self.folder / "figures"
        paths = self._write_figure(figure, folder, name, provenance, check=self.control.check)
        stored = folder / f"{name}.npz"
        try:
            save(figure, stored)
        except OSError as error:
            raise PeerscopeError(cannot_write(stored, error)) from error
        files = [path.relative_to(self.folder).as_posix() for path in (*paths, stored)]
        return {"name": name, "title": figure.title, "files": files}


def _write_figure_here(
    figure: Figure,
    folder: Path,
    name: str,
    provenance: Mapping[str, Any],
    *,
    check: Callable[[], None],
) -> list[Path]:
    from engine.figures.export import export

    return export(figure, folder, name, provenance=provenance)


def _close(generator: Generator[Shown, None, None]) -> None:
    """Only the thread that drives a generator may close it: this one."""
    generator.close()


def _digest(path: Path, check: Callable[[], None]) -> str:
    from engine.files.digest import sha256

    return sha256(path, check=check)


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


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
