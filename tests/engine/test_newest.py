"""One answer at a time, and only to the newest request."""

from __future__ import annotations

import threading
import time

import pytest

from engine.newest import Newest


def wait_for(newest: Newest[str]) -> str | None:
    deadline = time.perf_counter() + 5
    while newest.busy and time.perf_counter() < deadline:
        time.sleep(0.001)
    return newest.take()


def test_an_answer_is_given_once() -> None:
    newest: Newest[str] = Newest()
    assert (newest.busy, newest.take()) == (False, None)
    newest.ask(lambda: "done")
    assert wait_for(newest) == "done"
    assert newest.take() is None


def test_the_newest_wins_and_what_waited_between_never_runs() -> None:
    newest: Newest[str] = Newest()
    begun, go, ran = threading.Event(), threading.Event(), []

    def slow() -> str:
        begun.set()
        go.wait(5)
        return "old"

    newest.ask(slow)
    begun.wait(5)
    newest.ask(lambda: ran.append("between") or "between")
    newest.ask(lambda: "new")
    go.set()
    assert wait_for(newest) == "new"
    assert ran == []


def test_a_dropped_answer_never_comes() -> None:
    newest: Newest[str] = Newest()
    begun, go = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go.wait(5)
        return "late"

    newest.ask(slow)
    begun.wait(5)
    newest.drop()
    assert not newest.busy
    go.set()
    newest.ask(lambda: "next")
    assert wait_for(newest) == "next"


def test_an_error_is_raised_where_the_answer_is_taken() -> None:
    newest: Newest[str] = Newest()

    def fail() -> str:
        raise ValueError("no")

    newest.ask(fail)
    with pytest.raises(ValueError, match="no"):
        wait_for(newest)
    newest.ask(lambda: "again")
    assert wait_for(newest) == "again"


def test_the_thread_ends_with_the_last_request() -> None:
    newest: Newest[str] = Newest()
    newest.ask(lambda: "done")
    wait_for(newest)
    deadline = time.perf_counter() + 5
    while time.perf_counter() < deadline and threading.active_count() > 1:
        time.sleep(0.001)
    assert "newest" not in [thread.name for thread in threading.enumerate()]
