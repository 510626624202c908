"""Poses in NWB files, as the extension ndx-pose stores them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.poses.model import Poses, Skeleton, from_dense, unique
from engine.files.poses.names import stem_of

#: Times this close to a regular grid of frames are that grid.
_GRID_SLACK = 0.25


def read_nwb(path: Path, video: str = "") -> Poses:
    """The pose estimates of an NWB file; see `engine.files.poses.read.open_poses`.

    Each container of estimates is an animal. Frames are the places of its times on the regular
    grid with the least interval between two of them, or simply counted where there is none.
    """
    import ndx_pose  # noqa: F401  (registers its types)
    from pynwb import NWBHDF5IO

    with warnings.catch_warnings():
        # Versions of cached schemas that differ from the installed ones are no news to a person.
        warnings.simplefilter("ignore")
        with NWBHDF5IO(str(path), mode="r") as io:
            estimates = _estimates(io.read())
            if not estimates:
                raise BadInput(
                    f"{path.name} holds no pose estimates of ndx-pose; choose another file."
                )
            return _poses(path, _of_one_video(estimates, video))


def _estimates(file: Any) -> list[Any]:
    found = []
    for module in file.processing.values():
        for item in module.data_interfaces.values():
            kind = type(item).__name__
            if kind == "PoseEstimation":
                found.append(item)
            elif kind == "MultiCameraPoseEstimation":
                found += list(item.pose_estimations.values())
    return found


def _video_name(estimate: Any) -> str:
    source = getattr(estimate, "source_video", None)
    files = getattr(source, "external_file", None)
    if files is None:
        files = getattr(estimate, "original_videos", None)
    return str(files[0]) if files is not None and len(files) else ""


def _of_one_video(estimates: list[Any], wanted: str) -> list[Any]:
    """Estimates on the video wanted, or on that of the first."""
    names = [_video_name(estimate) for estimate in estimates]
    chosen = next(
        (name for name in names if wanted and stem_of(name) == stem_of(wanted)), names[0]
    )
    return [item for item, name in zip(estimates, names, strict=True) if name == chosen]


def _poses(path: Path, estimates: list[Any]) -> Poses:
    nodes, edges = _skeleton(estimates[0])
    times = np.unique(np.concatenate([_times(_series(item, nodes)) for item in estimates]))
    dense = np.full((len(times), len(estimates), len(nodes), 3), np.nan)
    for at, item in enumerate(estimates):
        for k, node in enumerate(nodes):
            series = item.pose_estimation_series.get(node)
            if series is None:
                continue
            xy = np.asarray(series.data[:], "f8")
            if xy.ndim != 2 or xy.shape[1] != 2:
                raise BadInput(
                    f"{path.name} holds positions of shape {xy.shape}, not (frames, 2); "
                    f"export its two-dimensional poses."
                )
            rows = np.searchsorted(times, _times(series))
            dense[rows, at, k, :2] = xy * float(series.conversion or 1)
            if series.confidence is not None:
                dense[rows, at, k, 2] = series.confidence[:]
    stated = bool(np.isfinite(dense[..., 2]).any())
    return from_dense(
        path,
        "NWB pose estimates",
        [str(item.name) for item in estimates],
        Skeleton(unique(nodes), edges),
        dense[..., :2],
        dense[..., 2] if stated else None,
        _frames(times, _start_of_video(estimates[0])),
        video=_video_name(estimates[0]),
        times_s=times,
    )


def _skeleton(estimate: Any) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Names of series in the order of the skeleton, those it does not name at the end."""
    series = [str(name) for name in estimate.pose_estimation_series]
    skeleton = getattr(estimate, "skeleton", None)
    if skeleton is None:
        return tuple(series), ()
    nodes = [str(name) for name in skeleton.nodes[:]]
    edges = np.asarray(skeleton.edges[:] if skeleton.edges is not None else [], "i8")
    nodes += [name for name in series if name not in nodes]
    return tuple(nodes), tuple((int(a), int(b)) for a, b in edges.reshape(-1, 2))


def _series(estimate: Any, nodes: tuple[str, ...]) -> Any:
    return next(iter(estimate.pose_estimation_series.values()))


def _times(series: Any) -> Array:
    """(n,) float64 seconds of a series."""
    if series.timestamps is not None:
        return np.asarray(series.timestamps[:], "f8")
    count = len(series.data)
    return float(series.starting_time or 0.0) + np.arange(count) / float(series.rate)


def _start_of_video(estimate: Any) -> float:
    """When the video begins on the clock of the file; zero where it does not say."""
    video = getattr(estimate, "source_video", None)
    if video is None:
        return 0.0
    if video.timestamps is not None and len(video.timestamps):
        return float(video.timestamps[0])
    return float(video.starting_time or 0.0)


def _frames(times: Array, start: float) -> Array:
    """Frame numbers of ascending times: their places on a regular grid, if they lie on one.

    The grid begins with the video, so that poses that begin later keep their place; where the
    first time does not lie on it, frames are counted from that time.
    """
    if len(times) < 2:
        return np.arange(len(times))
    least = float(np.min(np.diff(times)))
    places = (times - times[0]) / least
    # The interval is refined over the whole length, so that rounding does not add up.
    interval = (times[-1] - times[0]) / max(1.0, np.rint(places[-1]))
    places = (times - times[0]) / interval
    rounded = np.rint(places)
    regular = np.abs(places - rounded).max() < _GRID_SLACK and (np.diff(rounded) > 0).all()
    frames: Array = (rounded if regular else np.arange(len(times))).astype("i8")
    before = (times[0] - start) / interval
    on_grid = regular and before >= 0 and abs(before - np.rint(before)) < _GRID_SLACK
    return frames + int(np.rint(before)) if on_grid else frames
