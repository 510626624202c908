"""Parameters of the experiments on behaviour videos."""

from __future__ import annotations

from typing import Literal

from engine.experiment import Params, param

#: "model" is the crop the weights were trained on.
CropOfModel = Literal["model", "auto", "whole", "fixed", "egocentric", "blob"]


class ModelParams(Params):
    """What turns a frame into a code."""

    method: Literal["pca", "dbe", "ae"] = param(
        "pca",
        title="Method",
        text="How frames become codes: the linear code of least squared error, a disentangled "
        "behaviour embedding, or a plain autoencoder of the same size.",
        group="Model",
        paper="dbe",
    )
    latent: int = param(
        8,
        title="Code size",
        text="Numbers that describe one frame.",
        group="Model",
        symbol="D",
        paper=8,
        ge=2,
        le=64,
    )


class FrameParams(Params):
    """Which part of which frames is looked at."""

    size_px: int = param(
        0,
        title="Analysis size",
        text="The longer side of a frame after area averaging. auto (0): 64 for PCA of whole "
        "frames, 96 for the CPU presets, 128 for the published network.",
        group="Frames",
        unit="px",
        paper=128,
        auto=0,
        ge=0,
        le=256,
    )
    crop: Literal["auto", "whole", "fixed", "egocentric", "blob"] = param(
        "whole",
        title="Crop",
        text="The whole frame, as for a head-fixed animal; one fixed box; a box on the thorax "
        "(needs poses); or a box on whatever moves. auto: egocentric with poses, else blob.",
        group="Frames",
        paper="whole",
    )
    crop_box: tuple[int, int, int, int] = param(
        (0, 0, 0, 0),
        title="Crop box",
        text="Left, top, width and height of the fixed crop; draw it on the video.",
        group="Frames",
        unit="px",
    )
    crop_px: int = param(
        0,
        title="Crop side",
        text="Side of a box that moves with the animal. auto (0): 2.5 body lengths, rounded up "
        "to 32.",
        group="Frames",
        unit="px",
        auto=0,
        ge=0,
        le=4096,
    )
    align: bool = param(
        False,
        title="Turn with the animal",
        text="Turn an egocentric box so that the head points right.",
        group="Frames",
    )
    track: str = param(
        "0",
        title="Animal",
        text="Track of the poses, by name or number; all for every one.",
        group="Frames",
        max_length=200,
    )
    views: int = param(
        1,
        title="Views",
        text="Camera views that stand side by side in a whole or fixed crop.",
        group="Frames",
        symbol="V",
        paper=2,
        ge=1,
        le=4,
    )
    pose_offset: int = param(
        0,
        title="Pose offset",
        text="Frame of the video that the first frame of the poses belongs to; negative where "
        "the video was cut at its start.",
        group="Frames",
        unit="frames",
    )
    pose_stride: int = param(
        1,
        title="Pose stride",
        text="Frames of the video from one frame of the poses to the next.",
        group="Frames",
        unit="frames",
        ge=1,
        le=1000,
    )
    stride: int = param(
        1,
        title="Stride",
        text="Take every n-th frame.",
        group="Frames",
        paper=1,
        ge=1,
        le=1000,
    )


