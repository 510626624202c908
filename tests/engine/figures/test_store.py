from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import BadInput
from engine.figures.model import Figure
from engine.figures.store import load, save
from tests.engine.figures.samples import SAMPLES


def same(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple):
        return len(one) == len(two) and all(map(same, one, two))
    if hasattr(one, "__dataclass_fields__"):
        return type(one) is type(two) and all(
            same(getattr(one, field.name), getattr(two, field.name)) for field in fields(one)
        )
    return type(one) is type(two) and one == two


@pytest.mark.parametrize("name", SAMPLES)
def test_round_trip(name: str, tmp_path: Path) -> None:
    figure: Figure = SAMPLES[name]
    save(figure, tmp_path / "f.npz")
    assert same(load(tmp_path / "f.npz"), figure)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut"])
def test_damaged_data_is_told_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "f.npz"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read"):
        load(path)


def test_a_pickle_inside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.npz"
    np.savez(path, header=np.array([{"title": "x"}], dtype=object))
    with pytest.raises(BadInput, match="cannot be read"):
        load(path)


def test_a_file_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.npz"
    np.savez_compressed(path, header=np.zeros(600 * 2**20, dtype="u1"))
    with pytest.raises(BadInput, match="512 MiB"):
        load(path)
