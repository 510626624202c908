import pytest

from engine import registry
from engine.claims import AtLeast, AtMost, Claim, NotComparable, Reported, Rule, Within, judge


def claim(rule: Rule, reported: Reported | None = None) -> Claim:
    return Claim("key", "behavior", "PCA", "text", "Table 1", reported, rule)


@pytest.mark.parametrize(
    ("rule", "measured", "word"),
    [
        (Within("score", 0.1), 0.95, "reproduced"),
        (Within("score", 0.1), 1.2, "differs"),
        (AtLeast("score", 0.5), 0.5, "reproduced"),
        (AtLeast("score", 0.5), 0.49, "differs"),
        (AtMost("score", 0.5), 0.5, "reproduced"),
        (AtMost("score", 0.5), 0.51, "differs"),
    ],
)
def test_rules(rule: Rule, measured: float, word: str) -> None:
    verdict = judge(claim(rule, Reported(1.0)), {"score": measured})
    assert verdict.word == word
    assert verdict.measured == measured


@pytest.mark.parametrize("metrics", [{}, {"score": float("nan")}, {"score": float("-inf")}])
def test_a_missing_measurement_is_not_comparable(metrics: dict[str, float]) -> None:
    verdict = judge(claim(AtMost("score", 1.0)), metrics)
    assert verdict.word == "not comparable"
    assert "score" in verdict.reason


def test_not_comparable_gives_its_reason_whatever_was_measured() -> None:
    verdict = judge(claim(NotComparable("no data")), {"score": 1.0})
    assert (verdict.word, verdict.reason, verdict.measured) == ("not comparable", "no data", None)


def test_registered_claims_are_sound() -> None:
    for system in registry.systems():
        claims = registry.claims(system.name)
        assert len(claims) >= 3
        assert len({item.key for item in claims}) == len(claims)
        for item in claims:
            assert item.system == system.name
            if item.runnable:
                experiment = registry.experiment(item.experiment)
                experiment.params(**item.params)
                metrics = {spec.name for spec in experiment.metrics}
                assert item.describe()["rule"]["metric"] in metrics
                assert item.budget_s > 0
