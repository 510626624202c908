"""Work in processes of its own: slow single calls, and simulators that step in pure Python.

A thread is enough for code that releases the interpreter lock. Pure-Python loops and calls
that cannot be interrupted run here, in a spawned process that ends with its parent.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from multiprocessing.shared_memory import SharedMemory
from typing import Any, Protocol, TypeVar

import numpy as np

from engine.device import batch_threads, set_threads
from engine.errors import Cancelled, PeerscopeError
from engine.figures.arrays import Array
from engine.pipes import Sender, send_reply, told_from_here

T = TypeVar("T")


class ProcessEndedError(PeerscopeError):
    """A process of ours ended without an answer."""


POLL_S = 0.05
SILENT_S = 0.3
_LAST_WORDS_S = 2.0
_SLOTS = 3


class _Stop:
    """Sent to a child that shall end; told by its type, since commands may be arrays."""


def spawning() -> SpawnContext:
    """The way every process of the house is started: a fresh interpreter, on every system."""
    return multiprocessing.get_context("spawn")


def end_with_parent() -> None:
    """Called first in a child: a daemon thread ends the child when its parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        watcher = threading.Thread(target=_exit_after, args=(parent.sentinel,), daemon=True)
        watcher.start()


def call(function: Callable[..., T], *arguments: Any, check: Callable[[], None]) -> T:
    """Call a module-level function in a new process and wait for its result.

    Parameters
    ----------
    function, *arguments
        Must survive pickling; they travel between our own processes only.
    check
        Called every 50 ms; what it raises (`Cancelled`) ends the process and is passed on.

    Raises
    ------
    PeerscopeError
        The process ended without an answer, for example for want of memory.
    Exception
        Whatever the function raised.
    """
    task = ForkingPickler.dumps((function, arguments))
    near, far = spawning().Pipe(duplex=True)
    process = spawning().Process(target=_answer, args=(far,), daemon=True)
    process.start()
    far.close()
    sender = Sender(near)
    sender.send(task)
    try:
        while not near.poll(POLL_S):
            check()
        succeeded, value = _received(near, function.__name__)
        _let_end(process, check)
    finally:
        _end(process)
        sender.close()
    if not succeeded:
        raise value
    result: T = value
    return result


class WarmProcess:
    """A spawned process that stays, and calls module-level functions one after the other.

    Usable from any thread. A call that is given up, or a process that died, costs the next
    call a new process.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._handover = threading.Lock()
        self._process: BaseProcess | None = None
        self._sender: Sender | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process that runs; None before the first call."""
        return self._process.pid if self._process is not None else None

    def call(self, function: Callable[..., T], *arguments: Any, check: Callable[[], None]) -> T:
        """As `call`, in the process that stays.

        Raises
        ------
        ProcessEndedError
            It ended without an answer.
        Cancelled
            It is closed, or `check` raised it.
        """
        task = ForkingPickler.dumps((function, arguments))
        with self._turn:
            sender = self._started()
            pipe = sender.pipe
            try:
                sender.send(task)
                while not pipe.poll(POLL_S):
                    check()
                    self._refuse_closed()
                succeeded, value = _received(pipe, function.__name__)
            except BaseException as error:
                self._drop()
                if isinstance(error, OSError):
                    raise ProcessEndedError(_ended(function.__name__)) from None
                raise
        if not succeeded:
            raise value
        result: T = value
        return result

    def close(self) -> None:
        """End the process at once, also amid a call; no other is started."""
        self._closed = True
        with self._handover:
            process, self._process = self._process, None
        if process is not None:
            _end(process)
        # The pipe of a call under way is closed by the thread that waits on it.
        if self._turn.acquire(blocking=False):
            self._drop()
            self._turn.release()

    def _started(self) -> Sender:
        with self._handover:
            self._refuse_closed()
            if self._process is None or self._sender is None:
                here, there = spawning().Pipe(duplex=True)
                process = spawning().Process(target=_serve, args=(there,), daemon=True)
                try:
                    process.start()
                except BaseException:
                    here.close()
                    raise
                finally:
                    there.close()
                self._process, self._sender = process, Sender(here)
            return self._sender

    def _refuse_closed(self) -> None:
        if self._closed:
            raise Cancelled

    def _drop(self) -> None:
        with self._handover:
            process, self._process = self._process, None
            sender, self._sender = self._sender, None
        if process is not None:
            _end(process)
        if sender is not None:
            sender.close()


