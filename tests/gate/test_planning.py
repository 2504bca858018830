import numpy as np
import pytest

from statera.gate.outlook import Assumptions, seen, stated
from statera.gate.planning import Mix, chances, cheapest
from statera.stats.pairedbounds import difference_bounds
from statera.stats.pairedpower import paired_items
from statera.stats.power import Claim
from statera.stats.ratepower import rate_power
from statera.stats.results import Pairs
from tests.gate.made import pair_counts, paired, rules

THAN = {"metric": "t/accuracy", "than": "baseline", "margin": 0.02}
REFUSED = {"metric": "t/refused", "max": 0.05}
CLEAN = {"metric": "t/critical", "max": 0.01, "critical": True}
ERROR = 3 * 0.5 / np.sqrt(4000)


def plan(*stated_rules: dict[str, object], **values: float) -> Assumptions:
    named = {f"t/{name}": value for name, value in values.items()}
    return stated(rules(*stated_rules), named, discordance=0.1)


def test_the_three_chances_add_up_and_the_same_seed_gives_the_same() -> None:
    found = chances(plan(THAN, REFUSED, refused=0.03), "equal", Mix(500))
    assert found.passes + found.fails + found.inconclusive == pytest.approx(1.0)
    assert found == chances(plan(THAN, REFUSED, refused=0.03), "equal", Mix(500))


def test_one_paired_rule_has_the_power_of_the_score_test() -> None:
    need = paired_items(Claim(limit=-0.02), discordance=0.1, power=0.8)
    assert need.items is not None
    found = chances(plan(THAN), "equal", Mix(need.items))
    assert found.passes == pytest.approx(0.8, abs=ERROR)


def test_at_the_limit_a_rule_passes_and_fails_with_at_most_alpha() -> None:
    for rule in (THAN, REFUSED):
        found = chances(plan(rule), "limit", Mix(3000))
        assert found.passes <= 0.05 + ERROR
        assert found.fails <= 0.05 + ERROR


def test_a_share_has_the_exact_binomial_power() -> None:
    found = chances(plan(REFUSED, refused=0.03), "equal", Mix(700))
    exact = rate_power(Claim(limit=0.05, side="below"), 700, rate=0.03)
    assert found.passes == pytest.approx(exact.power, abs=ERROR)


def test_a_clean_critical_rule_needs_299_items() -> None:
    best = cheapest(plan(CLEAN))
    assert best is not None
    assert 299 <= best.items <= 302
    assert chances(plan(CLEAN), "equal", Mix(298)).inconclusive == 1.0


def test_a_critical_failure_decides_by_itself() -> None:
    some = plan(CLEAN, critical=0.01)
    found = chances(some, "equal", Mix(300))
    assert found.fails == pytest.approx(1 - 0.99**300, abs=ERROR)
    doubted = chances(plan(CLEAN | {"detector": "fallible"}, critical=0.01), "equal", Mix(300))
    assert doubted.inconclusive > 0.9


def test_more_rules_pass_less_often_and_fail_no_more_than_alpha() -> None:
    one = chances(plan(THAN), "equal", Mix(2000))
    many = chances(plan(*[THAN] * 10), "equal", Mix(2000))
    assert many.passes < one.passes
    assert chances(plan(*[THAN] * 10), "limit", Mix(2000)).fails <= 0.05 + ERROR


def test_rules_that_hang_together_pass_together() -> None:
    alone = plan(*[THAN] * 4)
    bound = alone._replace(correlation=np.ones((4, 4)))
    single = chances(plan(THAN), "equal", Mix(1546)).passes
    assert chances(bound, "equal", Mix(1546)).passes == pytest.approx(single, abs=2 * ERROR)
    assert chances(alone, "equal", Mix(1546)).passes == pytest.approx(single**4, abs=2 * ERROR)


def test_epochs_are_bought_where_items_run_out() -> None:
    noisy = plan(THAN)
    rule = noisy.rules[0]._replace(between=0.01, within=0.2)
    noisy = noisy._replace(rules=(rule,), epochs=(1, 2, 4, 8))
    free, limited = cheapest(noisy), cheapest(noisy, most=1200)
    assert free is not None
    assert limited is not None
    assert free.epochs == 1
    assert limited.epochs > 1
    assert limited.items <= 1200
    assert cheapest(noisy, most=100) is None


def test_what_nothing_is_known_of_never_passes() -> None:
    some = plan(THAN)
    blind = some._replace(rules=(some.rules[0]._replace(known=False),))
    assert chances(blind, "equal", Mix(10_000)).inconclusive == 1.0
    assert cheapest(blind) is None


def test_the_plan_tells_what_the_bounds_of_resampled_pilots_do() -> None:
    supposed = seen(rules(), paired(*pair_counts(850, 50, 50, 50)))
    told = chances(supposed, "equal", Mix(1500))
    rng, draws, size = np.random.default_rng(3), 300, 1500
    passes = 0
    for _ in range(draws):
        change = rng.choice([0.0, 1.0, -1.0], size, p=[0.9, 0.05, 0.05])
        base = np.where(change > 0, 0.0, 1.0)
        pairs = Pairs(base + change, base, np.arange(size), np.ones(size), np.ones(size))
        p = difference_bounds(pairs, -0.02, alpha=0.05).p_above
        passes += p is not None and p < 0.05
    error = 3 * np.sqrt(told.passes * (1 - told.passes) / draws)
    assert passes / draws == pytest.approx(told.passes, abs=error)