class TrainingParams(FrameParams):
    """How a network is trained."""

    steps: int = param(
        1000,
        title="Steps",
        text="Steps of Adam for each network. The stop rule.",
        group="Training",
        ge=1,
        le=1_000_000,
    )
    rate: float = param(
        2e-3,
        title="Learning rate",
        text="Of Adam; falls to 0.3 of it after 70 % of the steps, to 0.1 after 90 %.",
        group="Training",
        paper=1e-3,
        gt=0.0,
        le=1.0,
    )
    noise: float = param(
        0.3,
        title="Code noise",
        text="Noise added to the code in the first 70 % of the steps, in its standard deviations; "
        "near codes then mean near pictures, and more can be read from them linearly.",
        group="Training",
        paper=0.0,
        ge=0.0,
        le=2.0,
    )
    relight: float = param(
        0.0,
        title="Relighting",
        text="Encode frames in random light and draw them in another, which their context is in "
        "too, in the first 80 % of the steps: the code then need not tell the light. Strength; 0 "
        "is off.",
        group="Training",
        paper=0.0,
        ge=0.0,
        le=2.0,
    )
    minibatch: int = param(
        64,
        title="Training batch",
        text="Frames in a step of Adam; halved by itself when memory runs out.",
        group="Training",
        ge=4,
        le=4096,
    )
    augment: Literal["auto", "none", "mirror", "square"] = param(
        "auto",
        title="Augmentation",
        text="Random flips and quarter turns of frame and context together. auto: square for "
        "boxes that move with an upright animal, else none.",
        group="Training",
        paper="none",
    )
    context: Literal["picked", "pre_event", "median"] = param(
        "picked",
        title="Context frame",
        text="What stands for the still part: a picked frame (in training any frame of the same "
        "session), the frame a second before an event (in training moved by up to 15 frames), "
        "or a temporal median.",
        group="Training",
        paper="pre_event",
    )
    context_frame: int = param(
        -1,
        title="Context or event frame",
        text="Number of the picked frame, or of the event. auto (-1): the first frame trained on.",
        group="Training",
        auto=-1,
        ge=-1,
    )
    split: Literal["none", "blocked300"] = param(
        "none",
        title="Split",
        text="blocked300: of every 300 frames, 20 to 219 are learned from and 240 to 299 scored. "
        "none: everything is learned from, and scores are in-sample.",
        group="Evaluation",
    )


class NetworkParams(TrainingParams, ModelParams):
    """Which network is trained, and what stands beside it."""

    preset: Literal["cpu", "sketch", "paper"] = param(
        "cpu",
        title="Preset",
        text="cpu learns within minutes on one core; sketch is its plainer forerunner; paper is "
        "the published network (128 px), which wants a GPU.",
        group="Training",
        paper="paper",
    )
    seeds: int = param(
        1,
        title="Seeds",
        text="Trainings from this many seeds; scores are means and standard deviations.",
        group="Evaluation",
        ge=1,
        le=20,
    )
    baselines: bool = param(
        True,
        title="Baselines",
        text="Measure PCA and a plain autoencoder of the same size beside it.",
        group="Evaluation",
    )


class EmbedParams(NetworkParams):
    """Parameters of ``behavior.embed``."""

    batch: int = param(
        64,
        title="Batch",
        text="Frames between two updates of the streamed basis of PCA.",
        group="Run",
        live=True,
        ge=16,
        le=1024,
    )


class EvaluateParams(NetworkParams):
    """Parameters of ``behavior.evaluate``."""

    method: Literal["dbe", "ae"] = param(
        "dbe",
        title="Method",
        text="What is put to the test: a disentangled embedding, or a plain autoencoder.",
        group="Model",
        paper="dbe",
    )
    crop: Literal["auto", "whole", "fixed", "egocentric", "blob"] = param(
        "auto",
        title="Crop",
        text="auto: a box on the thorax where there are poses, else one on whatever moves.",
        group="Frames",
        paper="whole",
    )
    split: Literal["none", "blocked300"] = param(
        "blocked300",
        title="Split",
        text="blocked300: of every 300 frames, 20 to 219 are learned from and 240 to 299 scored. "
        "none: everything is learned from, and scores are in-sample.",
        group="Evaluation",
    )
    scenes: int = param(
        1,
        title="Synthetic scenes",
        text="From 2 on, each recording is also shown in other light (gain, texture, slope), so "
        "that codes of the same moment can be compared and swapped contexts checked.",
        group="Evaluation",
        ge=1,
        le=5,
    )


class ApplyParams(TrainingParams):
    """Parameters of ``behavior.apply``; what is not asked for is as the weights were trained."""

    crop: CropOfModel = param(  # type: ignore[assignment]
        "model",
        title="Crop",
        text="model: as the weights were trained.",
        group="Frames",
    )
    steps: int = param(
        0,
        title="Fine-tuning steps",
        text="0 applies the weights as they are; more train them further on these recordings.",
        group="Training",
        ge=0,
        le=1_000_000,
    )
    rate: float = param(
        1e-3,
        title="Learning rate",
        text="Of Adam, when fine-tuning; falls as in training.",
        group="Training",
        gt=0.0,
        le=1.0,
    )
