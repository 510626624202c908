"""Telling kinds of file by their first bytes. Each sniffer takes a path and its first 4096."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

HEAD = 4096

VIDEO_SUFFIXES = (
    ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts",
    ".wmv", ".asf", ".flv", ".ogv", ".h264",
)  # fmt: skip
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
TABLE_SUFFIXES = (".csv", ".tsv", ".txt")

#: First boxes of a QuickTime or MP4 file; old ones begin without ``ftyp``.
_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"})
#: Still images that share the container of MP4.
_STILL_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"})
#: Windows Media, MPEG program streams, Flash, Ogg, and bare H.264 by its first unit.
_VIDEO_STARTS = (
    b"0&\xb2u\x8ef\xcf\x11",
    b"\0\0\1\xba",
    b"FLV\1",
    b"OggS",
    b"\0\0\0\1\x67",
    b"\0\0\0\1\x09",
)
_IMAGE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HEADER_LIMIT = 100 * 2**20
_LINE_LIMIT = 2**20
_LOOKED_AT = 200
#: So many opcodes in a row are no accident.
_OPCODES = 16


def is_video(path: Path, head: bytes) -> bool:
    """MP4, QuickTime, AVI, Matroska, WebM, MPEG, Windows Media, Flash or Ogg."""
    if head.startswith(_VIDEO_STARTS) or _is_transport_stream(head):
        return True
    if head[:4] == b"\x1aE\xdf\xa3":
        return b"matroska" in head[:128] or b"webm" in head[:128]
    if head[:4] == b"RIFF":
        return head[8:12] == b"AVI "
    return head[4:8] in _BOXES and head[8:12] not in _STILL_BRANDS


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes that begin with G; cameras put four bytes before each."""
    return any(
        len(head) > first + 2 * step and all(head[first + k * step] == 0x47 for k in range(3))
        for first, step in ((0, 188), (4, 192))
    )


def is_image(path: Path, head: bytes) -> bool:
    """PNG, JPEG, TIFF, WebP or BMP."""
    if head[:2] == b"BM":
        # Two letters are a weak sign: the size of its second header must be one that exists.
        return int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)
    return head.startswith(_IMAGE_STARTS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def is_safetensors(path: Path, head: bytes) -> bool:
    """A length of 8 bytes, then a JSON object of that length."""
    length = int.from_bytes(head[:8], "little")
    fits = 2 <= length <= _HEADER_LIMIT and 8 + length <= path.stat().st_size
    return head[8:9] == b"{" and fits


def is_hdf5(path: Path, head: bytes) -> bool:
    """HDF5; a block for the user may stand before its signature."""
    return any(head[at : at + 8] == _HDF5 for at in (0, 512, 1024, 2048))


def is_array(path: Path, head: bytes) -> bool:
    """``.npy``, or a zip of nothing else; none with pickled objects is opened later."""
    if head[:6] == b"\x93NUMPY":
        return True
    names = zip_names(path, head)
    return bool(names) and all(name.endswith(".npy") for name in names)


def is_table(path: Path, head: bytes) -> bool:
    """Comma or tab separated text with at least one row.

    Such text has no mark of its own, so its name has to agree.
    """
    named = path.suffix.lower() in (*TABLE_SUFFIXES, "")
    if not (head and named and is_text(head)):
        return False
    header, rows = first_rows(path)
    return rows > 0 and (len(header) > 1 or path.suffix.lower() in TABLE_SUFFIXES[:2])


def is_session(path: Path, head: bytes) -> bool:
    """Our session: its JSON, or the folder that holds one."""
    if path.is_dir():
        return (path / "session.json").is_file()
    return head.lstrip()[:1] == b"{" and b'"peerscope_session"' in head


def is_results(path: Path, head: bytes) -> bool:
    """A results folder, or the ``result.json`` in it."""
    if path.is_dir():
        return any((path / name).is_file() for name in ("result.json", "unfinished.json"))
    ours = b'"schema_version"' in head and b'"experiment"' in head
    return head.lstrip()[:1] == b"{" and ours


def is_figure(path: Path, head: bytes) -> bool:
    """An SVG, PDF or PNG that carries our provenance."""
    drawn = head.startswith((_IMAGE_STARTS[0], b"%PDF-")) or b"<svg" in head
    if not drawn:
        return False
    from engine.figures.metadata import read_provenance

    return read_provenance(path) is not None


def is_images(path: Path, head: bytes) -> bool:
    """A folder with at least one image directly in it; of many files only some are looked at."""
    if not path.is_dir():
        return False
    likely_first = sorted(
        path.iterdir(), key=lambda item: item.suffix.lower() not in IMAGE_SUFFIXES
    )
    return any(starts_as_image(item) for item in likely_first[:_LOOKED_AT])


def is_pickle(path: Path, head: bytes) -> bool:
    """A Python pickle: a checkpoint of torch, or its bare code."""
    if any(name.endswith(".pkl") for name in zip_names(path, head)):
        return True
    if head[:1] == b"\x80":
        return head[1:2] in (b"\2", b"\3", b"\4", b"\5")
    return head[:1] in (b"(", b"]", b"}", b")", b"c") and _reads_as_pickle(head)


def is_text(head: bytes) -> bool:
    """UTF-8 or another text without control characters."""
    return not re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]", head)


def zip_names(path: Path, head: bytes) -> Sequence[str]:
    """Names in a zip archive; none when it is no archive."""
    if head[:4] != b"PK\3\4":
        return ()
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return ()


def first_rows(path: Path) -> tuple[list[str], int]:
    """Cells of the first line of a table, and how many of the few lines after it agree.

    A first line of numbers alone is a row itself: then it counts, too.
    """
    with path.open("r", encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = [line for _ in range(4) if (line := file.readline(_LINE_LIMIT)).strip()]
    if not lines:
        return [], 0
    try:
        header, *rows = csv.reader(lines, delimiter=delimiter(lines[0]))
    except csv.Error:
        return [], 0
    if any(len(row) != len(header) for row in rows):
        return [], 0
    return header, len(rows) + is_numeric(header)


def delimiter(line: str) -> str:
    """The separator of a table, by its first line."""
    return max(",\t;", key=line.count)


def is_numeric(cells: Sequence[str]) -> bool:
    """True when every cell is a number."""
    try:
        [float(cell) for cell in cells]
    except ValueError:
        return False
    return True


def starts_as_image(path: Path) -> bool:
    """True for a file that is not hidden and holds an image."""
    if path.name.startswith(".") or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return is_image(path, file.read(32))
    except OSError:
        return False


def _reads_as_pickle(head: bytes) -> bool:
    """True for the older pickles, which bear no mark: by their grammar, and nothing is run."""
    import pickletools

    count = 0
    try:
        for opcode, _, _ in pickletools.genops(head):
            count += 1
            if opcode.name == "STOP":
                return count > 1
    except ValueError:
        # Cut off at the end of what was read, or no pickle at all.
        return count >= _OPCODES
    return False
