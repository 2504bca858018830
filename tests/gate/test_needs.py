import msgspec
import numpy as np
import pytest

from statera.analysis.frame import Frame
from statera.gate.bounding import AnyTime
from statera.gate.evidence import Measured, measured
from statera.gate.needs import need
from statera.gate.rules import Target
from statera.gate.ruling import Need
from statera.records.scores import Outcome
from statera.stats.kelly import Stakes, wager_p
from statera.stats.pairedbounds import difference_bounds
from statera.stats.pairing import aligned
from statera.stats.power import Claim
from statera.stats.ratepower import rate_items
from statera.stats.results import Pairs
from tests.analysis.made import frame
from tests.gate.made import items, only_target, pair_counts, paired, single

THAN = {"metric": "t/accuracy", "than": "baseline", "margin": 0.02}
R: tuple[Outcome, ...] = ("right",)
W: tuple[Outcome, ...] = ("wrong",)
F: tuple[Outcome, ...] = ("refused",)


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


def judged(new: Frame, old: Frame, **rule: object) -> tuple[Measured, Need]:
    evidence = paired(new, old)
    target = only_target(evidence, THAN | rule)
    seen = measured(target, evidence, alpha=0.05)
    found = need(target, seen, alpha=0.05)
    assert found is not None
    return seen, found


def test_where_none_differs_so_many_pass_as_the_exact_bound_says() -> None:
    """(1 - 0.02)^149 < 0.05 <= (1 - 0.02)^148."""
    seen, found = judged(*pair_counts(40, 0, 0, 10))
    assert seen.worst.method == "exact unconditional"
    assert str(found) == "149 items (80 % sure to pass if no item differs, as seen)"
    evidence = paired(*pair_counts(40, 0, 0, 10))
    target = only_target(evidence, THAN)
    for alpha in (0.05, 0.0074, 1e-4):
        told = need(target, measured(target, evidence, alpha=alpha), alpha=alpha)
        assert told is not None
        assert told.items is not None
        for count, passes in ((told.items, True), (told.items - 1, False)):
            more = paired(*pair_counts(count, 0, 0))
            bounds = measured(target, more, alpha=alpha).worst
            assert bounds.p_above is not None
            assert (bounds.p_above < alpha) == passes


def test_items_lost_all_one_way_say_how_many_decide() -> None:
    for lost, count, margin in ((3, 100, 0.04), (7, 500, 0.02), (9, 300, 0.02), (25, 1000, 0.03)):
        _, found = judged(*pair_counts(count - lost, 0, lost), margin=margin)
        assert found.items is not None
        assert found.items > count


def test_without_an_item_answered_by_both_no_number_of_items_is_named() -> None:
    new = frame(items({"a": [(50, R), (50, F)]}))
    old = frame(items({"a": [(50, F), (50, R)]}))
    evidence = paired(new, old)
    target = only_target(evidence, THAN | {"metric": "t/accuracy_given_answer"})
    seen = measured(target, evidence, alpha=0.05)
    assert (seen.worst.p_above, seen.worst.method) == (None, "no item was answered by both runs")
    assert need(target, seen, alpha=0.05) is None


def test_a_bound_by_bets_is_planned_by_bets() -> None:
    """A ratio over few answers: what a t would need is far from what the bets need."""
    new = frame(items({"a": [(20, W), (14, R), (3, F)]}))
    old = frame(items({"a": [(2, R), (17, W), (3, F), (12, R), (3, W)]}))
    seen, found = judged(new, old, metric="t/accuracy_given_answer", margin=0.2)
    assert seen.worst.method == "betting on clusters, ratio of each run's own answers"
    assert found.items is not None
    assert isinstance(seen.data, Pairs)
    times = -(-found.items // seen.worst.n)
    more = Pairs(*(np.tile(np.asarray(part), times) for part in seen.data))
    more = more._replace(clusters=np.arange(len(np.asarray(more.candidate))))
    stakes = Stakes(*aligned(more).totals())
    assert wager_p(stakes, -0.2) < 0.05
    assert wager_p(Stakes(*aligned(seen.data).totals()), -0.2) >= 0.05


def test_epochs_that_nowhere_differ_can_be_told_and_no_pilot_is_named() -> None:
    both = frame(items({"a": [(30, ("right", "wrong")), (20, ("right", "right"))]}))
    seen, found = judged(both, both)
    assert seen.worst.method == "betting on clusters"
    assert found.items is not None
    assert 149 < found.items < 800
    assert str(found).endswith("(80 % sure to pass if no item differs, as seen)")
    told = need(*alone([(60, ("right", "wrong"))], metric="t/accuracy", min=0.45), alpha=0.05)
    assert told is not None
    assert told.items == 597  # log(20) / KL(0.5, 0.45) = 596.2, by Hoeffding


def test_tiny_differences_need_what_shows_that_no_loss_went_unseen() -> None:
    evidence = paired(*pair_counts(100, 0, 0))
    target = only_target(evidence, THAN)
    gaps = np.random.default_rng(1).normal(0, 1e-3, 100)
    ones = np.ones(100)
    pairs = Pairs(0.5 + gaps, np.full(100, 0.5), np.arange(100), ones, ones)
    bounds = difference_bounds(pairs, -0.02, alpha=0.05)
    assert bounds.value is not None
    found = need(target, Measured(bounds, bounds, pairs, value=bounds.value), alpha=0.05)
    assert found is not None
    assert found.items == pytest.approx(149, abs=4)


def test_bounds_that_hold_at_any_time_have_no_plan() -> None:
    evidence = paired(*pair_counts(100, 5, 5))
    target = only_target(evidence, THAN)
    seen = measured(target, evidence, alpha=0.05, bounding=AnyTime())
    found = need(target, seen, alpha=0.05)
    assert found is not None
    assert found.items is None
    assert found.assuming.startswith("there is no plan for ")


def test_no_number_is_enough_at_the_limit_or_without_spread() -> None:
    evidence = paired(*pair_counts(400, 20, 30))
    limit = THAN | {"margin": 10 / 450}
    target = only_target(evidence, limit)
    found = need(target, measured(target, evidence, alpha=0.05), alpha=0.05)
    assert found is not None
    assert str(found) == "more than can be told (what was seen is the limit itself, -0.0222222)"
    assert need(*alone([(1, R)], metric="t/accuracy", min=0.5), alpha=0.05) is None
