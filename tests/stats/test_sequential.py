import json
from math import sqrt

import numpy as np
import pytest
from benchmarks.stopping import Looked, Stopped, World, ended, ordered, significant, stopped
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from statera.stats.pairedbounds import difference_bounds
from statera.stats.pairedscore import PairCounts
from statera.stats.results import Items, Pairs
from statera.stats.sequential import Design, Estimand, look_level, looks, mean_look, paired_look
from statera.stats.spending import crossing
from tests.shared_data import shared

DRAWS = 1000
ESTIMANDS: tuple[Estimand, ...] = ("population", "benchmark")


def counted(wins: int, losses: int, n: int) -> Pairs:
    candidate = np.repeat([1.0, 0.0, 1.0], [wins, losses, n - wins - losses])
    base = np.repeat([0.0, 1.0, 1.0], [wins, losses, n - wins - losses])
    return Pairs(candidate, base, np.arange(n), np.ones(n), np.ones(n))


def items(values: np.ndarray) -> Items:
    n = len(values)
    return Items(values, np.arange(n), np.zeros(n), np.ones(n))


def chance(share: float) -> float:
    """Return the share with three Monte Carlo errors."""
    return share + 3 * sqrt(share * (1 - share) / DRAWS)


def test_looks_grow_to_all_items_and_none_is_too_early() -> None:
    assert looks(Design(total=14_042, alpha=0.05))[:4] == (352, 703, 1054, 1405)
    for total in (1, 5, 20, 57, 1319):
        found = looks(Design(total=total, alpha=0.05))
        assert found[-1] == total
        assert list(found) == sorted(set(found))
        assert min(found) >= min(20, total)


@pytest.mark.parametrize("total", [57, 1319, 14_042])
def test_all_looks_together_spend_alpha(total: int) -> None:
    design = Design(total=total, alpha=0.05)
    path = looks(design)
    levels = [look_level(design, path[: number + 1]) for number in range(len(path))]
    limits = [float(norm.isf(level)) for level in levels]
    assert levels == sorted(levels)
    assert crossing(limits, path)[-1] == pytest.approx(0.05, abs=2e-3 if total < 100 else 2e-4)
    assert 0.035 < levels[-1] < 0.05


def test_this_benchmark_spends_less_than_alpha_and_ends_exact() -> None:
    design = Design(total=1000, alpha=0.05, estimand="benchmark")
    path = looks(design)
    levels = [look_level(design, path[: number + 1]) for number in range(len(path))]
    limits = [float(norm.isf(level)) for level in levels[:-1]]
    information = [place / (1 - place / 1000) for place in path[:-1]]
    assert 0.02 < crossing(limits, information)[-1] < 0.05
    assert levels[-1] == 1.0


def test_looks_that_were_not_in_the_plan_are_fine() -> None:
    design = Design(total=1000, alpha=0.05)
    path = (111, 230, 777, 1000)
    levels = [look_level(design, path[: number + 1]) for number in range(len(path))]
    limits = [float(norm.isf(level)) for level in levels]
    assert crossing(limits, path)[-1] == pytest.approx(0.05, abs=1e-6)


@settings(max_examples=15)
@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 18),
    st.sampled_from(ESTIMANDS),
)
def test_bounds_agree_with_p_and_mirror(
    wins: int, losses: int, number: int, estimand: Estimand
) -> None:
    design = Design(total=1200, alpha=0.05, estimand=estimand)
    path = looks(design)
    n = max(path[number], 120)
    earlier = [place for place in path if place < n]
    found = paired_look(counted(wins, losses, n), -0.02, design=design, looked=earlier)
    mirrored = paired_look(counted(losses, wins, n), 0.02, design=design, looked=earlier)
    assert found.lower is not None
    assert found.upper is not None
    assert found.value is not None
    assert found.p_above is not None
    assert found.p_below is not None
    assert mirrored.upper is not None
    assert found.lower <= found.value <= found.upper
    assert (found.lower > -0.02) == (found.p_above < 0.05)
    assert (found.upper < -0.02) == (found.p_below < 0.05)
    assert mirrored.p_below == pytest.approx(found.p_above, rel=1e-6)
    assert mirrored.upper == pytest.approx(-found.lower, abs=1e-6)


