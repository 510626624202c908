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


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(1, 20))
def test_reduction_keeps_the_extremes_and_the_order(values: list[float], buckets: int) -> None:
    y = np.array(values)
    x = np.arange(len(y), dtype="f8")
    kept_x, kept_y = min_max_reduced(x, y, buckets)
    assert len(kept_x) <= max(2 * buckets + 2, 0) or len(kept_x) == len(x)
    assert kept_y.min() == y.min()
    assert kept_y.max() == y.max()
    assert (np.diff(kept_x) >= 0).all()
    assert (y[kept_x.astype(int)] == kept_y).all()
