from itertools import product

import numpy as np
import pytest

from engine.figures.model import Axis
from engine.figures.tokens import CYCLIC, DIVERGING, PALETTES, VIRIDIS, continuous, contrast, rgb

TEXTS = ("text", "secondary", "faint", "accent", "measured", "reported", "differs")
GROUNDS = ("background", "surface")


@pytest.mark.parametrize(("theme", "text", "ground"), list(product(PALETTES, TEXTS, GROUNDS)))
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    palette = PALETTES[theme]
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("theme", PALETTES)
def test_text_on_accent_can_be_read(theme: str) -> None:
    assert contrast(PALETTES[theme].on_accent, PALETTES[theme].accent) >= 4.5


def test_contrast_of_black_and_white_is_twenty_one() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


@pytest.mark.parametrize("theme", PALETTES)
def test_marks_and_categories_are_told_apart(theme: str) -> None:
    palette = PALETTES[theme]
    marks = [palette.measured, palette.reported, palette.differs]
    for category, mark in product(palette.categories, marks):
        assert np.linalg.norm(np.subtract(rgb(category), rgb(mark))) > 30, (category, mark)


def test_viridis_rises_in_lightness() -> None:
    lightness = VIRIDIS @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(lightness) >= -0.6).all()
    assert VIRIDIS.shape == DIVERGING.shape == (256, 3)


@pytest.mark.parametrize("theme", PALETTES)
def test_colours_of_27_categories_differ(theme: str) -> None:
    palette = PALETTES[theme]
    colors = [rgb(palette.mark(k)) for k in range(27)]
    assert colors[:9] == [rgb(color) for color in palette.categories]
    gaps = [np.linalg.norm(np.subtract(a, b)) for k, a in enumerate(colors) for b in colors[:k]]
    assert min(gaps) > 15


def test_directions_have_a_palette_that_closes() -> None:
    assert continuous(Axis("heading", "°", low=-180, high=180, cyclic=True)) is CYCLIC
    assert continuous(Axis("speed")) is continuous(None) is VIRIDIS
    assert CYCLIC[0].tolist() == CYCLIC[-1].tolist()
    steps = np.abs(np.diff(CYCLIC.astype("i8"), axis=0)).max()
    assert steps <= 4, "no jump on the way round"
