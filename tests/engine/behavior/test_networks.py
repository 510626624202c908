"""The networks of DBE: sizes, and what may and may not depend on what (checks A1 and A2)."""

from __future__ import annotations

import pytest
import torch

from engine.behavior.dbe_lite import CPU, SKETCH, LiteDBE
from engine.behavior.dbe_paper import PaperDBE
from engine.behavior.networks import Embedder, parameter_count


@pytest.fixture(scope="module")
def paper() -> PaperDBE:
    torch.manual_seed(0)
    return PaperDBE().eval()


def test_the_published_network_has_its_published_size(paper: PaperDBE) -> None:
    assert parameter_count(paper) == 7_254_670
    assert sum(map(parameter_count, (paper.pose, paper.context))) == 4 * 1_077_440
    assert parameter_count(paper.decoders) == 2 * 1_076_675
    assert parameter_count(paper.fuse_pose) == 262_152
    assert parameter_count(paper.fuse_context) == 262_656
    assert parameter_count(paper.combine) == 266_752


def test_the_sketch_keeps_its_size() -> None:
    assert parameter_count(LiteDBE(8, plan=SKETCH)) == 290_937
    assert parameter_count(LiteDBE(16, plan=SKETCH)) == 327_809


def test_shapes_of_a_clip(paper: PaperDBE) -> None:
    """A1, with clips of 3 frames: nothing in the network looks along the clip."""
    context, clip = torch.rand(2, 2, 128, 128), torch.rand(2, 3, 2, 128, 128)
    with torch.no_grad():
        drawn, codes, seen = paper(context, clip)
    assert codes.shape == (2, 3, 8)
    assert seen is not None
    assert seen.shape == (2, 512, 8, 8)
    assert drawn.shape == clip.shape
    assert float(drawn.min()) > 0
    assert float(drawn.max()) < 1


@pytest.mark.slow
def test_shapes_of_a_clip_of_twenty(paper: PaperDBE) -> None:
    """A1 at the length the card asks for."""
    context, clip = torch.rand(1, 2, 128, 128), torch.rand(1, 20, 2, 128, 128)
    with torch.no_grad():
        drawn, codes, seen = paper(context, clip)
    assert (codes.shape, drawn.shape) == ((1, 20, 8), clip.shape)
    assert seen is not None
    assert seen.shape == (1, 512, 8, 8)


@pytest.mark.parametrize("views", [1, 2, 3])
@pytest.mark.parametrize("plan", [CPU, SKETCH])
def test_lite_takes_any_number_of_views_and_rectangles(plan, views: int) -> None:
    network = LiteDBE(5, views, (48, 64), plan=plan).eval()
    with torch.no_grad():
        drawn, codes, seen = network(torch.rand(2, views, 48, 64), torch.rand(2, 4, views, 48, 64))
    assert (codes.shape, drawn.shape) == ((2, 4, 5), (2, 4, views, 48, 64))
    assert seen is not None
    assert seen.shape == (2, 16, 3, 4)


def networks() -> list[Embedder]:
    torch.manual_seed(1)
    return [PaperDBE().eval(), LiteDBE().eval(), LiteDBE(plan=SKETCH).eval()]


@pytest.mark.parametrize("network", networks(), ids=["paper", "cpu", "sketch"])
def test_frames_and_context_do_not_mix(network: Embedder) -> None:
    """A2: exactly, in evaluation mode."""
    size = (network.views, *network.size)
    context, other_context = torch.rand(2, 1, *size)
    clip, other_clip = torch.rand(2, 1, 2, *size)
    with torch.no_grad():
        drawn, codes, seen = network(context, clip)
        _, _, seen_beside_other = network(context, other_clip)
        drawn_in_other, codes_in_other, _ = network(other_context, clip)
    assert seen is not None
    assert seen_beside_other is not None
    assert torch.equal(seen, seen_beside_other)
    assert torch.equal(codes, codes_in_other)
    assert not torch.equal(drawn, drawn_in_other)


def test_an_autoencoder_has_no_context() -> None:
    network = LiteDBE(has_context=False).eval()
    clip = torch.rand(1, 2, 1, 96, 96)
    with torch.no_grad():
        first, _, seen = network(torch.rand(1, 1, 96, 96), clip)
        second, _, _ = network(torch.rand(1, 1, 96, 96), clip)
    assert seen is None
    assert torch.equal(first, second)


@pytest.mark.parametrize("network", networks(), ids=["paper", "cpu", "sketch"])
def test_the_untrained_network_draws_about_the_mean_grey(network: Embedder) -> None:
    network.begin_at(0.2)
    size = (network.views, *network.size)
    with torch.no_grad():
        drawn, _, _ = network(torch.rand(1, *size), torch.rand(1, 2, *size))
    assert float(drawn.mean()) == pytest.approx(0.2, abs=0.03)
