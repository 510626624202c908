from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, field_validator, model_validator

from engine.behavior.experiments import EmbedParams
from engine.cli.main import main
from engine.context import changed_params
from engine.errors import BadParams
from engine.experiment import Params, param
from engine.param_spec import ParamSpec, checked, param_specs, problems


class Sample(Params):
    rate: float = param(
        1e-3, title="Rate", text="Step.", unit="1/s", symbol="η", live=True, paper=1e-3, gt=0, lt=1
    )
    depth: int = param(4, title="Depth", group="Model", ge=1, le=9)
    floor: int = param(0, title="Floor", ge=-5)
    kind: Literal["a", "b", 3] = param("a", title="Kind", paper="b")
    whiten: bool = param(False, title="Whiten")
    clip: float | None = param(None, title="Clip", ge=0.5)
    top: Annotated[int, Field(le=7)] | None = param(None, title="Top")
    merge: bool | None = param(None, title="Merge")
    space: Literal["x"] | None = param(None, title="Space")
    ratio: int | float = param(1, title="Ratio")
    name: str = param("", title="Name", max_length=3)
    box: tuple[int, int] = param((1, 2), title="Box")
    layers: tuple[str, ...] = param((), title="Layers")

    @field_validator("name")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if "/" in value:
            raise ValueError("a slash is not taken")
        return value

    @model_validator(mode="after")
    def _order(self) -> Sample:
        if self.floor > self.depth:
            raise ValueError("the floor lies above the depth")
        return self


def spec_of(name: str) -> ParamSpec:
    return next(spec for spec in param_specs(Sample) if spec.name == name)


def test_declaration_is_carried_over() -> None:
    rate = spec_of("rate")
    assert (rate.title, rate.text, rate.unit, rate.symbol) == ("Rate", "Step.", "1/s", "η")
    assert (rate.group, rate.live, rate.paper, rate.default) == ("Parameters", True, 1e-3, 1e-3)


@pytest.mark.parametrize(
    ("name", "kind", "choices", "optional"),
    [
        ("rate", "float", (), False),
        ("depth", "int", (), False),
        ("kind", "choice", ("a", "b", 3), False),
        ("whiten", "bool", (), False),
        ("clip", "float", (), True),
        ("top", "int", (), True),
        ("merge", "choice", (None, True, False), True),
        ("space", "choice", (None, "x"), True),
        ("ratio", "float", (), False),
        ("name", "text", (), False),
        ("box", "list", (), False),
        ("layers", "list", (), False),
    ],
)
def test_types_become_kinds(
    name: str, kind: str, choices: tuple[Any, ...], optional: bool
) -> None:
    spec = spec_of(name)
    assert (spec.kind, spec.choices, spec.optional) == (kind, choices, optional)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rate", "above 0 and below 1"),
        ("depth", "1 to 9"),
        ("floor", "at least -5"),
        ("clip", "at least 0.5"),
        ("top", "at most 7"),
        ("kind", ""),
    ],
)
def test_bounds_in_words(name: str, words: str) -> None:
    assert spec_of(name).allowed() == words


def test_seed_comes_last_and_own_order_is_kept() -> None:
    names = [spec.name for spec in param_specs(EmbedParams)]
    assert names[-1] == "seed"
    assert names[:-1] == [name for name in EmbedParams.model_fields if name != "seed"]


def test_every_default_is_written_and_read_back() -> None:
    values = {
        spec.name: spec.default
        if spec.kind in ("bool", "choice")
        else spec.read(spec.show(spec.default))
        for spec in param_specs(Sample)
    }
    assert checked(Sample, values) == Sample()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("rate", " 2e-3 ", 0.002),
        ("rate", "fast", "fast"),
        ("depth", "7", 7),
        ("clip", "", None),
        ("box", "3, 4", ("3", "4")),
        ("layers", "", ()),
        ("name", " ab ", "ab"),
    ],
)
def test_reading(name: str, text: str, value: Any) -> None:
    assert spec_of(name).read(text) == value


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("depth", 0, "Depth must be at least 1."),
        ("depth", 10, "Depth must be at most 9."),
        ("depth", "many", "Depth must be a whole number."),
        ("depth", 2.5, "Depth must be a whole number."),
        ("rate", 0, "Rate must be above 0."),
        ("rate", "x", "Rate must be a number."),
        ("kind", "c", "Kind must be 'a', 'b' or 3."),
        ("name", "long", "Name may have at most 3 characters."),
        ("name", "a/b", "Name is not allowed: a slash is not taken."),
        ("box", ("1", "two"), "Box must be a whole number."),
        ("box", ("1",), "Box has too few values; separate them with commas."),
    ],
)
def test_problem_sentences(name: str, value: Any, sentence: str) -> None:
    assert problems(Sample, {name: value}) == {name: sentence}
    with pytest.raises(BadParams, match=f"^{sentence}$".replace("(", r"\(")):
        checked(Sample, {name: value})


def test_problem_of_several_parameters_has_no_name() -> None:
    assert problems(Sample, {"floor": 5}) == {"": "The floor lies above the depth."}


def test_unknown_name_is_told() -> None:
    (sentence,) = problems(Sample, {"deep": 1}).values()
    assert sentence.startswith("There is no parameter 'deep'; there are: seed, rate, depth")


def test_the_name_follows_a_title_that_does_not_tell_it() -> None:
    sentence = "Code size must be at least 2."
    assert problems(EmbedParams, {"latent": 1}) == {"latent": sentence}
    with pytest.raises(BadParams, match=r"^Code size \(latent\) must be at least 2\.$"):
        checked(EmbedParams, {"latent": 1})


def test_form_command_line_and_engine_say_the_same(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sentence = "Crop box has too few values; separate them with commas."
    assert problems(EmbedParams, {"crop_box": (1, 2)}) == {"crop_box": sentence}
    words = ["run", "behavior.embed", "--set", "crop_box=1,2", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert capsys.readouterr().err == sentence + "\n"
    with pytest.raises(BadParams) as told:
        changed_params(EmbedParams(), {"crop_box": (1, 2)})
    assert told.value.sentence == sentence


def test_type_without_a_form_is_refused() -> None:
    class Odd(BaseModel):
        table: dict[str, int] = Field(default_factory=dict)

    with pytest.raises(TypeError, match="no form can show parameter table"):
        param_specs(Odd)
