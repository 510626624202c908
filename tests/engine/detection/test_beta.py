"""The density of a person: closed form, inverse, mask, distances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from engine.detection import beta
from engine.detection.distance import MEASURES, Densities, distance, half_symmetrised, kl

FULL = np.array([[0.0, 0, 100, 200]])
PARAMETERS = [
    ((0, 0, 100, 200), 1 / 4, (1.5, 1.5, 1.5, 1.5)),
    ((0, 0, 50, 200), 1 / 4, (2.75, 8.25, 1.5, 1.5)),
    ((0, 0, 100, 80), 1 / 4, (1.5, 1.5, 3, 12)),
    ((20, 10, 60, 110), 1 / 4, (9.2, 13.8, 3.732, 8.708)),
    ((20, 10, 60, 110), 12**-0.5, (6.8, 10.2, 2.724, 6.356)),
    ((20, 10, 60, 110), 1 / 6, (21.2, 31.8, 8.772, 20.468)),
]
A = (0, 0, 100, 200)
DISTANCES = [
    (A, A, (5, 0, 105, 200), (5, 0, 105, 200), 0.0208187),
    (A, A, (20, 0, 120, 200), (100, 0, 120, 200), 17.06053),
    (A, A, (300, 0, 400, 200), (300, 0, 400, 200), 42.11998),
    (A, (0, 0, 50, 200), A, (50, 0, 100, 200), 6.762159),
    (A, (0, 0, 100, 100), A, (0, 100, 100, 200), 6.762159),
]


def random_people(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    corner, size = random.uniform(-50, 500, (count, 2)), random.uniform(20, 300, (count, 2))
    full = np.concatenate([corner, corner + size], axis=1)
    ends = np.sort(random.uniform(0, 1, (count, 2, 2)), axis=1)
    ends[:, 1] = np.maximum(ends[:, 1], ends[:, 0] + 0.05).clip(max=1)
    ends[:, 0] = np.minimum(ends[:, 0], ends[:, 1] - 0.05)
    visible = np.concatenate([corner + size * ends[:, 0], corner + size * ends[:, 1]], axis=1)
    return full, visible


@pytest.mark.parametrize(("visible", "spread", "expected"), PARAMETERS)
def test_parameters(visible, spread, expected):
    found = beta.to_beta(FULL, np.array([visible], "f8"), spread)
    assert found[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("spread", [12**-0.5, 1 / 4, 1 / 6])
def test_there_and_back(spread):
    full, visible = random_people(20_000)
    found = beta.to_visible(full, beta.to_beta(full, visible, spread), spread)
    assert np.abs(found - visible).max() < 1e-6


def test_moments_are_those_of_the_density():
    full, visible = random_people(5, 1)
    ax, bx = beta.to_beta(full, visible)[:, :2].T
    left, width = full[:, 0], full[:, 2] - full[:, 0]
    density = stats.beta(ax, bx, left, width)
    mean, deviation = beta.image_moments(full, visible)
    assert density.mean() == pytest.approx(mean[:, 0], rel=1e-9)
    assert density.std() == pytest.approx(deviation[:, 0], rel=1e-9)


def test_extreme_boxes_stay_finite():
    full = np.array([[0, 0, 1, 1], [0, 0, 1e5, 1e5], [5, 5, 5.2, 80]])
    visible = np.array([[0, 0, 0, 0], [99_999, 0, 1e5, 1e-9], [5, 5, 5.2, 80]])
    densities = Densities.of(full, visible)
    for row in range(3):
        others = distance(densities.rows(np.repeat(row, 3)), densities)
        assert np.isfinite(others).all()


def test_torch_takes_the_same_formulas():
    torch = pytest.importorskip("torch")
    full, visible = random_people(50, 2)
    ours = beta.to_beta(full, visible)
    theirs = beta.to_beta(torch.from_numpy(full), torch.from_numpy(visible))
    assert theirs.numpy() == pytest.approx(ours, rel=1e-12)
    assert beta.mask(theirs, 7).numpy() == pytest.approx(beta.mask(ours, 7), rel=1e-10)


def test_mask_peaks_at_the_mode_and_mixes():
    parameters = np.array([[2.0, 6.0, 6.0, 2.0]])
    mask = beta.mask(parameters, 28)[0]
    row, column = np.unravel_index(mask.argmax(), mask.shape)
    assert mask.max() == 1.0
    assert mask.min() >= 0
    # The mode of Be(2, 6) is at 1/6, that of Be(6, 2) at 5/6.
    assert (column + 0.5) / 28 == pytest.approx(1 / 6, abs=0.02)
    assert (row + 0.5) / 28 == pytest.approx(5 / 6, abs=0.02)
    assert beta.mask(parameters, 7, mix=0.3).min() >= 0.3


def test_flip_swaps_the_two_parameters():
    mirrored = beta.to_beta(FULL, np.array([[40.0, 10, 80, 110]]))
    assert mirrored[0, :2] == pytest.approx((13.8, 9.2), abs=1e-9)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((2, 3), (4, 5), 0.183450380),
        ((4, 5), (2, 3), 0.111787715),
        ((1.5, 1.5), (3, 1.5), 0.382781566),
        ((2, 6), (6, 2), 77 / 15),
    ],
)
def test_divergence(one, two, expected):
    value = kl(*(np.array([x], "f8") for x in (*one, *two)))
    assert value[0] == pytest.approx(expected, abs=1e-8)
    numeric, _ = integrate.quad(_integrand(one, two), 0, 1)
    assert value[0] == pytest.approx(numeric, abs=1e-6)


def _integrand(one, two):
    p, q = stats.beta(*one), stats.beta(*two)
    return lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x))


def test_half_symmetrised_is_the_mean_of_both_directions():
    random = np.random.default_rng(3)
    a1, b1, a2, b2 = random.uniform(0.8, 30, (4, 300))
    mean = 0.5 * (kl(a1, b1, a2, b2) + kl(a2, b2, a1, b1))
    assert half_symmetrised(a1, b1, a2, b2) == pytest.approx(mean, abs=1e-10)


@pytest.mark.parametrize(("full_1", "visible_1", "full_2", "visible_2", "expected"), DISTANCES)
def test_distance(full_1, visible_1, full_2, visible_2, expected):
    one, two = (
        Densities.of(np.array([full], "f8"), np.array([visible], "f8"))
        for full, visible in ((full_1, visible_1), (full_2, visible_2))
    )
    assert distance(one, two)[0] == pytest.approx(expected, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_every_measure_is_a_distance_of_sorts(measure):
    full, visible = random_people(40, 4)
    people = Densities.of(full, visible)
    turned = people.rows(np.arange(40)[::-1])
    assert distance(people, people, measure) == pytest.approx(0, abs=1e-9)
    there, back = distance(people, turned, measure), distance(turned, people, measure)
    assert there == pytest.approx(back, rel=1e-9, abs=1e-9)
    assert (there >= -1e-12).all()


@given(
    shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    scale=st.tuples(st.floats(0.5, 4), st.floats(0.5, 4)),
    mirror=st.booleans(),
)
def test_distance_follows_the_picture(shift, scale, mirror):
    """Translation, scaling of each axis, and mirroring change nothing."""
    full, visible = random_people(30, 5)

    def moved(boxes):
        boxes = boxes * np.tile(scale, 2) + np.tile(shift, 2)
        return boxes[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] if mirror else boxes

    before = Densities.of(full, visible)
    after = Densities.of(moved(full), moved(visible))
    order = np.arange(30)[::-1]
    expected = distance(before, before.rows(order))
    assert distance(after, after.rows(order)) == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_head_only_is_blind_to_distance():
    """Why comparing parameters alone is no option: far-away people look alike."""
    near = Densities.of(FULL, FULL)
    far = Densities.of(FULL + 1000, FULL + 1000)
    assert distance(near, far, "head_only")[0] == pytest.approx(0, abs=1e-12)
    assert distance(near, far)[0] > 40
