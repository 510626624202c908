"""Images as a recording: a folder in natural order, the pages of a TIFF, or one image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.sniff import starts_as_image
from engine.files.video.levels import levels_of
from engine.files.video.planes import luma_of_rgb
from engine.files.video.recording import NOMINAL_RATE, Check, checked_clock
from engine.files.video.tiff import TiffStack, opened_stack

if TYPE_CHECKING:
    from PIL.Image import Image

_SAMPLED = 12
_MODES_16_BIT = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})


class ImageSource:
    """One image, a TIFF stack, or a folder of images of equal size; a `Recording`.

    Images keep no clock: frame i is put at i / `rate` seconds, and `times_known` is False.
    Samples of more than 8 bits are shown over the bits that a sample of the frames uses.

    Parameters
    ----------
    path
        An image, or a folder whose images are taken in natural order (2 before 10).
    rate
        Nominal frames per second.

    Raises
    ------
    BadInput
        There is no image, or the first cannot be read.
    """

    def __init__(self, path: Path, *, rate: float = NOMINAL_RATE) -> None:
        self.path = path
        self.rate = rate
        self.times_known = False
        files = image_files(path) if path.is_dir() else (path,)
        if not files:
            raise BadInput(f"{path} holds no images; choose a folder that has some.")
        #: A stack stays open; the images of a folder are opened one at a time.
        self._stack = TiffStack(path) if not path.is_dir() and is_tiff(path) else None
        pages = 1 if self._stack is None else self._stack.count
        # Every frame as a file and a page in it.
        self._frames = tuple((file, page) for file in files for page in range(pages))
        try:
            self._size = self._stored(0).shape[:2]
            self._levels = levels_of(self._sampled())
        except BaseException:
            self.close()
            raise
        self._times_s = np.arange(len(self._frames)) / rate
        self._times_s.flags.writeable = False

    @property
    def name(self) -> str:
        """Name of the file or folder."""
        return self.path.name

    @property
    def frame_count(self) -> int:
        """Number of images."""
        return len(self._frames)

    @property
    def readable_frames(self) -> int:
        """All of them, as far as can be told without reading each."""
        return len(self._frames)

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return int(self._size[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self._size[0])

    @property
    def times_s(self) -> Array:
        """(frame_count,) float64 seconds at the nominal rate, read-only."""
        return self._times_s

    @property
    def summary(self) -> str:
        """Size, number and nominal rate in one line."""
        size = f"{self.width} x {self.height} px"
        deep = f", {self._levels.told}" if self._levels.told else ""
        if self.frame_count == 1:
            return f"{size}, one image{deep}"
        return f"{size}, {self.frame_count} images, taken as {self.rate:g} fps{deep}"

    def frame(self, number: int, *, check: Check | None = None) -> Array:
        """One image as (height, width, 3) uint8 RGB; see `Recording.frame`."""
        pixels = self._pixels(number, check)
        return np.repeat(pixels[:, :, None], 3, axis=2) if pixels.ndim == 2 else pixels

    def gray(self, number: int, *, check: Check | None = None) -> Array:
        """One image as (height, width) uint8 luma; see `Recording.gray`."""
        pixels = self._pixels(number, check)
        return pixels if pixels.ndim == 2 else luma_of_rgb(pixels)

    def gray_frames(
        self,
        start: int = 0,
        stop: int | None = None,
        step: int = 1,
        *,
        check: Check | None = None,
    ) -> Iterator[Array]:
        """Luma of ``range(start, stop, step)``; see `Recording.gray_frames`."""
        for number in range(start, self.frame_count if stop is None else stop, step):
            yield self.gray(number, check=check)

    def preview(self, number: int) -> int:
        """The image itself: none needs another."""
        return number

    def use_clock(self, times_s: Array | None) -> None:
        """Take times from elsewhere; see `Recording.use_clock`."""
        given = np.arange(len(self._frames)) / self.rate if times_s is None else times_s
        self._times_s = checked_clock(given, len(self._frames))
        self.times_known = times_s is not None

    def prepare(self, number: int, *, check: Check | None = None) -> None:
        """Nothing to do: each image is read by itself."""

    def rest(self) -> None:
        """Go back to the nominal clock; nothing else is kept."""
        self.use_clock(None)

    def close(self) -> None:
        """Close a stack; of a folder nothing is held open."""
        if self._stack is not None:
            self._stack.close()

    def _sampled(self) -> Iterator[Array]:
        """Frames looked at for their grey levels, spread over the recording."""
        last = len(self._frames) - 1
        for number in sorted({round(last * k / (_SAMPLED - 1)) for k in range(_SAMPLED)}):
            with suppress(BadInput):
                yield self._stored(number)

    def _stored(self, number: int) -> Array:
        file, page = self._frames[number]
        if self._stack is not None:
            return self._stack.read(page)
        return _read(file)

    def _pixels(self, number: int, check: Check | None) -> Array:
        if not 0 <= number < self.frame_count:
            raise IndexError(f"image {number} of {self.frame_count}")
        if check is not None:
            check()
        file, _ = self._frames[number]
        pixels = np.ascontiguousarray(self._levels.applied(self._stored(number)))
        if pixels.shape[:2] != self._size:
            raise BadInput(
                f"{file.name} is {pixels.shape[1]} x {pixels.shape[0]} pixels, but the images "
                f"before it are {self.width} x {self.height}; make them equal or take it out."
            )
        return pixels


def image_files(folder: Path) -> tuple[Path, ...]:
    """The images directly in a folder, told by content, in natural order; hidden ones left out."""
    return tuple(sorted(filter(starts_as_image, folder.iterdir()), key=natural_key))


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Sort key by which ``frame 2`` comes before ``frame 10``."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path.name)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def is_tiff(path: Path) -> bool:
    """True for a TIFF, large ones too."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist any more; put it back or choose another.") from None
    except OSError as error:
        raise BadInput(_damaged(path)) from error


def _read(path: Path) -> Array:
    """One image as (h, w) or (h, w, 3), upright, 8 bits or more."""
    from PIL import ImageOps

    if is_tiff(path):
        with opened_stack(path) as stack:
            return stack.read(0)
    with _opened(path) as image:
        try:
            return _pixels_of(ImageOps.exif_transpose(image))
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise BadInput(_damaged(path)) from error


def _pixels_of(image: Image) -> Array:
    if image.mode in _MODES_16_BIT or image.mode in ("I", "F"):
        return np.array(image)
    return np.array(image.convert("L" if image.mode in ("L", "1") else "RGB"))


def _opened(path: Path) -> Image:
    from PIL import Image

    try:
        return Image.open(path)
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist any more; put it back or choose another.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadInput(_damaged(path)) from error


def _damaged(path: Path) -> str:
    return f"{path.name} cannot be read as an image; it may be damaged, so copy it again."
