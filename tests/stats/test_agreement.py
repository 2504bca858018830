"""Alpha and kappa: by hand, by brute force, recorded judgments, coverage, and where undefined."""

import csv
import doctest
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.agreement as module
from statera.stats.agreement import (
    Agreement,
    Kind,
    Weights,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)
from tests.shared_data import shared

KINDS: tuple[Kind, ...] = get_args(Kind)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def alpha(ratings: Sequence[Sequence[Hashable | None]], kind: Kind = "nominal") -> Agreement:
    return krippendorff_alpha(ratings, kind, rng=rng())


def by_definition(ratings: Sequence[Sequence[float | None]], kind: Kind) -> float:
    """Krippendorff's own words: a coincidence matrix, pair by pair, in exact numbers."""
    seen: dict[tuple[float, float], Fraction] = {}
    for row in ratings:
        given = [value for value in row if value is not None]
        for c, k in permutations(given, 2) if len(given) > 1 else ():
            seen[c, k] = seen.get((c, k), Fraction(0)) + Fraction(1, len(given) - 1)
    values = sorted({c for c, _ in seen})
    margin = {c: sum((seen.get((c, k), Fraction(0)) for k in values), Fraction(0)) for c in values}

    def gap(c: float, k: float) -> Fraction:
        low, high = min(c, k), max(c, k)
        between = sum((margin[g] for g in values if low <= g <= high), Fraction(0))
        return {
            "nominal": Fraction(c != k),
            "ordinal": (between - (margin[c] + margin[k]) / 2) ** 2,
            "interval": Fraction(c - k) ** 2,
            "ratio": Fraction(c - k) ** 2 / Fraction(c + k) ** 2 if c + k else Fraction(0),
        }[kind]

    observed = sum((n * gap(c, k) for (c, k), n in seen.items()), Fraction(0))
    chance = sum((margin[c] * margin[k] * gap(c, k) for c in values for k in values), Fraction(0))
    return float(1 - (sum(margin.values(), Fraction(0)) - 1) * observed / chance)


# two raters, ten units: 0/1 ratings with 4 disagreements; 14 zeros, 6 ones of 20 ratings:
# alpha = 1 - 19 * 8 / (2 * 14 * 6) = 1 - 152 / 168
TEN = [[0, 0], [1, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 1], [1, 1], [1, 0], [1, 0]]


def test_alpha_by_hand() -> None:
    found = alpha(TEN)
    assert found.value == pytest.approx(1 - 152 / 168)
    assert found.observed == pytest.approx(0.6)
    assert (found.units, found.ratings, found.raters, found.clusters) == (10, 20, 2, 10)
    for kind in KINDS:  # with two values every distance is the same
        assert alpha(TEN, kind).value == pytest.approx(1 - 152 / 168)


def test_kappas_by_hand() -> None:
    # margins of the first rater 6 and 4, of the second 8 and 2: chance 0.48 + 0.08 = 0.56
    cohen = cohen_kappa(TEN, rng=rng())
    assert cohen.value == pytest.approx((0.6 - 0.56) / (1 - 0.56))
    assert cohen.observed == pytest.approx(0.6)
    # pooled margins 0.7 and 0.3: chance 0.58
    assert fleiss_kappa(TEN, rng=rng()).value == pytest.approx((0.6 - 0.58) / (1 - 0.58))


def test_weighted_kappa_by_hand() -> None:
    # distances 0, 0, 1, 2 (squares 0, 0, 1, 4); the first says 1, 2, 3, 1, the second 1, 2, 2, 3:
    # expected over all 16 pairs, distances 14 / 16, squares 18 / 16
    pairs = [[1, 1], [2, 2], [3, 2], [1, 3]]
    found: dict[Weights, float | None] = {
        kind: cohen_kappa(pairs, kind, rng=rng()).value for kind in ("linear", "quadratic")
    }
    squares = np.subtract.outer([1, 2, 3, 1], [1, 2, 2, 3])
    assert found["linear"] == pytest.approx(1 - (3 / 4) / (np.abs(squares).sum() / 16))
    assert found["quadratic"] == pytest.approx(1 - (5 / 4) / ((squares**2).sum() / 16))


