"""Exporting beside a window: one spawned process, kept warm, draws the figures.

matplotlib in a thread would cost the window up to a tenth of a second of lag.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import PeerscopeError
from engine.figures.export import FORMATS, export
from engine.figures.model import Figure
from engine.figures.tokens import LIGHT, Palette

if TYPE_CHECKING:
    from engine.workers import WarmProcess

_TRIES = 2


class Exporter:
    """Draws figures in a process of its own; usable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: WarmProcess | None = None

    @property
    def pid(self) -> int | None:
        """The process that draws; None before the first figure."""
        return None if self._process is None else self._process.pid

    def export(
        self,
        figure: Figure,
        folder: Path,
        name: str,
        provenance: Mapping[str, Any] | None = None,
        formats: Sequence[str] = FORMATS,
        palette: Palette = LIGHT,
        check: Callable[[], None] = lambda: None,
    ) -> list[Path]:
        """As `engine.figures.export.export`; waits for the files.

        Parameters
        ----------
        check
            Called while waiting; what it raises (`Cancelled`) ends the process.

        Raises
        ------
        PeerscopeError
            A file cannot be written, or the process was ended twice.
        Cancelled
            It was closed meanwhile.
        """
        from engine.workers import ProcessEndedError

        plain = None if provenance is None else dict(provenance)
        work = (figure, folder, name, tuple(formats), plain, palette)
        for _ in range(_TRIES):
            try:
                return self._warm().call(export, *work, check=check)
            except ProcessEndedError:
                continue
        raise PeerscopeError(
            f"The process that draws figures was ended twice while it drew {name}; "
            "free some memory and export again."
        )

    def close(self) -> None:
        """End the process, also amid a figure; nothing is drawn any more."""
        self._warm().close()

    def _warm(self) -> WarmProcess:
        """The process; a window opens before multiprocessing is loaded."""
        from engine.workers import WarmProcess

        with self._lock:
            if self._process is None:
                self._process = WarmProcess()
            return self._process
