from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics import MetricHistory, min_max_reduced


def test_history_is_kept_whole_across_chunks_on_disk() -> None:
    history = MetricHistory(("loss", "fve"), chunk_rows=4)
    for step in range(11):
        history.append(step, {"loss": step / 2} if step % 2 else {"loss": step / 2, "fve": 1.0})
    steps, values = history.column("loss")
    assert steps.tolist() == list(range(11))
    assert values.tolist() == [step / 2 for step in range(11)]
    assert history.column("fve")[0].tolist() == [0, 2, 4, 6, 8, 10]
    assert len(history) == 11
    history.close()


def test_history_holds_no_more_than_it_needs() -> None:
    history = MetricHistory(tuple(f"metric {number}" for number in range(40)))
    assert history.held_bytes < 100_000
    for step in range(5_000):
        history.append(step, {"metric 7": step / 2})
    assert history.held_bytes < 2 * 8192 * 41 * 8
    steps, values = history.column("metric 7")
    assert len(history) == len(steps) == 5_000
    assert values[-1] == 4_999 / 2
    history.close()


VALUES = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6))


@given(st.lists(VALUES, min_size=1, max_size=400), st.integers(1, 20))
def test_reduction_keeps_every_extreme_and_bridges_no_more_than_a_run(
    values: list[float], buckets: int
) -> None:
    y = np.array(values)
    x = np.arange(len(y), dtype="f8")
    kept_x, kept_y = min_max_reduced(x, y, buckets)
    rows = kept_x.astype(int)
    assert len(rows) <= max(8 * buckets, 1) or len(rows) == len(y)
    assert np.array_equal(y[rows], kept_y, equal_nan=True)
    assert (np.diff(rows) > 0).all()
    assert (rows[0], rows[-1]) == (0, len(y) - 1)
    longest = -(-len(y) // buckets)
    assert np.diff(rows).max(initial=1) <= longest
    edges = np.arange(buckets + 1) * len(y) // buckets
    for start, stop in pairwise(edges):
        inside = y[start:stop][np.isfinite(y[start:stop])]
        kept = kept_y[(rows >= start) & (rows < stop)]
        if len(inside):
            assert (np.nanmin(kept), np.nanmax(kept)) == (inside.min(), inside.max())


@given(st.lists(VALUES, min_size=1, max_size=400), st.integers(1, 20))
def test_reduction_joins_no_two_sides_of_a_gap(values: list[float], buckets: int) -> None:
    y = np.array(values)
    kept_x, kept_y = min_max_reduced(np.arange(len(y), dtype="f8"), y, buckets)
    for k in range(len(kept_x) - 1):
        if np.isfinite(kept_y[k : k + 2]).all():
            assert np.isfinite(y[int(kept_x[k]) : int(kept_x[k + 1]) + 1]).all()


def test_reduction_of_rows_that_no_number_of_pixels_divides() -> None:
    # 3000 frames on 1365 pixels: the last 270 frames were once two points and a diagonal.
    x = np.arange(3000.0)
    y = np.sin(x / 3)
    kept_x, _ = min_max_reduced(x, y, 1365)
    assert np.diff(kept_x).max() <= 3
    kept_x, _ = min_max_reduced(x, y, 400)
    assert np.diff(kept_x).max() <= 8
