"""Poses by SLEAP: project files (``.slp``) and analysis exports (``.h5``).

Skeletons, tracks and videos of a project are read by sleap-io; its tables of instances and
points are taken as whole arrays, which for long recordings is a hundred times as fast as one
object an animal and frame, and does not hold the interpreter's lock.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.figures.arrays import Array
from engine.files.poses.model import Poses, Skeleton, from_dense, unique
from engine.files.poses.names import folder_of, stem_of

_USER, _PREDICTED = 0, 1
_TABLES = ("frames", "instances", "points", "pred_points")
#: Before this version (0, 0) was the corner of the first pixel instead of its centre.
_CENTRED_SINCE = 1.1
_DIMS = ("frame", "track", "node", "xy")
_AS_MATLAB = ("track", "xy", "node", "frame")


def read_project(path: Path, video: str = "") -> Poses:
    """The poses of one video of a SLEAP project; see `engine.files.poses.read.open_poses`."""
    import h5py

    with h5py.File(path, "r") as file:
        tables = {name: file[name][()] for name in _TABLES if name in file}
        version = float(file["metadata"].attrs.get("format_id", 1.0))
    names = _project_names(path)
    chosen = _chosen(names.videos, video, tables["frames"])
    return _project(path, names, tables, chosen, version)


class _Names:
    """What sleap-io knows of a project: videos, tracks, skeleton."""

    def __init__(self, labels: Any) -> None:
        if not labels.skeletons:
            raise ValueError("it has no skeleton")
        if len({tuple(item.node_names) for item in labels.skeletons}) > 1:
            raise BadInput(
                f"{labels.provenance.get('filename', 'The project')} mixes several skeletons; "
                f"export one animal kind at a time."
            )
        skeleton = labels.skeletons[0]
        edges = tuple((int(a), int(b)) for a, b in skeleton.edge_inds)
        self.skeleton = Skeleton(unique(tuple(map(str, skeleton.node_names))), edges)
        self.tracks = unique([str(track.name) for track in labels.tracks])
        self.videos = tuple(_video_name(item.filename) for item in labels.videos)


def _project_names(path: Path) -> _Names:
    import sleap_io

    try:
        labels = sleap_io.load_slp(str(path), open_videos=False, lazy=True)
        return _Names(labels)
    except (AttributeError, json.JSONDecodeError) as error:
        raise BadInput(f"{path.name} has damaged metadata; save it again in SLEAP.") from error


def _video_name(filename: Any) -> str:
    """A path as a string; of a list of images their folder."""
    if isinstance(filename, list | tuple):
        first = str(filename[0]) if filename else ""
        return folder_of(first)
    return str(filename)


def _chosen(videos: tuple[str, ...], wanted: str, frames: Array) -> int:
    """Position of the video whose stem is that of the wanted one; else the first with poses."""
    stem = stem_of(wanted)
    same = [i for i, name in enumerate(videos) if stem and stem_of(name) == stem]
    used = [int(i) for i in np.unique(frames["video"])]
    return next((i for i in [*same, *used] if i in used), 0)


def _project(
    path: Path, names: _Names, tables: dict[str, Any], video: int, version: float
) -> Poses:
    """Rows of one video, of the instances that stand for an animal."""
    frames = tables["frames"][tables["frames"]["video"] == video]
    frames = frames[np.argsort(frames["frame_idx"], kind="stable")]
    numbers, first = np.unique(frames["frame_idx"].astype("i8"), return_index=True)
    instances, owner = _instances_of(frames, tables["instances"])
    # Several entries of one frame are one frame.
    owner = np.searchsorted(first, owner, side="right") - 1
    points, scores = _points(instances, tables, len(names.skeleton.nodes), version)
    keep = np.isfinite(points[..., 0]).any(axis=1) & ~_replaced(instances)
    track = _tracks(instances["track"].astype("i8"), owner, keep, len(names.tracks))
    rows = _one_each(owner, track, instances, keep)
    most = int(track[rows].max(initial=-1)) + 1
    spare = [f"untracked {k + 1}" for k in range(max(0, most - len(names.tracks)))]
    return Poses(
        path=path,
        form="SLEAP project",
        tracks=(*names.tracks, *spare),
        skeleton=names.skeleton,
        frames=numbers,
        row_frame=owner[rows],
        row_track=track[rows],
        points=points[rows],
        scores=scores[rows],
        video=names.videos[video] if names.videos else "",
        videos=names.videos,
    )


def _instances_of(frames: Array, instances: Array) -> tuple[Array, Array]:
    """Instances of the frames in order, and the position of each one's frame."""
    starts = frames["instance_id_start"].astype("i8")
    counts = frames["instance_id_end"].astype("i8") - starts
    if (counts < 0).any() or (starts + counts > len(instances)).any():
        raise ValueError("its frames point beyond the table of instances")
    owner = np.repeat(np.arange(len(frames)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return instances[starts[owner] + within], owner


def _points(
    instances: Array, tables: dict[str, Any], nodes: int, version: float
) -> tuple[Array, Array]:
    """Points (m, nodes, 2) and scores (m, nodes) of the instances."""
    points = np.full((len(instances), nodes, 2), np.nan)
    scores = np.ones((len(instances), nodes))
    for kind, name in ((_USER, "points"), (_PREDICTED, "pred_points")):
        of_kind = np.flatnonzero(instances["instance_type"] == kind)
        if not len(of_kind):
            continue
        table = tables[name]
        starts = instances["point_id_start"][of_kind].astype("i8")
        taken = table[starts[:, None] + np.arange(nodes)]
        seen = taken["visible"] & np.isfinite(taken["x"]) & np.isfinite(taken["y"])
        xy = np.stack([taken["x"], taken["y"]], axis=-1)
        points[of_kind] = np.where(seen[..., None], xy, np.nan)
        if "score" in (table.dtype.names or ()):
            scores[of_kind] = taken["score"]
    return (points if version >= _CENTRED_SINCE else points - 0.5), scores


def _replaced(instances: Array) -> Array:
    """True for predictions that a person has corrected: the correction stands."""
    origins = instances["from_predicted"][instances["instance_type"] == _USER]
    replaced: Array = np.isin(instances["instance_id"].astype("i8"), origins[origins >= 0])
    return replaced


def _tracks(track: Array, owner: Array, keep: Array, known: int) -> Array:
    """Tracks of the instances; those without one take spare tracks, in order within a frame."""
    told = track.copy()
    loose = np.flatnonzero((track < 0) & keep)
    starts = np.searchsorted(owner[loose], owner[loose])
    told[loose] = known + np.arange(len(loose)) - starts
    return told


def _one_each(owner: Array, track: Array, instances: Array, keep: Array) -> Array:
    """One row a frame and track, sorted: a person's before a prediction, then the surest."""
    rows = np.flatnonzero(keep & (track >= 0))
    score = np.nan_to_num(instances["score"][rows].astype("f8"))
    order = np.lexsort((-score, instances["instance_type"][rows], track[rows], owner[rows]))
    rows = rows[order]
    pairs = np.stack([owner[rows], track[rows]])
    new = np.ones(len(rows), bool)
    new[1:] = (pairs[:, 1:] != pairs[:, :-1]).any(axis=0)
    chosen: Array = rows[new]
    return chosen


def read_analysis(path: Path, video: str = "") -> Poses:
    """A SLEAP analysis export, in either order of axes; see `open_poses`."""
    import h5py

    with h5py.File(path, "r") as file:
        xy = _ordered(file["tracks"], _DIMS)
        if xy.ndim != 4 or xy.shape[-1] != 2:
            raise BadInput(
                f"{path.name} has tracks of shape {file['tracks'].shape}; expected tracks, "
                f"2, nodes and frames; export it again from SLEAP."
            )
        scores = _ordered(file["point_scores"], _DIMS[:3]) if "point_scores" in file else None
        nodes = _strings(file["node_names"])
        tracks = _strings(file["track_names"]) if "track_names" in file else ()
        edges = file["edge_inds"][()] if "edge_inds" in file else np.zeros((0, 2), "i8")
        made_on = _text(file["video_path"][()]) if "video_path" in file else ""
    if len(nodes) != xy.shape[2]:
        raise BadInput(
            f"{path.name} names {len(nodes)} body parts, but has {xy.shape[2]}; export it again."
        )
    spare = tuple(f"track_{k}" for k in range(len(tracks), xy.shape[1]))
    skeleton = Skeleton(unique(nodes), tuple((int(a), int(b)) for a, b in edges.reshape(-1, 2)))
    tracks = (*tracks, *spare)[: xy.shape[1]]
    return from_dense(path, "SLEAP analysis", tracks, skeleton, xy, scores, video=made_on)


def _ordered(data: Any, wanted: tuple[str, ...]) -> Array:
    """A data set with its axes as wanted; without a note of them they are as for MATLAB."""
    stored = tuple(json.loads(data.attrs["dims"])) if "dims" in data.attrs else ()
    stored = stored or tuple(name for name in _AS_MATLAB if name in wanted)
    if sorted(stored) != sorted(wanted) or len(stored) != data.ndim:
        raise ValueError(f"axes {stored} of {data.name} cannot be understood")
    ordered: Array = np.transpose(data[()], [stored.index(name) for name in wanted])
    return ordered


def _strings(data: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in data[()])


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