class Simulator(Protocol):
    """What a `SimulatorProcess` steps, inside the child."""

    def step(self, commands: list[Any]) -> tuple[Any, Array | None]:
        """Obey the commands that came, advance once; return a payload and perhaps an image."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Steps per second, and the most steps taken at once to catch up with the schedule."""

    rate_hz: float
    catch_up: int = 5


class SimulatorProcess:
    """A simulator in a spawned process: commands in, payloads and images out.

    Payloads arrive in order and complete. Images travel through a shared-memory ring of three
    slots: they are copied on receipt, and the newest wins.

    Parameters
    ----------
    factory, *arguments
        Called in the child to make the simulator; must survive pickling.
    pace
        Schedule of the steps; None takes one step for each command, when it comes.
    image_shape
        Shape of its uint8 images; None when it shows none.
    """

    def __init__(
        self,
        factory: Callable[..., Simulator],
        *arguments: Any,
        pace: Pace | None,
        image_shape: tuple[int, ...] | None = None,
    ) -> None:
        self._ring = _ImageRing.create(image_shape) if image_shape else None
        here, there = spawning().Pipe(duplex=True)
        self._pipe = here
        ring = (self._ring.name, image_shape) if self._ring else None
        self._process = spawning().Process(
            target=_simulate, args=(there, factory, arguments, pace, ring), daemon=True
        )
        self._process.start()
        there.close()
        self._sender = Sender(here)
        self._failure: BaseException | None = None

    def send(self, command: Any) -> None:
        """Queue a command for the next step; does nothing when the child has ended.

        Returns at once, also while the child still makes its simulator.
        """
        self._sender.send(ForkingPickler.dumps(command))

    def receive(self, timeout_s: float = 0.0) -> list[Any]:
        """Every payload that has arrived, waiting up to `timeout_s` for the first.

        Raises
        ------
        PeerscopeError
            The child has ended.
        Exception
            Whatever the simulator raised; what it had sent before is returned first.
        """
        payloads: list[Any] = []
        while self._failure is None and self._pipe.poll(0 if payloads else timeout_s):
            try:
                succeeded, value = _received(self._pipe, "the simulator")
            except PeerscopeError as error:
                succeeded, value = False, error
            if succeeded:
                payloads.append(value)
            else:
                self._failure = value
        if self._failure is not None and not payloads:
            raise self._failure
        return payloads

    def image(self) -> Array | None:
        """A copy of the newest image, or None before the first."""
        return self._ring.newest() if self._ring else None

    @property
    def alive(self) -> bool:
        """True while the child runs."""
        return self._process.is_alive()

    def close(self) -> None:
        """Ask the child to end; terminate it when silent for 0.3 s; release the ring."""
        try:
            self.send(_Stop())
            self._process.join(SILENT_S)
            _end(self._process)
            self._sender.close()
        finally:
            if self._ring:
                self._ring.release(unlink=True)
                self._ring = None


class _ImageRing:
    """Three image slots in shared memory behind one counter, written by one process."""

    _HEADER = 8

    def __init__(self, memory: SharedMemory, shape: tuple[int, ...]) -> None:
        self._memory = memory
        size = int(np.prod(shape))
        self._count = np.ndarray((1,), "i8", memory.buf)
        self._slots = np.ndarray((_SLOTS, *shape), "u1", memory.buf, offset=self._HEADER)
        assert memory.size >= self._HEADER + _SLOTS * size

    @classmethod
    def create(cls, shape: tuple[int, ...]) -> _ImageRing:
        size = cls._HEADER + _SLOTS * int(np.prod(shape))
        ring = cls(SharedMemory(create=True, size=size), shape)
        ring._count[0] = 0
        return ring

    @classmethod
    def attach(cls, name: str, shape: tuple[int, ...]) -> _ImageRing:
        return cls(SharedMemory(name=name), shape)

    @property
    def name(self) -> str:
        return self._memory.name

    def write(self, image: Array) -> None:
        count = int(self._count[0]) + 1
        self._slots[count % _SLOTS] = image
        self._count[0] = count

    def newest(self) -> Array | None:
        while True:
            count = int(self._count[0])
            if count == 0:
                return None
            image: Array = self._slots[count % _SLOTS].copy()
            # The slot is written again two images later: only then is the copy torn.
            if int(self._count[0]) < count + _SLOTS - 1:
                return image

    def release(self, *, unlink: bool) -> None:
        del self._count, self._slots
        self._memory.close()
        if unlink:
            self._memory.unlink()