@given(
    st.lists(
        st.lists(st.sampled_from([None, 0, 1, 2, 5]), min_size=3, max_size=4),
        min_size=2,
        max_size=12,
    ),
    st.sampled_from(KINDS),
    st.randoms(use_true_random=False),
)
def test_alpha_is_what_its_definition_says_and_knows_no_order(
    ratings: list[list[float | None]], kind: Kind, random: Random
) -> None:
    found = alpha(ratings, kind)
    pairable = [[v for v in row if v is not None] for row in ratings]
    pairable = [row for row in pairable if len(row) > 1]
    if len(pairable) < 2 or len({v for row in pairable for v in row}) < 2:
        assert found.value is None
        return
    assert found.value == pytest.approx(by_definition(ratings, kind), abs=1e-12)
    for row in ratings:
        random.shuffle(row)
    random.shuffle(ratings)
    assert alpha(ratings, kind).value == pytest.approx(found.value, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_perfect_agreement_is_one_and_chance_is_about_none(kind: Kind) -> None:
    values = rng().integers(0, 5, size=400)
    perfect = alpha([[v, v, v] for v in values], kind)
    assert perfect.value == 1
    assert perfect.low is None
    assert "disagreement" in perfect.method
    random = alpha(rng(1).integers(0, 5, size=(400, 3)).tolist(), kind)
    assert random.value is not None
    assert random.low is not None
    assert random.high is not None
    assert random.low < 0 < random.high
    assert abs(random.value) < 0.06


def test_alpha_feels_no_shift_of_an_interval_and_no_factor_of_a_ratio() -> None:
    ratings = rng(2).integers(1, 6, size=(60, 2))
    interval, ratio = alpha(ratings.tolist(), "interval"), alpha(ratings.tolist(), "ratio")
    moved = alpha((ratings * 1e3 + 1e9).tolist(), "interval")
    scaled = alpha((ratings * 7.5).tolist(), "ratio")
    assert (moved.value, moved.low) == pytest.approx((interval.value, interval.low))
    assert (scaled.value, scaled.high) == pytest.approx((ratio.value, ratio.high))


def planted(units: int, raters: int, faithful: float, seed: int, clusters: int) -> np.ndarray:
    """Each rater says the unit's true value with that chance, else anything: alpha faithful^2."""
    draw = rng(seed)
    chances = [0.1, 0.1, 0.2, 0.3, 0.3]
    truth = np.repeat(draw.choice(5, size=clusters, p=chances), units // clusters)
    guesses = draw.choice(5, size=(units, raters), p=chances)
    found: np.ndarray = np.where(draw.random((units, raters)) < faithful, truth[:, None], guesses)
    return found


@pytest.mark.parametrize(("units", "clusters"), [(25, 25), (120, 40)])
def test_intervals_cover(units: int, clusters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESAMPLES", 400)
    names = None if units == clusters else np.repeat(range(clusters), units // clusters).tolist()
    hits, trials = 0, 0
    for seed in range(200):
        ratings = planted(units, 2, 0.8, seed, clusters).tolist()
        found = krippendorff_alpha(ratings, "nominal", rng=rng(seed), clusters=names)
        if found.low is not None and found.high is not None:
            trials += 1
            hits += found.low <= 0.64 <= found.high
    assert trials >= 195
    assert abs(hits / trials - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / trials)


def test_units_alike_put_together_are_the_same_draws_as_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ratings = planted(400, 2, 0.8, 5, 400).tolist()
    together = alpha(ratings, "ordinal")
    alone = krippendorff_alpha(ratings, "ordinal", rng=rng(), clusters=list(range(400)))
    assert alone.value == pytest.approx(together.value)
    assert (alone.low, alone.high) == pytest.approx((together.low, together.high), abs=0.01)
    assert together.method.endswith("bootstrap by unit, BCa")
    monkeypatch.setattr(module, "MOST_LEFT_OUT", 100)
    short = krippendorff_alpha(ratings, "ordinal", rng=rng(), clusters=list(range(400)))
    assert (short.low, short.high) == pytest.approx((together.low, together.high), abs=0.02)
    assert short.method.endswith("bootstrap by unit, bias-corrected")


def test_units_bound_together_widen_the_interval() -> None:
    base = planted(60, 3, 0.8, 3, 60)
    copied = np.repeat(base, 5, axis=0).tolist()
    once, loose = alpha(base.tolist()), alpha(copied)
    bound = krippendorff_alpha(
        copied, "nominal", rng=rng(), clusters=np.repeat(range(60), 5).tolist()
    )

    def width(found: Agreement) -> float:
        assert found.low is not None
        assert found.high is not None
        return found.high - found.low

    assert width(loose) < 0.6 * width(bound)
    assert width(bound) == pytest.approx(width(once), rel=0.1)
    assert bound.clusters == 60
    assert "by cluster" in bound.method


def test_kappas_come_with_intervals_that_hold_them() -> None:
    ratings = planted(300, 2, 0.8, 4, 300).tolist()
    for found in (
        cohen_kappa(ratings, rng=rng()),
        cohen_kappa(ratings, "linear", rng=rng()),
        cohen_kappa(ratings, "quadratic", rng=rng(), clusters=list(range(300))),
        fleiss_kappa(ratings, rng=rng()),
    ):
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.value < found.high
        assert found.high - found.low < 0.25
        assert "Efron" in found.source


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        ([], "fewer than 2 units to compare"),
        ([[1, 2], [1, None]], "fewer than 2 units to compare"),
        ([[1, 1], [1, 1], [2, None]], "all ratings are the same"),
    ],
)
def test_where_alpha_is_undefined_it_says_so(
    ratings: list[list[Hashable | None]], why: str
) -> None:
    for kind in KINDS:
        found = alpha(ratings, kind)
        assert found.value is None
        assert found.method == why
        assert str(found).startswith(f"no agreement ({why})")


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        (TEN, "fewer than 20 independent units"),
        ([[0, 0], [1, 1]] * 20 + [[0, 1]] * 2, "fewer than 3 units with disagreement"),
        ([[0, 0, 0]] * 40 + [[1, 1, 0]] * 2, "fewer than 3 units with disagreement"),
        ([[0, 0]] * 39 + [[1, 1]], "fewer than 3 units with disagreement"),
    ],
)
def test_where_there_is_no_interval_it_says_why(
    ratings: list[list[Hashable | None]], why: str
) -> None:
    found = alpha(ratings)
    assert found.value is not None
    assert found.low is None
    assert found.method == f"no interval: {why}"


