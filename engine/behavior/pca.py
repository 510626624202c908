"""Principal components of a recording: learned as it streams, then made exact.

While frames arrive, an incremental singular value decomposition keeps a basis (Ross et al. 2008,
section 3). scikit-learn's `IncrementalPCA` does the same through `scipy.linalg.svd`, which holds
the interpreter's lock, and so the window, for its whole length: 13 ms a batch. When all frames
are there, the leading eigenvectors of the covariance are found by Lanczos iterations (ARPACK
through `scipy.sparse.linalg.eigsh`), which pass over the frames on disk and never hold the
covariance matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.figures.arrays import Array

Check = Callable[[], None]


class Rows(Protocol):
    """Frames as rows of pixels, some at a time."""

    @property
    def filled(self) -> int:
        """How many rows there are."""
        ...

    @property
    def pixels(self) -> int:
        """Pixels in a row."""
        ...

    def chunks(self, check: Check) -> Iterator[tuple[int, Array]]:
        """Pairs of first row and rows (k, pixels) float32 in 0..1."""
        ...


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
        self._latent = latent
        self._seen = 0
        self._mean: Array = np.zeros(0)
        self._scaled: Array = np.zeros((0, 0))  # components times their singular values
        self.basis: Basis | None = None

    def learn(self, rows: Array) -> Basis:
        """Take in a batch (n, pixels) float32 with n at least the size of the code."""
        stack = self._stacked(rows.astype("f8"))
        # The right singular vectors of a few long rows, by the small matrix of their products.
        values, vectors = np.linalg.eigh(stack @ stack.T)
        order = np.argsort(values)[::-1][: self._latent]
        self._scaled = vectors[:, order].T @ stack
        lengths = np.linalg.norm(self._scaled, axis=1, keepdims=True)
        components = self._scaled / np.maximum(lengths, np.finfo("f8").tiny)
        found = Basis(self._mean.astype("f4"), components.astype("f4"))
        self.basis = found.with_signs_of(self.basis)
        return self.basis

    def _stacked(self, rows: Array) -> Array:
        """What is known, what is new, and how far the mean moves, as rows of one matrix."""
        mean, count = rows.mean(axis=0), len(rows)
        centred, seen = rows - mean, self._seen
        self._seen += count
        if not seen:
            self._mean = mean
            first: Array = centred
            return first
        moved = np.sqrt(seen * count / self._seen) * (self._mean - mean)
        self._mean = (seen * self._mean + count * mean) / self._seen
        stacked: Array = np.vstack((self._scaled, centred, moved))
        return stacked


def mean_frame(store: Rows, check: Check) -> Array:
    """Mean (pixels,) float32 of all frames, summed in float64."""
    total = np.zeros(store.pixels)
    for _, rows in store.chunks(check):
        total += rows.sum(axis=0, dtype="f8")
    return (total / store.filled).astype("f4")


def total_variation(store: Rows, mean: Array, check: Check) -> float:
    """Sum of squared distances to the mean, over all frames and pixels."""
    return sum(float(np.sum((rows - mean) ** 2, dtype="f8")) for _, rows in store.chunks(check))


def residual(store: Rows, basis: Basis, check: Check) -> float:
    """Sum of squared distances between the frames and what their codes give back."""
    left = 0.0
    for _, rows in store.chunks(check):
        centred = rows - basis.mean
        codes = centred @ basis.components.T
        left += float(np.sum(centred**2, dtype="f8") - np.sum(codes**2, dtype="f8"))
    return left


def exact_basis(
    store: Rows, mean: Array, latent: int, start: Array, check: Check
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


def codes_of(store: Rows, basis: Basis, check: Check) -> Array:
    """Codes (frames, latent) float32 of the whole store."""
    codes = np.empty((store.filled, len(basis.components)), dtype="f4")
    for start, rows in store.chunks(check):
        codes[start : start + len(rows)] = basis.project(rows)
    return codes
