"""The network: coding there and back, matching, losses, weights that are checked."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engine.detection import coding, divergence, heads  # noqa: E402
from engine.detection.detector import OwnDetector  # noqa: E402
from engine.detection.network import Design  # noqa: E402
from engine.detection.training import (  # noqa: E402
    Recipe,
    as_images,
    as_truths,
    drawn,
    flipped,
    new_network,
    rate_at,
    train,
)
from engine.detection.weights import WeightsFile, load_network, save_network  # noqa: E402
from engine.errors import BadInput, Cancelled, PeerscopeError  # noqa: E402
from tests.engine.detection.test_beta import random_people  # noqa: E402

pytestmark = pytest.mark.usefixtures("one_thread")


def test_coding_there_and_back():
    full, visible = (torch.from_numpy(boxes) for boxes in random_people(200))
    proposals = full + torch.from_numpy(np.random.default_rng(0).normal(0, 5, (200, 4)))
    deltas = coding.encode(proposals, full, visible)
    found, seen = coding.decode(proposals, deltas)
    assert torch.allclose(found, full, atol=1e-6)
    assert torch.allclose(seen, visible, atol=1e-6)


def test_a_collapsed_box_falls_back_to_its_proposal():
    proposals = torch.tensor([[10.0, 10, 50, 110]])
    deltas = torch.zeros(1, 8)
    deltas[0, 2] = -50.0
    full, _ = coding.decode(proposals, deltas)
    assert full.tolist() == proposals.tolist()


def test_divergence_agrees_with_torch():
    random = np.random.default_rng(2)
    a1, b1, a2, b2 = (torch.from_numpy(x) for x in random.uniform(1.001, 40, (4, 50)))
    theirs = torch.distributions.kl_divergence(
        torch.distributions.Beta(a1, b1), torch.distributions.Beta(a2, b2)
    )
    assert torch.allclose(divergence.kl(a1, b1, a2, b2), theirs, atol=1e-9)


def test_the_mask_passes_no_gradient_and_keeps_the_peak():
    pooled = torch.ones(2, 3, 7, 7)
    full = torch.tensor([[0.0, 0, 70, 70]] * 2, requires_grad=True)
    visible = torch.tensor([[0.0, 0, 70, 70], [0, 0, 35, 70]])
    masked = heads.masked(pooled, full, visible, 0.25, 0.0)
    assert not masked.requires_grad
    assert masked[0].max() == 1.0
    assert masked[1, 0, 3, 1] > masked[1, 0, 3, 5]


def test_people_without_a_visible_box_teach_none():
    truths = heads.Truths(
        torch.tensor([[0.0, 0, 40, 100]]), torch.tensor([[0.0, 0, 40, 100]]), torch.tensor([False])
    )
    boxes, owner = torch.tensor([[0.0, 0, 40, 100]]), torch.tensor([0])
    deltas = torch.zeros(1, 8, requires_grad=True)
    logits = torch.zeros(1, 2)
    losses = heads.head_losses(logits, deltas + 1.0, boxes, owner, truths)
    (gradient,) = torch.autograd.grad(losses["box"], deltas)
    assert (gradient[0, :4] != 0).all()
    assert (gradient[0, 4:] == 0).all()


def test_flip_mirrors_both_boxes_and_twice_is_nothing():
    example = drawn(0, 1)(3)
    back = flipped(flipped(example))
    assert np.array_equal(back.pixels, example.pixels)
    assert np.array_equal(back.visible, example.visible)
    mirrored = flipped(example)
    assert (mirrored.full[:, 0] == 256 - example.full[:, 2]).all()


@pytest.mark.parametrize(("head", "parts"), [("beta", 6), ("plain", 4)])
def test_a_step_lowers_the_loss_and_repeats_itself(head, parts):
    source = drawn(1, 1)
    runs = []
    for _ in range(2):
        network = new_network(Design(head=head), 0)
        fixed = lambda index: source(index % 2)  # noqa: E731
        recipe = Recipe(iterations=5, batch=2, warm_up=1)
        runs.append([step.total for step in train(network, fixed, recipe)])
        assert len(next(train(network, fixed, Recipe(1, batch=1))).losses) == parts
    assert runs[0] == runs[1]
    assert runs[0][-1] < runs[0][0]


def test_the_rate_warms_up_and_ends_at_nothing():
    recipe = Recipe(iterations=1000)
    assert rate_at(recipe, 0) == pytest.approx(1e-5)
    assert rate_at(recipe, 99) == pytest.approx(1e-3)
    assert rate_at(recipe, 999) < 1e-8


def test_a_loss_that_is_not_finite_ends_with_its_parts():
    network = new_network(Design(), 0)
    with torch.no_grad():
        network.heads[0].classes.weight.fill_(float("nan"))
    with pytest.raises(PeerscopeError, match="head1_class nan"):
        next(train(network, drawn(0, 1), Recipe(1, batch=1)))


def test_detections_lie_in_the_image_and_fall_by_score():
    network = new_network(Design(), 0).eval()
    example = drawn(0, 2)(0)
    raw = network.detect(as_images([example.pixels]), 0.0)[0]
    assert len(raw.score) > 0
    assert (raw.score.diff() <= 0).all()
    assert raw.full.min() >= 0
    assert raw.full[:, 2].max() <= 256
    assert (raw.visible[:, :2] >= raw.full[:, :2]).all()
    assert (raw.visible[:, 2:] <= raw.full[:, 2:]).all()
    assert torch.allclose(raw.score, (raw.first + raw.second) / 2)
    assert len(as_truths(example).full) == len(example.full)


@pytest.mark.parametrize("looks", [1, 3, 9])
def test_a_detection_can_be_ended_in_its_middle(tmp_path, monkeypatch, looks):
    network = new_network(Design(), 0)
    save_network(network, tmp_path / "weights.safetensors", {})
    detector = OwnDetector(WeightsFile.read(tmp_path / "weights.safetensors"), 96)
    asked = []

    def check() -> None:
        asked.append(1)
        if len(asked) == looks:
            raise Cancelled

    def propose(*_: object) -> None:
        raise AssertionError("it went on after it was ended")

    # Between the layers of its backbone already, which take longest.
    monkeypatch.setattr(detector._network, "_propose", propose)
    with pytest.raises(Cancelled):
        detector.detect(np.zeros((96, 128, 3), "u1"), check)
    assert len(asked) == looks


def test_weights_there_and_back(tmp_path):
    network = new_network(Design(mix=0.2), 3).eval()
    path = tmp_path / "x.safetensors"
    save_network(network, path, {"seed": "3"})
    file = WeightsFile.read(path)
    assert (file.design["mix"], file.facts["seed"]) == (0.2, "3")
    assert path.stat().st_size < 6 * 2**20
    again = load_network(file)
    for name, value in network.state_dict().items():
        assert torch.allclose(value, again.state_dict()[name], atol=2e-3, rtol=1e-3)


def test_weights_of_another_shape_are_refused(tmp_path):
    network = new_network(Design(), 0)
    path = tmp_path / "x.safetensors"
    save_network(network, path, {})
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"preset\\": \\"small', b'"preset\\": \\"large'))
    with pytest.raises(BadInput, match="unknown design"):
        load_network(WeightsFile.read(path))
    path.write_bytes(data[:-100])
    with pytest.raises(BadInput, match="cut off"):
        WeightsFile.read(path)
    path.write_bytes(data.replace(b'"head\\": \\"beta', b'"head\\": \\"plan'))
    with pytest.raises(BadInput, match="unknown design"):
        load_network(WeightsFile.read(path))


@pytest.mark.slow
def test_the_resnet_preset_learns_and_detects():
    network = new_network(Design(preset="resnet50"), 0)
    source = drawn(0, 1)
    totals = [step.total for step in train(network, source, Recipe(2, batch=1))]
    assert np.isfinite(totals).all()
    network.eval()
    assert network.detect(as_images([source(0).pixels]), 0.0)[0].full.shape[1] == 4
