"""Kinds of file that detection alone uses: boxes, raw outputs, and its weights."""

from __future__ import annotations

import re
from pathlib import Path

from engine.files import sniff
from engine.files.identify import SAFETENSORS
from engine.files.kinds import Kind, Opened

_ODGT = re.compile(rb'^\s*\{\s*"[^\n]{0,4000}"(?:gtboxes|dtboxes)"')
_RAW = {"det_full.npy", "det_vis.npy", "det_score.npy"}
_LINES = 5
#: What our network's weights say of themselves.
MARK = b'"peerscope_detector"'
#: Kinds that `detection.detect` takes as its model.
MODEL_KINDS = ("detector", "torchvision", "torchscript", "onnx")


def is_boxes(path: Path, head: bytes) -> bool:
    """Odgt, COCO or CityPersons JSON, YOLO labels (a file, or a folder of them), MOT rows."""
    if path.is_dir():
        return _is_yolo_folder(path)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        return is_odgt(head) or _is_json_boxes(path, head)
    return path.suffix.lower() == ".txt" and (is_yolo(head) or is_mot(head))


def is_odgt(head: bytes) -> bool:
    """True for the first bytes of CrowdHuman records."""
    return bool(_ODGT.search(head)) and b'"ID"' in head


def is_yolo(head: bytes) -> bool:
    """Lines of a whole class and shares between 0 and 1."""
    rows = _number_rows(head, None)
    return bool(rows) and all(
        len(row) in (5, 6, 7) and row[0] == int(row[0]) >= 0 and all(0 <= x <= 1 for x in row[1:5])
        for row in rows
    )


def is_mot(head: bytes) -> bool:
    """Lines of a frame from 1, an identity, and at least a box."""
    rows = _number_rows(head, ",")
    return bool(rows) and all(
        6 <= len(row) <= 10 and row[0] == int(row[0]) >= 1 and row[1] == int(row[1]) >= -1
        for row in rows
    )


def is_raw(path: Path, head: bytes) -> bool:
    """An archive of arrays with raw boxes before suppression."""
    return set(sniff.zip_names(path, head)) >= _RAW


def is_weights(path: Path, head: bytes) -> bool:
    """Weights of a detector trained here."""
    return sniff.is_safetensors(path, head) and MARK in head


def is_state_dict(path: Path, head: bytes) -> bool:
    """A torch archive whose index names the tensors of a torchvision detector."""
    if not any(name.endswith("/data.pkl") for name in sniff.zip_names(path, head)):
        return False
    from engine.detection.foreign import architecture_of, names_in

    return not is_torchscript(path, head) and bool(architecture_of(names_in(path)))


def is_torchscript(path: Path, head: bytes) -> bool:
    """A torch archive with code in it."""
    names = sniff.zip_names(path, head)
    return any(name.endswith("/constants.pkl") for name in names) and any(
        "/code/" in name for name in names
    )


def is_onnx(path: Path, head: bytes) -> bool:
    """A protobuf whose first field is a small version number, under a name that says ONNX."""
    return path.suffix.lower() == ".onnx" and head[:1] == b"\x08" and 0 < head[1] < 32


def open_boxes(path: Path) -> Opened:
    """Open boxes of any of the formats."""
    from engine.detection import json_formats, text_formats

    if path.is_dir():
        return text_formats.read_yolo(path)
    with path.open("rb") as file:
        head = file.read(sniff.HEAD)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"["):
        odgt = is_odgt(head)
        return json_formats.read_odgt(path) if odgt else json_formats.read_json(path)
    return text_formats.read_yolo(path) if is_yolo(head) else text_formats.read_mot(path)


def open_raw(path: Path) -> Opened:
    """Open raw boxes of simulated or stored detections."""
    from engine.detection.raw import read_raw

    return read_raw(path)


def open_weights(path: Path) -> Opened:
    """Open a detector's weights: its header; the tensors stay in the file."""
    from engine.detection.weights import WeightsFile

    return WeightsFile.read(path)


def open_state_dict(path: Path) -> Opened:
    """Open a torchvision state dict: its names alone."""
    from engine.detection.foreign import open_state_dict as opened

    return opened(path)


def open_torchscript(path: Path) -> Opened:
    """Take note of a TorchScript model; nothing of it runs yet."""
    from engine.detection.foreign import CodeFile

    return CodeFile(path, "TorchScript")


def open_onnx(path: Path) -> Opened:
    """Take note of an ONNX model; nothing of it runs yet."""
    from engine.detection.foreign import CodeFile

    return CodeFile(path, "ONNX")


def _is_json_boxes(path: Path, head: bytes) -> bool:
    if path.suffix.lower() not in (".json", ""):
        return False
    if b'"bbox"' in head or b'"bbs"' in head:
        return True
    # COCO often begins with licences and thousands of images before its first box.
    return b'"images"' in head and (b'"file_name"' in head or b'"annotations"' in head)


def _is_yolo_folder(path: Path) -> bool:
    """Labels alone: a folder that also holds images is taken as images."""
    files = [item for item in path.iterdir() if not item.name.startswith(".")]
    labels = [item for item in files if item.suffix == ".txt" and item.name != "classes.txt"]
    if not labels or len(labels) < len(files) - 1:
        return False
    heads = [_first_bytes(item) for item in labels[:20]]
    return any(heads) and all(is_yolo(head) for head in heads if head)


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(sniff.HEAD)


def _number_rows(head: bytes, separator: str | None) -> list[list[float]]:
    """Numbers of the first lines; none when anything else stands there."""
    lines = head.decode("utf-8", "replace").splitlines()
    complete = lines[:-1] if len(head) == sniff.HEAD else lines
    rows = []
    for line in [line for line in complete if line.strip()][:_LINES]:
        try:
            rows.append([float(cell) for cell in line.rstrip(", ").split(separator)])
        except ValueError:
            return []
    return rows


KINDS = (
    Kind("boxes", "file of boxes", (".odgt", ".json", ".txt"), is_boxes, open_boxes),
    Kind("raw_boxes", "raw boxes", (".npz",), is_raw, open_raw),
    Kind("detector", "detector", (), is_weights, open_weights, SAFETENSORS),
    Kind("torchvision", "torchvision state dict", (".pth",), is_state_dict, open_state_dict),
    Kind("torchscript", "TorchScript model", (), is_torchscript, open_torchscript),
    Kind("onnx", "ONNX model", (".onnx",), is_onnx, open_onnx),
)
