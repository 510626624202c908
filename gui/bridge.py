"""The one place where engine threads meet Qt.

Engine threads leave what they have in a `Mailbox`; the window's thread takes the newest at
display rate. Else only the writers of settings and session are threads; they take plain data.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine.control import Control
from engine.errors import Cancelled, PeerscopeError, fault_sentence
from engine.experiment import Shown, Snapshot
from engine.figures.model import Figure
from engine.files.video.recording import Recording
from engine.files.video.server import FrameServer, ServedFrame
from engine.job_status import JobStatus
from engine.jobs import Answer, Job, Jobs
from engine.newest import Newest
from engine.run import FigureWriter, RunRequest
from engine.warm import WarmUp
from gui.collector import Collector
from gui.drawing import begin_drawing
from gui.hold import Hold

log = logging.getLogger("peerscope")
F = TypeVar("F", bound=Callable[..., Any])

#: The window takes news at most this often.
DISPLAY_MS = 33
#: How often an answer from beside a view is looked for.
LOOK_MS = 8


class Mailbox(QObject):
    """Values from any thread, by key; the newest of each reaches the window's thread.

    Signals
    -------
    arrived(object)
        A dict of what came since the last time, at most once a display interval.
    """

    arrived = Signal(object)
    _posted = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        merge: Callable[[Any, Any], Any] = lambda old, new: new,
    ) -> None:
        super().__init__(parent)
        self._merge = merge
        self._lock = threading.Lock()
        self._values: dict[Any, Any] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._deliver)
        self._delivered = 0.0
        self._closed = False
        self._posted.connect(self._schedule)

    def put(self, key: Any, value: Any) -> None:
        """Leave a value. Callable from any thread that Python started."""
        with self._lock:
            if self._closed:
                return
            first = not self._values
            waiting = self._values.get(key)
            self._values[key] = value if waiting is None else self._merge(waiting, value)
        if first:
            self._posted.emit()

    def close(self) -> None:
        """Drop what waits, and take nothing more."""
        with self._lock:
            self._closed = True
            self._values.clear()
        self._timer.stop()

    @Slot()
    def _schedule(self) -> None:
        since_ms = (time.perf_counter() - self._delivered) * 1000
        self._timer.start(max(0, round(DISPLAY_MS - since_ms)))

    @Slot()
    def _deliver(self) -> None:
        self._delivered = time.perf_counter()
        with self._lock:
            values, self._values = self._values, {}
        if values:
            begin_drawing()
            self.arrived.emit(values)


@dataclass(frozen=True, slots=True)
class Update:
    """What a job has shown since the window last looked: all metrics, the newest figures."""

    key: int
    metrics: tuple[tuple[int, Mapping[str, float]], ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, key: int, shown: Shown) -> Update:
        """The update a single thing shown makes."""
        if not isinstance(shown, Snapshot):
            return cls(key, figures=shown.figures)
        return cls(key, ((shown.step, shown.metrics),), shown.figures, shown.texts)

    def then(self, later: Update) -> Update:
        """Both in one."""
        return Update(
            self.key,
            self.metrics + later.metrics,
            {**self.figures, **later.figures},
            {**self.texts, **later.texts},
        )


class JobBridge(QObject):
    """The jobs of the process, seen from the window.

    Signals
    -------
    statuses_changed(object)
        A dict of job key to `JobStatus`, of the jobs that changed.
    updated(object)
        An `Update`.
    answered(object)
        A dict of query name to its `Answer`.
    """

    statuses_changed = Signal(object)
    updated = Signal(object)
    answered = Signal(object)

    def __init__(self, warm_up: WarmUp | None, write_figure: FigureWriter | None = None) -> None:
        super().__init__()
        self._statuses = Mailbox(self)
        self._updates = Mailbox(self, merge=lambda old, new: old.then(new))
        self._answers = Mailbox(self)
        self._statuses.arrived.connect(self._on_statuses)
        self._updates.arrived.connect(self._on_updates)
        self._answers.arrived.connect(self.answered)
        self._jobs = Jobs(self, warm_up, write_figure and _for_thread(write_figure))

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Every job, oldest first."""
        return self._jobs.all

    def job(self, key: int) -> Job:
        """The job of that key."""
        return next(job for job in self._jobs.all if job.key == key)

    def statuses(self) -> list[JobStatus]:
        """How every job stands."""
        return [job.status() for job in self._jobs.all]

    def submit(self, request: RunRequest, folder: Path, title: str, *, kept: bool = True) -> Job:
        """Queue a run; one that is not `kept` draws no figures into its folder."""
        return self._jobs.submit(request, folder, title, kept=kept)

    def ask(
        self,
        name: str,
        function: Callable[[Any, Any], Mapping[str, Figure]],
        data: Any,
        params: Any,
    ) -> None:
        """Ask a question; the newest answer of its name comes through `answered`."""

        def answer(figures: Answer) -> None:
            self._answers.put(name, figures)

        self._jobs.query(name, function, data, params, answer)

    def close(self, timeout_s: float = 2.0) -> bool:
        """End every job; False when one did not end in time."""
        ended = self._jobs.close(timeout_s)
        for mailbox in (self._statuses, self._updates, self._answers):
            mailbox.close()
        return ended

    def job_changed(self, job: Job) -> None:
        """Called by the engine, in any thread."""
        self._statuses.put(job.key, job.status())

    def job_showed(self, job: Job, shown: Shown) -> None:
        """Called by the engine, in the job's thread."""
        self._updates.put(job.key, Update.of(job.key, shown))
        self._statuses.put(job.key, job.status())

    @Slot(object)
    def _on_statuses(self, statuses: dict[int, JobStatus]) -> None:
        self.statuses_changed.emit(statuses)

    @Slot(object)
    def _on_updates(self, updates: dict[int, Update]) -> None:
        for update in updates.values():
            self.updated.emit(update)


