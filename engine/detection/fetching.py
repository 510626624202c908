"""Published weights over the network: only after a yes, with progress, and checked by hash."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.errors import PeerscopeError
from engine.whole_file import written_whole

_CHUNK = 1 << 16
_TIMEOUT_S = 20.0


def published_weights(architecture: str) -> tuple[str, str]:
    """Address of torchvision's default COCO weights, and their size in words."""
    from torchvision.models import get_model_weights

    weights = get_model_weights(architecture).DEFAULT
    return str(weights.url), f"{weights.meta['_file_size']:.0f} MB"


def cached_path(url: str) -> Path:
    """Where torch keeps a file of that address."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints" / url.rsplit("/", 1)[-1]


def fetch(url: str, path: Path, check: Callable[[], None]) -> Iterator[tuple[int, int]]:
    """Download to `path`; yields bytes so far and in all (0 when unknown).

    The name carries the first digits of the file's SHA-256, as torch's hub asks; a file that
    does not match is thrown away.

    Raises
    ------
    PeerscopeError
        There is no network, the answer is an error, or the hash does not match.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as reply, written_whole(path) as file:
            total = int(reply.headers.get("Content-Length", 0))
            done = 0
            while chunk := reply.read(_CHUNK):
                check()
                file.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                yield done, total
            _refuse_other(digest.hexdigest(), path)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise PeerscopeError(
            f"{path.name} cannot be downloaded ({reason}); load it elsewhere from {url} and drop "
            f"the file on the window, or give it as --model."
        ) from None


def _refuse_other(digest: str, path: Path) -> None:
    prefix = path.stem.rsplit("-", 1)[-1]
    if not digest.startswith(prefix):
        raise PeerscopeError(f"{path.name} arrived damaged: its hash does not match; try again.")
