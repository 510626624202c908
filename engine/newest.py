"""A slow pure function beside whoever asks: one runs at a time, the newest request wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """Answers the newest request in a thread that ends as soon as nothing is asked for.

    A request replaces one that still waits; the answer to a request that was replaced or
    dropped while it ran is thrown away. Answers are fetched by `take`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Callable[[], T] | None = None
        self._running = False
        self._stale = False
        self._answer: T | None = None
        self._error: Exception | None = None

    @property
    def busy(self) -> bool:
        """True while an answer is on its way."""
        with self._lock:
            return (self._running and not self._stale) or self._waiting is not None

    def ask(self, function: Callable[[], T]) -> None:
        """Have a function called in the thread. Returns at once."""
        with self._lock:
            self._forget()
            self._waiting = function
            start, self._running = not self._running, True
        if start:
            threading.Thread(target=self._work, name="newest", daemon=True).start()

    def drop(self) -> None:
        """Want no answer any more."""
        with self._lock:
            self._forget()

    def take(self) -> T | None:
        """The answer, once; None while there is none.

        Raises
        ------
        Exception
            What the function raised.
        """
        with self._lock:
            answer, self._answer = self._answer, None
            error, self._error = self._error, None
        if error is not None:
            raise error
        return answer

    def _forget(self) -> None:
        self._waiting = self._answer = self._error = None
        self._stale = self._running

    def _work(self) -> None:
        while (function := self._next()) is not None:
            answer: T | None = None
            error: Exception | None = None
            try:
                answer = function()
            except Exception as raised:
                error = raised
            self._leave(answer, error)

    def _next(self) -> Callable[[], T] | None:
        with self._lock:
            function, self._waiting = self._waiting, None
            self._running, self._stale = function is not None, False
            return function

    def _leave(self, answer: T | None, error: Exception | None) -> None:
        with self._lock:
            if not self._stale:
                self._answer, self._error = answer, error
