"""Models of others: told by content, code only after a yes, shapes checked, outputs understood."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from engine.cli.main import main
from engine.detection import fetching
from engine.detection.foreign import fixed_size, people_in
from engine.errors import BadInput, PeerscopeError
from engine.files.identify import identify, open_file
from engine.results import read_result

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> Path:
    import cv2

    from engine.detection.scenes import scene

    path = tmp_path_factory.mktemp("picture") / "a.png"
    cv2.imwrite(str(path), scene(3).pixels[..., ::-1])
    return path


def run(picture, model, out, *words) -> int:
    files = ["run", "detection.detect", str(picture), "--model", str(model)]
    return main([*files, *words, "--out", str(out)])


class Boxes(torch.nn.Module):
    """Two people and one dog, whatever the picture."""

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        boxes = torch.tensor([[10.0, 20.0, 40.0, 90.0], [100.0, 20.0, 140.0, 120.0], [0.0, 0.0, 9.0, 9.0]])  # fmt: skip  # noqa: E501
        scores = torch.tensor([0.9, 0.8, 0.95]) + 0.0 * images.mean()
        return boxes, scores, torch.tensor([1, 1, 18])


@pytest.fixture(scope="module")
def script(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("script") / "boxes.pt"
    torch.jit.trace(Boxes(), torch.zeros(1, 3, 8, 8)).save(str(path))
    return path


def test_torchscript_runs_only_after_a_yes(picture, script, tmp_path, capsys):
    assert identify(script).kind.name == "torchscript"
    assert run(picture, script, tmp_path / "no") == 2
    error = capsys.readouterr().err
    assert "allow_code=true" in error
    assert error.count("\n") == 1
    assert run(picture, script, tmp_path / "yes", "--set", "allow_code=true") == 0
    assert read_result(tmp_path / "yes").metrics["boxes"] == 2
    words = ["--set", "allow_code=true", "--set", "person_class=18"]
    assert run(picture, script, tmp_path / "dog", *words) == 0
    assert read_result(tmp_path / "dog").metrics["boxes"] == 1


def test_onnx_through_onnxruntime(picture, tmp_path):
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, kind = onnx.helper, onnx.TensorProto
    boxes = np.array([[10, 20, 40, 90], [100, 20, 140, 120]], "f4")
    constants = [
        helper.make_tensor("b", kind.FLOAT, boxes.shape, boxes.ravel()),
        helper.make_tensor("s", kind.FLOAT, [2], [0.9, 0.8]),
        helper.make_tensor("l", kind.INT64, [2], [1, 1]),
    ]
    names = ("boxes", "scores", "labels")
    nodes = [
        helper.make_node("Constant", [], [name], value=value)
        for name, value in zip(names, constants, strict=True)
    ]
    entry = helper.make_tensor_value_info("image", kind.FLOAT, [1, 3, "h", "w"])
    outputs = [
        helper.make_tensor_value_info("boxes", kind.FLOAT, [2, 4]),
        helper.make_tensor_value_info("scores", kind.FLOAT, [2]),
        helper.make_tensor_value_info("labels", kind.INT64, [2]),
    ]
    graph = helper.make_graph(nodes, "g", [entry], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "boxes.onnx"
    onnx.save(model, str(path))
    assert identify(path).kind.name == "onnx"
    assert run(picture, path, tmp_path / "out", "--set", "allow_code=true") == 0
    assert read_result(tmp_path / "out").metrics["boxes"] == 2


def test_a_torchvision_state_dict_by_drop(picture, tmp_path):
    from torchvision.models.detection import ssdlite320_mobilenet_v3_large

    path = tmp_path / "ssd.pth"
    network = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None)
    torch.save(network.state_dict(), path)
    opened = open_file(identify(path))
    assert opened.architecture == "ssdlite320_mobilenet_v3_large"
    assert run(picture, path, tmp_path / "out") == 0
    assert "ssdlite320" in read_result(tmp_path / "out").texts["detector"]


def test_a_state_dict_of_other_shapes_is_refused(picture, tmp_path, capsys):
    from torchvision.models.detection import ssdlite320_mobilenet_v3_large

    state = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None).state_dict()
    key = next(iter(state))
    state[key] = torch.zeros(3, 3)
    path = tmp_path / "ssd.pth"
    torch.save(state, path)
    assert run(picture, path, tmp_path / "out") == 2
    assert "is expected" in capsys.readouterr().err


def test_pickles_of_anything_else_are_refused(tmp_path):
    for name, thing in (("a.pth", [1, 2]), ("b.pt", {"x": print})):
        path = tmp_path / name
        path.write_bytes(pickle.dumps(thing))
        with pytest.raises(BadInput, match="pickle"):
            identify(path)


def test_outputs_of_several_layouts():
    boxes = np.array([[0.1, 0.2, 0.5, 0.6], [0, 0, 1, 1]], "f4")
    scores, labels = np.array([0.5, 0.9], "f4"), np.array([1, 2])
    found, score = people_in({"a": boxes, "b": scores, "c": labels}, (100, 200), 1)
    assert found.tolist() == [pytest.approx([20, 20, 100, 60])]
    assert score.tolist() == [0.5]
    rows = np.array([[[1, 2, 30, 40, 0.7, 0], [1, 2, 30, 40, 0.7, 5]]], "f4")
    found, _ = people_in({"out": rows}, (100, 200), 0)
    assert found.tolist() == [[1, 2, 30, 40]]
    with pytest.raises(PeerscopeError, match="no boxes, scores and labels"):
        people_in({"x": np.zeros((3, 3))}, (100, 200), 1)
    assert fixed_size([1, 3, 320, 640]) == (640, 320)
    assert fixed_size([1, 3, "h", "w"]) is None


def test_published_weights_need_a_yes(picture, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    words = ["run", "detection.detect", str(picture), "--set", "model=ssdlite"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "13 MB" in error
    assert "download=true" in error
    assert error.count("\n") == 1


def test_fetching_checks_the_hash_and_tells_where_the_network_ends(tmp_path):
    source = tmp_path / "source.bin"
    source.write_bytes(b"weights" * 1000)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
    good = tmp_path / "cache" / f"net-{digest}.pth"
    steps = list(fetching.fetch(source.as_uri(), good, lambda: None))
    assert steps[-1][0] == 7000
    assert good.read_bytes() == source.read_bytes()
    bad = tmp_path / "cache" / "net-00000000.pth"
    with pytest.raises(PeerscopeError, match="hash"):
        list(fetching.fetch(source.as_uri(), bad, lambda: None))
    assert not bad.exists()
    with pytest.raises(PeerscopeError, match=r"cannot be downloaded.*drop the file"):
        list(fetching.fetch("http://127.0.0.1:9/none", bad, lambda: None))