class FrameBridge(QObject):
    """Frames of one recording for a view.

    Signals
    -------
    arrived(object)
        The newest `ServedFrame`.
    failed(str)
        A frame cannot be had; one sentence.
    """

    arrived = Signal(object)
    failed = Signal(str)

    def __init__(self, opener: Callable[[], Recording], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox(self)
        self._mailbox.arrived.connect(self._on_arrived)
        self._server = FrameServer(opener, self._on_frame, self._on_error)

    def request(self, index: int, *, playing: bool = False) -> None:
        """Ask for a frame; newer requests replace older ones."""
        self._server.request(index, playing=playing)

    def use_proxy(self, path: Path) -> None:
        """Show frames of a proxy while exact ones are on their way."""
        self._server.use_proxy(path)

    def close(self) -> None:
        """End the thread."""
        self._mailbox.close()
        self._server.close()

    def _on_frame(self, frame: ServedFrame) -> None:
        self._mailbox.put("frame", frame)

    def _on_error(self, sentence: str) -> None:
        self._mailbox.put("error", sentence)

    @Slot(object)
    def _on_arrived(self, values: dict[str, Any]) -> None:
        if "frame" in values:
            self.arrived.emit(values["frame"])
        if "error" in values:
            self.failed.emit(values["error"])


class Aside(QObject):
    """A slow pure function beside a view: one runs at a time, the newest request wins.

    Signals
    -------
    arrived(object)
        The answer to the newest request; never that to one replaced or dropped.
    """

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest: Newest[Any] = Newest()
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self._take)

    @property
    def busy(self) -> bool:
        """True while an answer is on its way."""
        return self._look.isActive()

    def ask(self, function: Callable[[], Any]) -> None:
        """Have a function called in a thread; it must touch nothing that the window changes."""
        self._newest.ask(_for_thread(function))
        self._look.start()

    def drop(self) -> None:
        """Want no answer any more."""
        self._newest.drop()
        self._look.stop()

    @Slot()
    def _take(self) -> None:
        answer = self._newest.take()
        if not self._newest.busy:
            self._look.stop()
        if answer is not None:
            self.arrived.emit(answer)


