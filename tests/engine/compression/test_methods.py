import numpy as np
import pytest
import torch

from engine.compression.matrices.budget import parity_rank
from engine.compression.matrices.methods import compress, full_svd
from engine.compression.matrices.quantize import quantize
from engine.compression.matrices.settings import Settings, authors
from engine.compression.matrices.sketch import power_passes, product, sketched
from engine.compression.matrices.solve import least_squares
from engine.compression.matrices.theory import identity_sides, rounding_bound, sketch_bound


def decaying(n: int, d: int, power: float, seed: int = 0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    small = min(n, d)
    u = np.linalg.qr(rng.standard_normal((n, small)))[0]
    v = np.linalg.qr(rng.standard_normal((d, small)))[0]
    return torch.from_numpy((u * np.arange(1, small + 1.0) ** -power) @ v.T)


def error(matrix: torch.Tensor, settings: Settings, seed: int = 0) -> float:
    made = compress(matrix, settings, seed)
    return float((made.decode() - matrix).norm() / matrix.norm())


def test_the_parity_rule_gives_the_published_ranks() -> None:
    assert parity_rank((1000, 1000), 1, Settings("lplr", bits_left=4, bits_right=8)) == 83
    assert parity_rank((1000, 1000), 2, Settings("lplr", bits_left=4, bits_right=8)) == 166
    assert parity_rank((1534, 1433), 1, Settings("lplr", bits_left=4, bits_right=8)) == 124
    assert parity_rank((1433, 1534), 1, Settings("lplr", bits_left=4, bits_right=8)) == 122


def test_the_identity_of_the_two_errors_is_exact() -> None:
    matrix = decaying(300, 200, 0.7)
    left = quantize(sketched(matrix, 40, "gaussian", np.random.default_rng(0)), 8)
    solution = least_squares(left.decode(), matrix, "qr", 0.0)
    right = quantize(solution, 4)
    from engine.compression.matrices.methods import Stage

    whole, parts = identity_sides(matrix, Stage(left, right), solution)
    assert whole == pytest.approx(parts, rel=1e-9)
    rounding = whole - float(((matrix - left.decode() @ solution) ** 2).sum())
    assert rounding <= rounding_bound(Stage(left, right))


@pytest.mark.parametrize("solver", ["pinv", "qr", "cholesky"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_solvers_agree_with_lstsq(solver: str, dtype: torch.dtype) -> None:
    rng = torch.Generator().manual_seed(1)
    left = torch.randn((90, 20), dtype=dtype, generator=rng)
    matrix = torch.randn((90, 50), dtype=dtype, generator=rng)
    wanted = torch.linalg.lstsq(left, matrix).solution
    found = least_squares(left, matrix, solver, 1e-6)  # type: ignore[arg-type]
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("solver", ["pinv", "qr", "cholesky"])
def test_a_singular_factor_does_not_blow_up(solver: str) -> None:
    left = torch.randn((60, 8), dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    left[:, 7] = left[:, 6]
    found = least_squares(left, left @ torch.ones((8, 5), dtype=torch.float64), solver, 1e-3)  # type: ignore[arg-type]
    assert float(found.abs().max()) < 3


def test_defaults_are_stable_on_steep_spectra() -> None:
    matrix = decaying(1000, 1000, 2.0)
    errors = [error(matrix, Settings("lplr", 125, 4, 4), seed) for seed in range(20)]
    assert max(errors) < 0.25


def test_a_product_in_blocks_is_the_product() -> None:
    a, b = torch.rand(3000, 900), torch.rand(900, 700)
    calls: list[int] = []
    torch.testing.assert_close(product(a, b, lambda: calls.append(1)), a @ b)
    assert len(calls) > 1


@pytest.mark.parametrize("nonzeros", [1, 3])
def test_a_sparse_sketch_keeps_norms_on_average(nonzeros: int) -> None:
    matrix = torch.randn((20, 400), dtype=torch.float64)
    made = [
        float(sketched(matrix, 60, "sparse", np.random.default_rng(s), nonzeros).norm() ** 2)
        for s in range(60)
    ]
    assert np.mean(made) == pytest.approx(float(matrix.norm() ** 2), rel=0.05)


def test_power_passes_find_the_leading_space_only_when_stabilised_is_orthonormal() -> None:
    matrix = decaying(200, 150, 1.0)
    start = sketched(matrix, 10, "gaussian", np.random.default_rng(0))
    q = torch.linalg.qr(power_passes(matrix, start, 4)).Q
    best = full_svd(matrix)
    overlap = torch.linalg.svdvals(q.T @ best.u[:, :5])
    assert float(overlap.min()) > 0.999


def test_no_method_beats_the_best_of_its_rank() -> None:
    matrix = decaying(200, 160, 1.0)
    svd = full_svd(matrix)
    for method in ("lplr", "lplr_plus", "lsvd", "dsvd", "dsvd_per_component"):
        best = float(svd.s[12:].norm() / matrix.norm())
        assert error(matrix, Settings(method, 12, 10, 10)) >= best * (1 - 1e-6)  # type: ignore[arg-type]


def test_rivals_at_many_bits_reach_the_best_of_their_rank() -> None:
    matrix = decaying(200, 160, 1.0)
    best = float(full_svd(matrix).s[12:].norm() / matrix.norm())
    for method in ("dsvd", "dsvd_per_component", "lsvd"):
        assert error(matrix, Settings(method, 12, 16, 16)) == pytest.approx(best, rel=1e-3)  # type: ignore[arg-type]
    assert error(matrix, Settings("nq", bits=16)) < 1e-3


def test_the_refit_never_harms_and_stages_share_the_rank() -> None:
    matrix = decaying(150, 120, 1.0) + 0.3
    plain, fitted = Settings("lplr", 6, 3, 4), Settings("lplr", 6, 3, 4, refit=True)
    assert error(matrix, fitted) <= error(matrix, plain) + 1e-9
    assert Settings("lplr", 7, stages=3).stage_ranks() == (3, 2, 2)
    made = compress(matrix, Settings("lplr", 7, stages=3))
    left, right = made.factors()
    assert left.shape == (150, 7)
    torch.testing.assert_close(left @ right, made.decode())


def test_the_row_variant_is_the_same_on_the_transpose_and_best_keeps_the_better() -> None:
    matrix = decaying(150, 90, 1.0)
    rows = error(matrix, Settings("lplr", 9, variant="rows"))
    assert rows == pytest.approx(error(matrix.T.contiguous(), Settings("lplr", 9)), rel=1e-12)
    columns = error(matrix, Settings("lplr", 9))
    assert error(matrix, Settings("lplr", 9, variant="best")) == min(rows, columns)


def test_the_authors_setting_is_what_it_says() -> None:
    made = authors(Settings("lplr"))
    assert (made.solver, made.cutoff, made.stabilised) == ("pinv", 1e-15, False)


def test_the_bound_of_a_sketch_holds_on_average() -> None:
    matrix = decaying(200, 150, 0.8)
    values = full_svd(matrix).s.numpy()
    lost = []
    for seed in range(12):
        y = sketched(matrix, 20, "gaussian", np.random.default_rng(seed))
        q = torch.linalg.qr(y).Q
        lost.append(float((matrix - q @ (q.T @ matrix)).norm() ** 2))
    measured = (np.mean(lost) ** 0.5) / float(matrix.norm())
    assert measured <= sketch_bound(values, 20)
