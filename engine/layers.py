"""Networks whose one pass takes longer than a person who cancels shall wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


@contextmanager
def checked_between_layers(network: nn.Module, check: Callable[[], None]) -> Iterator[None]:
    """Call `check` after every layer while the block runs, backwards too while it trains."""
    layers = [part for part in network.modules() if not any(part.children())]
    hooks = [layer.register_forward_hook(lambda *_: check()) for layer in layers]
    if network.training:
        hooks += [layer.register_full_backward_pre_hook(lambda *_: check()) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