def _answer(pipe: Connection) -> None:
    end_with_parent()
    try:
        function, arguments = pipe.recv()
    except (EOFError, OSError):
        return
    set_threads(batch_threads())
    send_reply(pipe, _reply(function, arguments))


def _serve(pipe: Connection) -> None:
    """Answer calls until the other end closes."""
    end_with_parent()
    while True:
        try:
            function, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        send_reply(pipe, _reply(function, arguments))


def _reply(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, function(*arguments)
    except Exception as error:
        return False, told_from_here(error)


def _received(pipe: Connection, name: str) -> tuple[bool, Any]:
    try:
        reply: tuple[bool, Any] = pipe.recv()
    except (EOFError, OSError):
        raise ProcessEndedError(_ended(name)) from None
    return reply


def _ended(name: str) -> str:
    return (
        f"The process of {name} ended without an answer, perhaps for want of memory; "
        "try a smaller input."
    )


def _simulate(
    pipe: Connection,
    factory: Callable[..., Simulator],
    arguments: tuple[Any, ...],
    pace: Pace | None,
    ring_at: tuple[str, tuple[int, ...]] | None,
) -> None:
    end_with_parent()
    # The factory's module may have loaded torch by now; what it loads later reads the variable.
    os.environ["OMP_NUM_THREADS"] = "1"
    set_threads(1)
    ring = _ImageRing.attach(*ring_at) if ring_at else None
    try:
        if pace is None:
            _step_on_command(pipe, factory(*arguments), ring)
        else:
            _step_on_schedule(pipe, factory(*arguments), pace, ring)
    except (BrokenPipeError, EOFError):
        return
    except Exception as error:
        send_reply(pipe, (False, told_from_here(error)))
    finally:
        if ring:
            ring.release(unlink=False)


def _step_on_schedule(
    pipe: Connection, simulator: Simulator, pace: Pace, ring: _ImageRing | None
) -> None:
    period = 1.0 / pace.rate_hz
    due = time.perf_counter()
    while True:
        late = time.perf_counter() - due
        if late > pace.catch_up * period:
            due += late - pace.catch_up * period
        commands = _commands(pipe, max(0.0, due - time.perf_counter()))
        if any(isinstance(command, _Stop) for command in commands):
            return
        _take_step(pipe, simulator, commands, ring)
        due += period


def _step_on_command(pipe: Connection, simulator: Simulator, ring: _ImageRing | None) -> None:
    while not isinstance(command := pipe.recv(), _Stop):
        _take_step(pipe, simulator, [command], ring)


def _take_step(
    pipe: Connection, simulator: Simulator, commands: list[Any], ring: _ImageRing | None
) -> None:
    payload, image = simulator.step(commands)
    if image is not None and ring is not None:
        ring.write(image)
    pipe.send((True, payload))


def _commands(pipe: Connection, until_due_s: float) -> list[Any]:
    """Commands that arrive before the next step is due."""
    commands = []
    deadline = time.perf_counter() + until_due_s
    while pipe.poll(max(0.0, deadline - time.perf_counter())):
        commands.append(pipe.recv())
    return commands


def _let_end(process: BaseProcess, check: Callable[[], None]) -> None:
    """Wait for a process that has answered: one that is ended leaves its semaphores behind."""
    deadline = time.perf_counter() + _LAST_WORDS_S
    while process.is_alive() and time.perf_counter() < deadline:
        check()
        process.join(POLL_S)


def _end(process: BaseProcess) -> None:
    """Terminate a process that is still there, and forget it."""
    if process.is_alive():
        process.terminate()
        process.join(SILENT_S)
    if process.is_alive():
        process.kill()
    process.join()
    process.close()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
