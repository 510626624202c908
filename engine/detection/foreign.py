"""Other people's detectors: torchvision's, TorchScript and ONNX.

They run in a process of their own: one image may take seconds, and TorchScript and ONNX are code
that somebody else wrote.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.detection.detector import Check, RawFrame, shrink
from engine.detection.weights import refuse_other_shapes
from engine.errors import BadInput, MissingExtra, PeerscopeError
from engine.figures.arrays import Array
from engine.workers import Pace, SimulatorProcess

#: torchvision's builders by the name a person chooses, with a tensor that tells them apart.
ARCHITECTURES = {
    "fasterrcnn_resnet50_fpn": "roi_heads.box_predictor.cls_score.weight",
    "retinanet_resnet50_fpn": "head.classification_head.conv.0.0.weight",
    "ssdlite320_mobilenet_v3_large": "head.classification_head.module_list.0.1.weight",
}
#: The same by their short names.
PUBLISHED = {
    "fasterrcnn": "fasterrcnn_resnet50_fpn",
    "retinanet": "retinanet_resnet50_fpn",
    "ssdlite": "ssdlite320_mobilenet_v3_large",
}
#: Class of people in COCO as torchvision counts it.
PERSON = 1
_POLL_S, _RATE_HZ = 0.05, 100.0


@dataclass(frozen=True, slots=True)
class StateDictFile:
    """A torchvision detection state dict; conforms to `engine.files.kinds.Opened`."""

    path: Path
    architecture: str

    @property
    def summary(self) -> str:
        """Which architecture."""
        return f"torchvision state dict, {self.architecture}"

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A TorchScript or ONNX model, which runs code; conforms to `engine.files.kinds.Opened`."""

    path: Path
    language: str

    @property
    def summary(self) -> str:
        """Which language, and that it is code."""
        return f"{self.language} model: it runs code, and is opened only when you say yes"

    def close(self) -> None:
        """Nothing is held open."""


def open_state_dict(path: Path) -> StateDictFile:
    """Tell the architecture of a state dict by the names in it; nothing is unpickled."""
    architecture = architecture_of(names_in(path))
    if not architecture:
        known = ", ".join(ARCHITECTURES)
        raise BadInput(f"{path.name} is no state dict of: {known}; choose another.")
    return StateDictFile(path, architecture)


