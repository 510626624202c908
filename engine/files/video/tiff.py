"""TIFF files page by page: stacks by any microscope or camera software, of any size."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array

if TYPE_CHECKING:
    from tifffile import TiffFile

#: Axes that count pictures, slowest first; the others lie in a picture.
_COUNTED = "TZCQIRPHEL"


class TiffStack:
    """The pictures of a TIFF, read one at a time.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    BadInput
        It is damaged, or its pictures are no pictures.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _opened(path)
        try:
            self._series = self._file.series[0]
            self.count = self._counted()
        except Exception as error:
            self._file.close()
            raise BadInput(_damaged(path)) from error

    def read(self, page: int) -> Array:
        """A picture as it is stored: (h, w) or (h, w, 3), any number type.

        Raises
        ------
        BadInput
            The page is missing or damaged.
        """
        try:
            stored = self._stored(page)
        except Exception as error:
            raise BadInput(
                f"Page {page + 1} of {self._path.name} cannot be read ({_words(error)}); "
                f"the file is damaged or cut off there, so copy it again."
            ) from error
        return self._as_picture(stored)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _counted(self) -> int:
        """Pictures in the file; one page may hold many where they lie one after the other."""
        pages = len(self._file.pages)
        if pages > 1:
            return pages
        axes, shape = self._series.axes, self._series.shape
        sizes = [n for axis, n in zip(axes, shape, strict=True) if axis in _COUNTED]
        return int(np.prod(sizes, dtype="i8")) if sizes and self._contiguous() else 1

    def _contiguous(self) -> bool:
        return self._series.dataoffset is not None

    def _stored(self, page: int) -> Array:
        if len(self._file.pages) > 1 or self.count == 1:
            pixels: Array = self._file.pages[page].asarray()
            return pixels
        shape = self._series.shape[-2:]
        kind = np.dtype(self._file.byteorder + self._series.dtype.char)
        offset = int(self._series.dataoffset or 0) + page * int(np.prod(shape)) * kind.itemsize
        with self._path.open("rb") as file:
            file.seek(offset)
            data = file.read(int(np.prod(shape)) * kind.itemsize)
        return np.frombuffer(data, kind).reshape(shape).astype(kind.newbyteorder("="))

    def _as_picture(self, stored: Array) -> Array:
        pixels = np.squeeze(stored)
        if pixels.ndim == 3 and pixels.shape[0] in (3, 4) and pixels.shape[2] not in (3, 4):
            pixels = np.moveaxis(pixels, 0, -1)
        if pixels.ndim == 3 and pixels.shape[2] in (3, 4):
            pixels = pixels[..., :3]
        elif pixels.ndim != 2:
            raise BadInput(
                f"A page of {self._path.name} has the shape {stored.shape}; pictures are grey or "
                f"RGB, so save it as one of these."
            )
        return _upright(pixels, self._file.pages[0])


@contextlib.contextmanager
def opened_stack(path: Path) -> Iterator[TiffStack]:
    """A stack that is closed again."""
    stack = TiffStack(path)
    try:
        yield stack
    finally:
        stack.close()


def _upright(pixels: Array, page: Any) -> Array:
    """White-is-zero turned round; palettes become RGB."""
    photometric = int(getattr(page, "photometric", 1))
    if photometric == 0 and pixels.dtype.kind in "ub":
        flipped: Array = ~pixels
        return flipped
    if photometric == 3 and page.colormap is not None:
        colours = (page.colormap >> 8).astype("u1")
        painted: Array = np.moveaxis(colours[:, pixels], 0, -1)
        return painted
    return pixels


def _opened(path: Path) -> TiffFile:
    import tifffile

    try:
        return tifffile.TiffFile(path)
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist any more; put it back or choose another.") from None
    except Exception as error:
        raise BadInput(_damaged(path)) from error


def _damaged(path: Path) -> str:
    return f"{path.name} cannot be read as a TIFF; it may be damaged, so copy it again."


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__
