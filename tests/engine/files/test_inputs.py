"""Roles of input files, of which one or many may be taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.experiment import Experiment, InputSpec, Params
from engine.files.identify import identify
from engine.files.inputs import Inputs, assign_roles, opened


def nothing(inputs, params, ctx):
    yield from ()


MANY = Experiment(
    "test.many",
    "takes many tables and one results table",
    Params,
    nothing,
    (InputSpec("tables", ("table",), many=True), InputSpec("one", ("table",), required=False)),
)


@pytest.fixture
def tables(tmp_path: Path):
    paths = [tmp_path / f"{name}.csv" for name in "abc"]
    for path in paths:
        path.write_text("x,y\n1,2\n3,4\n")
    return [identify(path) for path in paths]


def test_every_further_file_takes_a_role_of_many(tables) -> None:
    files = assign_roles(MANY, tuple(tables), {})
    assert [(item.role, item.path.name) for item in files] == [
        ("tables", "a.csv"),
        ("tables", "b.csv"),
        ("tables", "c.csv"),
    ]


def test_named_files_come_first_and_may_be_many(tables) -> None:
    a, b, c = tables
    files = assign_roles(MANY, (a,), {"tables": (c, b), "one": a})
    told = [(item.role, item.path.name) for item in files]
    assert told == [
        ("tables", "c.csv"),
        ("tables", "b.csv"),
        ("tables", "a.csv"),
        ("one", "a.csv"),
    ]


def test_a_role_of_one_takes_no_second(tables) -> None:
    with pytest.raises(BadInput, match="takes only one one"):
        assign_roles(MANY, tuple(tables[:1]), {"one": tuple(tables[1:])})


def test_all_of_a_role_are_opened_and_closed(tables) -> None:
    with opened(assign_roles(MANY, tuple(tables), {})) as inputs:
        assert [item.path.name for item in inputs.every("tables")] == ["a.csv", "b.csv", "c.csv"]
        assert inputs["tables"].path.name == "a.csv"
        assert inputs.every("one") == ()
        assert inputs.get("one") is None


def test_one_opened_input_stands_for_itself(tables) -> None:
    item = tables[0].kind.open(tables[0].path)
    assert Inputs({"tables": item}).every("tables") == (item,)
    item.close()


def test_weights_of_ours_are_safetensors_too() -> None:
    from engine.compression.matrices.experiments import LPLR
    from engine.detection.experiments import DETECT

    weights = identify(Path(__file__).parents[3] / "assets" / "detector_small.safetensors")
    assert weights.kind.name == "detector"
    (taken,) = assign_roles(LPLR, (weights,), {})
    assert taken.file.kind.name == "safetensors"
    (named,) = assign_roles(LPLR, (), {"matrix": weights})
    assert named == taken
    roles = {spec.role: spec.kinds for spec in DETECT.inputs}
    seen = weights.seen_as(roles["model"])
    assert seen == weights
    assert weights.seen_as(("table",)) is None
    with pytest.raises(BadInput, match=r"it takes tables .table., one .table."):
        assign_roles(MANY, (weights,), {})
