import csv
import errno
import os
import re
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import numpy as np
import pytest

from engine.errors import PeerscopeError
from engine.figures.camera import unit_box
from engine.figures.draw_space import CAMERA
from engine.figures.export import export
from engine.figures.metadata import read_provenance
from engine.figures.model import Axis, Boxes, Figure, Line
from tests.engine.figures.samples import SAMPLES

SVG = "{http://www.w3.org/2000/svg}"
ALL = ("svg", "pdf", "png", "csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def group(path: Path, gid: str) -> ElementTree.Element:
    found = [item for item in ElementTree.parse(path).iter() if item.get("id") == gid]
    assert found, f"no {gid} in {path.name}"
    return found[0]


def drawn_points(element: ElementTree.Element) -> np.ndarray:
    """Positions of the paths and marks of a layer, in the units of the picture."""
    marks = [(float(u.get("x", 0)), float(u.get("y", 0))) for u in element.iter(f"{SVG}use")]
    if marks:
        return np.array(marks)
    path = next(item for item in element.iter(f"{SVG}path") if item.get("d"))
    numbers = re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", path.get("d", ""))
    return np.array(numbers, dtype=float).reshape(-1, 2)


def assert_affine(data: np.ndarray, drawn: np.ndarray) -> None:
    """Each drawn coordinate is a straight-line function of the datum: nothing was bent."""
    assert data.shape == drawn.shape
    for column in range(2):
        slope, offset = np.polyfit(data[:, column], drawn[:, column], 1)
        assert abs(slope) > 0
        np.testing.assert_allclose(slope * data[:, column] + offset, drawn[:, column], atol=2e-3)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_is_written_in_every_format(name: str, tmp_path: Path) -> None:
    figure = SAMPLES[name]
    provenance = {"experiment": "behavior.embed", "params": {"latent": 8}}
    paths = export(figure, tmp_path, "figure", ALL, provenance)
    assert [path.suffix for path in paths] == [".svg", ".pdf", ".png", ".csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in paths)
    for path in paths[:3]:
        assert read_provenance(path) == provenance
    words = " ".join(
        "".join(item.itertext()) for item in ElementTree.parse(paths[0]).iter(f"{SVG}text")
    )
    assert figure.title in words
    for axis in (figure.x, figure.y, figure.z):
        assert axis is None or axis.label in words
    assert rows_of(paths[3])


@pytest.mark.parametrize("name", ["line", "scatter", "table", "cloud"])
def test_the_same_figure_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    first = export(SAMPLES[name], tmp_path / "1", "f", ALL)
    second = export(SAMPLES[name], tmp_path / "2", "f", ALL)
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes(), one.suffix


def test_the_drawn_line_has_the_numbers_of_the_csv(tmp_path: Path) -> None:
    svg, table = export(SAMPLES["line"], tmp_path, "f", ("svg", "csv"))
    rows = [row for row in rows_of(table) if row["series"] == "measured here"]
    data = np.array([[float(row["time (s)"]), float(row["score"])] for row in rows])
    np.testing.assert_array_equal(data[:, 1], SAMPLES["line"].layers[0].y)
    assert_affine(data, drawn_points(group(svg, "layer-0")))


@pytest.mark.parametrize("name", ["scatter", "scatter by value"])
def test_drawn_points_have_the_numbers_of_the_csv(name: str, tmp_path: Path) -> None:
    svg, table = export(SAMPLES[name], tmp_path, "f", ("svg", "csv"))
    data = np.array([[float(r["time (s)"]), float(r["score"])] for r in rows_of(table)])
    assert_affine(data, drawn_points(group(svg, "layer-0")))


def test_the_drawn_cloud_is_the_csv_seen_by_the_camera(tmp_path: Path) -> None:
    svg, table = export(SAMPLES["cloud"], tmp_path, "f", ("svg", "csv"))
    names = ("time (s)", "score", "height (mm)")
    xyz = np.array([[float(row[name]) for name in names] for row in rows_of(table)])
    centre, scale = unit_box(xyz)
    x, y, depth = CAMERA.project((xyz - centre) / scale)
    order = np.argsort(depth)
    assert_affine(np.stack([x, y], axis=1)[order], drawn_points(group(svg, "layer-0")))


def test_bars_are_as_high_as_the_csv_says(tmp_path: Path) -> None:
    svg, table = export(SAMPLES["bars"], tmp_path, "f", ("svg", "csv"))
    heights = [np.ptp(drawn_points(group(svg, f"layer-0-{k}"))[:, 1]) for k in range(2)]
    values = [float(row["score"]) for row in rows_of(table)]
    assert heights[1] / heights[0] == pytest.approx(values[1] / values[0], rel=1e-4)


def test_a_picture_in_the_svg_has_the_pixels_of_the_csv(tmp_path: Path) -> None:
    import base64
    import io

    from PIL import Image

    svg, table = export(SAMPLES["picture"], tmp_path, "f", ("svg", "csv"))
    image = next(iter(group(svg, "layer-0").iter(f"{SVG}image")), None)
    if image is None:
        image = next(ElementTree.parse(svg).iter(f"{SVG}image"))
    href = next(value for name, value in image.attrib.items() if name.endswith("href"))
    data = base64.b64decode(href.split(",", 1)[1])
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("L")).astype(int)
    grey = np.array([int(row["grey"]) for row in rows_of(table)]).reshape(6, 8)
    transform = image.get("transform", "")
    candidates = [pixels, pixels[::-1]]
    assert any(
        np.abs(item - grey).max() <= 1 for item in candidates if item.shape == grey.shape
    ), transform


def test_a_long_line_is_drawn_by_its_extremes_and_says_so(tmp_path: Path) -> None:
    x = np.arange(50_000.0)
    y = np.sin(x / 50)
    y[12_345] = 9.0
    figure = Figure("long", (Line(x, y, "trace"),), Axis("time", "s"), Axis("code"))
    svg, table = export(figure, tmp_path, "f", ("svg", "csv"))
    assert len(rows_of(table)) == 50_000
    assert "drawn by its extremes, 50000 points" in svg.read_text()
    points = drawn_points(group(svg, "layer-0"))
    assert len(points) < 11_000
    assert points[:, 1].min() < np.median(points[:, 1]) - 100


@pytest.mark.parametrize("content", [b"", b"<svg", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"])
def test_foreign_and_damaged_files_have_no_provenance(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "figure"
    path.write_bytes(content)
    assert read_provenance(path) is None


def test_damaged_provenance_is_none(tmp_path: Path) -> None:
    (path,) = export(SAMPLES["bars"], tmp_path, "f", ("svg",), {"a": 1})
    marker = b"peerscope-provenance:"
    path.write_bytes(path.read_bytes().replace(marker, marker + b"AAAA"))
    assert read_provenance(path) is None


def test_a_folder_that_is_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(PeerscopeError, match="Cannot write figures to"):
        export(SAMPLES["bars"], tmp_path / "taken", "f")


def test_a_picture_that_cannot_be_drawn_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = export(SAMPLES["line"], tmp_path, "f", formats=("csv",))
    before = path.read_bytes()

    def half(figure: Figure, file: IO[bytes]) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("engine.figures.export.write_csv", half)
    with pytest.raises(PeerscopeError, match="no space left"):
        export(SAMPLES["bars"], tmp_path, "f", formats=("csv",))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def numbers(rows: list[dict[str, str]], *names: str) -> np.ndarray:
    return np.array([[float(row[name]) for name in names] for row in rows])


def boxes_of(svg: Path, prefix: str) -> np.ndarray:
    """Left, top, right and bottom of each drawn patch, in the units of the picture."""
    found = []
    for item in ElementTree.parse(svg).iter():
        if (item.get("id") or "").startswith(prefix):
            points = drawn_points(item)
            found.append([*points.min(axis=0), *points.max(axis=0)])
    return np.array(found)


def test_boxes_lie_where_the_csv_says(tmp_path: Path) -> None:
    figure = Figure(
        "b",
        (Boxes([[3, 4, 10.5, 15], [1, 2, 5, 9], [20, 1, 28, 7]], ("a", "b", "c"), [0, 1, 2]),),
        Axis("x"),
        Axis("y"),
    )
    svg, table = export(figure, tmp_path, "f", ("svg", "csv"))
    data = numbers(rows_of(table), "left", "top", "right", "bottom")
    drawn = boxes_of(svg, "layer-0-")
    assert_affine(data[:, [0, 1]], drawn[:, [0, 3]])
    assert_affine(data[:, [2, 3]], drawn[:, [2, 1]])


def test_an_outline_has_the_corners_of_the_csv(tmp_path: Path) -> None:
    svg, table = export(SAMPLES["shapes"], tmp_path, "f", ("svg", "csv"))
    data = numbers(rows_of(table), "time (s)", "score")
    assert_affine(data, drawn_points(group(svg, "layer-0-0"))[: len(data)])


def test_histogram_steps_have_the_edges_and_counts_of_the_csv(tmp_path: Path) -> None:
    svg, table = export(SAMPLES["histogram"], tmp_path, "f", ("svg", "csv"))
    rows = rows_of(table)
    points = drawn_points(group(svg, "layer-0"))
    edges = np.unique(points[:, 0].round(3))
    expected = np.r_[numbers(rows, "time (s) from")[:, 0], float(rows[-1]["time (s) to"])]
    assert_affine(np.c_[expected, expected], np.c_[edges, edges])
    heights = np.unique(points[:, 1].round(3))
    counts = np.unique(np.r_[0.0, numbers(rows, "score")[:, 0]])[::-1]
    assert_affine(np.c_[counts, counts], np.c_[heights, heights])


def test_raster_spans_last_as_long_as_the_csv_says(tmp_path: Path) -> None:
    svg, table = export(SAMPLES["raster"], tmp_path, "f", ("svg", "csv"))
    data = numbers(rows_of(table), "time (s) from", "time (s) to")
    drawn = boxes_of(svg, "layer-0-")
    assert_affine(data, drawn[:, [0, 2]])


def test_graph_nodes_lie_where_the_csv_says(tmp_path: Path) -> None:
    figure = SAMPLES["graph"]
    svg, table = export(figure, tmp_path, "f", ("svg", "csv"))
    rows = [row for row in rows_of(table) if row["node"]]
    outlines = [
        np.array(re.findall(r"-?\d+\.?\d*", item.get("d", "")), dtype=float).reshape(-1, 2)
        for item in group(svg, "layer-0").iter(f"{SVG}path")
    ]
    centres = np.array([(o.min(axis=0) + o.max(axis=0)) / 2 for o in outlines])
    assert_affine(numbers(rows, "time (s)", "score"), centres)


def test_surface_quads_are_the_csv_seen_by_the_camera(tmp_path: Path) -> None:
    svg, table = export(SAMPLES["surface"], tmp_path, "f", ("svg", "csv"))
    xyz = numbers(rows_of(table), "time (s)", "score", "height (mm)")
    centre, scale = unit_box(xyz)
    x, y, _ = CAMERA.project((xyz - centre) / scale)
    quads = [
        np.array(re.findall(r"-?\d+\.?\d*", path.get("d", "")), dtype=float).reshape(-1, 2)[:4]
        for path in group(svg, "layer-0").iter(f"{SVG}path")
        if path.get("d")
    ]
    drawn = np.unique(np.concatenate(quads).round(5), axis=0)
    seen = np.stack([x, y], axis=1)
    assert len(quads) == 3 * 4
    # Order is lost: corners are matched by their place from left to right.
    across = np.sort(seen[:, 0]), np.sort(drawn[:, 0])
    assert_affine(np.stack([across[0]] * 2, axis=1), np.stack([across[1]] * 2, axis=1))


def test_a_heat_map_has_the_colours_of_the_csv(tmp_path: Path) -> None:
    import base64
    import io

    from PIL import Image

    from engine.figures.tokens import DIVERGING

    svg, table = export(SAMPLES["heat map"], tmp_path, "f", ("svg", "csv"))
    images = list(ElementTree.parse(svg).iter(f"{SVG}image"))
    pictures = []
    for image in images:
        href = next(value for name, value in image.attrib.items() if name.endswith("href"))
        data = base64.b64decode(href.split(",", 1)[1])
        pictures.append(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int))
    (drawn,) = (picture for picture in pictures if picture.shape[:2] == (4, 5))
    values = numbers(rows_of(table), "weight")[:, 0].reshape(4, 5)
    far = np.abs(values).max()
    expected = DIVERGING[np.clip(((values / far + 1) / 2 * 256).astype(int), 0, 255)].astype(int)
    assert min(np.abs(drawn - expected).max(), np.abs(drawn[::-1] - expected).max()) <= 3
