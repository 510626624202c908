from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import IncrementalPCA

from engine.behavior.frames import Box, FrameStore, reduce, reduced_size
from engine.behavior.pca import (
    StreamedPCA,
    codes_of,
    exact_basis,
    mean_frame,
    residual,
    total_variation,
)
from engine.errors import BadParams


def nothing() -> None:
    return


@pytest.fixture
def store(tmp_path: Path) -> FrameStore:
    """700 frames of 12 x 10 that vary along six directions, and a little noise."""
    random = np.random.default_rng(3)
    mixed = random.normal(size=(700, 6)) * [9, 7, 5, 4, 3, 2] @ random.normal(size=(6, 120))
    frames = np.clip(128 + 3 * mixed + random.normal(0, 1, mixed.shape), 0, 255).astype("u1")
    store = FrameStore(tmp_path / "frames", 700, (12, 10))
    for frame in frames:
        store.append(frame.reshape(12, 10))
    return store


def test_exact_basis_equals_a_full_decomposition(store: FrameStore) -> None:
    mean = mean_frame(store, nothing)
    start = np.random.default_rng(0).standard_normal(store.pixels)
    basis, variation = exact_basis(store, mean, 4, start, nothing)
    rows = store.rows(0, 700).astype("f8")
    centred = rows - rows.mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(variation, singular[:4] ** 2, rtol=1e-4)
    overlap = np.abs(np.einsum("ij,ij->i", basis.components, right[:4]))
    np.testing.assert_allclose(overlap, 1, atol=1e-4)
    total = total_variation(store, mean, nothing)
    assert total == pytest.approx(float((singular**2).sum()), rel=1e-5)
    left = residual(store, basis, nothing)
    assert left == pytest.approx(float((singular[4:] ** 2).sum()), rel=1e-3)


def test_no_basis_beats_the_exact_one(store: FrameStore) -> None:
    mean = mean_frame(store, nothing)
    streamed = StreamedPCA(4)
    for at in range(0, 700, 100):
        streamed.learn(store.rows(at, at + 100))
    start = np.ones(store.pixels)
    exact, _ = exact_basis(store, mean, 4, start, nothing)
    assert streamed.basis is not None
    assert residual(store, exact, nothing) <= residual(store, streamed.basis, nothing) * 1.0001


def test_codes_are_projections(store: FrameStore) -> None:
    mean = mean_frame(store, nothing)
    basis, _ = exact_basis(store, mean, 3, np.ones(store.pixels), nothing)
    expected = (store.rows(0, 700) - mean) @ basis.components.T
    np.testing.assert_allclose(codes_of(store, basis, nothing), expected, atol=1e-5)


def test_signs_follow_the_basis_before(store: FrameStore) -> None:
    streamed = StreamedPCA(3)
    first = streamed.learn(store.rows(0, 200))
    second = streamed.learn(store.rows(200, 400))
    assert (np.einsum("ij,ij->i", first.components, second.components) >= 0).all()


def test_reduce_averages_areas_inside_the_box() -> None:
    gray = np.zeros((40, 60), "u1")
    gray[10:30, 20:60] = 200
    box = Box(20, 10, 40, 20)
    assert reduced_size(box, 10) == (5, 10)
    assert (reduce(gray, box, (5, 10)) == 200).all()
    assert reduced_size(box, 400) == (20, 40)


@pytest.mark.parametrize("box", [(50, 0, 20, 20), (-1, 0, 20, 20), (0, 0, 0, 0), (0, 30, 20, 20)])
def test_a_box_outside_the_frame_is_told_in_a_sentence(box: tuple[int, ...]) -> None:
    with pytest.raises(BadParams, match="does not lie inside the 60 x 40 frame"):
        Box(*box).inside(60, 40)


def test_streamed_basis_is_that_of_scikit_learn() -> None:
    rows = np.random.default_rng(3).random((90, 40)).astype("f4") @ np.diag(np.arange(40) + 1.0)
    rows = rows.astype("f4")
    ours, theirs = StreamedPCA(5), IncrementalPCA(5)
    for start in range(0, 90, 30):
        basis = ours.learn(rows[start : start + 30])
        theirs.partial_fit(rows[start : start + 30])
        overlap = np.abs(np.sum(basis.components * theirs.components_, axis=1))
        assert np.allclose(basis.mean, theirs.mean_, rtol=1e-5)
        assert np.allclose(overlap, 1, atol=1e-5)
