"""What goes through the pipes between our own processes: calls on their way, and replies."""

from __future__ import annotations

import threading
import traceback
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from typing import Any

from engine.errors import PeerscopeError, place_of


class Sender:
    """Hands what is sent to a child over in a thread of its own.

    A child takes what is large only once it is up; cancel must not wait for that.
    """

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self._waiting: SimpleQueue[memoryview | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._hand_over, daemon=True)
        self._thread.start()

    def send(self, packed: memoryview) -> None:
        """Queue what `ForkingPickler` made of an object."""
        self._waiting.put(packed)

    def close(self) -> None:
        """Close the pipe; the child has ended by now, so that nothing waits for it."""
        self._waiting.put(None)
        self._thread.join()
        self.pipe.close()

    def _hand_over(self) -> None:
        while (packed := self._waiting.get()) is not None:
            try:
                self.pipe.send_bytes(packed)
            except OSError:
                # The child is gone: whoever waits for its answer says so.
                return


def told_from_here(error: Exception) -> Exception:
    """With the traceback that pickling takes away, for the log and for the sentence."""
    if not isinstance(error, PeerscopeError):
        error.add_note("In a process of its own:\n" + "".join(traceback.format_exception(error)))
        vars(error)["raised_at"] = place_of(error)
    return error


def send_reply(pipe: Connection, reply: tuple[bool, Any]) -> None:
    """Send whether it succeeded, and the value or the error; nobody there is no error."""
    try:
        pipe.send_bytes(_packed(reply))
    except BrokenPipeError:
        return


def _packed(reply: tuple[bool, Any]) -> memoryview:
    """A reply to be sent; an error that cannot be pickled and unpickled goes as its words."""
    succeeded, value = reply
    try:
        packed: memoryview = ForkingPickler.dumps(reply)
        if not succeeded:
            # What the other end of the pipe will do with it.
            ForkingPickler.loads(packed)
    except Exception as error:
        # A result that cannot travel is told by what stands in its way.
        told = error if succeeded else value
        words = PeerscopeError(f"{type(told).__name__}: {told}")
        packed = ForkingPickler.dumps((False, words))
    return packed
