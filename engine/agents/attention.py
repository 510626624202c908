"""The AttentionNeuron layer, for vectors and for images, and the LSTM cell it uses.

Source: Tang and Ha, "The Sensory Neuron as a Transformer", NeurIPS 2021, section 3, equations
1 to 4, with what the released models add: a second tanh in the vector layer, layer norms in the
vision layer. Everything is float32 on the processor unless the weights say otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from engine.agents.layout import AgentSpec
from engine.figures.arrays import Array

QUERY_DIM = 8
PATCH = 6
STACK = 4
_EPS = 1e-5
#: Matrices of fewer columns take another path in the libraries, where a column's rounding depends
#: on its place; columns of zeros are added up to this many.
_ALIKE = 16


@cache
def fixed_queries(rows: int) -> Array:
    """The constant bank of queries Q, (rows, 8) float32: a sinusoidal code of the row number."""
    column = np.arange(QUERY_DIM)
    wavelength = 10000.0 ** (2 * (column // 2) / QUERY_DIM)
    angle = np.arange(rows)[:, None] / wavelength
    values = np.where(column % 2 == 0, np.sin(angle), np.cos(angle)).astype("f4")
    values.setflags(write=False)
    return values


def split(spec: AgentSpec, params: Any) -> dict[str, Any]:
    """Views of flat parameters (..., L) as named tensors (..., *shape).

    Raises
    ------
    ValueError
        The last dimension is not the agent's length.
    """
    if params.shape[-1] != spec.length:
        raise ValueError(f"{spec.name} has {spec.length} parameters, got {params.shape[-1]}")
    # One split: the gradient of a slice each would be a whole vector of zeros for every tensor.
    parts = params.split([math.prod(shape) for _, shape in spec.tensors], dim=-1)
    return {
        name: part.reshape(*params.shape[:-1], *shape)
        for (name, shape), part in zip(spec.tensors, parts, strict=True)
    }


class CellWeights:
    """An LSTM cell of P parameter sets at once, features before samples.

    Gates stand in the order input, forget, cell, output; both biases are summed once. The
    logistic function is taken as ``(tanh(x / 2) + 1) / 2``: torch's own rounds the last few
    columns of a matrix in another way than the rest, and then a shuffle would show.
    """

    def __init__(self, tensors: Mapping[str, Any]) -> None:
        import torch

        weight = torch.cat((tensors["lstm.weight_ih"], tensors["lstm.weight_hh"]), dim=-1)
        bias = (tensors["lstm.bias_ih"] + tensors["lstm.bias_hh"]).unsqueeze(-1)
        self.hidden = weight.shape[-2] // 4
        half = torch.full((4 * self.hidden, 1), 0.5).to(weight)
        half[2 * self.hidden : 3 * self.hidden] = 1.0
        self.weight, self.bias = weight * half, bias * half

    def step(self, inputs: Any, h: Any, c: Any) -> tuple[Any, Any]:
        """New h and c, each (P, hidden, S), from inputs (P, features, S)."""
        import torch

        n = self.hidden
        gates = quick_tanh(affine(self.bias, self.weight, torch.cat((inputs, h), dim=1)))
        gate = gates * 0.5 + 0.5
        c = gate[:, n : 2 * n] * c + gate[:, :n] * gates[:, 2 * n : 3 * n]
        return gate[:, 3 * n :] * quick_tanh(c), c


@dataclass(slots=True)
class VectorState:
    """What the sensory neurons remember: h and c, each (P, 8, N, B)."""

    h: Any
    c: Any

    def picked(self, index: Any) -> VectorState:
        """The state of chosen episodes, index (P, B') int64."""
        return VectorState(pick(self.h, index), pick(self.c, index))


class VectorLayer:
    """Scalars in, code out: K from one LSTM shared by all sensors, V the sensors themselves.

    The query side is folded into the key projection once, since Q is constant:
    ``(Q Wq^T + bq)(h Wk^T + bk)^T = A h^T + a``.

    Parameters
    ----------
    tensors
        Named tensors with a leading population dimension P.
    rows
        M, the number of queries.
    scaled
        True divides the scores by the square root of the key size (Ant); CartPole does not.
    """

    def __init__(self, tensors: Mapping[str, Any], rows: int, *, scaled: bool) -> None:
        import torch

        self.cell = CellWeights(tensors)
        bank = torch.from_numpy(fixed_queries(rows).copy()).to(tensors["query.weight"])
        query = bank @ tensors["query.weight"].transpose(-1, -2)
        bias = tensors.get("query.bias")
        if bias is not None:
            query = query + bias.unsqueeze(-2)
        if scaled:
            query = query / math.sqrt(query.shape[-1])
        self._fold = query @ tensors["key.weight"]
        key_bias = tensors.get("key.bias")
        shape = (*self._fold.shape[:-1], 1)
        self._constant = (
            self._fold.new_zeros(shape) if key_bias is None else query @ key_bias.unsqueeze(-1)
        )

    def fresh(self, sensors: int, episodes: int) -> VectorState:
        """The zero state in which every episode starts."""
        shape = (self._fold.shape[0], self.cell.hidden, sensors, episodes)
        return VectorState(self._fold.new_zeros(shape), self._fold.new_zeros(shape))

    def step(
        self, x: Any, previous: Any, state: VectorState, scale: float = 1.0
    ) -> tuple[Any, Any, VectorState]:
        """One time step.

        Parameters
        ----------
        x
            (P, N, B) sensors as they come, not normalised.
        previous
            (P, A, B) the action before.
        scale
            Factor within the outer tanh; 0.5 makes ten duplicated inputs equal to five.

        Returns
        -------
        tuple
            code m (P, M, B), attention W (P, M, N, B), and the new state.
        """
        import torch

        p, n, b = x.shape
        spread = previous.unsqueeze(2).expand(p, previous.shape[1], n, b)
        inputs = torch.cat((x.unsqueeze(1), spread), dim=1).reshape(p, -1, n * b)
        flat = (p, self.cell.hidden, n * b)
        h, c = self.cell.step(inputs, state.h.reshape(flat), state.c.reshape(flat))
        scores = affine(self._constant, self._fold, h)
        weights = quick_tanh(scores).reshape(p, -1, n, b)
        # Summed in double precision, so that the order of the sensors does not show.
        total = (weights * x.unsqueeze(1)).sum(dim=2, dtype=torch.float64).to(x.dtype)
        code = torch.tanh(total * scale if scale != 1.0 else total)
        shape = (p, self.cell.hidden, n, b)
        return code, weights, VectorState(h.reshape(shape), c.reshape(shape))


class VisionLayer:
    """Image patches in, code out: K from differences of frames, V from normalised pixels.

    Parameters
    ----------
    tensors
        Named tensors of one agent.
    rows
        M, the number of queries.
    time_fastest
        Order within a key's pixels: CarRacing has time fastest, Pong slowest.
    """

    def __init__(self, tensors: Mapping[str, Any], rows: int, *, time_fastest: bool) -> None:
        import torch
        from torch.nn.functional import linear

        self._tensors = tensors
        self._time_fastest = time_fastest
        bank = torch.from_numpy(fixed_queries(rows).copy()).to(tensors["query.weight"])
        self._query = linear(bank, tensors["query.weight"], tensors["query.bias"])
        self._scale = 1 / math.sqrt(self._query.shape[-1])

    def step(self, stack: Any, previous: Any, kept: Any | None = None) -> tuple[Any, Any]:
        """Code m (B, M, D) and attention (B, M, N) of stacks (B, 4, H, W) in [0, 1].

        Parameters
        ----------
        previous
            (B, A) the action before.
        kept
            (N',) int64 patches that are there; the others are left out of keys and values.
        """
        import torch
        from torch.nn.functional import layer_norm, linear

        tensors = self._tensors
        patches = patchify(stack)
        if kept is not None:
            patches = patches[:, kept]
        keys = linear(self._key_features(patches, previous), *_pair(tensors, "key"))
        values = linear(self._value_features(patches), *_pair(tensors, "value"))
        attention = torch.softmax(self._query @ keys.transpose(1, 2) * self._scale, dim=-1)
        code = torch.relu(attention @ values)
        out = (tensors.get("out_norm.weight"), tensors.get("out_norm.bias"))
        return layer_norm(code, code.shape[-1:], *out, _EPS), attention

    def _key_features(self, patches: Any, previous: Any) -> Any:
        import torch

        change = patches[:, :, 1:] - patches[:, :, :-1]
        if self._time_fastest:
            change = change.permute(0, 1, 3, 4, 2)
        flat = change.flatten(2)
        spread = previous.unsqueeze(1).expand(-1, flat.shape[1], -1)
        return torch.cat((flat, spread), dim=-1)

    def _value_features(self, patches: Any) -> Any:
        from torch.nn.functional import layer_norm

        flat = patches.flatten(3)
        norm = (self._tensors.get("value_norm.weight"), self._tensors.get("value_norm.bias"))
        return layer_norm(flat, flat.shape[-1:], *norm, _EPS).flatten(2)


def patchify(stack: Any) -> Any:
    """Patches (B, N, T, 6, 6) of images (B, T, H, W), row-major over the grid."""
    b, t, height, width = stack.shape
    rows, columns = height // PATCH, width // PATCH
    grid = stack.reshape(b, t, rows, PATCH, columns, PATCH)
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(b, rows * columns, t, PATCH, PATCH)


def affine(bias: Any, weight: Any, values: Any) -> Any:
    """``bias + weight @ values`` of (P, O, 1), (P, O, I) and (P, I, S); columns round alike."""
    import torch
    from torch.nn.functional import pad

    columns = values.shape[-1]
    if columns >= _ALIKE:
        return torch.baddbmm(bias, weight, values)
    return torch.baddbmm(bias, weight, pad(values, (0, _ALIKE - columns)))[..., :columns]


def quick_tanh(values: Any) -> Any:
    """Hyperbolic tangent by numpy, six times as fast as torch's, where no gradient is asked for.

    It is off by up to 1.4 units in the last place, torch's by 0.5. What the agent does next (the
    code and the action) stays with torch's: with numpy's there one of the hundred episodes of the
    released CartPole log ends otherwise.
    """
    import torch

    if values.device.type != "cpu" or (torch.is_grad_enabled() and values.requires_grad):
        return torch.tanh(values)
    return torch.from_numpy(np.tanh(values.detach().numpy()))


def pick(values: Any, index: Any) -> Any:
    """Chosen episodes of values (P, ..., B) by index (P, B')."""
    shape = (index.shape[0], *(1,) * (values.dim() - 2), index.shape[1])
    expanded = index.reshape(shape).expand(*values.shape[:-1], index.shape[1])
    return values.gather(-1, expanded)


def _pair(tensors: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    return tensors[f"{name}.weight"], tensors[f"{name}.bias"]
