import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compression.matrices.packing import pack, packed_bytes, unpack
from engine.compression.matrices.quantize import quantize


@settings(max_examples=60, deadline=None)
@given(bits=st.integers(1, 16), count=st.integers(0, 400), seed=st.integers(0, 2**31))
def test_packing_is_bit_exact_and_wastes_nothing(bits: int, count: int, seed: int) -> None:
    codes = np.random.default_rng(seed).integers(0, 2**bits, count)
    stream = pack(codes, bits)
    assert len(stream) == packed_bytes(count, bits) == -(-count * bits // 8)
    np.testing.assert_array_equal(unpack(stream, count, bits), codes)


@pytest.mark.parametrize("bits", range(1, 17))
def test_packing_beyond_one_chunk(bits: int) -> None:
    codes = np.random.default_rng(bits).integers(0, 2**bits, 140_003)
    np.testing.assert_array_equal(unpack(pack(codes, bits), len(codes), bits), codes)


def test_narrow_codes_lie_in_the_stream_least_significant_first() -> None:
    codes = np.array([5, 2, 7, 1, 0, 3, 6, 4, 1])
    whole = sum(int(code) << (3 * place) for place, code in enumerate(codes))
    assert pack(codes, 3).tobytes() == whole.to_bytes(4, "little")


def test_a_stream_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        unpack(np.zeros(3, np.uint8), 9, 3)


@pytest.mark.parametrize("scales", ["tensor", "row", "column"])
@pytest.mark.parametrize("bits", [1, 3, 8, 16])
def test_the_nearest_level_is_half_a_step_away_and_extremes_are_kept(
    scales: str, bits: int
) -> None:
    values = torch.randn((40, 30), dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    made = quantize(values, bits, scales)  # type: ignore[arg-type]
    step = made.step.double().max()
    assert float((made.decode() - values).abs().max()) <= float(step) / 2 * (1 + 1e-3) + 1e-6
    assert float(made.decode().max()) == pytest.approx(float(values.max()), rel=1e-6)
    assert float(made.decode().min()) == pytest.approx(float(values.min()), rel=1e-6)
    assert int(made.codes.max()) == 2**bits - 1


def test_dither_is_unbiased_and_its_variance_bounded() -> None:
    values = torch.linspace(0, 1, 11, dtype=torch.float64).reshape(1, -1).repeat(20_000, 1)
    made = quantize(values, 2, "tensor", "dither", np.random.default_rng(0))
    error = made.decode() - values
    assert float(error.mean(dim=0).abs().max()) < 0.005
    assert float(error.var(dim=0).max()) <= float(made.step) ** 2 / 4 * 1.02


def test_a_range_of_no_width_decodes_to_its_value() -> None:
    made = quantize(torch.full((3, 4), 0.25, dtype=torch.float64), 5)
    assert torch.equal(made.decode(), torch.full((3, 4), 0.25, dtype=torch.float64))