def test_a_look_is_wider_than_a_fixed_sample() -> None:
    design = Design(total=5000, alpha=0.05)
    pairs = counted(90, 80, 1500)
    found = paired_look(pairs, -0.02, design=design, looked=looks(design)[:11])
    fixed = difference_bounds(pairs, -0.02, alpha=0.05)
    assert found.lower is not None
    assert fixed.lower is not None
    assert found.lower < fixed.lower
    assert found.p_above is not None
    assert fixed.p_above is not None
    assert found.p_above > fixed.p_above
    assert found.alpha == 0.05
    assert "interim analysis 12" in found.method


def test_p_is_the_alpha_that_just_decides() -> None:
    pairs, path = counted(120, 100, 2500), looks(Design(total=5000, alpha=0.05))
    earlier = path[: path.index(2500)]
    p = paired_look(pairs, -0.02, design=Design(total=5000, alpha=0.05), looked=earlier).p_above
    assert p is not None
    assert 1e-6 < p < 0.3
    for alpha, decided in ((p * 1.03, True), (p * 0.97, False)):
        design = Design(total=5000, alpha=alpha)
        bounds = paired_look(pairs, -0.02, design=design, looked=earlier)
        assert bounds.lower is not None
        assert (bounds.lower > -0.02) == decided


@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_the_simulation_decides_as_the_look_does(estimand: Estimand) -> None:
    design = Design(total=1000, alpha=0.05, estimand=estimand)
    path, rng, told = looks(design), np.random.default_rng(31), set()
    for _ in range(24):
        number = int(rng.integers(5, len(path)))
        n = path[number]
        rate = rng.choice([0.02, 0.1, 0.3])
        wins, losses = (int(rng.binomial(n, rate * half)) for half in rng.dirichlet([2, 2]))
        known = n / 1000 if estimand == "benchmark" else 0.0
        look = Looked(n, look_level(design, path[: number + 1]), known)
        decided = significant(PairCounts(wins, losses, n), -0.02, look)
        bounds = paired_look(counted(wins, losses, n), -0.02, design=design, looked=path[:number])
        assert bounds.p_above is not None
        assert decided == (bounds.p_above < 0.05)
        told.add(decided)
    assert told == {True, False}


@pytest.mark.parametrize("estimand", ESTIMANDS)
@pytest.mark.parametrize(("total", "discordance"), [(500, 0.02), (500, 0.1), (1319, 0.3)])
def test_wrong_passes_at_the_margin(estimand: Estimand, total: int, discordance: float) -> None:
    design = Design(total=total, alpha=0.05, estimand=estimand)
    rng = np.random.default_rng(total)
    found = stopped(World(total, discordance, -0.02), design, rng, DRAWS)
    assert found.passed <= chance(0.05)


@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_a_mean_at_its_limit_passes_wrongly_alpha_at_most(estimand: Estimand) -> None:
    design, rng, total = (
        Design(total=200, alpha=0.05, estimand=estimand),
        np.random.default_rng(8),
        200,
    )
    path = looks(design)[:-1] if estimand == "benchmark" else looks(design)
    right = rng.random((DRAWS, total)) < 0.9
    if estimand == "benchmark":
        right = rng.permuted(np.tile(np.arange(total) < 180, (DRAWS, 1)), axis=1)
    above, below = np.zeros(DRAWS, bool), np.zeros(DRAWS, bool)
    for number, n in enumerate(path):
        counts, index = np.unique(right[:, :n].sum(axis=1), return_inverse=True)
        found = [
            mean_look(items(np.arange(n) < count), 0.9, design=design, looked=path[:number])
            for count in counts
        ]
        above |= np.array([each.p_above is None or each.p_above < 0.05 for each in found])[index]
        below |= np.array([each.p_below is None or each.p_below < 0.05 for each in found])[index]
    assert above.mean() <= chance(0.05)
    assert below.mean() <= chance(0.05)
    assert below.mean() > 0.005


