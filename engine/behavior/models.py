"""Networks by their design, and their weights: safetensors whose header tells the design."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.whole_file import written_whole

if TYPE_CHECKING:
    from engine.behavior.networks import Embedder

KEY = "peerscope_embedder"
#: Words under which a file keeps how its weights came about.
FACTS = ("command", "steps", "seed", "fve", "source")
_PRESETS = ("cpu", "sketch", "paper")
#: Parameters that say how frames are cut; they go with the weights.
_CUTTING = ("crop", "crop_px", "crop_box", "align", "views")
#: A header longer than this, in bytes, is none of ours.
_LONGEST_HEADER = 1 << 20


@dataclass(frozen=True, slots=True)
class Design:
    """What a network is like: preset, numbers of code, views, (height, width), and context."""

    preset: str = "cpu"
    latent: int = 8
    views: int = 1
    size: tuple[int, int] = (96, 96)
    has_context: bool = True

    def without_context(self, plain: bool = True) -> Design:
        """The plain autoencoder of the same size, where asked for."""
        return replace(self, has_context=not plain)


@dataclass(frozen=True, slots=True)
class EmbedderFile:
    """Header of a network's file; conforms to `engine.files.kinds.Opened`.

    Attributes
    ----------
    design
        What the network is like.
    crop
        How its frames were cut: ``crop``, ``crop_px``, ``align`` and so on, as far as told.
    facts
        How the weights came about, as far as told.
    shapes
        Shape of every tensor by name.
    """

    path: Path
    design: Design
    crop: Mapping[str, Any]
    facts: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]

    @classmethod
    def read(cls, path: Path) -> EmbedderFile:
        """Read the header; no tensor is touched, and torch is not needed.

        Raises
        ------
        BadInput
            The header is damaged, or tells no design that can be built.
        """
        header, length = _header(path)
        try:
            own = header.pop("__metadata__")
            told = json.loads(own[KEY])
            design = _checked(told["design"])
            crop = dict(told.get("crop", {}))
            shapes = {name: tuple(map(int, info["shape"])) for name, info in header.items()}
            end = max(int(info["data_offsets"][1]) for info in header.values())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"{path.name} holds no behaviour embedder of ours ({type(error).__name__}: "
                f"{error}); train one or choose another."
            ) from None
        if path.stat().st_size != 8 + length + end:
            raise BadInput(f"{path.name} is cut off or too long; copy it again.")
        facts = {name: str(own[name]) for name in FACTS if name in own}
        return cls(path, design, crop, facts, shapes)

    @property
    def summary(self) -> str:
        """Kind, size of the code and of the frame."""
        design = self.design
        kind = "DBE" if design.has_context else "autoencoder"
        views = "" if design.views == 1 else f", {design.views} views"
        height, width = design.size
        return f"{kind} ({design.preset}), code of {design.latent}, {width} x {height} px{views}"

    def close(self) -> None:
        """Nothing is held open."""


def crop_words(params: Any) -> dict[str, Any]:
    """What of the parameters must be the same wherever the weights are applied."""
    plain = params.model_dump(mode="json")
    return {name: plain[name] for name in _CUTTING}


def new_network(design: Design, seed: int) -> Embedder:
    """A network with weights drawn from a seed, and the process's generator left as it was."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _built(design)


def load_network(file: EmbedderFile) -> Embedder:
    """The network with its weights, ready to embed.

    Raises
    ------
    BadInput
        A tensor is missing, left over, of another shape, or holds something not finite.
    """
    import torch
    from safetensors.torch import load_file

    network = _built(file.design)
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    _refuse_other_shapes(file.path.name, wanted, file.shapes)
    tensors = load_file(file.path)
    for name, value in tensors.items():
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise BadInput(
                f"{file.path.name}: {name} is not finite; the file is damaged, so copy it again."
            )
    own = network.state_dict()
    network.load_state_dict({name: value.to(own[name].dtype) for name, value in tensors.items()})
    network.eval()
    return network


def save_network(
    network: Embedder,
    design: Design,
    path: Path,
    facts: Mapping[str, str],
    crop: Mapping[str, Any],
    *,
    half: bool = False,
) -> None:
    """Write weights (float16 when `half`) with the design, the crop, and how they came about."""
    import torch
    from safetensors.torch import save

    kind = torch.float16 if half else torch.float32
    tensors = {
        name: (value.to(kind) if value.is_floating_point() else value).cpu().contiguous()
        for name, value in network.state_dict().items()
    }
    metadata = {KEY: json.dumps({"design": asdict(design), "crop": dict(crop)}), **facts}
    with written_whole(path) as file:
        file.write(save(tensors, metadata))


def _built(design: Design) -> Embedder:
    from engine.behavior.dbe_lite import PLANS, LiteDBE
    from engine.behavior.dbe_paper import PaperDBE

    if design.preset == "paper":
        return PaperDBE(design.latent, design.views, design.has_context)
    plan = PLANS[design.preset]
    return LiteDBE(design.latent, design.views, design.size, design.has_context, plan)


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The JSON header of a safetensors file, and its length."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            found = json.loads(file.read(min(length, _LONGEST_HEADER)))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(
            f"{path.name} cannot be read as safetensors ({error}); copy it again."
        ) from None
    if not isinstance(found, dict):
        raise BadInput(
            f"{path.name} cannot be read as safetensors (its header is no table); copy it again."
        )
    return found, length


def _checked(told: Mapping[str, Any]) -> Design:
    """A design within sane bounds: a hostile header must not make us build a huge network."""
    size = (int(told["size"][0]), int(told["size"][1]))
    latent, views = int(told["latent"]), int(told["views"])
    design = Design(str(told["preset"]), latent, views, size, bool(told["has_context"]))
    sane = (
        design.preset in _PRESETS
        and 1 <= design.latent <= 64
        and 1 <= design.views <= 4
        and all(16 <= side <= 512 and side % 16 == 0 for side in size)
        and (design.preset != "paper" or size == (128, 128))
    )
    if not sane:
        raise ValueError("unknown design; update Peerscope")
    return design


def _refuse_other_shapes(
    name: str, wanted: Mapping[str, tuple[int, ...]], given: Mapping[str, tuple[int, ...]]
) -> None:
    for key in wanted.keys() | given.keys():
        if wanted.get(key) != given.get(key):
            told = "is missing" if key not in given else f"has shape {given[key]}"
            expected = "is one too many" if key not in wanted else f"{wanted[key]} is expected"
            raise BadInput(f"{name}: the tensor {key} {told}; {expected}, so choose others.")
