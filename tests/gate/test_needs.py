import msgspec
import pytest

from statera.gate.evidence import Measured, measured
from statera.gate.needs import need
from statera.gate.rules import Target
from statera.records.scores import Outcome
from statera.stats.power import Claim
from statera.stats.ratepower import rate_items
from tests.analysis.made import frame
from tests.gate.made import items, only_target, pair_counts, paired, single

THAN = {"metric": "t/accuracy", "than": "baseline", "margin": 0.02}
R: tuple[Outcome, ...] = ("right",)


def alone(counts: list[tuple[int, tuple[Outcome, ...]]], **rule: object) -> tuple[Target, Measured]:
    evidence = single(frame(items({"a": counts})))
    target = only_target(evidence, rule)
    return target, measured(target, evidence, alpha=0.05)


def test_a_clean_rate_needs_the_known_number_of_items() -> None:
    found = need(*alone([(100, R)], metric="t/refused", max=0.01), alpha=0.05)
    assert found is not None
    assert found.items == 299
    assert "80 % sure to pass if the true value is 0.000, as seen" in str(found)


def test_a_rate_needs_what_the_power_module_says() -> None:
    counts: list[tuple[int, tuple[Outcome, ...]]] = [(97, R), (3, ("refused",))]
    found = need(*alone(counts, metric="t/refused", max=0.05), alpha=0.05)
    expected = rate_items(Claim(limit=0.05, side="below"), rate=0.03)
    assert found is not None
    assert found.items == expected.items


def test_a_difference_inside_the_margin_says_how_many_pass() -> None:
    evidence = paired(*pair_counts(400, 25, 25, 50))
    target = only_target(evidence, THAN)
    found = need(target, measured(target, evidence, alpha=0.05), alpha=0.05)
    assert found is not None
    assert found.items is not None
    assert 1400 < found.items < 1700  # (1.645 + 0.842)^2 0.1 / 0.02^2 = 1,546
    assert "sure to pass" in found.assuming


def test_a_difference_beyond_the_margin_says_how_many_fail() -> None:
    evidence = paired(*pair_counts(400, 15, 35, 50))
    target = only_target(evidence, THAN)
    found = need(target, measured(target, evidence, alpha=0.05), alpha=0.05)
    assert found is not None
    assert "sure to fail if the true difference is -0.040, as seen" in found.assuming


def test_epochs_are_needed_by_their_spread() -> None:
    counts: list[tuple[int, tuple[Outcome, ...]]] = [
        (50, ("right", "wrong")),
        (50, ("right", "right")),
    ]
    found = need(*alone(counts, metric="t/accuracy", min=0.74), alpha=0.05)
    assert found is not None
    assert found.items is not None
    assert found.items == pytest.approx((1.645 + 0.842) ** 2 * (1 / 16) / 0.01**2, rel=0.02)


def test_few_clusters_need_clusters_and_not_items() -> None:
    made = frame(items({"a": [(170, R), (130, ("wrong",))]}))
    made._clusters = type(made._clusters)("q", [place // 100 for place in range(300)])
    evidence = single(made)
    target = only_target(evidence, {"metric": "t/accuracy", "min": 0.5})
    found = need(target, measured(target, evidence, alpha=0.05), alpha=0.05)
    assert found is not None
    assert (found.items, found.assuming) == (
        None,
        "it takes more independent clusters: there are 3",
    )


def test_items_that_are_all_the_same_count_as_their_clusters() -> None:
    made = frame(items({"a": [(100, R)]}))
    made._clusters = type(made._clusters)("q", [place // 4 for place in range(100)])
    evidence = single(made)
    target = only_target(evidence, {"metric": "t/refused", "max": 0.01})
    found = need(target, measured(target, evidence, alpha=0.05), alpha=0.05)
    assert found is not None
    assert found.items == 4 * 299


def test_a_bound_that_is_wider_than_theory_is_told() -> None:
    target, seen = alone([(100, R)], metric="t/refused", max=0.01)
    wide = msgspec.structs.replace(seen.worst, n=400, clusters=400, method="bets")
    found = need(target, seen._replace(worst=wide), alpha=0.05)
    assert found is not None
    assert found.items is None
    assert found.assuming == "in theory fewer than the 400 there are, but the bound is wider: bets"


def test_no_number_is_enough_at_the_limit_or_without_spread() -> None:
    evidence = paired(*pair_counts(400, 20, 30))
    limit = THAN | {"margin": 10 / 450}
    target = only_target(evidence, limit)
    found = need(target, measured(target, evidence, alpha=0.05), alpha=0.05)
    assert found is not None
    assert found.items is None
    assert need(*alone([(1, R)], metric="t/accuracy", min=0.5), alpha=0.05) is None
