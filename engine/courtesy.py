"""Long work gives way to whoever is watching, for the few milliseconds in which it draws.

Threads share one interpreter and the cores. A window that draws for five milliseconds while two
threads decode waits for each of them again and again, and takes fifteen. So the window says when
it draws, and work that runs beside it stands still at its next check. Without a window nobody
ever says so, and nothing waits.
"""

from __future__ import annotations

import threading

#: Nobody is waited for longer: a window that stands still must not hold up the work.
LONGEST_S = 0.01

_idle = threading.Event()
_idle.set()


def begin() -> None:
    """Whoever watches begins to draw."""
    _idle.clear()


def end() -> None:
    """It has drawn."""
    _idle.set()


def give_way() -> None:
    """Stand still while somebody draws; called between two pieces of long work."""
    # Whoever draws does it in the main thread, and must not wait for itself.
    if not _idle.is_set() and threading.current_thread() is not threading.main_thread():
        _idle.wait(LONGEST_S)