def test_early_stopping_reaches_its_aims() -> None:
    rng, found = np.random.default_rng(7), {}
    for total in (1319, 14_042):
        design = Design(total=total, alpha=0.05)
        for gap in (0.0, -0.1):
            found[total, gap] = stopped(World(total, 0.1, gap), design, rng, DRAWS)
    assert found[14_042, 0.0].asked <= 0.35
    assert found[14_042, -0.1].asked <= 0.15
    assert found[1319, 0.0].asked <= 0.80
    assert found[1319, -0.1].asked <= 0.30
    for equal in (found[1319, 0.0], found[14_042, 0.0]):
        assert equal.passed >= equal.fixed - 0.03
    for worse in (found[1319, -0.1], found[14_042, -0.1]):
        assert (worse.passed, worse.failed) == (0.0, 1.0)


def test_real_items_are_ruled_right_with_few_of_them() -> None:
    path = shared("data", "alignment", "robustness", "gsm8k_item_correctness.jsonl")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    bits = {line["model"]: np.array(list(line["correct"])) == "1" for line in lines}
    gaps = bits["gpt4"].astype(int) - bits["abel_70b"].astype(int)
    design = Design(total=len(gaps), alpha=0.05, estimand="benchmark")
    rng = np.random.default_rng(1)
    better = ended(ordered(gaps, design, rng), design, -0.02)
    worse = ended(ordered(-gaps, design, rng), design, -0.02)
    at_limit: Stopped = ended(ordered(gaps, design, rng), design, float(gaps.mean()))
    assert (better.passed, worse.failed) == (1.0, 1.0)
    assert better.asked < 0.3
    assert worse.asked < 0.3
    assert at_limit.passed <= 0.05 + 3 * sqrt(0.05 * 0.95 / 500)


def test_all_items_of_this_benchmark_are_exact() -> None:
    design = Design(total=300, alpha=0.05, estimand="benchmark")
    found = paired_look(counted(10, 15, 300), -0.02, design=design, looked=(100, 200))
    assert found.lower == found.upper == pytest.approx(-5 / 300)
    assert (found.p_above, found.p_below, found.alpha) == (0.0, 1.0, 0.05)
    mean = mean_look(items(np.repeat([1.0, 0.0], [200, 100])), 0.7, design=design)
    assert mean.lower == mean.upper == pytest.approx(2 / 3)
    assert (mean.p_above, mean.p_below) == (1.0, 0.0)


def test_a_mean_is_bounded_at_each_look() -> None:
    values = np.random.default_rng(2).permutation(np.repeat([1.0, 0.0], [800, 200]))
    for estimand, method in zip(ESTIMANDS, ("group-sequential", "hypergeometric"), strict=True):
        design = Design(total=1000, alpha=0.05, estimand=estimand)
        earlier = [place for place in looks(design) if place < 500]
        found = mean_look(items(values[:500]), 0.7, design=design, looked=earlier)
        assert found.lower is not None
        assert found.upper is not None
        assert found.p_above is not None
        assert 0.7 < found.lower < 0.8 < found.upper
        assert found.p_above < 0.05
        assert method in found.method


def test_graded_means_of_this_benchmark_are_corrected() -> None:
    values = np.random.default_rng(3).random(400)
    wide = Design(total=500, alpha=0.05)
    narrow = Design(total=500, alpha=0.05, estimand="benchmark")
    earlier = [place for place in looks(wide) if place < 400]
    population = mean_look(items(values), 0.5, design=wide, looked=earlier)
    benchmark = mean_look(items(values), 0.5, design=narrow, looked=earlier)
    assert population.lower is not None
    assert benchmark.lower is not None
    assert population.value is not None
    ratio = (population.value - benchmark.lower) / (population.value - population.lower)
    assert 0.4 < ratio < 0.65


