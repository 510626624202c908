import threading
import time

import pytest

from engine.control import Control
from engine.errors import Cancelled


def test_check_passes_until_cancelled() -> None:
    control = Control()
    control.check()
    control.cancel()
    with pytest.raises(Cancelled):
        control.check()


def test_pause_holds_the_worker_until_resumed() -> None:
    control = Control()
    control.pause()
    passed = threading.Event()
    worker = threading.Thread(target=lambda: (control.check(), passed.set()))
    worker.start()
    assert not passed.wait(0.1)
    control.resume()
    assert passed.wait(2)
    worker.join()
    assert control.paused_s > 0.05


def test_cancel_opens_the_gate_of_a_paused_worker() -> None:
    control = Control()
    control.pause()
    raised = []

    def work() -> None:
        try:
            control.check()
        except Cancelled:
            raised.append(True)

    worker = threading.Thread(target=work)
    worker.start()
    time.sleep(0.05)
    control.cancel()
    worker.join(2)
    assert raised == [True]


def test_a_pause_is_counted_once_and_while_it_lasts() -> None:
    """However many threads stand at the gate, as that which hashes the inputs does."""
    control = Control()
    began = time.perf_counter()
    control.pause()
    workers = [threading.Thread(target=control.check) for _ in range(3)]
    for worker in workers:
        worker.start()
    time.sleep(0.1)
    assert control.paused_s >= 0.1
    control.resume()
    for worker in workers:
        worker.join(5)
    counted = control.paused_s
    assert counted <= time.perf_counter() - began
    assert control.paused_s == counted
