"""A session in one file: what goes in comes out, and nothing else does."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from engine import archive
from engine.archive import MARK, MARK_NAME, read_archive, unpacked, write_archive
from engine.errors import BadInput, Cancelled, PeerscopeError
from engine.files.identify import identify, open_file
from engine.session import Session, read_session, save_session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "a session ü"
    run = place / "runs" / "0001-a.b"
    run.mkdir(parents=True)
    (run / "metrics.csv").write_text("step,sum\n1,2.0\n")
    (run / "result.json").write_text("{}")
    (run / "weights.safetensors").write_bytes(b"\0" * 5000)
    (place / "session.lock").write_text("{}")
    (place / "session.json.part").write_text("half")
    save_session(Session(title="t", runs=("0001-a.b",)), place)
    return place


def test_what_goes_in_comes_out(folder: Path, tmp_path: Path) -> None:
    path = write_archive(folder, tmp_path / "x")
    assert path.name == "x.peerscope"
    there = read_archive(path, tmp_path / "other" / "x")
    assert read_session(there)[0] == read_session(folder)[0]
    kept = sorted(p.relative_to(there).as_posix() for p in there.rglob("*") if p.is_file())
    assert kept == [
        "runs/0001-a.b/metrics.csv",
        "runs/0001-a.b/result.json",
        "runs/0001-a.b/weights.safetensors",
        "session.json",
    ]
    assert not list(tmp_path.glob(".*"))
    assert not list(there.parent.glob(".*"))


def test_it_is_known_by_its_content(folder: Path, tmp_path: Path) -> None:
    path = write_archive(folder, tmp_path / "x.peerscope").rename(tmp_path / "renamed.bin")
    found = identify(path)
    assert found.kind.name == "archive"
    opened = open_file(found)
    assert opened.summary == "session t, 1 run"
    opened.close()
    with unpacked(path) as place:
        assert read_session(place)[0].title == "t"
    with unpacked(folder) as place:
        assert place == folder


def crafted(path: Path, name: str, content: bytes = b"x", mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(MARK_NAME, MARK, zipfile.ZIP_STORED)
        made.writestr("session.json", Session().model_dump_json())
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        made.writestr(entry, content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "runs/../../evil",
        "/tmp/evil",
        "runs\\..\\evil",
        "C:/evil",
        "elsewhere/evil",
        "SESSION.JSON",
    ],
)
def test_nothing_lands_outside(name: str, tmp_path: Path) -> None:
    path = crafted(tmp_path / "evil.peerscope", name)
    target = tmp_path / "deep" / "er" / "x"
    with pytest.raises(BadInput, match=r"may not be in one|names a file twice") as told:
        read_archive(path, target)
    assert "\n" not in told.value.sentence
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["evil.peerscope"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = crafted(tmp_path / "a.peerscope", "runs/x", b"/etc/passwd", stat.S_IFLNK | 0o777)
    with pytest.raises(BadInput, match="may not be in one"):
        read_archive(path, tmp_path / "x")


def test_a_bomb_is_refused_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = crafted(tmp_path / "a.peerscope", "runs/x", b"\0" * 50_000_000)
    monkeypatch.setattr(archive, "MOST_RATIO", 100)
    with pytest.raises(BadInput, match="grows more"):
        read_archive(path, tmp_path / "x")
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MOST_BYTES", 10_000_000)
    with pytest.raises(BadInput, match="more than there is room for"):
        read_archive(path, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_an_archive_that_announces_too_little_is_refused(tmp_path: Path) -> None:
    path = crafted(tmp_path / "a.peerscope", "runs/x", b"\0" * 3_000_000)
    data = bytearray(path.read_bytes())
    size = (3_000_000).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(BadInput):
        read_archive(path, tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("keep", [0, 60, 200, -30])
def test_half_an_archive_is_one_sentence(keep: int, folder: Path, tmp_path: Path) -> None:
    path = write_archive(folder, tmp_path / "x.peerscope")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(PeerscopeError) as told:
        read_archive(path, tmp_path / "y")
    assert "\n" not in told.value.sentence
    assert not (tmp_path / "y").exists()


def test_a_foreign_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.txt", "x")
    with pytest.raises(BadInput, match="is no archive of Peerscope"):
        read_archive(path, tmp_path / "x")


def test_one_without_a_session_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.peerscope"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(MARK_NAME, MARK)
    with pytest.raises(BadInput, match="holds no session"):
        read_archive(path, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_cancelled_one_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_archive(folder, tmp_path / "x.peerscope", stop)
    path = write_archive(folder, tmp_path / "y.peerscope")
    with pytest.raises(Cancelled):
        read_archive(path, tmp_path / "z", stop)
    assert sorted(p.name for p in tmp_path.iterdir()) == [folder.name, "y.peerscope"]


def test_the_mark_is_plain_at_the_start(folder: Path, tmp_path: Path) -> None:
    head = io.BytesIO(write_archive(folder, tmp_path / "x").read_bytes()).read(64)
    assert head[30:].startswith(b"mimetypeapplication/x-peerscope")


def test_a_session_whose_newest_state_is_damaged_travels_as_the_one_before(
    folder: Path, tmp_path: Path
) -> None:
    save_session(Session(title="newer", runs=("0001-a.b",)), folder)
    (folder / "session.json").write_text("{ half")
    there = read_archive(write_archive(folder, tmp_path / "x"), tmp_path / "other" / "x")
    assert read_session(there)[0].title == "t"


def test_a_file_of_before_1980_is_packed(folder: Path, tmp_path: Path) -> None:
    os.utime(folder / "runs" / "0001-a.b" / "metrics.csv", (0, 0))
    assert write_archive(folder, tmp_path / "x").exists()


def test_every_flipped_byte_is_told_or_does_no_harm(tmp_path: Path) -> None:
    place = tmp_path / "s"
    save_session(Session(title="t" * 300), place)
    whole = write_archive(place, tmp_path / "x").read_bytes()
    bent = tmp_path / "bent.peerscope"
    told = 0
    for position in range(len(whole)):
        bent.write_bytes(
            whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :]
        )
        try:
            read_archive(bent, tmp_path / "out" / str(position))
        except BadInput:
            told += 1
    assert told > len(whole) // 2


def test_two_archives_of_one_name_opened_together_keep_apart(folder: Path, tmp_path: Path) -> None:
    path = write_archive(folder, tmp_path / "x")
    target = tmp_path / "other" / "x"
    inner: list[Path] = []

    def check() -> None:
        if not inner:
            inner.append(target)
            inner[0] = read_archive(path, target)

    outer = read_archive(path, target, check)
    assert [inner[0].name, outer.name] == ["x", "x 2"]
    for there in (inner[0], outer):
        assert read_session(there)[0] == read_session(folder)[0]
