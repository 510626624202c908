"""Poses through every format: exact round trips, files by pandas, hostile files."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from engine.behavior.data import TWINS, pair_poses, two_animals, write_twin
from engine.cli.main import main
from engine.errors import BadInput
from engine.files.identify import identify
from engine.files.poses.header import decode_header
from engine.files.poses.model import Poses, Skeleton, from_dense
from engine.files.poses.read import open_poses

BY_PANDAS = Path(__file__).parent / "by_pandas"


@pytest.fixture(scope="module")
def truth() -> Poses:
    return pair_poses(two_animals(2, 5), Path("pair.mp4"), 5)


@pytest.mark.parametrize("twin", TWINS)
def test_every_format_gives_back_exactly_what_was_written(twin, truth, tmp_path) -> None:
    path = write_twin(truth, twin, tmp_path, "pair ü")
    assert identify(path).kind.name == "poses"
    poses = open_poses(path)
    assert poses.tracks == truth.tracks
    assert poses.nodes == truth.nodes
    assert poses.edges == (truth.edges if "dlc" not in twin else ())
    assert poses.frames.tolist() == list(range(60))
    assert np.array_equal(poses.xy, truth.xy, equal_nan=True)
    assert np.array_equal(poses.confidence, truth.confidence)
    assert not poses.xy.flags.writeable


@pytest.mark.parametrize("twin", ["dlc_csv", "dlc_h5", "slp", "nwb"])
def test_frames_without_animals_and_gaps_survive(twin, truth, tmp_path) -> None:
    kept = np.r_[3:9, 20:31, 44]
    sparse = from_dense(
        Path("pair.mp4"), "truth", truth.tracks, truth.skeleton, truth.xy[kept],
        truth.confidence[kept], kept, video="pair.mp4",
    )  # fmt: skip
    poses = open_poses(write_twin(sparse, twin, tmp_path, "pair"))
    assert poses.frames.tolist() == kept.tolist()
    assert np.array_equal(poses.xy, sparse.xy, equal_nan=True)
    assert poses.at(12)[0].size == 0
    tracks, points, _ = poses.at(44)
    assert tracks.tolist() == [0, 1]
    assert np.array_equal(points, sparse.xy[-1], equal_nan=True)


@pytest.mark.parametrize("path", sorted(BY_PANDAS.glob("*.[ch]*")), ids=lambda path: path.name)
def test_tables_written_by_pandas(path: Path) -> None:
    poses = open_poses(path)
    nodes = ("nose", "tail") if "multi" in path.name else ("nose", "tail", "ear")
    tracks = ("mouse1", "mouse2") if "multi" in path.name else ("animal",)
    assert (poses.nodes, poses.tracks) == (nodes, tracks)
    labeled = "labeled" in path.name
    assert poses.frames.tolist() == ([3, 7, 9, 20] if labeled else [0, 1, 2, 3])
    assert poses.video == ("vid" if labeled else "")
    cells = (
        np.arange(4 * len(nodes) * len(tracks) * 3).reshape(4, len(tracks), len(nodes), 3) * 1.25
    )
    cells[2, 0, 0] = np.nan
    assert np.array_equal(poses.xy, cells[..., :2], equal_nan=True)
    assert np.array_equal(poses.confidence, np.nan_to_num(cells[..., 2]))


def test_a_header_is_read_as_data_and_never_run(tmp_path) -> None:
    columns = [("scorer", "nose", "x"), ("scorer", "nose", "y")]
    for protocol in range(5):
        assert decode_header(pickle.dumps(columns, protocol)) == columns
        info = {1: {"names": ["a"], "type": "MultiIndex"}, "index": {}, "x": (1, 2.5, None, True)}
        assert decode_header(pickle.dumps(info, protocol)) == info

    class Mine:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    for protocol in range(5):
        with pytest.raises(ValueError, match="instruction"):
            decode_header(pickle.dumps([Mine()], protocol))
    for data in (b"", b"(lp0\n", b"\x80\x04]", b"garbage", pickle.dumps(columns)[:-9]):
        with pytest.raises(ValueError, match=r"."):
            decode_header(data)
    assert not (tmp_path / "ran").exists()


def test_a_table_with_a_hostile_header_gives_a_sentence(truth, tmp_path) -> None:
    path = write_twin(truth, "dlc_h5", tmp_path, "pair")
    with h5py.File(path, "r+") as file:
        evil = b"cposix\nsystem\n(S'touch " + bytes(tmp_path / "ran") + b"'\ntR."
        file["df_with_missing/table"].attrs["values_block_0_kind"] = np.bytes_(evil)
    with pytest.raises(BadInput, match="damaged or incomplete"):
        open_poses(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("share", [0.2, 0.7, 0.97])
def test_cut_off_files_give_one_sentence(twin, share, truth, tmp_path) -> None:
    whole = write_twin(truth, twin, tmp_path, "pair")
    path = tmp_path / f"cut{whole.suffix}"
    data = whole.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    kind = identify(path).kind
    with pytest.raises(BadInput) as caught:
        kind.open(path)
    assert path.name in caught.value.sentence


def damaged(path: Path, kind: str, truth: Poses) -> None:
    write_twin(truth, "analysis", path.parent, "whole")
    whole = path.parent / "whole.analysis.h5"
    with h5py.File(whole, "r+") as file:
        if kind == "nodes":
            del file["node_names"]
            file["node_names"] = np.array([b"one"])
        elif kind == "shape":
            del file["tracks"]
            file["tracks"] = np.zeros((2, 3, 13, 5))
        elif kind == "dims":
            file["tracks"].attrs["dims"] = '["a", "b"]'
        elif kind == "text":
            del file["tracks"]
            file["tracks"] = "hello"
        elif kind == "empty":
            del file["tracks"]
            file["tracks"] = np.zeros((2, 2, 13, 0))
    whole.replace(path)


@pytest.mark.parametrize("kind", ["nodes", "shape", "dims", "text", "empty"])
def test_damaged_analysis_files_give_one_sentence(kind, truth, tmp_path) -> None:
    path = tmp_path / "x.analysis.h5"
    damaged(path, kind, truth)
    with pytest.raises(BadInput, match=r"x\.analysis\.h5"):
        open_poses(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scorer,s\nbodyparts,nose\ncoords,x\n0,1\n", "header rows|no columns"),
        ("scorer,s,s\nbodyparts,nose,nose\ncoords,x,y\n0,1,two\n", "cannot be read"),
        ("scorer,s,s\nbodyparts,nose,nose\ncoords,x,y\n0,1\n", "cannot be read"),
        ("scorer,s,s\nbodyparts,nose,nose\ncoords,x,y\n0,1,2\n0,3,4\n", "twice"),
        ("scorer,s,s\nbodyparts,nose,nose\ncoords,x,y\nimg,1,2\n", "no frame number"),
        ("scorer,s,s\nbodyparts,nose,nose\ncoords,x,y\n", "no animals|empty|frames"),
        ("scorer,s,s,s\nbodyparts,n,n,n\ncoords,x,y,z\n0,1,2,3\n", "two dimensions"),
        ("scorer,s,s\nbodyparts,nose\ncoords,x,y\n0,1,2\n", "unequal"),
    ],
)
def test_damaged_tables_give_one_sentence(text, words, tmp_path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    assert identify(path).kind.name == "poses"
    with pytest.raises(BadInput, match=words):
        open_poses(path)


def test_columns_of_other_order_and_unnamed_individuals(tmp_path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(
        "scorer,s,s,s,s\nindividuals,a,b,b,a\nbodyparts,nose,paw,paw,nose\ncoords,y,x,y,x\n"
        "5,2,3,4,1\n"
    )
    poses = open_poses(path)
    assert not poses.has_scores
    assert poses.xy[0, 0].tolist()[0] == [1, 2]
    assert poses.xy[0, 1].tolist()[1] == [3, 4]
    assert np.isnan(poses.xy[0, 0, 1]).all()
    assert poses.frames.tolist() == [5]


def test_dense_arrays_agree_with_rows() -> None:
    xy = np.random.default_rng(0).normal(size=(9, 3, 2, 2))
    xy[np.random.default_rng(1).random((9, 3)) < 0.4] = np.nan
    poses = from_dense(Path("a"), "truth", ["a", "b", "a"], Skeleton(("n", "m")), xy)
    assert poses.tracks == ("a", "b", "a 2")
    assert np.array_equal(poses.xy, xy, equal_nan=True)
    for k, name in enumerate(poses.tracks):
        assert np.array_equal(poses.track(name)[0], xy[:, k], equal_nan=True)
    with pytest.raises(BadInput, match="has no track"):
        poses.track("nobody")


def test_the_command_line_takes_poses_and_refuses_bad_ones_quickly(truth, tmp_path, capsys):
    from engine.behavior.data import write_pair

    write_pair(tmp_path, "pair", seconds=2, seed=5, twins=("dlc_csv",))
    video, poses = tmp_path / "pair.mp4", tmp_path / "pairDLC_peerscope.csv"
    words = ["run", "behavior.embed", str(video), "--out", str(tmp_path / "out")]
    assert main([*words, "--poses", str(poses), "--set", "latent=4"]) == 0
    capsys.readouterr()
    bad = tmp_path / "bad.slp"
    bad.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))
    began = time.perf_counter()
    assert main([*words, "--poses", str(bad)]) == 2
    assert time.perf_counter() - began < 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
