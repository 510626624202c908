"""Frames for whoever scrubs or plays: the newest request wins, in a thread that decodes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.errors import PeerscopeError
from engine.figures.arrays import Array
from engine.files.video.recording import Recording


@dataclass(frozen=True, slots=True)
class ServedFrame:
    """A frame on its way to a screen.

    Attributes
    ----------
    index
        Number of the frame whose pixels these are.
    pixels
        (h, w, 3) uint8 RGB; the receiver owns them.
    exact
        False for a key frame shown while the frame asked for is being decoded.
    wanted, token
        The number asked for, and whatever came with the request.
    """

    index: int
    pixels: Array
    exact: bool
    wanted: int
    token: Any = None


class FrameServer:
    """A thread that owns a decoder and serves the newest request.

    When the exact frame needs a long decode, its key frame is delivered first; the decode is
    abandoned as soon as a newer request arrives. What has been decoded until then is not lost:
    a request further on goes on from there.

    Parameters
    ----------
    recording_opener
        Opens the recording; called in the thread, which also closes it.
    on_frame, on_error
        Called in the thread with each frame, and with one sentence when one cannot be had.

    Attributes
    ----------
    decoded, delivered
        Frames fetched from the recording, and frames handed to `on_frame`.
    """

    def __init__(
        self,
        recording_opener: Callable[[], Recording],
        on_frame: Callable[[ServedFrame], None],
        on_error: Callable[[str], None],
    ) -> None:
        self.decoded = 0
        self.delivered = 0
        self._open = recording_opener
        self._on_frame = on_frame
        self._on_error = on_error
        self._mail = threading.Condition()
        self._request: tuple[int, Any] | None = None
        self._closing = False
        self._shown = -1
        self._thread = threading.Thread(target=self._serve, name="frames", daemon=True)
        self._thread.start()

    def request(self, index: int, token: Any = None) -> None:
        """Ask for a frame; a request that still waits is replaced. Returns at once."""
        with self._mail:
            self._request = (index, token)
            self._mail.notify()

    def close(self, timeout_s: float = 1.0) -> None:
        """End the thread and wait for it. Closing twice does nothing."""
        with self._mail:
            self._closing = True
            self._mail.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def _serve(self) -> None:
        recording: Recording | None = None
        try:
            while (request := self._next()) is not None:
                try:
                    recording = recording or self._open()
                    self._answer(recording, *request)
                except _Superseded:
                    continue
                except Exception as error:
                    self._on_error(_sentence(error))
        finally:
            if recording is not None:
                recording.close()

    def _next(self) -> tuple[int, Any] | None:
        """Wait for a request; None when closing."""
        with self._mail:
            self._mail.wait_for(lambda: self._request is not None or self._closing)
            request, self._request = self._request, None
            return None if self._closing else request

    def _answer(self, recording: Recording, index: int, token: Any) -> None:
        preview = recording.preview(index)
        # A key frame that is already on the screen would only cost the decoder its place.
        if preview not in (index, self._shown):
            self._deliver(recording, preview, index, token)
        self._deliver(recording, index, index, token)

    def _deliver(self, recording: Recording, shown: int, wanted: int, token: Any) -> None:
        pixels = recording.frame(shown, check=self._check)
        self.decoded += 1
        self._shown = shown
        self._on_frame(ServedFrame(shown, pixels, shown == wanted, wanted, token))
        self.delivered += 1

    def _check(self) -> None:
        """Called between decoded frames: gives up when someone wants something newer."""
        if self._request is not None or self._closing:
            raise _Superseded


class _Superseded(Exception):
    """A newer request lies in the mailbox."""


def _sentence(error: Exception) -> str:
    if isinstance(error, PeerscopeError):
        return error.sentence
    if isinstance(error, OSError):
        return f"The recording cannot be read any more ({error.strerror or error})."
    return f"The frame cannot be shown ({type(error).__name__}: {error})."
