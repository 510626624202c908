"""Writing poses in each format that is read, so that every reader has a truth to be tested on."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from pickle import dumps
from typing import Any

import numpy as np

from engine.files.poses.model import Poses

SCORER = "DLC_peerscope"


def write_dlc_csv(poses: Poses, path: Path) -> None:
    """A DeepLabCut CSV: three header rows for one animal, four for several.

    Numbers are written so that they are read back exactly.
    """
    header, rows = _dlc_header(poses), _dlc_rows(poses)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = ("scorer", "individuals", "bodyparts", "coords")
        shown = names if len(header[0]) == 4 else (names[0], *names[2:])
        for name, level in zip(shown, zip(*header, strict=True), strict=True):
            writer.writerow([name, *level])
        for frame, row in zip(poses.frames.tolist(), rows, strict=True):
            # "" for a missing number, as pandas writes it.
            cells = ("" if number != number else repr(number) for number in row.tolist())
            writer.writerow([frame, *cells])


def write_dlc_h5(poses: Poses, path: Path) -> None:
    """A DeepLabCut HDF5 in the layout of pandas' ``format="table"``, which pandas can read."""
    import h5py

    columns = _dlc_header(poses)
    rows = _dlc_rows(poses)
    record = np.dtype([("index", "<i8"), ("values_block_0", "<f8", (len(columns),))])
    table = np.empty(len(rows), record)
    table["index"], table["values_block_0"] = poses.frames, rows
    with h5py.File(path, "w") as file:
        root = {"CLASS": "GROUP", "TITLE": "", "VERSION": "1.0", "PYTABLES_FORMAT_VERSION": "2.1"}
        _annotate(file, root)
        group = file.create_group("df_with_missing")
        _annotate(group, _group_notes(columns))
        data = group.create_dataset("table", data=table, chunks=True, maxshape=(None,))
        _annotate(data, _table_notes(columns, len(rows)))


def write_analysis(poses: Poses, path: Path) -> None:
    """A SLEAP analysis export, axes ordered as SLEAP itself does."""
    import h5py

    count = int(poses.frames[-1]) + 1 if len(poses.frames) else 0
    tracks = np.full((count, *poses.xy.shape[1:]), np.nan)
    tracks[poses.frames] = poses.xy
    occupied = np.zeros((count, len(poses.tracks)), "u1")
    occupied[poses.frames[poses.row_frame], poses.row_track] = 1
    with h5py.File(path, "w") as file:
        file["tracks"] = tracks.transpose(1, 3, 2, 0)
        file["track_occupancy"] = occupied
        file["node_names"] = np.array([name.encode() for name in poses.nodes])
        file["track_names"] = np.array([name.encode() for name in poses.tracks])
        file["edge_inds"] = np.array(poses.edges, "i8").reshape(-1, 2)
        file["video_path"] = poses.video
        if poses.has_scores:
            scores = np.full((count, *poses.confidence.shape[1:]), np.nan)
            scores[poses.frames] = poses.confidence
            file["point_scores"] = scores.transpose(1, 2, 0)


def write_slp(poses: Poses, path: Path) -> None:
    """A SLEAP project with predicted instances, through sleap-io."""
    import sleap_io as sio

    skeleton = sio.Skeleton(list(poses.nodes), edges=[tuple(edge) for edge in poses.edges])
    video = sio.Video(filename=poses.video or "video.mp4", open_backend=False)
    tracks = [sio.Track(name) for name in poses.tracks]
    frames = []
    for at, number in enumerate(poses.frames.tolist()):
        rows = slice(*np.searchsorted(poses.row_frame, (at, at + 1)))
        instances = [
            sio.PredictedInstance.from_numpy(
                points, skeleton=skeleton, point_scores=scores, score=1.0, track=tracks[track]
            )
            for track, points, scores in zip(
                poses.row_track[rows], poses.points[rows], poses.scores[rows], strict=True
            )
        ]
        frames.append(sio.LabeledFrame(video=video, frame_idx=number, instances=instances))
    labels = sio.Labels(frames, videos=[video], skeletons=[skeleton], tracks=tracks)
    sio.save_slp(labels, str(path), embed=False)


