"""Redrawing a frame from its code, by the weights that ship with the product."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.behavior.demo import RESULTS, WEIGHTS, demo_recordings
from engine.behavior.redraw import Asked, Place, Redrawer, redraw
from engine.results import read_result

VIDEO, POSES = demo_recordings()[0]


@pytest.fixture
def redrawer() -> Any:
    made = Redrawer(RESULTS, dict(read_result(RESULTS).params), Place(VIDEO, POSES), WEIGHTS)
    yield made
    made.close()


def test_each_animal_is_redrawn(redrawer: Redrawer) -> None:
    first, second = (redraw(redrawer, Asked(40, animal=f"animal {k}")) for k in (1, 2))
    assert first["input"].caption == "frame 40, animal 1"
    pixels = [figures["input"].layers[0].pixels for figures in (first, second)]  # type: ignore[union-attr]
    assert not np.array_equal(*pixels)
    assert np.array_equal(redrawer.frame(40), redrawer.frame(40, "animal 1"))
    assert not np.array_equal(redrawer.context(None), redrawer.context(None, "animal 2"))


def test_poses_that_are_counted_otherwise_are_cut_where_they_lie(redrawer: Redrawer) -> None:
    """With an offset of 30 the crop of frame 70 is centred where the poses of frame 40 are."""
    params = {**read_result(RESULTS).params, "pose_offset": 30}
    shifted = Redrawer(RESULTS, params, Place(VIDEO, POSES), WEIGHTS)
    assert not np.array_equal(shifted.frame(70), redrawer.frame(70))
    cutters: Any = [made._source(made.place)._cutter("") for made in (shifted, redrawer)]
    assert np.allclose(cutters[0]._track.centres[70], cutters[1]._track.centres[40])
    shifted.close()
