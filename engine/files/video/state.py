"""A file that is open: is it still there, and still whole?"""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadInput


class FileState:
    """Watches over a file on a drive that may go away.

    Attributes
    ----------
    lost
        True after it was found missing or shorter, or after reading failed: whoever holds it
        open should open it anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = _size(path)
        self.lost = False

    def was_lost(self) -> bool:
        """True when the file is there, but has to be opened anew.

        Raises
        ------
        BadInput
            It is missing, or has become shorter.
        """
        size = _size(self._path)
        if size is None:
            self.lost = True
            raise BadInput(
                f"{self._path.name} is no longer there; reconnect its drive or put it back, and "
                f"it goes on where it was."
            )
        if self._size is None or size > self._size:
            self._size = size
        if size < self._size:
            self.lost = True
            raise BadInput(
                f"{self._path.name} has become shorter while it was open ({size} of {self._size} "
                f"bytes are left); put it back whole, or open it again as it is."
            )
        return self.lost


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
