"""Weights of our own detectors: safetensors whose header tells the design of the network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.whole_file import written_whole

if TYPE_CHECKING:
    from engine.detection.network import BetaRCNN, Design

KEY = "peerscope_detector"
#: Words under which a person keeps how the weights came about.
FACTS = ("command", "iterations", "seed", "ap", "source")


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """Header of a detector's file; conforms to `engine.files.kinds.Opened`.

    Attributes
    ----------
    design
        Fields of `engine.detection.network.Design` as plain data.
    facts
        How the weights came about, as far as the file says.
    shapes
        Shape of every tensor by name.
    """

    path: Path
    design: Mapping[str, Any]
    facts: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]

    @classmethod
    def read(cls, path: Path) -> WeightsFile:
        """Read the header; no tensor is touched, and torch is not needed.

        Raises
        ------
        BadInput
            The header is damaged or says nothing of a detector.
        """
        try:
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                header = json.loads(file.read(length))
            own = header.pop("__metadata__")
            design = json.loads(own[KEY])
            shapes = {name: tuple(info["shape"]) for name, info in header.items()}
            end = max(info["data_offsets"][1] for info in header.values())
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"{path.name} is no detector of ours ({error}); train one or choose another."
            ) from None
        if path.stat().st_size != 8 + length + end:
            raise BadInput(f"{path.name} is cut off or too long; copy it again.")
        facts = {name: own[name] for name in FACTS if name in own}
        return cls(path, design, facts, shapes)

    @property
    def summary(self) -> str:
        """Head, backbone and size."""
        count = sum(_product(shape) for shape in self.shapes.values())
        words = {"beta": "Beta R-CNN (re-implementation)", "plain": "Faster R-CNN head"}
        head = words.get(str(self.design.get("head")), "detector")
        return f"{head}, {self.design.get('preset')} backbone, {count / 1e6:.1f} M parameters"

    def close(self) -> None:
        """Nothing is held open."""


def load_network(file: WeightsFile) -> BetaRCNN:
    """The network with its weights, ready to detect.

    Raises
    ------
    BadInput
        The design is unknown, or a tensor is missing, left over or of another shape.
    """
    from safetensors.torch import load_file

    from engine.detection.network import BetaRCNN

    network = BetaRCNN(_design(file))
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    refuse_other_shapes(file.path.name, wanted, file.shapes)
    network.load_state_dict({name: value.float() for name, value in load_file(file.path).items()})
    network.eval()
    return network


def save_network(network: BetaRCNN, path: Path, facts: Mapping[str, str]) -> None:
    """Write weights as float16 with the design and how they came about."""
    from safetensors.torch import save

    tensors = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    metadata = {KEY: json.dumps(asdict(network.design)), **facts}
    with written_whole(path) as file:
        file.write(save(tensors, metadata))


def refuse_other_shapes(
    name: str,
    wanted: Mapping[str, tuple[int, ...]],
    given: Mapping[str, tuple[int, ...]],
) -> None:
    """Raise `BadInput` naming the first tensor that does not fit."""
    for key, shape in wanted.items():
        if key not in given:
            raise BadInput(f"{name} lacks the tensor {key}; it is of another architecture.")
        if given[key] != shape:
            raise BadInput(
                f"{name}: {key} has shape {given[key]}, {shape} is expected; "
                f"it is of another architecture."
            )
    extra = next((key for key in given if key not in wanted), None)
    if extra is not None:
        raise BadInput(f"{name} has a tensor {extra} too many; it is of another architecture.")


def _design(file: WeightsFile) -> Design:
    from engine.detection.network import Design

    try:
        design = Design(**file.design)
    except TypeError as error:
        raise BadInput(f"{file.path.name} has an unknown design ({error}).") from None
    if design.preset not in ("small", "resnet50") or design.head not in ("beta", "plain"):
        raise BadInput(f"{file.path.name} has an unknown design; update Peerscope.")
    return design


def _product(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count
