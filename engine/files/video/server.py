"""Frames for whoever scrubs or plays: the newest request wins, in a thread that decodes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import courtesy
from engine.errors import PeerscopeError
from engine.figures.arrays import Array
from engine.files.video.proxy import Proxy
from engine.files.video.recording import Recording

#: Frames got ready ahead of their time while playing.
_AHEAD = 4
#: With a proxy, pictures follow each other at most this often while someone drags, and the exact
#: frame is sought when the hand has been still for as long.
_PACE_S = 0.055
#: Requests that follow each other more quickly than this come of a hand that drags.
_DRAG_S = 0.02


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
        False for a key frame or a proxy shown while the frame asked for is being decoded.
    wanted, token
        The number asked for, and whatever came with the request.
    proxied
        True when the picture comes from a proxy: smaller, and not the exact samples.
    """

    index: int
    pixels: Array
    exact: bool
    wanted: int
    token: Any = None
    proxied: bool = False


@dataclass(frozen=True, slots=True)
class _Request:
    index: int
    token: Any
    playing: bool


class FrameServer:
    """A thread that owns a decoder and serves the newest request.

    When the exact frame needs a long decode, its key frame or its proxy is delivered first; the
    decode is abandoned as soon as a newer request arrives. What has been decoded until then is
    not lost: a request further on goes on from there. While playing, a frame that was begun is
    finished, and the frames after it are got ready; what falls due meanwhile is dropped.

    Parameters
    ----------
    recording_opener
        Opens the recording; called in the thread, which also closes it.
    on_frame, on_error
        Called in the thread with each frame, and with one sentence when one cannot be had.

    Attributes
    ----------
    decoded, delivered
        Frames fetched from the recording or its proxy, and frames handed to `on_frame`.
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
        self._request: _Request | None = None
        self._current: _Request | None = None
        self._closing = False
        self._asked = self._began = 0.0
        self._dragged = False
        self._shown = -1
        self._proxy_path: Path | None = None
        self._proxy: Proxy | None = None
        self._thread = threading.Thread(target=self._serve, name="frames", daemon=True)
        self._thread.start()

    def request(self, index: int, token: Any = None, *, playing: bool = False) -> None:
        """Ask for a frame; a request that still waits is replaced. Returns at once."""
        with self._mail:
            before, self._asked = self._asked, time.perf_counter()
            self._dragged = not playing and self._asked - before < _DRAG_S
            self._request = _Request(index, token, playing)
            self._mail.notify()

    def use_proxy(self, path: Path) -> None:
        """Show frames of a proxy while exact ones are on their way."""
        with self._mail:
            self._proxy_path = path

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
                self._current = request
                try:
                    recording = recording or self._open()
                    self._answer(recording, request)
                except _Superseded:
                    continue
                except Exception as error:
                    self._on_error(_sentence(error))
        finally:
            for held in (recording, self._proxy):
                if held is not None:
                    held.close()

    def _next(self) -> _Request | None:
        """Wait for a request; None when closing."""
        with self._mail:
            self._mail.wait_for(lambda: self._request is not None or self._closing)
            if self._dragged and self._proxy_path is not None:
                left = self._began + _PACE_S - time.perf_counter()
                self._mail.wait_for(lambda: self._closing, max(0.0, left))
            request, self._request = self._request, None
            self._began = time.perf_counter()
            return None if self._closing else request

    def _answer(self, recording: Recording, request: _Request) -> None:
        preview = recording.preview(request.index)
        near = preview == request.index
        if not near and self._show_proxy(request):
            if not request.playing:
                self._let_settle()
                self._deliver(recording, request.index)
            return
        # A key frame that is already on the screen would only cost the decoder its place.
        if preview not in (request.index, self._shown):
            self._deliver(recording, preview)
        self._deliver(recording, request.index)
        if request.playing:
            for number in range(request.index + 1, request.index + 1 + _AHEAD):
                self._check_idle()
                recording.prepare(number, check=self._check_idle)

    def _show_proxy(self, request: _Request) -> bool:
        """Deliver the frame of the proxy; False where there is none."""
        if self._proxy_path is not None and self._proxy is None:
            self._proxy = Proxy(self._proxy_path)
        pixels = None if self._proxy is None else self._proxy.frame(request.index)
        if pixels is None:
            return False
        self.decoded += 1
        self._shown = -1
        index, token = request.index, request.token
        self._hand_over(ServedFrame(index, pixels, False, index, token, proxied=True))
        return True

    def _let_settle(self) -> None:
        """Let an interval pass since the picture was begun, then go on if nobody wants a newer."""
        left = self._began + _PACE_S - time.perf_counter()
        with self._mail:
            self._mail.wait_for(lambda: self._closing, max(0.0, left))
        self._check()

    def _deliver(self, recording: Recording, shown: int) -> None:
        assert self._current is not None
        wanted = self._current.index
        pixels = recording.frame(shown, check=self._check)
        self.decoded += 1
        self._shown = shown
        self._hand_over(ServedFrame(shown, pixels, shown == wanted, wanted, self._current.token))

    def _hand_over(self, frame: ServedFrame) -> None:
        self._on_frame(frame)
        self.delivered += 1

    def _check(self) -> None:
        """Called between decoded frames: gives up when someone wants something newer.

        While playing everyone always does, and a frame that was begun is still of use.
        """
        newer, current = self._request, self._current
        goes_on = newer is not None and newer.playing and current is not None and current.playing
        if self._closing or (newer is not None and not goes_on):
            raise _Superseded
        courtesy.give_way()

    def _check_idle(self) -> None:
        """Called while getting frames ready: gives up when there is something to do."""
        if self._closing or self._request is not None:
            raise _Superseded
        courtesy.give_way()


class _Superseded(Exception):
    """A newer request lies in the mailbox."""


def _sentence(error: Exception) -> str:
    if isinstance(error, PeerscopeError):
        return error.sentence
    if isinstance(error, OSError):
        return f"The recording cannot be read any more ({error.strerror or error})."
    return f"The frame cannot be shown ({type(error).__name__}: {error})."
