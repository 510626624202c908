"""Where independent calls are worked off: processes of this machine, or a Dask cluster.

Both are `concurrent.futures` executors; the code that uses them cannot tell which it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, TypeVar

from engine.device import batch_threads
from engine.errors import MissingExtra, PeerscopeError
from engine.workers import POLL_S, end_with_parent, spawning

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@contextmanager
def executor(scheduler: str = "", workers: int = 0) -> Iterator[Executor]:
    """An executor for the time of a block; on an error or a cancel its work is ended at once.

    Parameters
    ----------
    scheduler
        Address of a Dask scheduler ("tcp://host:8786"); empty for local processes.
    workers
        Local processes; 0 for as many as a batch job may use threads.

    Raises
    ------
    PeerscopeError
        The scheduler does not answer, or Dask is not installed.
    """
    if scheduler:
        yield from _dask(scheduler)
    else:
        yield from _local(workers or batch_threads())


def completed(
    pool: Executor,
    function: Callable[[Task], Answer],
    tasks: Sequence[Task],
    check: Callable[[], None],
) -> Iterator[tuple[int, Answer]]:
    """Index and answer of every task as it ends; `check` is called every 50 ms."""
    waiting: dict[Future[Answer], int] = {
        pool.submit(function, task): i for i, task in enumerate(tasks)
    }
    while waiting:
        check()
        done, _ = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=waiting.__getitem__):
            yield waiting.pop(future), future.result()


def mapped(
    pool: Executor,
    function: Callable[[Task], Answer],
    tasks: Sequence[Task],
    check: Callable[[], None],
) -> list[Answer]:
    """Answers of every task, in the order of the tasks."""
    found = dict(completed(pool, function, tasks, check))
    return [found[i] for i in range(len(tasks))]


def _local(workers: int) -> Iterator[Executor]:
    pool = ProcessPoolExecutor(workers, mp_context=spawning(), initializer=_begin)
    try:
        yield pool
    except BaseException:
        # A cancel must not wait for an episode to end.
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """First in each process: it ends with its parent, and computes with one thread."""
    end_with_parent()
    import torch

    torch.set_num_threads(1)


def _dask(scheduler: str) -> Iterator[Executor]:
    try:
        import distributed
    except ImportError:
        raise MissingExtra("A Dask scheduler", "cluster") from None
    make_client: Any = distributed.Client
    try:
        client = make_client(scheduler, timeout="5s")
    except (OSError, ValueError) as error:
        raise PeerscopeError(
            f"No Dask scheduler answers at {scheduler}; start one, or leave the address empty."
        ) from error
    try:
        yield client.get_executor()
    finally:
        client.close()