def test_a_rater_with_one_word_for_all_agrees_by_chance_only() -> None:
    found = cohen_kappa([["yes", "yes"], ["yes", "no"]] * 30, rng=rng())
    assert found.value == 0
    assert found.low is None
    assert found.method == "no interval: no spread between units"


def test_fleiss_takes_no_gaps_and_cohen_leaves_them_out() -> None:
    found = fleiss_kappa([[1, 2, 1], [1, 2, None], [2, 2, 2]], rng=rng())
    assert found.value is None
    assert "use alpha" in found.method
    gaps = cohen_kappa([*TEN, [None, 1], [1, None]], rng=rng())
    assert gaps.value == cohen_kappa(TEN, rng=rng()).value
    assert gaps.units == 10


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: cohen_kappa([[1, 2, 3]], rng=rng()), "two raters"),
        (lambda: krippendorff_alpha(TEN, "nominal", level=1.0, rng=rng()), "level"),
        (lambda: krippendorff_alpha([[-1, 2]], "ratio", rng=rng()), "below 0"),
        (lambda: krippendorff_alpha([[1, float("nan")]], "nominal", rng=rng()), "NaN"),
        (lambda: krippendorff_alpha(TEN, "nominal", rng=rng(), clusters=[1]), "cluster"),
    ],
)
def test_wrong_input_is_refused(call: object, why: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=why):
        call()


