import numpy as np

from engine.behavior.clips import Clip, ClipParams, clip_table, clips_of


def test_runs_are_found_in_any_order_and_short_ones_dropped() -> None:
    frames = np.array([30, 10, 11, 12, 14, 31, 32, 100])
    assert clips_of(frames) == (Clip(10, 14, 4), Clip(30, 32, 3))


def test_the_gap_decides_what_is_one_clip() -> None:
    frames = np.array([0, 1, 2, 9, 10, 11])
    assert clips_of(frames, ClipParams(gap=7)) == (Clip(0, 11, 6),)
    assert len(clips_of(frames, ClipParams(gap=6))) == 2


def test_nothing_selected_gives_nothing() -> None:
    assert clips_of(np.array([], dtype=int)) == ()


def test_the_table_tells_times_of_an_uneven_clock() -> None:
    times_s = np.cumsum(np.full(50, 0.1))
    times_s[20:] += 5.0
    figure = clip_table((np.arange(10, 13), times_s), ClipParams())["clips"]
    number, first, last, start_s, length_s = figure.layers[0].rows[0]
    assert (number, first, last) == (1, 10, 12)
    assert start_s == times_s[10]
    assert np.isclose(length_s, 0.3)
