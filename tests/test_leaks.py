"""The checks for leaks see the leaks they are for."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from multiprocessing import resource_tracker

from tests.leaks import Running, settled

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_thread_is_seen_until_it_ends() -> None:
    running, go = Running(), threading.Event()
    thread = threading.Thread(target=go.wait, name="forgotten")
    thread.start()
    assert running.left() == ["thread forgotten"]
    go.set()
    assert settled(running.left) == []


def test_a_process_is_seen_until_it_ends() -> None:
    running = Running()
    process = subprocess.Popen(SLEEP)
    (words,) = running.left()
    assert f"process {process.pid} " in words
    assert "time.sleep(60)" in words
    process.kill()
    process.wait()
    assert running.left() == []


def test_a_process_started_in_a_thread_is_seen() -> None:
    running = Running()
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: started.append(subprocess.Popen(SLEEP)))
    thread.start()
    thread.join()
    assert len(running.left()) == 1
    started[0].kill()
    started[0].wait()
    assert settled(running.left) == []


def test_a_worker_of_multiprocessing_is_seen_until_it_ends() -> None:
    running, context = Running(), multiprocessing.get_context("spawn")
    event = context.Event()
    process = context.Process(target=event.wait)
    process.start()
    assert len(running.left()) == 1
    event.set()
    process.join()
    process.close()
    assert running.left() == []


def test_what_ran_before_and_what_must_stay_are_left_alone() -> None:
    process = subprocess.Popen(SLEEP)
    try:
        running = Running()
        resource_tracker.ensure_running()
        assert running.left() == []
    finally:
        process.kill()
        process.wait()


def test_a_killed_process_nobody_waited_for_is_no_running_one() -> None:
    running = Running()
    process = subprocess.Popen(SLEEP)
    process.kill()
    assert settled(running.left) == []
    process.wait()


def test_what_ends_late_is_waited_for() -> None:
    running = Running()
    timer = threading.Timer(0.2, int)
    timer.start()
    assert settled(running.left, 0.0) != []
    assert settled(running.left) == []