def test_too_many_values_for_a_table_of_all_pairs() -> None:
    ratings = rng().random((1_500, 2)).tolist()
    assert "values" in alpha(ratings, "ratio").method
    assert cohen_kappa(ratings, "linear", rng=rng()).value is None


def columns(path: str) -> list[tuple[float | str | None, ...]]:
    text = shared("data", "judge", "ranking", path).read_text("utf-8")
    rows = [[value or None for value in row] for row in csv.reader(text.splitlines())]
    return list(zip(*rows, strict=True))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107), ("ratio", 0.797403)],
)
def test_the_recorded_codings(kind: Kind, expected: float) -> None:
    ratings = [[None if v is None else float(v) for v in unit] for unit in columns("codings.csv")]
    found = alpha(ratings, kind)
    assert found.value == pytest.approx(expected, abs=1e-6)
    assert (found.units, found.ratings, found.raters) == (11, 40, 4)


def test_the_recorded_tags() -> None:
    assert alpha(columns("gcl.csv")).value == pytest.approx(0.083333, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "expected"), [("nominal", 0.5822), ("ordinal", 0.7234), ("interval", 0.8075)]
)
def test_three_repeats_of_a_rubric(kind: Kind, expected: float) -> None:
    path = shared("data", "judge", "rubric_repeat", "vicuna_eval_gpt4_x3.csv")
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    ratings = [[int(row[f"score{k}"]) for k in (1, 2, 3)] for row in rows]
    found = alpha(ratings, kind)
    assert found.value == pytest.approx(expected, abs=5e-5)
    assert found.low is not None
    bound = krippendorff_alpha(ratings, kind, rng=rng(), clusters=[row["idx"] for row in rows])
    assert bound.value == pytest.approx(found.value)
    assert bound.low is not None
    assert bound.low < found.low  # four answers to one question are not independent
    assert bound.clusters == 80


@pytest.mark.parametrize(
    ("model", "prompts", "expected"),
    [
        ("gpt-3.5-turbo-0301", ("weighted", "fn", "cot_fn"), 0.498),
        ("alpaca-7b", ("weighted", "cot_fn"), 0.679),
    ],
)
def test_three_prompts_of_one_judge(model: str, prompts: tuple[str, ...], expected: float) -> None:
    path = shared("data", "judge", "alpacaeval", "panel.csv")
    rows = [r for r in csv.DictReader(path.read_text("utf-8").splitlines()) if r["model"] == model]
    ratings = [[float(row[p]) > 1.5 if row[p] else None for p in prompts] for row in rows]
    assert alpha(ratings).value == pytest.approx(expected, abs=5e-4)


def test_a_judge_against_labels_and_against_its_other_order() -> None:
    def rows(name: str) -> list[dict[str, str]]:
        path = shared("data", "judge", "llmbar", name)
        return list(csv.DictReader(path.read_text("utf-8").splitlines()))

    gold = {r["item"]: r["label"] for r in rows("items.csv") if r["subset"] == "LLMBar/Natural"}
    wanted = ("LLMBar/Natural", "GPT-4", "CoT")
    said = [
        r for r in rows("judgments.csv") if (r["subset"], r["evaluator"], r["strategy"]) == wanted
    ]
    right = cohen_kappa([[r["winner_order12"] or None, gold[r["item"]]] for r in said], rng=rng())
    assert right.value == pytest.approx(0.878, abs=5e-4)  # recorded: 0.264, by mistaken labels
    assert right.observed == pytest.approx(0.94)
    both = [[r["winner_order12"] or None, r["winner_order21"] or None] for r in said]
    assert cohen_kappa(both, rng=rng()).value == pytest.approx(0.816026, abs=1e-6)


def test_the_example_is_true_and_a_result_reads_well() -> None:
    assert doctest.testmod(module).failed == 0
    text = str(alpha(planted(120, 2, 0.9, 1, 120).tolist()))
    assert text.endswith("120 units, 240 ratings, raw agreement 0.83")
    assert "] 95 %, " in text
