"""Principal components of a recording: learned as it streams, then made exact.

While frames arrive, scikit-learn's `IncrementalPCA` keeps a basis (Ross et al. 2008). When all
are there, the leading eigenvectors of the covariance are found by Lanczos iterations (ARPACK
through `scipy.sparse.linalg.eigsh`), which pass over the frames on disk and never hold the
covariance matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.behavior.frames import FrameStore
from engine.figures.arrays import Array

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Basis:
    """A linear code.

    Attributes
    ----------
    mean
        (pixels,) float32.
    components
        (latent, pixels) float32, orthonormal rows, by falling variance.
    """

    mean: Array
    components: Array

    def project(self, rows: Array) -> Array:
        """Codes (n, latent) float32 of frames (n, pixels) float32."""
        codes: Array = (rows - self.mean) @ self.components.T
        return codes

    def with_signs_of(self, other: Basis | None) -> Basis:
        """The same code, each component turned to point where the other's points."""
        if other is None:
            return self
        agreement = np.einsum("ij,ij->i", self.components, other.components)
        signs = np.where(agreement < 0, -1, 1).astype("f4")
        return Basis(self.mean, self.components * signs[:, None])


class StreamedPCA:
    """A basis that follows the frames as they come."""

    def __init__(self, latent: int) -> None:
        from sklearn.decomposition import IncrementalPCA

        self._model = IncrementalPCA(n_components=latent)
        self.basis: Basis | None = None

    def learn(self, rows: Array) -> Basis:
        """Take in a batch (n, pixels) float32 with n at least the size of the code."""
        self._model.partial_fit(rows)
        found = Basis(self._model.mean_.astype("f4"), self._model.components_.astype("f4"))
        self.basis = found.with_signs_of(self.basis)
        return self.basis


def mean_frame(store: FrameStore, check: Check) -> Array:
    """Mean (pixels,) float32 of all frames, summed in float64."""
    total = np.zeros(store.pixels)
    for _, rows in store.chunks(check):
        total += rows.sum(axis=0, dtype="f8")
    return (total / store.filled).astype("f4")


def total_variation(store: FrameStore, mean: Array, check: Check) -> float:
    """Sum of squared distances to the mean, over all frames and pixels."""
    return sum(float(np.sum((rows - mean) ** 2, dtype="f8")) for _, rows in store.chunks(check))


def residual(store: FrameStore, basis: Basis, check: Check) -> float:
    """Sum of squared distances between the frames and what their codes give back."""
    left = 0.0
    for _, rows in store.chunks(check):
        centred = rows - basis.mean
        codes = centred @ basis.components.T
        left += float(np.sum(centred**2, dtype="f8") - np.sum(codes**2, dtype="f8"))
    return left


def exact_basis(
    store: FrameStore, mean: Array, latent: int, start: Array, check: Check
) -> tuple[Basis, Array]:
    """The leading eigenvectors of the covariance of the frames.

    Parameters
    ----------
    store, mean
        The frames, and their mean.
    latent
        How many.
    start
        (pixels,) float64 vector Lanczos starts from; not zero.
    check
        Called before every chunk of every pass.

    Returns
    -------
    basis
        Float32, signs as ARPACK leaves them.
    variation
        (latent,) float64, the share of the total variation along each component, not divided.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    def scatter_times(vector: Array) -> Array:
        product = np.zeros(store.pixels)
        narrow = vector.reshape(-1).astype("f4")
        for _, rows in store.chunks(check):
            centred = rows - mean
            product += centred.T @ (centred @ narrow)
        return product

    size = store.pixels
    operator = LinearOperator((size, size), matvec=scatter_times, dtype="f8")
    values, vectors = eigsh(operator, k=latent, v0=start, tol=1e-6)
    order = np.argsort(values)[::-1]
    components = np.ascontiguousarray(vectors[:, order].T, dtype="f4")
    return Basis(mean, components), values[order]


def codes_of(store: FrameStore, basis: Basis, check: Check) -> Array:
    """Codes (frames, latent) float32 of the whole store."""
    codes = np.empty((store.filled, len(basis.components)), dtype="f4")
    for start, rows in store.chunks(check):
        codes[start : start + len(rows)] = basis.project(rows)
    return codes
