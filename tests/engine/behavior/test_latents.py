from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.behavior.latent_files import SUFFIXES, read_latents, write_latents, write_tables
from engine.behavior.latent_kind import latents_in
from engine.behavior.latents import Latents, pooled, split_like, standardised
from engine.context import Context
from engine.errors import BadInput, BadParams
from engine.experiment import Params
from engine.files.identify import identify, open_file

ROWS = 40


def latents(seed: int = 0, recording: str = "a.mp4", animal: str = "", size: int = 3) -> Latents:
    random = np.random.default_rng(seed)
    frame = np.sort(random.choice(200, ROWS, replace=False))
    return Latents(
        random.standard_normal((ROWS, size)) * 10.0 ** random.integers(-8, 8, size),
        frame,
        frame / 29.97,
        recording,
        animal,
        {"motif": random.integers(0, 5, ROWS), "probability": random.random(ROWS)},
    )


def assert_same(one: Latents, other: Latents) -> None:
    assert (one.recording, one.animal, one.size) == (other.recording, other.animal, other.size)
    assert set(one.extra) == set(other.extra)
    for name in ("values", "frame", "time_s"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
        assert getattr(one, name).dtype == getattr(other, name).dtype
    for name, column in one.extra.items():
        assert np.array_equal(column, other.extra[name])
        assert column.dtype == other.extra[name].dtype


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_back_the_very_numbers(suffix: str, tmp_path: Path) -> None:
    parts = (latents(0, "a.mp4", "left"), latents(1, "a.mp4", "right"), latents(2, "b.mp4"))
    path = write_latents(parts, tmp_path / f"codes{suffix}")
    back = read_latents(path)
    assert len(back) == 3
    for part, read in zip(parts, back, strict=True):
        assert_same(part, read)
    assert identify(path).kind.name == "latents"
    handle = open_file(identify(path))
    assert handle.summary == "120 codes of 3 numbers, 3 recordings or animals"


def test_pynwb_reads_codes_frames_and_times(tmp_path: Path) -> None:
    from pynwb import NWBHDF5IO

    part = latents()
    path = write_latents(part, tmp_path / "codes.nwb")
    with NWBHDF5IO(str(path), "r") as io:
        series = io.read().processing["behavior"]["latents"].time_series
        assert np.array_equal(series["codes"].data[:], part.values)
        assert np.array_equal(series["codes"].timestamps[:], part.time_s)
        assert np.array_equal(series["frame"].data[:], part.frame)
        assert np.array_equal(series["motif"].data[:], part.extra["motif"])


def test_a_table_of_another_tool_needs_frame_time_and_codes_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("time_s,code_2,code_10,frame,who\n0.5,1,2,7,x\n0.6,3,4,8,y\n")
    (part,) = read_latents(path)
    assert part.frame.tolist() == [7, 8]
    assert part.values.tolist() == [[1, 2], [3, 4]], "codes by number, not by letters"
    assert part.recording == part.animal == ""
    assert not part.extra


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("frame,time_s\n1,0\n", "code_1"),
        ("frame,code_1\n1,0\n", "time_s"),
        ("frame,time_s,code_1\n", "rows"),
        ("frame,time_s,code_1\n1,0,nan\n", "finite"),
        ("frame,time_s,code_1\n2,0,1\n1,1,1\n", "rise"),
        ("frame,time_s,code_1\n1,5,1\n2,1,1\n", "fall"),
        ("frame,time_s,code_1\n1,0,cat\n", "no numbers"),
        ("frame,time_s,code_1\n1.5,0,1\n", "whole"),
        ("frame,time_s,code_1\n1,0,1\n2,3\n", "Expected"),
    ],
)
def test_a_table_that_is_none_is_one_sentence(text: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=word) as caught:
        read_latents(path)
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize("suffix", [".parquet", ".h5", ".nwb"])
@pytest.mark.parametrize("kept", [0.1, 0.6, 0.97])
def test_a_file_that_is_cut_off_is_one_sentence(suffix: str, kept: float, tmp_path: Path) -> None:
    path = write_latents(latents(), tmp_path / f"codes{suffix}")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(BadInput):
        open_file(identify(path))
    with pytest.raises(BadInput, match=path.name):
        read_latents(path)


