"""Raw boxes of a recording as they are found: a file that grows, and the archive it becomes.

A record is the frame number and a count as int32, then the count times eleven float32: full box,
visible box, score, and the class probabilities of both heads. Whoever watches the run reads the
records that are complete, and asks again later.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from engine.detection.detector import RawFrame
from engine.errors import BadInput, PeerscopeError
from engine.figures.arrays import Array

NAME = "raw_boxes.bin"
ARCHIVE = "raw_boxes.npz"
_COLUMNS = 11


class RawWriter:
    """Appends records to a growing file.

    Raises
    ------
    PeerscopeError
        The disk is full or the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO = path.open("wb")

    def add(self, number: int, frame: RawFrame) -> None:
        """Append the boxes of a frame."""
        rows = np.concatenate(
            [frame.full, frame.visible, frame.score[:, None], frame.first[:, None],
             frame.second[:, None]],
            axis=1,
        ).astype("<f4")  # fmt: skip
        head = np.array([number, len(frame)], "<i4")
        try:
            self._file.write(head.tobytes() + rows.tobytes())
            self._file.flush()
        except OSError as error:
            raise PeerscopeError(f"{self._path} cannot be written: {error.strerror}.") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class RawReader:
    """Reads the records of a growing file, each once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def news(self) -> dict[int, RawFrame]:
        """Frames that have been completed since the last time."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                data = file.read()
        except FileNotFoundError:
            return {}
        found: dict[int, RawFrame] = {}
        at = 0
        while len(data) - at >= 8:
            number, count = np.frombuffer(data, "<i4", 2, at)
            size = 8 + int(count) * _COLUMNS * 4
            if len(data) - at < size:
                break
            rows = np.frombuffer(data, "<f4", int(count) * _COLUMNS, at + 8)
            found[int(number)] = _frame(rows.reshape(-1, _COLUMNS).astype("f8"))
            at += size
        self._at += at
        return found


def save_archive(path: Path, frames: Mapping[int, RawFrame], size: tuple[int, int]) -> None:
    """Write all frames as the arrays that ``detection.nms`` reads, with the image's size."""
    numbers = np.repeat(list(frames), [len(frame) for frame in frames.values()]).astype("i8")
    empty = np.zeros((0, 4))
    parts = list(frames.values())
    np.savez_compressed(
        path,
        det_full=np.concatenate([empty, *(part.full for part in parts)]).astype("f4"),
        det_vis=np.concatenate([empty, *(part.visible for part in parts)]).astype("f4"),
        det_score=np.concatenate([empty[:, 0], *(part.score for part in parts)]).astype("f4"),
        det_first=np.concatenate([empty[:, 0], *(part.first for part in parts)]).astype("f4"),
        det_second=np.concatenate([empty[:, 0], *(part.second for part in parts)]).astype("f4"),
        det_scene=numbers,
        frames=np.array(list(frames), "i8"),
        size=np.array(size, "i8"),
    )


def load_archive(path: Path) -> dict[int, RawFrame]:
    """Frames of an archive by number.

    Raises
    ------
    BadInput
        It is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            data = {name: archive[name] for name in archive.files}
        columns = [data["det_full"], data["det_vis"], data["det_score"][:, None]]
        names = ("det_first", "det_second")
        columns += [data.get(name, data["det_score"])[:, None] for name in names]
        rows = np.concatenate(columns, axis=1).astype("f8")
        scene = data["det_scene"]
        numbers = data.get("frames", np.unique(scene))
    except (OSError, ValueError, KeyError, EOFError, IndexError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path.name} holds no raw boxes ({error}); run it again.") from None
    if not np.isfinite(rows).all() or (rows[:, 2:4] < rows[:, :2]).any():
        raise BadInput(f"{path.name} has a raw box of negative size or no finite number.")
    return {int(number): _frame(rows[scene == number]) for number in numbers}


def _frame(rows: Array) -> RawFrame:
    return RawFrame(rows[:, :4], rows[:, 4:8], rows[:, 8], rows[:, 9], rows[:, 10])
