import threading
import time

import pytest

from engine import courtesy
from engine.control import Control


@pytest.fixture(autouse=True)
def _idle_again():
    yield
    courtesy.end()


def checks_in(seconds: float) -> int:
    """How often a thread beside us passes its check."""
    control, passed, stop = Control(), [0], threading.Event()

    def work() -> None:
        while not stop.is_set():
            control.check()
            passed[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(seconds)
    stop.set()
    thread.join()
    return passed[0]


def test_work_stands_still_while_somebody_draws() -> None:
    free = checks_in(0.1)
    courtesy.begin()
    # One pass every 10 ms at most, where there were thousands.
    assert checks_in(0.1) <= 12 < free


def test_work_goes_on_as_soon_as_it_is_drawn() -> None:
    courtesy.begin()
    passed = threading.Event()
    thread = threading.Thread(target=lambda: (courtesy.give_way(), passed.set()))
    thread.start()
    courtesy.end()
    assert passed.wait(1)
    thread.join()


def test_the_main_thread_never_waits_for_itself() -> None:
    courtesy.begin()
    began = time.perf_counter()
    for _ in range(1000):
        Control().check()
    assert time.perf_counter() - began < 1  # each would have waited 10 ms
