"""Exporting beside a window: one spawned process, kept warm, draws the figures.

matplotlib in a thread would cost the window up to a tenth of a second of lag.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from engine.errors import PeerscopeError
from engine.figures.export import FORMATS, export
from engine.figures.model import Figure
from engine.figures.tokens import LIGHT, Palette
from engine.workers import end_with_parent, spawning

_TRIES = 2


class Exporter:
    """Draws figures in a process of its own; usable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def warm(self) -> None:
        """Start the process and let it import matplotlib."""
        self._submit(_import_matplotlib)

    def export(
        self,
        figure: Figure,
        folder: Path,
        name: str,
        provenance: Mapping[str, Any] | None = None,
        formats: Sequence[str] = FORMATS,
        palette: Palette = LIGHT,
    ) -> list[Path]:
        """As `engine.figures.export.export`; waits for the files.

        Raises
        ------
        PeerscopeError
            A file cannot be written, or the process was ended twice.
        """
        plain = None if provenance is None else dict(provenance)
        work = (figure, folder, name, tuple(formats), plain, palette)
        for _ in range(_TRIES):
            try:
                paths: list[Path] = self._submit(export, *work).result()
            except BrokenProcessPool:
                self.close()
            else:
                return paths
        raise PeerscopeError(
            f"The process that draws figures was ended twice while it drew {name}; "
            "free some memory and export again."
        )

    def close(self) -> None:
        """End the process. A later export starts it again."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, function: Any, *arguments: Any) -> Future[Any]:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1, mp_context=spawning(), initializer=end_with_parent
                )
            return self._pool.submit(function, *arguments)


def _import_matplotlib() -> None:
    from engine.figures import draw

    assert draw.SETTINGS
