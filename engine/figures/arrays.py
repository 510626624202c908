"""Arrays that belong to a figure: copied once, then never written again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[Any]


def frozen(values: ArrayLike, dtype: DTypeLike | None = None, ndim: int | None = None) -> Array:
    """A read-only array of `values`, checked for its number of dimensions.

    An array that is already read-only and owns its memory is kept as it is; anything else is
    copied, so that whoever made the values may go on changing them.

    Raises
    ------
    ValueError
        The array does not have `ndim` dimensions.
    """
    array = np.asarray(values, dtype=dtype)
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"expected an array of {ndim} dimensions, got shape {array.shape}")
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.setflags(write=False)
    return array


def same_length(**arrays: Array | None) -> int:
    """The common length of the arrays given; None counts as absent.

    Raises
    ------
    ValueError
        Two of them differ; the message names them.
    """
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"lengths differ: {lengths}")
    return next(iter(lengths.values()), 0)
