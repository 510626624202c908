"""Jobs: runs in lanes, each lane a thread, with cancel, pause, live parameters and queries.

The batch lane runs one job at a time and shows its queue. The interactive lane
runs one live job and answers queries between its yields. Nothing here knows of Qt: a
`Listener` is called in the lane's thread, and the window's bridge takes it from there.
"""

from __future__ import annotations

import itertools
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from engine.control import Control
from engine.device import batch_threads, device_label, set_torch_threads
from engine.errors import PeerscopeError, fault_sentence
from engine.experiment import Lane, Shown, Snapshot
from engine.figures.model import Figure
from engine.job_clock import JobClock
from engine.job_status import ENDED, JobStatus, State
from engine.results import Result
from engine.run import FigureWriter, Run, RunRequest
from engine.warm import WarmUp

log = logging.getLogger(__name__)
#: A job that has not looked up so long after it was cancelled is left behind.
DEAF_S = 30.0
Answer = Mapping[str, Figure] | PeerscopeError


class Listener(Protocol):
    """Who is told of jobs, from any thread. Must return quickly and never raise."""

    def job_changed(self, job: Job) -> None:
        """Its state changed."""
        ...

    def job_showed(self, job: Job, shown: Shown) -> None:
        """It showed something."""
        ...


class Job:
    """One submitted run: what others may ask of it, from any thread."""

    def __init__(
        self,
        key: int,
        title: str,
        run: Run,
        on_change: Callable[[Job], None],
        on_cancel: Callable[[Job], None] = lambda job: None,
        kept: bool = True,
    ) -> None:
        self.key = key
        self.title = title
        self.result: Result | None = None
        self._run = run
        self._kept = kept
        self._on_change = on_change
        self._on_cancel = on_cancel
        self._state: State = "queued"
        self._note = ""
        self._message = ""
        self._newest: Snapshot | None = None
        self._clock = JobClock(run.control)
        self._left_behind = False
        self._command = run.request.command()

    @property
    def request(self) -> RunRequest:
        """What it runs."""
        return self._run.request

    @property
    def folder(self) -> Path:
        """The results folder it writes."""
        return self._run.folder

    @property
    def ended(self) -> bool:
        """True once nothing more will come of it."""
        return self.status().ended

    def status(self) -> JobStatus:
        """How it stands now."""
        step = self._newest.step if self._newest else 0
        total = self._newest.total if self._newest else None
        return JobStatus(
            key=self.key,
            title=self.title,
            experiment=self.request.experiment.name,
            lane=self.request.experiment.lane,
            state=self._state_now(),
            step=step,
            total=total,
            counts=self.request.experiment.counts,
            note=self._note or (self._newest.note if self._newest else ""),
            seconds=self._clock.seconds,
            remaining_s=self._clock.remaining_s(step, total),
            device=device_label(self._run.context.device_used, batch_threads()),
            message=self._message,
            command=self._command,
            kept=self._kept,
        )

    def provenance(self) -> dict[str, Any] | None:
        """What the metadata of its exported figures tell; None before it has ended."""
        return None if self.result is None else self.result.provenance(self._run.journal)

    def cancel(self) -> None:
        """Ask it to end; it takes effect at its next check.

        One that does not look up for `DEAF_S` is left behind, so that others have its turn.
        """
        self._run.control.cancel()
        self._on_cancel(self)
        self._on_change(self)

    def pause(self) -> None:
        """Hold it at its next check."""
        self._run.control.pause()
        self._on_change(self)

    def resume(self) -> None:
        """Let it go on."""
        self._run.control.resume()
        self._on_change(self)

    def steer(self, **changes: Any) -> None:
        """Change live parameters, also before it has begun; see `Context.steer`."""
        self._run.context.steer(**changes)

    def act(self, name: str, **arguments: Any) -> None:
        """Queue an action, also before it has begun; see `Context.act`."""
        self._run.context.act(name, **arguments)

    @property
    def cancelled(self) -> bool:
        """True once it was asked to end."""
        return self._run.control.cancelled

    @property
    def has_turn(self) -> bool:
        """True while its lane is at it, and has no time for others."""
        return self._state in ("running", "waiting")

    @property
    def left_behind(self) -> bool:
        """True when it did not answer and its lane went on without it."""
        return self._left_behind

    def become(self, state: State, message: str = "", note: str = "") -> None:
        """Enter a state; its lane says so to others."""
        self._state, self._message, self._note = state, message, note

    def be_left_behind(self, message: str) -> None:
        """Fail without an end of its own; whatever still comes of it does not count."""
        self.become("failed", message)
        self._left_behind = True

    def execute(self) -> Result:
        """Run it to its end, in the thread of its lane; `error` tells a fault of the run."""
        self._clock.start()
        try:
            self.result = self._run.execute()
        finally:
            self._clock.stop()
            if self._newest is not None:
                # Its figures are in the folder, and need not stay in memory with the job.
                self._newest = replace(self._newest, figures={})
        return self.result

    @property
    def error(self) -> BaseException | None:
        """What was raised in its run, for the log."""
        return self._run.error

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest thing it showed."""
        self._newest = snapshot
        self._clock.note(snapshot.step)

    def _state_now(self) -> State:
        control = self._run.control
        if self._state in ("running", "waiting", "queued") and control.cancelled:
            return "cancelling" if self._state != "queued" else "cancelled"
        if self._state == "running" and control.paused:
            return "paused"
        return self._state


class Jobs:
    """The lanes of this process, and the jobs submitted to them.

    Parameters
    ----------
    listener
        Told of every change.
    warm_up
        Jobs wait for it; None when there is nothing to wait for.
    write_figure
        Exports figures at the end of a run; see `Run`.
    """

    def __init__(
        self,
        listener: Listener,
        warm_up: WarmUp | None = None,
        write_figure: FigureWriter | None = None,
    ) -> None:
        self._listener = listener
        self._warm_up = warm_up
        self._write_figure = write_figure
        self._keys = itertools.count(1)
        self._jobs: list[Job] = []
        self._lanes: dict[Lane, _LaneThread] = {}
        self._watches: dict[int, threading.Timer] = {}
        self._closed = False
        #: A job ends or is left behind, never both.
        self._ending = threading.Lock()

    @property
    def all(self) -> tuple[Job, ...]:
        """Every job of this process, oldest first."""
        return tuple(self._jobs)

    def submit(self, request: RunRequest, folder: Path, title: str, *, kept: bool = True) -> Job:
        """Queue a run on the lane its experiment asks for; one that is not kept draws nothing."""
        if self._closed:
            raise PeerscopeError("Peerscope is closing and takes no more jobs.")
        name = request.experiment.lane
        lane = self._lane(name)
        control = Control()
        run = Run(
            request,
            folder,
            control,
            watch=lambda shown: self._showed(job, shown),
            between=lambda: self._between(job),
            write_figure=self._write_figure,
            keep_figures=kept,
        )
        key = next(self._keys)
        job = Job(key, title, run, self._listener.job_changed, self._watch, kept)
        self._jobs.append(job)
        self._listener.job_changed(job)
        lane.add(lambda: self._execute(job))
        return job

    def query(
        self,
        name: str,
        function: Callable[[Any, Any], Mapping[str, Figure]],
        data: Any,
        params: Any,
        on_answer: Callable[[Answer], None],
    ) -> None:
        """Ask for figures on the interactive lane; of one name only the newest is answered.

        `on_answer` is called in the lane's thread, with figures or with an error to show.
        """
        self._lane("interactive").ask(name, lambda: _answer(function, data, params, on_answer))

    def close(self, timeout_s: float = 2.0) -> bool:
        """Cancel everything and wait for the lanes to end; False when one did not in time."""
        self._closed = True
        for job in self._jobs:
            job.cancel()
        for job in self._jobs:
            self._stop_watching(job)
        deadline = time.perf_counter() + timeout_s
        ended = [lane.close(deadline) for lane in self._lanes.values()]
        return all(ended)

    def _lane(self, name: Lane) -> _LaneThread:
        if name not in self._lanes:
            self._lanes[name] = _LaneThread(name, self._thread_budget)
        return self._lanes[name]

    def _thread_budget(self) -> int:
        interactive = self._lanes.get("interactive")
        return batch_threads(interactive_busy=bool(interactive and interactive.busy))

    def _execute(self, job: Job) -> None:
        if job.cancelled or not self._wait_until_warm(job):
            self._change(job, "cancelled")
            return
        self._change(job, "running")
        if job.cancelled:
            # Just before it had its turn, when nobody watched yet.
            self._watch(job)
        try:
            result = job.execute()
        except Exception as error:
            log.exception("%s failed", job.title)
            self._change(job, "failed", fault_sentence(error))
            return
        if job.error is not None:
            log.error("%s failed", job.title, exc_info=job.error)
        told = result.message if result.status == "failed" else ""
        self._change(job, result.status, told)

    def _wait_until_warm(self, job: Job) -> bool:
        if self._warm_up is None or self._warm_up.done:
            return True
        self._change(job, "waiting", note="loading torch")
        while not self._warm_up.wait(0.05):
            if job.cancelled:
                return False
        return True

    def _watch(self, job: Job) -> None:
        """See to it that a job which was cancelled ends, or is left behind."""
        if job.has_turn and job.key not in self._watches:
            watch = threading.Timer(DEAF_S, self._leave_behind, (job,))
            watch.daemon = True
            self._watches[job.key] = watch
            watch.start()

    def _stop_watching(self, job: Job) -> None:
        watch = self._watches.get(job.key)
        if watch is not None:
            watch.cancel()

    def _leave_behind(self, job: Job) -> None:
        """Give the turn of a job that does not answer to the next; its thread is let be."""
        name = job.request.experiment.lane
        with self._ending:
            if self._closed or job.ended:
                return
            deaf = self._lanes[name]
            self._lanes[name] = deaf.successor()
            job.be_left_behind(
                f"{job.title} did not answer when it was cancelled and was left behind; "
                "restart Peerscope to be rid of it."
            )
        log.error("%s does not answer and is left behind at\n%s", job.title, deaf.stack())
        self._listener.job_changed(job)

    def _between(self, job: Job) -> None:
        """What its lane does between its yields; a job left behind has no lane any more."""
        if not job.left_behind:
            self._lanes[job.request.experiment.lane].between()

    def _change(self, job: Job, state: State, message: str = "", note: str = "") -> None:
        with self._ending:
            if job.left_behind:
                # It came to its end after all; that was told already.
                return
            job.become(state, message, note)
        if state in ENDED:
            self._stop_watching(job)
        self._listener.job_changed(job)

    def _showed(self, job: Job, shown: Shown) -> None:
        if isinstance(shown, Snapshot):
            job.note_snapshot(shown)
        self._listener.job_showed(job, shown)


class _LaneThread:
    """A thread that runs tasks in order, and answers queries between and inside them."""

    def __init__(self, name: Lane, thread_budget: Callable[[], int]) -> None:
        self._thread_budget = thread_budget
        self._condition = threading.Condition()
        self._tasks: deque[Callable[[], None]] = deque()
        self._questions: dict[str, Callable[[], None]] = {}
        self._closing = False
        self._name = name
        self._limits_threads = name == "batch"
        self.busy = False
        self._thread = threading.Thread(target=self._loop, name=f"peerscope-{name}", daemon=True)
        self._thread.start()

    def add(self, task: Callable[[], None]) -> None:
        with self._condition:
            self._tasks.append(task)
            self._condition.notify()

    def ask(self, name: str, question: Callable[[], None]) -> None:
        """Replace an unanswered question of the same name."""
        with self._condition:
            self._questions.pop(name, None)
            self._questions[name] = question
            self._condition.notify()

    def between(self) -> None:
        """Called by a running task after each yield."""
        if self._limits_threads:
            set_torch_threads(self._thread_budget())
        while (question := self._next_question()) is not None:
            question()

    def stack(self) -> str:
        """Where its task is now, for the log."""
        frame = sys._current_frames().get(self._thread.ident or 0)
        return "".join(traceback.format_stack(frame)[-6:])

    def successor(self) -> _LaneThread:
        """Another thread with what waits here; this one ends when its task does."""
        other = _LaneThread(self._name, self._thread_budget)
        with self._condition:
            self._closing = True
            tasks, self._tasks = list(self._tasks), deque()
            questions, self._questions = dict(self._questions), {}
        for task in tasks:
            other.add(task)
        for name, question in questions.items():
            other.ask(name, question)
        return other

    def close(self, deadline: float) -> bool:
        with self._condition:
            self._closing = True
            self._questions.clear()
            self._condition.notify()
        self._thread.join(max(0.0, deadline - time.perf_counter()))
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while (work := self._next()) is not None:
            self.busy = True
            try:
                work()
            except Exception:
                # A lane outlives whatever happens in it; those who wait would wait for ever.
                log.exception("a task of the %s lane failed", self._thread.name)
            self.busy = False

    def _next(self) -> Callable[[], None] | None:
        with self._condition:
            while True:
                if self._questions:
                    return self._questions.pop(next(iter(self._questions)))
                if self._tasks:
                    return self._tasks.popleft()
                if self._closing:
                    return None
                self._condition.wait()

    def _next_question(self) -> Callable[[], None] | None:
        with self._condition:
            if not self._questions:
                return None
            return self._questions.pop(next(iter(self._questions)))


def _answer(
    function: Callable[[Any, Any], Mapping[str, Figure]],
    data: Any,
    params: Any,
    on_answer: Callable[[Answer], None],
) -> None:
    try:
        answer: Answer = function(data, params)
    except PeerscopeError as error:
        answer = error
    except Exception as error:
        log.exception("a query failed")
        answer = PeerscopeError(fault_sentence(error))
    on_answer(answer)
