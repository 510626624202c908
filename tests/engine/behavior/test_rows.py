"""Rows of pooled latents and frames of a recording, one told from the other."""

import numpy as np

from engine.behavior.latents import Latents
from engine.behavior.rows import Rows


def part(recording: str, animal: str, first: int) -> Latents:
    frame = np.arange(first, first + 10)
    return Latents(np.zeros((10, 2)), frame, frame / 30, recording, animal)


PARTS = (
    part("other.mp4", "a", 0),
    part("m.mp4", "a", 0),
    part("m.mp4", "b", 5),
)


def test_a_frame_has_a_row_for_each_animal() -> None:
    rows = Rows.of(PARTS, "m.mp4")
    assert rows.own == PARTS[1:]
    assert rows.row_of(7) == rows.row_of(7, "a") == 17
    assert rows.row_of(7, "b") == 22
    assert rows.row_of(0, "b") == 20, "the nearest of that animal, not of another"
    assert rows.row_of(7, "nobody") == 17
    assert rows.rows_of(np.array([7])).tolist() == [17, 22]
    assert rows.place_of(22) == (PARTS[2], 7)


def test_without_a_part_of_the_recording_there_is_no_row() -> None:
    rows = Rows.of(PARTS, "elsewhere.mp4")
    assert rows.part_of("a") is None
    assert rows.row_of(3, "a") == -1