SEQUENCE = Design(total=2000, alpha=0.05, kind="confidence-sequence")


def test_a_confidence_sequence_holds_at_any_number_of_items() -> None:
    rng, wrong, draws = np.random.default_rng(41), 0, 80
    for _ in range(draws):
        gaps = rng.choice([1, -1, 0], 400, p=[0.04, 0.06, 0.9])
        for n in (77, 200, 400):
            pairs = Pairs(gaps[:n] > 0, gaps[:n] < 0, np.arange(n), np.ones(n), np.ones(n))
            found = paired_look(pairs, -0.02, design=SEQUENCE)
            if found.p_above is not None and found.p_above < 0.05:
                wrong += 1
                break
    assert wrong / draws <= 0.05 + 3 * sqrt(0.05 * 0.95 / draws)


def test_a_confidence_sequence_of_clusters_bets_once_a_cluster() -> None:
    rng = np.random.default_rng(43)
    clusters = np.repeat(np.arange(150), rng.integers(1, 5, 150))
    right = (rng.random(150) < 0.85)[clusters]
    n = len(clusters)
    structured = Items(right, clusters, np.zeros(n), np.ones(n))
    loose = mean_look(items(right.astype(float)), 0.6, design=SEQUENCE)
    bound = mean_look(structured, 0.6, design=SEQUENCE)
    assert "clusters" in bound.method
    assert bound.lower is not None
    assert bound.value is not None
    assert loose.lower is not None
    assert bound.lower < loose.lower < bound.value
    assert bound.p_above is not None
    assert (bound.lower > 0.6) == (bound.p_above < 0.05)


def test_clusters_that_all_agree_are_no_surer_than_their_number() -> None:
    rng, wrong, draws = np.random.default_rng(44), 0, 80
    for _ in range(draws):
        clusters = np.repeat(np.arange(60), rng.integers(1, 5, 60))
        right = (rng.random(60) < 0.7)[clusters]
        n = len(clusters)
        found = mean_look(Items(right, clusters, np.zeros(n), np.ones(n)), 0.7, design=SEQUENCE)
        wrong += found.p_above is not None and found.p_above < 0.05
    assert wrong / draws <= 0.05 + 3 * sqrt(0.05 * 0.95 / draws)


def test_what_a_confidence_sequence_cannot_bound_is_said() -> None:
    n = 100
    uneven = Pairs(np.ones(n), np.zeros(n), np.arange(n), np.ones(n), np.full(n, 2.0))
    assert paired_look(uneven, 0.0, design=SEQUENCE).lower is None
    outside = mean_look(items(np.linspace(0, 3, n)), 1.0, design=SEQUENCE)
    assert (outside.lower, outside.p_above) == (None, None)
    assert "[0.0, 1.0]" in outside.method
    assert mean_look(items(np.empty(0)), 0.5, design=SEQUENCE).value is None


def test_no_items_yet_is_no_answer() -> None:
    for estimand in ESTIMANDS:
        design = Design(total=9, alpha=0.1, estimand=estimand)
        found = paired_look(counted(0, 0, 0), 0.0, design=design)
        assert (found.value, found.lower, found.p_above) == (None, None, None)


def test_refuses_what_makes_no_sense() -> None:
    for total, alpha in ((0, 0.05), (10, 0.0), (10, 1.0), (10, float("nan"))):
        with pytest.raises(ValueError, match=r"items|alpha"):
            Design(total=total, alpha=alpha)
    design = Design(total=100, alpha=0.05)
    for path in ((), (50, 50), (60, 50), (50, 101)):
        with pytest.raises(ValueError, match="look"):
            look_level(design, path)
    with pytest.raises(ValueError, match="look"):
        paired_look(counted(1, 1, 2001), 0.0, design=SEQUENCE)
    nan = Pairs(np.full(30, np.nan), np.ones(30), np.arange(30), np.ones(30), np.ones(30))
    with pytest.raises(ValueError, match="NaN"):
        paired_look(nan, 0.0, design=design)
