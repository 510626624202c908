"""Opening a pose file of any format, with every refusal as one sentence."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.files.poses.model import Poses
from engine.files.poses.sniff import Form, form_of
from engine.files.sniff import HEAD

Reader = Callable[[Path, str], Poses]


def open_poses(path: Path, video: str = "") -> Poses:
    """Read the poses of a file.

    Parameters
    ----------
    path
        By SLEAP (``.slp``, analysis ``.h5``), DeepLabCut (``.csv``, ``.h5``) or NWB.
    video
        Name of the video wanted, where a file holds the poses of several; the stem decides, and
        where none fits, the first with poses is taken.

    Raises
    ------
    BadInput
        It is no pose file, it is damaged, or it holds no poses.
    """
    try:
        with path.open("rb") as file:
            form = form_of(path, file.read(HEAD))
    except OSError as error:
        raise BadInput(
            f"{path.name} cannot be read ({error.strerror or error}); choose another."
        ) from error
    if form is None:
        raise BadInput(
            f"{path.name} holds no poses of SLEAP, DeepLabCut or NWB; export them as one of these."
        )
    try:
        poses = _reader(form)(path, video)
    except BadInput:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, IndexError, struct.error) as e:
        raise BadInput(_damaged(path, e)) from e
    if not poses.nodes or not poses.tracks or not len(poses.frames):
        raise BadInput(f"{path.name} names no animals, body parts or frames; export it again.")
    if not np.isfinite(poses.points).any():
        raise BadInput(
            f"{path.name} has no body part with a position, only missing ones; export it again, "
            f"with a lower confidence threshold if there was one."
        )
    return poses


def _reader(form: Form) -> Reader:
    """The reader of a format; each brings its own packages only when it is used."""
    if form == "dlc_csv":
        from engine.files.poses.dlc_csv import read_csv

        return read_csv
    if form == "dlc_h5":
        from engine.files.poses.dlc_h5 import read_h5

        return read_h5
    if form == "analysis":
        from engine.files.poses.sleap import read_analysis

        return read_analysis
    if form == "slp":
        from engine.files.poses.sleap import read_project

        return read_project
    from engine.files.poses.nwb import read_nwb

    return read_nwb


def _damaged(path: Path, error: BaseException) -> str:
    if "truncated file" in str(error):
        return f"{path.name} is cut off: its end is missing; copy it again."
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return (
        f"{path.name} is damaged or incomplete and cannot be read as poses ({reason}); "
        f"export it again."
    )
