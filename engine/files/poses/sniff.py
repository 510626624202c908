"""Telling pose files by their content: the marks each format leaves at its start or its root."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Literal

from engine.files.sniff import is_hdf5, is_text

Form = Literal["slp", "analysis", "dlc_h5", "dlc_csv", "nwb"]
SUFFIXES = (".slp", ".h5", ".csv", ".nwb")

_SECOND_ROWS = ("bodyparts", "individuals")
#: Endings that promise poses: a damaged file of that name is told as what it should have been.
_PROMISES: dict[str, Form] = {".slp": "slp", ".nwb": "nwb"}


def is_poses(path: Path, head: bytes) -> bool:
    """Poses by SLEAP, DeepLabCut or in NWB."""
    return form_of(path, head) is not None


def form_of(path: Path, head: bytes) -> Form | None:
    """Which format of poses a file holds, by its first 4096 bytes and the root of its HDF5."""
    if not head:
        return None
    if is_hdf5(path, head):
        return _form_of_hdf5(path)
    return "dlc_csv" if _is_dlc_csv(head) else None


def is_dlc_group(item: Any) -> bool:
    """A table as pandas writes it with columns of three or four levels."""
    kind = item.attrs.get("pandas_type", b"")
    if isinstance(kind, bytes):
        kind = kind.decode("ascii", "replace")
    if kind == "frame":
        return int(item.attrs.get("axis0_nlevels", item.attrs.get("block0_items_nlevels", 1))) >= 3
    return kind == "frame_table" and "table" in item


def _is_dlc_csv(head: bytes) -> bool:
    if not head.lstrip(b"\xef\xbb\xbf").startswith(b"scorer,") or not is_text(head):
        return False
    lines = head.decode("utf-8-sig", "replace").splitlines()[:2]
    rows = list(csv.reader(lines))
    # The names of some hundred body parts may reach past what was read.
    return len(rows) < 2 or rows[1][:1][0] in _SECOND_ROWS


def _form_of_hdf5(path: Path) -> Form | None:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return _form_of_root(file)
    except (OSError, RuntimeError, KeyError):
        return _PROMISES.get(path.suffix.lower())


def _form_of_root(file: Any) -> Form | None:
    names = set(file)
    if {"frames", "instances", "metadata"} <= names and {"points", "pred_points"} & names:
        return "slp"
    if {"tracks", "node_names"} <= names:
        return "analysis"
    if "nwb_version" in file.attrs:
        return "nwb" if _holds_estimates(file) else None
    if any(is_dlc_group(file[name]) for name in names):
        return "dlc_h5"
    return None


def _holds_estimates(file: Any) -> bool:
    """True when a processing module holds a container of pose estimates."""
    modules = file.get("processing", {})
    return any(
        _kind(item) in ("PoseEstimation", "MultiCameraPoseEstimation")
        for module in modules.values()
        if hasattr(module, "values")
        for item in module.values()
    )


def _kind(item: Any) -> str:
    kind = item.attrs.get("neurodata_type", "")
    return kind.decode("ascii", "replace") if isinstance(kind, bytes) else str(kind)
