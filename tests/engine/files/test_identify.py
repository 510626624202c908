"""Kinds of file by content, and one sentence for what has none."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from engine.errors import BadInput
from engine.files import sniff
from engine.files.identify import identify, kinds, open_file
from engine.files.kinds import Opened
from engine.results import Result
from engine.session import Session, save_session

ROOT = Path(__file__).parents[3]


def write_safetensors(path: Path) -> Path:
    header = {"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(24))
    return path


def write_image(path: Path) -> Path:
    Image.fromarray(np.zeros((4, 6), "u1")).save(path)
    return path


def write_hdf5(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file["poses/tracks"] = np.zeros((2, 5))
    return path


def write_results(folder: Path) -> Path:
    folder.mkdir()
    result = Result("behavior.embed", {}, (), "", "2025-01-01T00:00:00", 1.0, "done")
    (folder / "result.json").write_text(json.dumps(result.to_json()))
    return folder


@pytest.fixture
def place(tmp_path):
    """A folder whose path has spaces and letters beyond ASCII."""
    folder = tmp_path / "мышь 1 – Versuch ü"
    folder.mkdir()
    return folder


def write_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros((3, 4), "f4"))


def write_images(path: Path) -> None:
    path.mkdir()
    write_image(path / "a 1.png")


WRITERS = {
    "image": lambda path: Image.fromarray(np.zeros((4, 6), "u1")).save(path, "png"),
    "images": write_images,
    "table": lambda path: path.write_text("time,x,y\n0,1.5,2\n1,2.5,3\n"),
    "array": write_array,
    "safetensors": write_safetensors,
    "hdf5": write_hdf5,
    "session": lambda path: save_session(Session(title="Day 3"), path),
    "results": write_results,
}


@pytest.fixture
def sample(place, clip):
    """Makes a sound file of a kind under a name that says nothing."""

    def make(kind: str) -> Path:
        path = place / "thing one"
        if kind == "video":
            path.write_bytes(clip("b_frames").read_bytes())
        else:
            WRITERS[kind](path)
        return path / "session.json" if kind == "session" else path

    return make


SUMMARIES = {
    "video": "72 x 40 px, 120 frames, 25 fps, 4.8 s, h264",
    "image": "6 x 4 px, one image",
    "images": "6 x 4 px, one image",
    "table": "2 rows, 3 columns: time, x, y",
    "array": "3 x 4 float32",
    "safetensors": "1 array: w 2 x 3",
    "hdf5": "1 array: poses/tracks 2 x 5",
    "session": "session Day 3, 0 runs",
    "results": "results of behavior.embed, done, 2025-01-01T00:00:00",
}


@pytest.mark.parametrize("kind", SUMMARIES)
def test_kinds_are_told_by_content_and_open(sample, kind):
    path = sample(kind)
    found = identify(path)
    assert found.kind.name == kind
    assert found.path == path
    opened = open_file(found)
    assert isinstance(opened, Opened)
    assert opened.path == path
    assert opened.summary == SUMMARIES[kind]
    opened.close()
    opened.close()


@pytest.mark.parametrize("name", ["mkv", "webm", "mjpeg_avi", "b_frames", "trimmed"])
def test_every_video_container(clip, name):
    assert identify(clip(name)).kind.name == "video"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tiff", ".webp"])
def test_every_image_format(place, suffix):
    assert identify(write_image(place / f"picture{suffix}")).kind.name == "image"


def test_the_suffix_is_not_believed(place, clip):
    wrong = place / "matrix.csv"
    wrong.write_bytes(clip("b_frames").read_bytes())
    assert identify(wrong).kind.name == "video"
    renamed = write_image(place / "picture.png").rename(place / "picture.mp4")
    assert identify(renamed).kind.name == "image"


def test_folders_of_sessions_and_results_and_their_files(place):
    folder = place / "saved"
    save_session(Session(), folder)
    assert identify(folder).kind.name == "session"
    results = write_results(place / "results")
    assert identify(results).kind.name == "results"
    assert identify(results / "result.json").kind.name == "results"


def test_a_figure_of_ours_is_told_from_other_pictures(place, monkeypatch):
    metadata = pytest.importorskip("engine.figures.metadata")
    ours = write_image(place / "ours.png")
    provenance = {"experiment": "behavior.embed"}
    monkeypatch.setattr(
        metadata, "read_provenance", lambda path: provenance if path == ours else None
    )
    assert identify(ours).kind.name == "figure"
    assert open_file(identify(ours)).summary == "figure of behavior.embed"
    assert identify(write_image(place / "other.png")).kind.name == "image"


@pytest.mark.parametrize(
    ("text", "rows", "columns"),
    [
        ("1,2,3\n4,5,6\n", 2, ("column 1", "column 2", "column 3")),
        ("a\tb\n1\t2\n\n", 1, ("a", "b")),
        ("a;b\r\n1,5;2\r\n", 1, ("a", "b")),
        ('name,note\n"Wang, Li","x\ny"\n', 1, ("name", "note")),
        ("\ufeffa,b\n1,2", 1, ("a", "b")),
        ("score\n1\n2\n", 2, ("score",)),
    ],
)
def test_tables(place, text, rows, columns):
    path = place / "data.csv"
    path.write_text(text, encoding="utf-8", newline="")
    table = open_file(identify(path))
    assert table.row_count == rows == len(list(table.rows()))
    assert table.columns == columns


def test_a_table_may_have_a_long_first_line(place):
    path = place / "wide.csv"
    names = [f"body part {i}" for i in range(2000)]
    path.write_text(",".join(names) + "\n" + ",".join(["1"] * 2000) + "\n")
    assert len(open_file(identify(path)).columns) == 2000


def test_archives_of_arrays(place):
    path = place / "several.npz"
    np.savez(path, codes=np.arange(6).reshape(2, 3), times=np.zeros(4))
    opened = open_file(identify(path))
    assert opened.names == ("codes", "times")
    assert opened.array("codes").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert opened.summary == "2 arrays: codes, times"
    opened.close()


class Hostile:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (os.mkdir, (str(self.mark),))


def write_pickle(path: Path, how: str) -> Path:
    mark = path.parent / "mark"
    if how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("model/data.pkl", pickle.dumps(Hostile(mark)))
            archive.writestr("model/data/0", bytes(16))
    else:
        path.write_bytes(pickle.dumps(Hostile(mark), protocol=int(how)))
    return path


@pytest.mark.parametrize("how", ["zip", "0", "1", "2", "3", "4", "5"])
def test_pickles_are_refused_and_not_run(place, how):
    path = write_pickle(place / "weights.pt", how)
    with pytest.raises(BadInput, match="is a pickle, which can run code when opened; save"):
        identify(path)
    assert not (place / "mark").exists()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [{"w": [1.0]}, [1, 2], (1, 2), {}, []])
def test_pickles_of_plain_values_are_seen(place, protocol, value):
    path = place / "plain.pth"
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    with pytest.raises(BadInput, match="is a pickle"):
        identify(path)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_pickles_inside_arrays_are_refused(place, suffix):
    path = place / f"objects{suffix}"
    objects = np.array([Hostile(place / "mark")], dtype=object)
    with path.open("wb") as file:
        (np.save if suffix == ".npy" else np.savez)(file, objects)
    found = identify(path)
    with pytest.raises(BadInput, match="pickle, which can run code"):
        open_file(found).array("arr_0")
    assert not (place / "mark").exists()


HOSTILE = {
    "empty.mp4": (b"", r"empty\.mp4 is empty \(0 bytes\)"),
    "notes.mp4": (b"this is no video,\nbut text, plainly\n", "says video, but it holds text"),
    "noise.mp4": (bytes(range(256)) * 40, "says video, but it holds other data"),
    "picture.png": (b"<html>not found</html>", "says image, but it holds text"),
    "header.csv": (b"time,x,y\n", "is a table with no rows"),
    "ragged.csv": (b"a,b\n1,2,3\n", "rows of unequal length"),
    "noise": (bytes(range(256)), "holds other data of a kind that is not known here"),
    "letter": (b"Dear reviewer\n", "holds text of a kind that is not known here"),
    "photo.heic": (b"\0\0\0\x18ftypheic" + bytes(64), "is not known here"),
    "paper.pdf": (b"%PDF-1.7\n\xe2\xe3\xcf\xd3" + bytes(64), "holds other data of a kind"),
    "one word.txt": (b"x" * 300_000, "is a table with no rows"),
    "archive.zip": (b"PK\3\4" + bytes(60), "is not known here"),
    "page.html": (b"<!doctype html>\n<p>one, two</p>\n", "holds text of a kind"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_one_sentence(place, name):
    content, expected = HOSTILE[name]
    path = place / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=expected) as caught:
        identify(path)
    assert caught.value.sentence == str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", ["gone.mp4", "gone/deeper.mp4", "a\0b", "x" * 4000])
def test_paths_that_lead_nowhere(place, name):
    with pytest.raises(BadInput, match=r"does not exist|cannot be read"):
        identify(place / name)


def test_a_path_below_a_file_leads_nowhere(place):
    path = write_image(place / "file.png")
    with pytest.raises(BadInput, match="does not exist"):
        identify(path / "below.png")


def test_no_permission(place, monkeypatch):
    path = write_image(place / "locked.png")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadInput, match=r"locked\.png may not be read; change its permissions"):
        identify(path)


def test_a_failing_disk(place, monkeypatch):
    path = write_image(place / "bad.png")

    def fail(self, *args, **kwargs):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(BadInput, match=r"bad\.png cannot be read \(Input/output error\)"):
        identify(path)


def test_a_folder_without_anything_to_show(place):
    (place / "notes.txt").write_text("a, b")
    with pytest.raises(BadInput, match="is a folder without recordings, images or results"):
        identify(place)


def test_an_image_among_many_other_files_is_found(place):
    for i in range(300):
        (place / f"a{i}.txt").write_bytes(b"log")
    write_image(place / "z.png")
    assert identify(place).kind.name == "images"


def test_a_pipe_does_not_hang(place):
    os.mkfifo(place / "pipe.mp4")
    with pytest.raises(BadInput, match="is no file"):
        identify(place / "pipe.mp4")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-4],
        lambda data: data.replace(b'"dtype"', b'"dtipe"'),
        lambda data: data.replace(b"[2, 3]", b"[2, x]"),
    ],
)
def test_damaged_safetensors_are_refused(place, damage):
    path = write_safetensors(place / "w.safetensors")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadInput, match=r"w\.safetensors (is cut off|has a damaged header)"):
        open_file(identify(path))


def test_a_huge_header_is_not_believed(place):
    path = place / "huge.safetensors"
    path.write_bytes((2**60).to_bytes(8, "little") + b'{"a":1}')
    with pytest.raises(BadInput, match="says safetensors file, but"):
        identify(path)


@pytest.mark.parametrize("kind", ["array", "hdf5", "image", "session", "results"])
def test_cut_off_files_open_with_one_sentence(sample, kind):
    path = sample(kind)
    file = path / "result.json" if kind == "results" else path
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(BadInput) as caught:
        open_file(identify(path))
    assert "\n" not in str(caught.value)


def test_identifying_is_quick_and_imports_nothing_heavy(place, clip):
    code = (
        "import sys\n"
        "from engine.files.identify import identify\n"
        "names = [identify(path).kind.name for path in sys.argv[1:]]\n"
        "heavy = {'torch', 'av', 'cv2', 'scipy', 'matplotlib', 'pandas', 'h5py', 'PIL', 'vispy'}\n"
        "print(*names, *(heavy & set(sys.modules)))\n"
    )
    paths = [clip("b_frames"), write_image(place / "a.png"), write_hdf5(place / "b.h5")]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    # Whether an HDF5 file holds poses only its root can tell.
    assert done.stdout.split() == ["video", "image", "hdf5", "h5py"]
    identify(paths[0])
    began = time.perf_counter()
    for path in paths:
        identify(path)
    assert time.perf_counter() - began < 0.05


def test_kinds_have_unique_names_and_general_ones_come_last():
    names = [kind.name for kind in kinds()]
    assert len(set(names)) == len(names)
    assert names[:4] == ["session", "archive", "results", "figure"]
    assert names[-2:] == ["array", "table"]


def test_text_is_told_from_bytes():
    assert sniff.is_text("größer, μm\n".encode())
    assert sniff.is_text(b"")
    assert not sniff.is_text(b"abc\0def")
