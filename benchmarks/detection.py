"""BetaNMS beside torchvision's IoU-NMS; a slider beside OpenCV's drawing; the two heads."""

from __future__ import annotations

import numpy as np
import torch
from _harness import paired, row
from torchvision.ops import nms

from engine.detection.network import Design
from engine.detection.nms import Suppression, suppress
from engine.detection.scenes import scene
from engine.detection.training import as_images, new_network
from engine.figures.arrays import Array

SIZES = ((1_000, 40.0), (5_000, None), (10_000, 200.0))
RAW, SLIDER_MS = 200, 33.0


def crowd(count: int) -> tuple[Array, Array, Array]:
    """Boxes as a detector leaves them: ten jittered copies a person, the street as wide."""
    random = np.random.default_rng(0)
    people = count // 10
    side = np.sqrt(count / 1000)
    centre = random.uniform(0, 1, (people, 2)) * [1600 * side, 600 * side]
    tall = np.repeat(random.uniform(60, 200, people), 10)[:, None]
    centre = np.repeat(centre, 10, axis=0) + random.normal(0, 0.04, (count, 2)) * tall
    half = np.concatenate([0.2 * tall, 0.5 * tall], axis=1)
    half *= random.normal(1, 0.04, (count, 2))
    full = np.concatenate([centre - half, centre + half], axis=1)
    visible = full.copy()
    visible[:, 2] -= random.uniform(0, 0.2, count) * tall[:, 0]
    return full, visible, random.permutation(count) / count


def suppression() -> None:
    """Times on one core, and torchvision's for the same boxes."""
    for count, budget in SIZES:
        full, visible, score = crowd(count)
        boxes, scores = torch.from_numpy(full).float(), torch.from_numpy(score).float()
        how = Suppression("beta", 2.0, 0.0)

        def ours(boxes=(full, visible, score), how=how) -> object:
            return suppress(*boxes, how)

        def peer(boxes=boxes, scores=scores) -> object:
            return nms(boxes, scores, 0.5)

        mine, theirs, ratio = paired(ours, peer, repeat=9)
        what = f"BetaNMS of {count} boxes"
        row(what, mine * 1e3, "torchvision.ops.nms (IoU)", theirs * 1e3, ratio, budget)


def slider() -> None:
    """A moved slider until the frame is painted, beside suppression and drawing by libraries."""
    import cv2
    from PySide6.QtGui import QPixmap

    from engine.detection.detector import RawFrame
    from gui.app import make_application
    from gui.tabs.detection_side import BoxSet, Side
    from gui.widgets.people_view import PeopleView

    make_application()
    pixels = np.full((576, 768, 3), 90, "u1")
    full, visible, score = crowd(RAW)
    full, visible = full / 2.2, visible / 2.2
    order = np.argsort(-score)
    frame = RawFrame(full[order], visible[order], *(score[order],) * 3)
    boxes, side, view = BoxSet("bench"), Side(), PeopleView()
    boxes.add({0: frame})
    view.resize(900, 640)
    view.set_frame(pixels)
    screen = QPixmap(view.size())
    limits = iter(np.linspace(0.5, 4.0, 1000))

    def ours() -> None:
        side.use(boxes, Suppression("beta", float(next(limits)), 0.3))
        view.set_people(side.people(0, None))
        view.render(screen)

    tensors = torch.from_numpy(frame.full).float(), torch.from_numpy(frame.score).float()

    def peer() -> None:
        drawn = pixels.copy()
        for at in nms(*tensors, 0.5).tolist():
            left, top, right, bottom = (int(value) for value in frame.full[at])
            cv2.rectangle(drawn, (left, top), (right, bottom), (255, 255, 0), 2)
        cv2.resize(drawn, (900, 640))

    mine, theirs, ratio = paired(ours, peer, repeat=15)
    what = f"slider to screen, frame with {RAW} raw boxes"
    row(what, mine * 1e3, "torchvision nms + OpenCV boxes", theirs * 1e3, ratio, SLIDER_MS)


def heads() -> None:
    """One frame of 256 x 192 through the network with either head."""
    torch.set_num_threads(1)
    images = as_images([scene(1).pixels])
    beta, plain = (new_network(Design(head=head), 0).eval() for head in ("beta", "plain"))

    def ours() -> object:
        return beta.detect(images)

    def peer() -> object:
        return plain.detect(images)

    mine, theirs, ratio = paired(ours, peer, repeat=9)
    what = f"detection at 256 x 192 ({1 / mine:.0f} frames/s)"
    row(what, mine * 1e3, f"plain head ({1 / theirs:.0f} frames/s)", theirs * 1e3, ratio)


if __name__ == "__main__":
    torch.set_num_threads(1)
    suppression()
    slider()
    heads()
