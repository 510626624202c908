from itertools import product

import numpy as np
import pytest

from engine.figures.tokens import DIVERGING, PALETTES, VIRIDIS, contrast, rgb

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