def names_in(path: Path) -> bytes:
    """The pickled index of a torch archive as bytes, only searched for names."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(item for item in archive.namelist() if item.endswith("/data.pkl"))
            return archive.read(name)
    except (OSError, zipfile.BadZipFile, StopIteration):
        return b""


def architecture_of(names: bytes) -> str:
    """Name of the architecture whose telling tensor is named; empty for none."""
    return next((name for name, key in ARCHITECTURES.items() if key.encode() in names), "")


class ForeignDetector:
    """A detector in a process of its own.

    Parameters
    ----------
    factory, *arguments
        Makes the simulator in the child.
    name, suppressed
        As in `engine.detection.detector.Detector`.
    """

    sees_visible = False

    def __init__(self, factory: Any, *arguments: Any, name: str, suppressed: bool) -> None:
        self.name, self.suppressed = name, suppressed
        self._process = SimulatorProcess(factory, *arguments, pace=Pace(_RATE_HZ, 1))

    def detect(self, pixels: Array, check: Check) -> RawFrame:
        """Detect in an image (h, w, 3) uint8 RGB; boxes in its pixels."""
        self._process.send(np.ascontiguousarray(pixels))
        while True:
            check()
            for payload in self._process.receive(_POLL_S):
                if payload is not None:
                    return RawFrame.plain(*payload)

    def close(self) -> None:
        """End the process."""
        self._process.close()


class Stepper:
    """What the child steps: images come as commands, boxes and scores go back."""

    def __init__(self, detect: Any) -> None:
        self._detect = detect

    def step(self, commands: list[Any]) -> tuple[Any, None]:
        """Detect in the newest image that came; None when none did."""
        return (self._detect(commands[-1]), None) if commands else (None, None)


def torchvision_stepper(architecture: str, path: str, short_side_px: int) -> Stepper:
    """A torchvision detector with the weights of a file, for people alone."""
    import torch
    from torchvision.models import detection as models

    network = getattr(models, architecture)(weights=None, weights_backbone=None)
    state = read_state(Path(path))
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    given = {name: tuple(value.shape) for name, value in state.items()}
    refuse_other_shapes(Path(path).name, wanted, given)
    network.load_state_dict(state)
    network.eval()
    # Suppression is ours: the network's own is opened as far as it goes.
    for part in (network, getattr(network, "roi_heads", None)):
        if part is not None and hasattr(part, "nms_thresh"):
            part.nms_thresh, part.score_thresh = 0.99, 0.01
    if hasattr(network, "roi_heads"):
        network.roi_heads.detections_per_img = 300

    def detect(pixels: Array) -> tuple[Array, Array]:
        shrunk, factor = shrink(pixels, short_side_px)
        image = torch.from_numpy(shrunk).permute(2, 0, 1).to(torch.float32) / 255
        with torch.inference_mode():
            found = network([image])[0]
        people = found["labels"] == PERSON
        boxes = found["boxes"][people].double().numpy() * factor
        return boxes, found["scores"][people].double().numpy()

    return Stepper(detect)


def read_state(path: Path) -> Mapping[str, Any]:
    """Tensors of a state dict, without unpickling anything else.

    Raises
    ------
    BadInput
        It holds other objects, or is damaged.
    """
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise BadInput(
            f"{path.name} cannot be read as weights alone ({reason}); "
            f"save model.state_dict() and choose that."
        ) from None
    state = state.get("model", state) if isinstance(state, dict) else state
    if not isinstance(state, Mapping) or not all(hasattr(v, "shape") for v in state.values()):
        raise BadInput(f"{path.name} holds more than tensors by name; save model.state_dict().")
    return state


def torchscript_stepper(path: str, short_side_px: int, person: int) -> Stepper:
    """A TorchScript module that takes a list of images or a batch."""
    import torch

    # The library advises against the format; what a person drops is not up to us.
    warnings.filterwarnings("ignore", category=FutureWarning, module="torch.jit")
    try:
        module = torch.jit.load(path, map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise BadInput(f"{Path(path).name} cannot be opened as TorchScript ({error}).") from None

    def detect(pixels: Array) -> tuple[Array, Array]:
        shrunk, factor = shrink(pixels, short_side_px)
        image = torch.from_numpy(shrunk).permute(2, 0, 1).to(torch.float32) / 255
        with torch.inference_mode():
            try:
                found = module([image])
            except RuntimeError:
                found = module(image[None])
        boxes, scores = people_in(_tensors(found), shrunk.shape[:2], person)
        return boxes * factor, scores

    return Stepper(detect)


def onnx_stepper(path: str, short_side_px: int, person: int) -> Stepper:
    """An ONNX model with one image input, run by onnxruntime on one thread."""
    try:
        import onnxruntime
    except ImportError:
        raise MissingExtra("Opening ONNX models", "networks") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise BadInput(f"{Path(path).name} cannot be opened as ONNX ({error}).") from None
    entry = session.get_inputs()[0]

    def detect(pixels: Array) -> tuple[Array, Array]:
        import cv2

        shrunk, factor = shrink(pixels, short_side_px)
        size = fixed_size(entry.shape)
        if size is not None:
            height, width = pixels.shape[:2]
            shrunk = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
            factor = np.tile([width / size[0], height / size[1]], 2)
        image = np.ascontiguousarray(shrunk.transpose(2, 0, 1), "f4") / 255
        image = image if len(entry.shape) == 3 else image[None]
        names = [item.name for item in session.get_outputs()]
        found = dict(zip(names, session.run(None, {entry.name: image}), strict=True))
        boxes, scores = people_in(found, shrunk.shape[:2], person)
        return boxes * factor, scores

    return Stepper(detect)


def fixed_size(shape: Sequence[Any]) -> tuple[int, int] | None:
    """Width and height that a model insists on, or None."""
    height, width = shape[-2], shape[-1]
    if isinstance(height, int) and isinstance(width, int):
        return width, height
    return None


def people_in(
    found: Mapping[str, Array], size: tuple[int, int], person: int
) -> tuple[Array, Array]:
    """Boxes (n, 4) and scores (n,) of people from a model's outputs.

    Understood are: boxes (n, 4), scores (n,) and whole-numbered labels (n,), told apart by name
    or shape; and one array (1, n, 6) of left, top, right, bottom, score, class.

    Parameters
    ----------
    size
        Height and width of the image the model saw.
    person
        The label of people.

    Raises
    ------
    PeerscopeError
        The outputs are of another layout.
    """
    arrays = {name: np.asarray(value) for name, value in found.items()}
    boxes = _one(arrays, r"box", lambda a: a.ndim >= 2 and a.shape[-1] == 4)
    if boxes is not None:
        scores = _one(
            arrays, r"score|conf", lambda a: a.dtype.kind == "f" and 4 * a.size == boxes.size
        )
        labels = _one(arrays, r"label|class", lambda a: a.dtype.kind in "iu")
        if scores is not None:
            return _filtered(boxes.reshape(-1, 4), scores.reshape(-1), labels, person, size)
    single = next(iter(arrays.values())) if len(arrays) == 1 else None
    if single is not None and single.ndim == 3 and single.shape[-1] == 6:
        rows = single.reshape(-1, 6)
        return _filtered(rows[:, :4], rows[:, 4], rows[:, 5], person, size)
    told = ", ".join(f"{name} {value.shape}" for name, value in arrays.items())
    raise PeerscopeError(
        f"The model's outputs ({told}) are no boxes, scores and labels; export it with those."
    )


def _filtered(
    boxes: Array, scores: Array, labels: Array | None, person: int, size: tuple[int, int]
) -> tuple[Array, Array]:
    kept = np.ones(len(boxes), "?") if labels is None else labels.reshape(-1) == person
    boxes = boxes[kept].astype("f8")
    if len(boxes) and boxes.max() <= 1.5:
        boxes = boxes * np.tile([size[1], size[0]], 2)
    return boxes, scores[kept].astype("f8")


def _one(arrays: Mapping[str, Array], names: str, fits: Any) -> Array | None:
    """The array whose name says so, else the only one that fits."""
    fitting = {name: value for name, value in arrays.items() if fits(value)}
    named = [value for name, value in fitting.items() if re.search(names, name, re.IGNORECASE)]
    if named:
        return named[0]
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _tensors(found: Any) -> dict[str, Array]:
    """Outputs of a TorchScript module as arrays by name."""
    if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], list):
        found = found[1]
    if isinstance(found, list) and found and isinstance(found[0], dict):
        found = found[0]
    if isinstance(found, dict):
        return {name: value.detach().numpy() for name, value in found.items()}
    parts = found if isinstance(found, tuple | list) else (found,)
    return {f"output {i}": value.detach().numpy() for i, value in enumerate(parts)}
