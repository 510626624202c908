import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from engine.errors import Cancelled, MissingExtra, PeerscopeError, fault_sentence
from engine.workers import Pace, ProcessEndedError, SimulatorProcess, WarmProcess, call

ROOT = Path(__file__).parents[2]


def add(a: int, b: int) -> int:
    return a + b


def fail() -> None:
    raise ValueError("no such thing")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Counter:
    """Counts its steps, adds what it is sent, and shows the sum as a picture."""

    def __init__(self, start: int) -> None:
        self.total = start

    def step(self, commands: list[int]) -> tuple[int, np.ndarray]:
        self.total += sum(commands) + 1
        return self.total, np.full((8, 8), self.total % 251, "u1")


def until(condition, timeout_s: float = 20.0):
    deadline = time.perf_counter() + timeout_s
    while not (value := condition()):
        assert time.perf_counter() < deadline, "waited too long"
        time.sleep(0.01)
    return value


def test_call_returns_and_raises_what_the_function_does() -> None:
    assert call(add, 2, 3, check=lambda: None) == 5
    with pytest.raises(ValueError, match="no such thing"):
        call(fail, check=lambda: None)


def test_cancel_terminates_the_process_at_once() -> None:
    began = time.perf_counter()

    def check() -> None:
        if time.perf_counter() - began > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        call(time.sleep, 60, check=check)
    assert time.perf_counter() - began < 5
    assert not multiprocessing.active_children()


class Slow:
    """Takes a minute to be unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return time.sleep, (60,)


def test_cancel_does_not_wait_until_the_child_has_taken_what_is_large() -> None:
    began = time.perf_counter()

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        call(len, Slow(), bytes(2**24), check=check)
    assert time.perf_counter() - began < 30
    assert not multiprocessing.active_children()


def test_what_cannot_be_pickled_starts_no_process() -> None:
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        call(lambda: None, check=lambda: None)
    assert not multiprocessing.active_children()


def test_a_killed_process_is_told_in_a_sentence() -> None:
    with pytest.raises(PeerscopeError, match="ended without an answer"):
        call(die, check=lambda: None)


def test_simulator_steps_obeys_and_shows() -> None:
    process = SimulatorProcess(Counter, 100, pace=Pace(200), image_shape=(8, 8))
    try:
        first = until(lambda: process.receive(0.05))
        assert first[0] == 101
        process.send(1000)
        until(lambda: any(total > 1000 for total in process.receive(0.05)))
        image = process.image()
        assert image is not None
        assert (image == image[0, 0]).all(), "a torn image"
    finally:
        process.close()
    assert not multiprocessing.active_children()


def test_payloads_come_in_order_and_complete() -> None:
    process = SimulatorProcess(Counter, 0, pace=Pace(500))
    try:
        totals: list[int] = []
        until(lambda: totals.extend(process.receive(0.05)) or len(totals) > 50)
        assert totals == list(range(1, len(totals) + 1))
    finally:
        process.close()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    program = (
        "import sys, time; sys.path.insert(0, 'tests/engine')\n"
        "from test_workers import Counter\n"
        "from engine.workers import Pace, SimulatorProcess\n"
        "if __name__ == '__main__':\n"
        "    p = SimulatorProcess(Counter, 0, pace=Pace(50))\n"
        "    p.receive(20); print(p._process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not Path(f"/proc/{child}").exists(), timeout_s=5)


class Thrower:
    """Sends two payloads, then fails; tells how many threads torch has."""

    def __init__(self) -> None:
        import torch

        self.threads = torch.get_num_threads()
        self.count = 0

    def step(self, commands: list[np.ndarray]) -> tuple[int, None]:
        self.count += 1
        if self.count == 3:
            raise ValueError("off the road")
        return self.threads, None


def test_what_a_simulator_sent_before_it_failed_arrives_and_arrays_are_commands() -> None:
    simulator = SimulatorProcess(Thrower, pace=Pace(200.0))
    try:
        simulator.send(np.arange(3))
        until(lambda: not simulator._pipe.closed and simulator._pipe.poll())
        time.sleep(0.3)
        assert simulator.receive(1.0) == [1, 1]
        with pytest.raises(ValueError, match="off the road"):
            simulator.receive()
    finally:
        simulator.close()


def test_a_warm_process_is_reused_given_up_and_closed() -> None:
    warm = WarmProcess()
    assert warm.call(add, 2, 3, check=lambda: None) == 5
    first = warm.pid
    assert warm.call(add, 4, 5, check=lambda: None) == 9
    assert warm.pid == first

    def give_up() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        warm.call(time.sleep, 30, check=give_up)
    assert warm.call(add, 1, 1, check=lambda: None) == 2
    with pytest.raises(ProcessEndedError):
        warm.call(die, check=lambda: None)
    closer = threading.Timer(0.3, warm.close)
    closer.start()
    began = time.perf_counter()
    with pytest.raises((Cancelled, ProcessEndedError)):
        warm.call(time.sleep, 30, check=lambda: None)
    assert time.perf_counter() - began < 5
    closer.join()
    with pytest.raises(Cancelled):
        warm.call(add, 1, 1, check=lambda: None)


def lack() -> None:
    raise MissingExtra("Opening ONNX models", "networks")


class TwoWordsError(Exception):
    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what} at {where}")


def fail_in_two_words() -> None:
    raise TwoWordsError("hot", "sea")


def test_a_missing_package_is_told_from_a_child_as_from_here() -> None:
    with pytest.raises(MissingExtra, match=r"peerscope\[networks\]"):
        call(lack, check=lambda: None)


def test_an_error_that_cannot_be_unpickled_comes_as_its_words() -> None:
    with pytest.raises(PeerscopeError, match="TwoWordsError: hot at sea"):
        call(fail_in_two_words, check=lambda: None)


def test_the_traceback_of_a_child_is_kept() -> None:
    with pytest.raises(ValueError, match="no such thing") as caught:
        call(fail, check=lambda: None)
    assert "in fail" in "".join(caught.value.__notes__)
    assert "test_workers.py:" in fault_sentence(caught.value)


class Stuck:
    """A simulator whose loading does not end."""

    def __init__(self) -> None:
        time.sleep(60)


def test_sending_does_not_wait_until_the_simulator_is_made() -> None:
    sent: list[bool] = []
    simulator = SimulatorProcess(Stuck, pace=None)

    def send() -> None:
        simulator.send(bytes(2**24))
        sent.append(True)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        thread.join(20)
        assert sent, "sending waits for the child"
    finally:
        simulator.close()
        thread.join()


def test_a_large_call_of_a_warm_process_is_cancelled_before_it_is_taken() -> None:
    def check() -> None:
        raise Cancelled

    process = WarmProcess()
    try:
        with pytest.raises(Cancelled):
            process.call(len, Slow(), bytes(2**24), check=check)
        assert process.call(add, 2, 3, check=lambda: None) == 5
    finally:
        process.close()
