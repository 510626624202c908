"""The small moving pictures of the method cards on Home.

A tab offers its main view while a job of it runs; the last few pictures make a loop. Loops are
kept as strips (frames one below the other) in the cache; the product ships one a method, made
from the method's own example by ``tools/make_pictures.py``, for a first start.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from engine.figures import tokens
from engine.figures.arrays import Array
from engine.files.png import packed_png
from engine.places import cache_dir
from engine.whole_file import written_whole
from gui.bridge import Background
from gui.theme import theme

#: Pixels of one frame, twice the card's own for dense screens.
FRAME_PX = (416, 176)
_FRAMES = 12
_INTERVAL_S = 1.0
_SHIPPED = Path(__file__).resolve().parents[1] / "assets" / "thumbnails"


@dataclass(slots=True, eq=False)
class _Frame:
    """A place in a loop; its picture is null until a thread has made it small."""

    image: QImage = field(default_factory=QImage)


class Thumbnails(QObject):
    """Loops of pictures by system, the newest frame last.

    Signals
    -------
    changed(str)
        The name of the system whose loop has a new frame.
    """

    changed = Signal(str)

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background
        self._loops: dict[tuple[str, str], list[_Frame]] = {}
        self._offered: dict[str, float] = {}
        self._newest: dict[str, QImage] = {}

    def begin(self, name: str) -> None:
        """A job begins: its loop replaces the one before."""
        self._loops[name, _tone()] = []
        # The first picture is not taken amid the first drawing of everything else.
        self._offered[name] = time.monotonic()

    def offer(self, name: str, grab: Callable[[], QPixmap], *, last: bool = False) -> None:
        """Take a picture when the one before is old enough, or when it is the last of a job."""
        now = time.monotonic()
        if not last and now - self._offered.get(name, -_INTERVAL_S) < _INTERVAL_S:
            return
        self._offered[name] = now
        key = name, _tone()
        loop, frame = self._loops.setdefault(key, []), _Frame()
        loop.append(frame)
        if len(loop) > _FRAMES:
            # Every other older frame goes, so that a loop shows the whole of a long job.
            del loop[1:-1:2]
        made = partial(self._on_made, key, frame, last)
        self._background.run(partial(_fitted, grab().toImage()), made, lambda sentence: None)

    def frames(self, name: str) -> list[QImage]:
        """The loop of a system in the colours in force; empty when it never ran."""
        key = name, _tone()
        if not self._loops.get(key):
            places = (_strip_path(cache_dir() / "thumbnails", *key), _strip_path(_SHIPPED, *key))
            kept = next((path for path in places if path.is_file()), None)
            cut = _cut(QImage(str(kept))) if kept is not None else []
            self._loops[key] = [_Frame(image) for image in cut]
        return [frame.image for frame in self._loops[key] if not frame.image.isNull()]

    def newest(self, name: str) -> QImage | None:
        """The newest picture of a system that was taken in this window, in any colours."""
        return self._newest.get(name)

    def _on_made(self, key: tuple[str, str], frame: _Frame, last: bool, image: QImage) -> None:
        frame.image = self._newest[key[0]] = image
        if last:
            self._keep(key)
        self.changed.emit(key[0])

    def _keep(self, key: tuple[str, str]) -> None:
        path = _strip_path(cache_dir() / "thumbnails", *key)
        loop = tuple(frame.image for frame in self._loops[key] if not frame.image.isNull())
        if not loop:
            # Another job has begun meanwhile.
            return
        work = partial(save_strip, loop, path)
        self._background.run(work, lambda saved: None, lambda sentence: None)


def save_strip(loop: tuple[QImage, ...], path: Path) -> None:
    """Write frames one below the other, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = packed_png(np.concatenate([pixels_of(frame) for frame in loop]))
    with written_whole(path) as file:
        file.write(packed)


def pixels_of(picture: QImage) -> Array:
    """The pixels of a picture, (h, w, 3) uint8 in the order blue, green, red."""
    plain = picture.convertToFormat(QImage.Format.Format_BGR888)
    rows = np.frombuffer(plain.constBits(), "u1").reshape(plain.height(), plain.bytesPerLine())
    pixels: Array = rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()
    return pixels


def _strip_path(folder: Path, name: str, tone: str) -> Path:
    return folder / f"{name}-{tone}.png"


def _tone() -> str:
    return "light" if theme().palette is tokens.LIGHT else "dark"


def _cut(strip: QImage) -> list[QImage]:
    """The frames of a strip; none when it is no strip."""
    width, height = FRAME_PX
    if strip.width() != width:
        return []
    return [strip.copy(0, top, width, height) for top in range(0, strip.height(), height)]


def _fitted(picture: QImage) -> QImage:
    """The middle of a picture in the shape of a frame."""
    width, height = FRAME_PX
    scaled = picture.scaled(
        width,
        height,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (scaled.width() - width) // 2, (scaled.height() - height) // 2
    return scaled.copy(left, top, width, height).convertToFormat(QImage.Format.Format_RGB32)
