"""One window a session: a lock that a killed process does not leave standing.

The lock is a file that names who holds it: process, when that process began, the start of the
machine, the machine, and its name. A holder that is gone, or a machine that was started again
since, holds nothing. Times of processes are read where no change of the wall clock moves them.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import PeerscopeError, cannot_write
from engine.locked_file import locked

FILE_NAME = "session.lock"
#: Where Linux numbers the processes of the whole machine, not those of a container.
_ALL_PROCESSES = "pid:[4026531836]"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a session."""

    pid: int
    began: str
    boot: str
    host: str
    since: str
    machine: str = ""

    @classmethod
    def here(cls) -> Holder:
        """The process that asks."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        began = process_start(os.getpid())
        return cls(os.getpid(), began, boot(), platform.node(), now, machine())

    @property
    def is_here(self) -> bool:
        """True on this machine, whatever it was called when the session was opened."""
        return self.host == platform.node() or (self.machine != "" and self.machine == machine())

    @property
    def alive(self) -> bool:
        """True while the process runs; one of another machine is believed to."""
        if not self.is_here:
            return True
        began = process_start(self.pid)
        return began != "" and _same(self.began, began, 2) and _same(self.boot, boot(), 2)

    @property
    def told(self) -> str:
        """Who it is, for a sentence."""
        where = "" if self.is_here else f" on {self.host}"
        return f"process {self.pid}{where}, since {self.since[11:16]}"


class HeldError(PeerscopeError):
    """Another window holds the session."""

    def __init__(self, folder: Path, holder: Holder) -> None:
        super().__init__(
            f"The session in {folder} is open in another window of Peerscope ({holder.told}); "
            "close it there, or open a copy."
        )
        self.folder = folder
        self.holder = holder


class SessionLock:
    """The lock of one session's folder.

    Parameters
    ----------
    folder
        Of the session; made when it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: Holder | None = None

    @property
    def held(self) -> bool:
        """True between `acquire` and `release`."""
        return self._held is not None

    def acquire(self) -> Holder | None:
        """Take the session; returns the holder that is gone, if one had left it locked.

        Raises
        ------
        HeldError
            Another process that is alive holds it.
        PeerscopeError
            The folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / FILE_NAME) as handle:
                before = _holder(os.read(handle, 4096))
                if before is not None and before.alive and not self._is_ours(before):
                    raise HeldError(self.folder, before)
                here = Holder.here()
                words = json.dumps({name: getattr(here, name) for name in Holder.__slots__})
                os.lseek(handle, 0, os.SEEK_SET)
                os.truncate(handle, 0)
                os.write(handle, words.encode("utf-8"))
                os.fsync(handle)
                self._held = here
        except OSError as error:
            raise PeerscopeError(cannot_write(self.folder / FILE_NAME, error)) from error
        return None if before is None or self._is_ours(before) else before

    def release(self) -> None:
        """Let go, if it is held. A folder that is gone or read-only is no fault."""
        if self._held is None:
            return
        path = self.folder / FILE_NAME
        held, self._held = self._held, None
        # What cannot be taken away names a process that is gone soon, and holds nothing then.
        with suppress(OSError), locked(path) as handle:
            now = _holder(os.read(handle, 4096))
            if now is not None and (now == held or self._is_ours(now)):
                # Emptied, it names nobody, even where a file that is open cannot be taken away.
                os.truncate(handle, 0)
                path.unlink(missing_ok=True)

    def _is_ours(self, holder: Holder) -> bool:
        return holder.pid == os.getpid() and holder.is_here and holder.alive


def holder_of(folder: Path) -> Holder | None:
    """Who holds a session, alive or gone; None when nobody does."""
    try:
        return _holder((folder / FILE_NAME).read_bytes())
    except OSError:
        return None


def process_start(pid: int) -> str:
    """When a process began, in a clock that is never set; empty when there is no such process."""
    if sys.platform == "linux":
        try:
            # After the name, which may hold blanks and brackets, the twentieth word.
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if words[0] in "ZX" else words[19]
    import psutil

    try:
        return f"{psutil.Process(pid).create_time():.0f}"
    except psutil.Error:
        return ""


def boot() -> str:
    """Which start of the machine this is."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil

        # Known to the minute, since the wall clock it is reckoned by may be set.
        return f"{psutil.boot_time() / 60:.0f}"


def machine() -> str:
    """Which machine this is, whatever its name; empty where that cannot be told for sure.

    Copies of one disk may share the number of the installation, and containers that of the
    network card: only both together name a machine, and a container names none.
    """
    card = uuid.getnode()
    if card >> 40 & 1:
        # No card was found, and the number was drawn at random.
        return ""
    if sys.platform != "linux":
        return f"{card:012x}"
    try:
        installed = Path("/etc/machine-id").read_text().strip()
        processes = os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""
    return f"{installed} {card:012x}" if installed and processes == _ALL_PROCESSES else ""


def _same(kept: str, now: str, tolerance: float) -> bool:
    """Equal, or as numbers as close as rounding and a clock that is set a little leave them."""
    if sys.platform == "linux":
        return kept == now
    try:
        return abs(float(kept) - float(now)) <= tolerance
    except ValueError:
        return kept == now


def _holder(content: bytes) -> Holder | None:
    try:
        data: dict[str, Any] = json.loads(content)
        return Holder(**data)
    except (ValueError, TypeError):
        return None
