"""Opened files kept for whoever wants them next, so that going back to one costs nothing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.files.identify import identify, open_file

if TYPE_CHECKING:
    from engine.files.video.recording import Recording

#: Size and time of change; None of a file that cannot be seen.
Stamp = tuple[int, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Idle:
    """A handle nobody uses, and how its file looked when it was opened."""

    handle: Any
    stamp: Stamp


class Pool:
    """Opened files, the ones used last: opening a project of a thousand holds few of them open.

    Safe for several threads, each of which holds what it took for itself. A file that has
    changed since it was opened is opened anew.

    Parameters
    ----------
    limit
        Files kept open while nobody uses them.
    opener
        Opens a path; by content, unless told otherwise.
    """

    def __init__(self, limit: int = 8, opener: Callable[[Path], Any] | None = None) -> None:
        self._limit = limit
        self._opener = opener or (lambda path: open_file(identify(path)))
        self._idle: OrderedDict[Path, list[_Idle]] = OrderedDict()
        self._stamps: dict[int, Stamp] = {}
        self._lock = threading.Lock()
        self._closed = False

    def __len__(self) -> int:
        with self._lock:
            return sum(len(handles) for handles in self._idle.values())

    def take(self, path: Path, opener: Callable[[Path], Any] | None = None) -> Any:
        """An opened file, nobody else's until it is given back; errors as `open_file`.

        Parameters
        ----------
        opener
            Opens the path where none is kept, in the place of the pool's own.
        """
        stamp = stamp_of(path)
        handle = self._taken(path, stamp)
        if handle is None:
            handle = (opener or self._opener)(path)
        with self._lock:
            self._stamps[id(handle)] = stamp
        return handle

    def give_back(self, path: Path, handle: Any) -> None:
        """Keep a file for the next who wants it; of too many, those used longest ago close."""
        with self._lock:
            stamp = self._stamps.pop(id(handle), None)
            self._idle.setdefault(path, []).append(_Idle(handle, stamp))
            self._idle.move_to_end(path)
            surplus = self._surplus(0 if self._closed else self._limit)
        for item in surplus:
            item.close()

    @contextmanager
    def borrowed(self, path: Path) -> Iterator[Any]:
        """An opened file for a while; errors as `open_file`."""
        handle = self.take(path)
        try:
            yield handle
        finally:
            self.give_back(path, handle)

    def close(self) -> None:
        """Close everything that nobody uses, and from now on what is given back."""
        with self._lock:
            self._closed = True
            kept = [item for items in self._idle.values() for item in items]
            self._idle.clear()
        for item in kept:
            item.handle.close()

    def _taken(self, path: Path, stamp: Stamp) -> Any | None:
        """The handle kept of a file as it is now, if there is one; others of it are closed."""
        with self._lock:
            kept = self._idle.pop(path, [])
            fit = [item for item in kept if item.stamp == stamp]
            stale = [item for item in kept if item not in fit]
            found = fit.pop() if fit else None
            if fit:
                self._idle[path] = fit
        for item in stale:
            item.handle.close()
        return None if found is None else found.handle

    def _surplus(self, limit: int) -> list[Any]:
        """Handles beyond the limit, taken off the list."""
        surplus = []
        while sum(map(len, self._idle.values())) > limit:
            oldest = next(iter(self._idle))
            surplus.append(self._idle[oldest].pop(0).handle)
            if not self._idle[oldest]:
                del self._idle[oldest]
        return surplus


def stamp_of(path: Path) -> Stamp:
    """Size and time of change of a file; None when it cannot be seen."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def second_handle(recording: Recording) -> Recording:
    """A handle of a frame server's own: a recording serves one thread."""
    from engine.files.video.source import VideoSource

    if isinstance(recording, VideoSource):
        return VideoSource(recording.path, index=recording.index)
    handle: Any = open_file(identify(recording.path))
    return handle  # type: ignore[no-any-return]
