"""Splits, targets and scores of embeddings against values known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.behavior import scores
from engine.behavior.split import split_of
from engine.errors import BadParams


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(2)


def test_blocks_of_300() -> None:
    split = split_of(np.arange(3000), "blocked300")
    assert (len(split.train), len(split.test)) == (2000, 600)
    assert split.train[0] == 20
    assert split.train[199] == 219
    assert split.train[200] == 320
    assert split.test[0] == 240
    assert split.test[59] == 299
    assert split.test[60] == 540
    assert not set(split.train) & set(split.test)


def test_blocks_follow_frame_numbers_at_a_stride() -> None:
    numbers = np.arange(0, 600, 5)
    split = split_of(numbers, "blocked300")
    assert (numbers[split.test] % 300 >= 240).all()
    assert len(split.test) == 24


def test_a_short_recording_is_told() -> None:
    with pytest.raises(BadParams, match="split=none"):
        split_of(np.arange(200), "blocked300")


def test_in_sample_uses_everything_twice() -> None:
    split = split_of(np.arange(10), "none")
    assert np.array_equal(split.train, split.test)
    assert split.words == "in-sample"


def test_ridge_equals_scikit_learn(random: np.random.Generator) -> None:
    from sklearn.linear_model import Ridge
    from sklearn.metrics import r2_score

    codes = random.normal(size=(300, 6)) * [1, 2, 3, 4, 5, 6]
    target = codes @ random.normal(size=(6, 2)) + random.normal(size=(300, 2))
    target[::17] = np.nan
    train, test = np.arange(200), np.arange(220, 300)
    told, score = scores.linear(codes, target, train, test)
    scaled = scores.z_scored(codes, train)
    known = np.isfinite(target).all(axis=1)
    fit, held = train[known[train]], test[known[test]]
    peer = Ridge(alpha=0.1).fit(scaled[fit], target[fit])
    np.testing.assert_allclose(told[held], peer.predict(scaled[held]), rtol=1e-8)
    assert score == pytest.approx(r2_score(target[held], told[held]))


def test_too_few_frames_give_no_score(random: np.random.Generator) -> None:
    target = np.full((50, 1), np.nan)
    _, score = scores.linear(random.normal(size=(50, 3)), target, np.arange(30), np.arange(30, 50))
    assert np.isnan(score)


def test_neighbours_read_what_a_line_cannot(random: np.random.Generator) -> None:
    angle = random.uniform(-np.pi, np.pi, 2000)
    codes = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    target = np.cos(3 * angle)[:, None]
    train, test = np.arange(1500), np.arange(1500, 2000)
    assert scores.linear(codes, target, train, test)[1] < 0.1
    assert scores.nearest(codes, target, train, test) > 0.99


def test_sessions_are_told_apart_only_where_codes_differ(random: np.random.Generator) -> None:
    session = np.repeat([0, 1], 500)
    same = random.normal(size=(1000, 3))
    order = random.permutation(1000)
    train, test = order[:700], order[700:]
    assert scores.session_accuracy(same, session, train, test) < 0.62
    apart = same + 8 * session[:, None]
    assert scores.session_accuracy(apart, session, train, test) > 0.99


def test_paired_codes(random: np.random.Generator) -> None:
    first = random.normal(size=(4000, 5))
    assert scores.paired_r2(first, first) == 1
    # Independent codes of variance 1: twice the variance is left over.
    assert scores.paired_r2(first, random.normal(size=(4000, 5))) == pytest.approx(-1, abs=0.1)


def test_error_of_one_picture() -> None:
    frames = np.zeros((4, 1, 2, 2), "u1")
    frames[2:] = 255
    picture = np.full((1, 2, 2), 0.5)
    assert scores.error_against(frames, np.arange(4), picture) == pytest.approx(0.25)
