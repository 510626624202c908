"""Which detector a run uses: a file, the product's own, or one of torchvision's."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from engine.context import Context
from engine.detection import fetching, foreign
from engine.detection.detector import OWN_WEIGHTS, Detector, OwnDetector
from engine.detection.foreign import CodeFile, ForeignDetector, StateDictFile
from engine.detection.params import DetectParams
from engine.detection.weights import WeightsFile
from engine.errors import BadParams, PeerscopeError
from engine.experiment import Snapshot


def chosen_detector(
    model: Any, params: DetectParams, ctx: Context
) -> Generator[Snapshot, None, Detector]:
    """The detector of an opened model file, or of ``params.model`` where there is none.

    Raises
    ------
    PeerscopeError
        The model runs code or must be downloaded, and nobody said yes; or it does not fit.
    """
    if isinstance(model, CodeFile):
        return _of_code(model, params)
    if isinstance(model, StateDictFile):
        return _of_torchvision(model.architecture, str(model.path), params)
    if isinstance(model, WeightsFile):
        return OwnDetector(model, params.short_side)
    if params.model == "own":
        return OwnDetector(WeightsFile.read(OWN_WEIGHTS), params.short_side)
    return (yield from _published(params, ctx))


def _published(params: DetectParams, ctx: Context) -> Generator[Snapshot, None, Detector]:
    """One of torchvision's own, from torch's cache or the network."""
    architecture = foreign.PUBLISHED[params.model]
    url, size = fetching.published_weights(architecture)
    path = fetching.cached_path(url)
    if not path.is_file():
        if not params.download:
            raise BadParams(
                f"The weights of {params.model} ({size} from {url}) are not on this machine; "
                f"allow the download (download=true), or drop the file."
            )
        for done, total in fetching.fetch(url, path, ctx.check):
            share = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
            yield Snapshot(0, None, note=f"downloading {share}")
    return _of_torchvision(architecture, str(path), params)


def _of_torchvision(architecture: str, path: str, params: DetectParams) -> Detector:
    return ForeignDetector(
        foreign.torchvision_stepper,
        architecture,
        path,
        params.short_side,
        name=f"torchvision {architecture}, people of COCO",
        suppressed=False,
    )


def _of_code(model: CodeFile, params: DetectParams) -> Detector:
    if not params.allow_code:
        raise PeerscopeError(
            f"{model.path.name} is {model.language}, which runs code written by others; "
            f"allow it (allow_code=true) only when you trust where it comes from."
        )
    stepper = foreign.onnx_stepper if model.language == "ONNX" else foreign.torchscript_stepper
    return ForeignDetector(
        stepper,
        str(model.path),
        params.short_side,
        params.person_class,
        name=f"{model.language} {model.path.name}",
        suppressed=True,
    )
