"""Boxes that move with an animal, and finding one without poses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.behavior.blobs import background_of
from engine.behavior.cropping import cutter_for, numbers_of, read_crops, subjects_of
from engine.behavior.crops import cut, side_for, track_of
from engine.behavior.data import pair_poses, write_pair
from engine.behavior.params import EmbedParams
from engine.errors import BadInput, BadParams
from engine.files.identify import identify
from engine.files.poses.model import Skeleton, from_dense


def nothing() -> None:
    return


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two seconds of two animals: recording, poses, truth."""
    folder = tmp_path_factory.mktemp("pair")
    truth = write_pair(folder, "dish", seconds=2, seed=3, twins=())
    file = identify(folder / "dish.mp4")
    recording = file.kind.open(file.path)
    yield recording, pair_poses(truth, folder / "dish.mp4", 3, missing=0.0), truth
    recording.close()


@pytest.mark.parametrize(
    ("length", "side"), [(12.8, 32), (12.81, 64), (68.0, 192), (76.8, 192), (76.9, 224), (1, 32)]
)
def test_side_is_the_smallest_multiple_of_32_at_2_5_lengths(length: float, side: int) -> None:
    assert side_for(length) == side


def test_side_needs_a_length() -> None:
    with pytest.raises(BadInput, match="crop_px"):
        side_for(float("nan"))


@pytest.mark.parametrize("seed", range(20))
def test_a_box_is_the_padded_frame_seen_from_the_rounded_centre(seed: int) -> None:
    """Against numpy's padding, for centres in and around the frame."""
    random = np.random.default_rng(seed)
    gray = random.integers(0, 256, (40, 50), dtype="u1")
    side = int(random.choice([7, 8, 16, 31]))
    centre = random.uniform(-20, 70, 2)
    box = cut(gray, centre, side, side)
    padded = np.pad(gray, 100)
    x, y = np.round(centre).astype(int) + 100 - side // 2
    np.testing.assert_array_equal(box, padded[y : y + side, x : x + side])


def test_halving_averages_areas() -> None:
    gray = np.random.default_rng(0).integers(0, 256, (64, 64), dtype="u1")
    small = cut(gray, np.array([32, 32]), 64, 32)
    areas = gray.reshape(32, 2, 32, 2).mean(axis=(1, 3))
    assert np.abs(small - areas).max() <= 0.5


@pytest.mark.parametrize("angle", [0.0, 0.7, 2.0, -2.5])
def test_a_turned_box_has_the_head_on_the_right(angle: float) -> None:
    heading = np.array([np.cos(angle), np.sin(angle)])
    gray = np.zeros((100, 100), "u1")
    x, y = np.round(np.array([50, 50]) + 20 * heading).astype(int)
    gray[y - 1 : y + 2, x - 1 : x + 2] = 255
    box = cut(gray, np.array([50.0, 50.0]), 64, 64, heading)
    rows, columns = np.nonzero(box > 60)
    assert columns.mean() == pytest.approx(52, abs=1.5)
    assert rows.mean() == pytest.approx(32, abs=1.5)


def test_tracks_bridge_short_gaps_and_end_at_long_ones() -> None:
    xy = np.zeros((100, 1, 3, 2))
    xy[:, 0, 0, 0] = np.arange(100)
    xy[:, 0, 1, 0] = np.arange(100) + 10
    xy[:, 0, 2, 0] = np.arange(100) - 10
    xy[10:13] = np.nan
    xy[40:80] = np.nan
    skeleton = Skeleton(("thorax", "head", "abdomen"))
    poses = from_dense(Path("a.h5"), "test", ("one",), skeleton, xy)
    track = track_of(poses, xy[:, 0])
    assert track.length_px == 20
    np.testing.assert_allclose(track.centres[:, 0], np.arange(100))
    assert track.followed[10:13].all()
    assert not track.followed[40:80].any()
    assert track.bridged == 3
    np.testing.assert_allclose(track.heading[0], [1, 0])
    assert np.isnan(track.heading[11]).all()


def test_an_animal_never_seen_is_told(pair) -> None:
    _, poses, _ = pair
    with pytest.raises(BadInput, match="never sees thorax"):
        track_of(poses, np.full((5, len(poses.nodes), 2), np.nan))


def crops_of(recording, poses, **values):
    params = EmbedParams(**values)
    subject = subjects_of(recording, poses, params.track)[0]
    cutter = cutter_for(subject, params, 32, nothing)
    numbers = numbers_of(subject, params.stride, params.crop)
    return subject, cutter, numbers


def test_egocentric_crops_hold_the_animal_in_the_middle(pair, tmp_path: Path) -> None:
    recording, poses, truth = pair
    subject, cutter, numbers = crops_of(recording, poses, crop="egocentric", track="animal 2")
    assert subject.animal == "animal 2"
    assert "96 px box on the thorax" in cutter.words or "128 px box" in cutter.words
    *_, (done, crops) = read_crops(subject, cutter, numbers, tmp_path / "c", nothing)
    assert done == len(truth.times_s)
    assert crops.frames.shape == (done, 1, 32, 32)
    # The first scene is a light dish with dark animals.
    middle = crops.frames[:, 0, 14:18, 14:18].mean()
    assert middle < crops.frames.mean() - 40
    gray = recording.gray(7)
    again = cut(gray, truth.xy[7, 1, 1], side_for(subject.track.length_px), 32)
    np.testing.assert_array_equal(crops.frames[7, 0], again)


def test_every_animal_can_be_meant(pair) -> None:
    recording, poses, _ = pair
    both = subjects_of(recording, poses, "all")
    assert [subject.animal for subject in both] == ["animal 1", "animal 2"]
    assert len({subject.name for subject in both}) == 2
    with pytest.raises(BadInput, match="no track"):
        subjects_of(recording, poses, "third")


def test_blobs_are_found_where_the_animals_are(tmp_path: Path) -> None:
    """Ten seconds, so that the animals leave every place for most of the time."""
    truth = write_pair(tmp_path, "long", seconds=10, seed=3, twins=())
    file = identify(tmp_path / "long.mp4")
    recording = file.kind.open(file.path)
    background = background_of(recording, nothing)
    body = np.linalg.norm(truth.xy[:, :, 0] - truth.xy[:, :, 2], axis=2).max()
    assert body < background.length_px < 4 * body
    found = [background.find(gray) for gray in recording.gray_frames(0, 300, 10)]
    centres = truth.xy[0:300:10, :, 1]
    apart = [
        np.linalg.norm(centre[0] - places, axis=1).min()
        for centre, places in zip(found, centres, strict=True)
        if centre is not None
    ]
    recording.close()
    assert len(apart) >= 25
    assert np.median(apart) < body / 4


def test_egocentric_without_poses_is_refused_in_a_sentence(pair) -> None:
    recording, _, _ = pair
    with pytest.raises(BadParams, match="needs poses"):
        crops_of(recording, None, crop="egocentric")


def test_views_stand_side_by_side(pair) -> None:
    recording, _, _ = pair
    _, cutter, _ = crops_of(recording, None, crop="whole", views=2)
    gray = recording.gray(0)
    views = cutter(0, gray)
    assert views.shape == (2, 32, 16)
    assert abs(float(views[0].mean()) - float(gray[:, :160].mean())) < 1.5
    assert abs(float(views[1].mean()) - float(gray[:, 160:].mean())) < 1.5