class Background(QObject):
    """Short work beside the window: opening, identifying, exporting, hashing.

    What may be long asks ``control.check``, which raises Cancelled once the window closes.
    """

    _finished = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="peerscope-pool")
        self._closed = False
        self.control = Control()
        self._finished.connect(self._deliver)

    def run(
        self,
        work: Callable[[], Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[str], None],
    ) -> None:
        """Do `work` in a thread; then call one of the other two in the window's thread.

        Raises
        ------
        TypeError
            `work` is a method of a Qt object, which lives in the window's thread.
        """
        work = _for_thread(work)

        def job() -> None:
            try:
                outcome: tuple[bool, Any] = (True, work())
            except Cancelled:
                return
            except Exception as error:
                outcome = (False, _told(error))
            if not self._closed:
                self._finished.emit((on_done, on_error), outcome)

        # Asked while the window closes: nobody waits for it.
        if not self._closed:
            self._pool.submit(job)

    def close(self) -> None:
        """Drop what waits, end what asks `control`, and wait for the rest."""
        self._closed = True
        self.control.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    @Slot(object, object)
    def _deliver(
        self,
        receivers: tuple[Callable[[Any], None], Callable[[str], None]],
        outcome: tuple[bool, Any],
    ) -> None:
        if self._closed:
            return
        on_done, on_error = receivers
        succeeded, value = outcome
        try:
            (on_done if succeeded else on_error)(value)
        except PeerscopeError as error:
            on_error(error.sentence)


class Task(QObject):
    """One long piece of work with progress that can be cancelled: a proxy, a download.

    Signals
    -------
    progressed(int, int)
        Done and in all, in the work's own unit; 0 in all while unknown.
    done(object)
        What it gave.
    failed(str)
        One sentence. A cancelled task says nothing.
    """

    progressed = Signal(int, int)
    done = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        work: Callable[[Callable[[], None], Callable[[int, int], None]], Any],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._cancelled = threading.Event()
        self._mailbox = Mailbox(self)
        self._mailbox.arrived.connect(self._on_arrived)
        self._thread = threading.Thread(target=self._run, name="peerscope-task", daemon=True)

    def start(self) -> None:
        """Begin, once."""
        self._thread.start()

    def cancel(self, timeout_s: float = 1.0) -> None:
        """End it; what it had begun is taken away by the work itself."""
        self._cancelled.set()
        self._mailbox.close()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _check(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled

    def _run(self) -> None:
        def tell(done: int, total: int) -> None:
            self._mailbox.put("progress", (done, total))

        try:
            self._mailbox.put("done", (self._work(self._check, tell),))
        except Cancelled:
            return
        except Exception as error:
            self._mailbox.put("failed", _told(error))

    @Slot(object)
    def _on_arrived(self, values: dict[str, Any]) -> None:
        if "progress" in values:
            self.progressed.emit(*values["progress"])
        if "done" in values:
            self.done.emit(values["done"][0])
        if "failed" in values:
            self.failed.emit(values["failed"])


class WarmBridge(QObject):
    """The warm-up, seen from the window.

    Signals
    -------
    first_ready()
        The modules a tab needs are loaded.
    ready()
        Everything is loaded.
    """

    first_ready = Signal()
    ready = Signal()

    def __init__(self, first: tuple[str, ...], last: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.warm_up = WarmUp(
            first,
            last,
            on_first=self.first_ready.emit,
            on_done=self.ready.emit,
            collects=False,
        )
        self.hold = Hold(self)
        self.collector = Collector(self)
        self.ready.connect(self.collector.start, Qt.ConnectionType.QueuedConnection)
        self._started = False

    @property
    def first_done(self) -> bool:
        """True when a tab can be made without a wait."""
        return self.warm_up.first_done

    def prefer(self, module: str) -> None:
        """Load a module with those of every tab, where that has not begun."""
        if not self._started:
            self.warm_up.prefer(module)

    def start(self) -> None:
        """Begin, once."""
        if not self._started:
            self._started = True
            self.collector.hold()
            self.warm_up.start()

    def close(self) -> None:
        """Load nothing more."""
        self.warm_up.stop()
        self.collector.stop()


def _told(error: Exception) -> str:
    """The sentence for what work beside the window raised; a fault of ours goes to the log."""
    if not isinstance(error, PeerscopeError):
        log.error("work beside the window failed", exc_info=error)
    return fault_sentence(error)


def _for_thread(work: F) -> F:
    """`work` itself, refused when it is a method of a Qt object."""
    inner: Any = work
    while isinstance(inner, partial):
        inner = inner.func
    if isinstance(getattr(inner, "__self__", None), QObject):
        raise TypeError(f"{inner.__qualname__} is of a Qt object and may not run in a thread")
    return work