def test_a_header_that_promises_the_moon_is_refused(tmp_path: Path) -> None:
    import h5py

    path = write_latents(latents(), tmp_path / "codes.h5")
    with h5py.File(path, "a") as file:
        del file["latents/0000/values"]
        file["latents/0000"].create_dataset("values", (10**9, 10**4), "f4", chunks=(100, 100))
    with pytest.raises(BadInput, match="promise"):
        read_latents(path)


def test_writing_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match=r"\.xlsx"):
        write_latents(latents(), tmp_path / "codes.xlsx")
    with pytest.raises(BadParams, match="one size"):
        write_latents((latents(size=2), latents(size=3)), tmp_path / "codes.csv")
    with pytest.raises(BadParams, match="none"):
        write_latents((), tmp_path / "codes.csv")


def test_a_run_leaves_a_table_for_each_animal_and_recording(tmp_path: Path) -> None:
    ctx = Context(Params(), tmp_path)
    parts = (latents(0, "a/1.mp4", "x"), latents(1, "a/1.mp4", "y"), latents(2, "b/1.avi", "x"))
    write_tables(ctx, parts, suffixes=(".csv", ".nwb"))
    assert ctx.artifacts == (
        *("codes/1 x.csv", "codes/1 x.nwb", "codes/1 y.csv", "codes/1 y.nwb"),
        *("codes/1 x (2).csv", "codes/1 x (2).nwb"),
    )
    assert_same(read_latents(tmp_path / "codes/1 x (2).nwb")[0], parts[2])
    alone = Context(Params(), tmp_path)
    write_tables(alone, parts[:1], suffixes=(".parquet",))
    assert alone.artifacts == ("codes.parquet",)


def test_latents_cannot_be_written_into() -> None:
    part = latents()
    for array in (part.values, part.frame, part.extra["motif"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(TypeError):
        part.extra["motif"] = part.frame  # type: ignore[index]
    assert_same(pickle.loads(pickle.dumps(part)), part)


def test_segments_end_at_gaps_and_follow_the_stride() -> None:
    frame = np.array([0, 3, 6, 12, 15, 30])
    part = Latents(np.zeros((6, 2)), frame, frame / 30)
    assert part.stride == 3
    found = [(piece.start, piece.stop) for piece in part.segments()]
    assert found == [(0, 3), (3, 5), (5, 6)]


def test_standardised_codes_have_unit_deviation_and_dead_columns_stay() -> None:
    parts = (latents(0), latents(1))
    dead = [Latents(p.values * [1, 0, 5], p.frame, p.time_s) for p in parts]
    scaled = standardised(dead)
    assert scaled.std(axis=0) == pytest.approx([1, 0, 1])
    assert scaled.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-9)
    assert [len(rows) for rows in split_like(scaled, dead)] == [ROWS, ROWS]
    assert np.array_equal(np.concatenate(split_like(pooled(dead), dead)), pooled(dead))


@pytest.mark.parametrize("suffix", [".h5", ".parquet"])
def test_a_results_folder_is_read_from_either_table(suffix: str, tmp_path: Path) -> None:
    parts = (latents(0, "a.mp4"), latents(1, "b.mp4"))
    names = [f"codes/{k}{suffix}" for k in range(2)]
    (tmp_path / "codes").mkdir()
    for name, part in zip(names, parts, strict=True):
        write_latents(part, tmp_path / name)
    result = SimpleNamespace(artifacts=(*names, "map.parquet", "gone.h5"), inputs=())
    (tmp_path / "map.parquet").write_bytes(b"PAR1 of another kind")
    folder: Any = SimpleNamespace(path=tmp_path, result=result)
    for part, read in zip(parts, latents_in(folder), strict=True):
        assert_same(part, read)