def write_nwb(poses: Poses, path: Path, rate: Fraction) -> None:
    """An NWB file with one container of estimates (ndx-pose) for each animal.

    Parameters
    ----------
    poses, path
        What, and where to.
    rate
        Frames per second: frame i is at i / rate seconds.
    """
    import ndx_pose
    from pynwb import NWBHDF5IO, NWBFile
    from pynwb.image import ImageSeries

    times = poses.frames * float(1 / rate)
    # Told from the content alone, so that the same poses write the same file.
    file = NWBFile("synthetic poses", path.stem, datetime(2000, 1, 1, tzinfo=UTC))
    names = list(poses.nodes)
    edges = np.array(poses.edges, "u1").reshape(-1, 2)
    skeleton = ndx_pose.Skeleton(name="skeleton", nodes=names, edges=edges)
    module = file.create_processing_module("behavior", "poses")
    module.add(ndx_pose.Skeletons(skeletons=[skeleton]))
    video = ImageSeries(
        name="video",
        external_file=[poses.video or "video.mp4"],
        format="external",
        rate=float(rate),
        num_samples=len(times),
        unit="n.a.",
    )
    file.add_acquisition(video)
    for track, name in enumerate(poses.tracks):
        xy, confidence = poses.track(track)
        series = [
            ndx_pose.PoseEstimationSeries(
                name=node,
                data=xy[:, k],
                confidence=confidence[:, k],
                confidence_definition="probability",
                timestamps=times,
                reference_frame="(0, 0) is the centre of the top left pixel",
                unit="pixels",
            )
            for k, node in enumerate(names)
        ]
        module.add(
            ndx_pose.PoseEstimation(
                name=name,
                pose_estimation_series=series,
                skeleton=skeleton,
                source_video=video,
                scorer=SCORER,
            )
        )
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)


def _dlc_header(poses: Poses) -> list[tuple[str, ...]]:
    """(scorer, [individual,] body part, coordinate) of every column."""
    several = len(poses.tracks) > 1
    return [
        (SCORER, *((track,) if several else ()), node, coord)
        for track in poses.tracks
        for node in poses.nodes
        for coord in ("x", "y", "likelihood")
    ]


def _dlc_rows(poses: Poses) -> Any:
    """(n, columns) float64, x, y and likelihood of each body part in turn."""
    together = np.concatenate([poses.xy, poses.confidence[..., None]], axis=-1)
    return together.reshape(len(poses.frames), -1)


def _group_notes(columns: list[tuple[str, ...]]) -> dict[str, Any]:
    levels = ["scorer", "individuals", "bodyparts", "coords"]
    names = levels if len(columns[0]) == 4 else [levels[0], *levels[2:]]
    info = {1: {"names": names, "type": "MultiIndex"}, "index": {}, "values_block_0": {}}
    return {
        "CLASS": "GROUP",
        "TITLE": "",
        "VERSION": "1.0",
        "pandas_type": "frame_table",
        "table_type": "appendable_frame",
        "encoding": "UTF-8",
        "errors": "strict",
        "levels": 1,
        "nan_rep": "nan",
        "index_cols": _pickled([(0, "index")]),
        "values_cols": _pickled(["values_block_0"]),
        "data_columns": _pickled([]),
        "non_index_axes": _pickled([(1, columns)]),
        "info": _pickled(info),
    }


def _table_notes(columns: list[tuple[str, ...]], rows: int) -> dict[str, Any]:
    return {
        "CLASS": "TABLE",
        "TITLE": "",
        "VERSION": "2.7",
        "NROWS": rows,
        "FIELD_0_NAME": "index",
        "FIELD_1_NAME": "values_block_0",
        "index_kind": "integer",
        "values_block_0_dtype": "float64",
        "values_block_0_kind": _pickled(columns),
        "values_block_0_meta": _pickled(None),
    }


def _pickled(value: Any) -> bytes:
    """As PyTables keeps values that HDF5 has no type for: protocol 0, which is text."""
    return dumps(value, 0)


def _annotate(item: Any, notes: dict[str, Any]) -> None:
    """Attributes as PyTables keeps them: text as UTF-8, pickles as bytes, both of fixed length."""
    import h5py

    for name, value in notes.items():
        if isinstance(value, str):
            kind = h5py.string_dtype("utf-8", max(1, len(value.encode())))
            item.attrs.create(name, value.encode(), dtype=kind)
        else:
            item.attrs[name] = np.bytes_(value) if isinstance(value, bytes) else np.int64(value)
