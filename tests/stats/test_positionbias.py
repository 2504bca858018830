"""Lean to a place: recorded judges with planted and real bias, counts by hand, coverage."""

import csv
import doctest
import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import statera.stats.positionbias as module
from statera.stats.mcnemar import exact_p, mid_p
from statera.stats.positionbias import first_weight, position
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.winrate import UNPARSED, PairVerdicts, win_rate
from tests.shared_data import shared

VALUE = some.sampled_from([1.0, 0.5, 0.0, UNPARSED])
ROWS = some.lists(some.tuples(VALUE, VALUE, some.integers(0, 30)), min_size=1, max_size=80)
POOLED = ("LLMBar/Natural", "LLMBar/Adversarial/Neighbor", "LLMBar/Adversarial/GPTOut")
Key = tuple[str, str, str]


def rows_of(name: str) -> list[dict[str, str]]:
    path = shared("data", "judge", "llmbar", name)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def judged() -> dict[Key, list[dict[str, str]]]:
    found: dict[Key, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of("judgments.csv"):
        found[row["subset"], row["evaluator"], row["strategy"]].append(row)
    return found


def seen(rows: list[dict[str, str]], sides: list[str]) -> PairVerdicts:
    """Return the verdicts for the output named for each row, "1" or "2"; 1 is shown first."""

    def value(winner: str, side: str) -> float:
        return float(winner == side) if winner else UNPARSED

    forward = [value(r["winner_order12"], s) for r, s in zip(rows, sides, strict=True)]
    backward = [value(r["winner_order21"], s) for r, s in zip(rows, sides, strict=True)]
    return PairVerdicts(forward, backward, range(len(rows)))


def test_every_pair_by_hand() -> None:
    said = [
        (1, 1), (0, 0), (0.5, 0.5),  # consistent
        (1, 0), (1, 0), (1, 0),  # the first both times
        (0, 1),  # the second both times
        (1, 0.5), (0.5, 0),  # a tie once
        (1, UNPARSED), (UNPARSED, UNPARSED),
    ]  # fmt: skip
    told = position(PairVerdicts([p[0] for p in said], [p[1] for p in said], range(11)))
    assert (told.asked, told.judged, told.consistent) == (11, 9, 3)
    assert (told.first_both, told.second_both, told.tied_once) == (3, 1, 2)
    assert told.decided == 2 + 2 + 6 + 2 + 1 + 1 + 1
    assert told.flip_rate.value == pytest.approx(6 / 9)
    assert (told.flip_rate.low, told.flip_rate.high) == pytest.approx(
        wilson(6 / 9, 9, normal_quantile(0.95))
    )
    # first named in 6 of 8 decided forward, in 5 of 7 decided backward
    assert told.first_share.value == pytest.approx((6 / 8 + 5 / 7) / 2)


@pytest.mark.parametrize(
    ("evaluator", "strategy", "counts", "judged_pairs"),
    [
        ("GPT-4", "Vanilla", (264, 11, 6), 281),
        ("ChatGPT", "Vanilla", (195, 78, 8), 281),
        ("Falcon", "CoT", (40, 239, 0), 279),
    ],
)
def test_recorded_judges(
    evaluator: str, strategy: str, counts: tuple[int, int, int], judged_pairs: int
) -> None:
    groups = judged()
    rows = [row for subset in POOLED for row in groups[subset, evaluator, strategy]]
    told = position(seen(rows, ["1"] * len(rows)))
    assert (told.consistent, told.first_both, told.second_both) == counts
    assert (told.asked, told.judged, told.tied_once) == (281, judged_pairs, 0)
    assert told.flip_rate.value == pytest.approx(sum(counts[1:]) / judged_pairs)
    assert told.first_share.low is not None
    # all but GPT-4 lean to the first place beyond doubt
    assert (told.first_share.low > 0.5) == (evaluator != "GPT-4")


def test_accuracy_and_agreement_of_the_orders_as_published() -> None:
    labels = {(row["subset"], row["item"]): row["label"] for row in rows_of("items.csv")}
    groups = judged()
    for subset, accuracy, same in (
        ("LLMBar/Natural", 93.5, 97.0),
        ("LLMBar/Adversarial/Neighbor", 64.2, 89.6),
    ):
        rows = groups[subset, "GPT-4", "Vanilla_NoRules"]
        verdicts = seen(rows, [labels[subset, row["item"]] for row in rows])
        told = position(verdicts)
        assert told.flip_rate.value is not None
        assert 100 * (1 - told.flip_rate.value) == pytest.approx(same, abs=0.05)
        right = np.concatenate([np.asarray(verdicts.forward), np.asarray(verdicts.backward)])
        assert 100 * right.mean() == pytest.approx(accuracy, abs=0.05)


def test_all_255_recorded_counts() -> None:
    labels = {(row["subset"], row["item"]): row["label"] for row in rows_of("items.csv")}
    groups, recorded = judged(), rows_of("recorded_statistics.csv")
    assert len(recorded) == len(groups) == 255
    for row in recorded:
        key = (row["subset"], row["evaluator"], row["strategy"])
        verdicts = seen(groups[key], [labels[key[0], r["item"]] for r in groups[key]])
        told, rate = position(verdicts), win_rate(verdicts)
        forward, backward = np.asarray(verdicts.forward), np.asarray(verdicts.backward)
        blank = int(np.sum((forward == UNPARSED) & (backward == UNPARSED)))
        assert told.asked == int(row["n"])
        assert np.sum(forward == 1) == int(row["correct_order12"])
        assert np.sum(backward == 1) == int(row["correct_order21"])
        assert rate.wins == int(row["correct_both"])
        assert told.consistent + blank == int(row["same_winner"])


def test_two_strategies_of_one_judge_by_mcnemar() -> None:
    labels = {(row["subset"], row["item"]): row["label"] for row in rows_of("items.csv")}
    groups, right = judged(), {}
    for strategy in ("Vanilla", "Metrics_Reference"):
        rows = [row for subset in POOLED for row in groups[subset, "GPT-4", strategy]]
        right[strategy] = [r["winner_order12"] == labels[r["subset"], r["item"]] for r in rows]
    pairs = list(zip(right["Vanilla"], right["Metrics_Reference"], strict=True))
    won, lost = pairs.count((True, False)), pairs.count((False, True))
    assert (len(pairs), won, lost) == (281, 4, 14)
    assert exact_p(won, lost) == pytest.approx(0.0309, abs=5e-5)
    assert mid_p(won, lost) == pytest.approx(0.0192, abs=5e-5)


def test_a_published_judge_leans_to_the_second_answer() -> None:
    path = shared("data", "judge", "alpacaeval", "judgments.csv")
    rows = [
        row
        for row in csv.DictReader(path.read_text("utf-8").splitlines())
        if row["logprob_m"] and row["logprob_M"]
    ]
    first, second = ([float(row[name]) for row in rows] for name in ("logprob_m", "logprob_M"))
    told = first_weight(first, second, [row["item"] for row in rows])
    assert (told.n, told.clusters) == (16_851, 805)
    assert told.value == pytest.approx(0.4548, abs=5e-5)
    assert told.high is not None
    assert told.high < 0.5


def test_the_weight_on_the_first_by_hand() -> None:
    told = first_weight([math.log(0.6), math.log(0.1)], [math.log(0.2), math.log(0.3)], [1, 2])
    assert told.value == pytest.approx((0.75 + 0.25) / 2)


def test_a_judge_that_always_names_the_first() -> None:
    told = position(PairVerdicts([1.0] * 50, [0.0] * 50, range(50)))
    assert (told.flip_rate.value, told.first_share.value) == (1.0, 1.0)
    assert told.first_share.low is not None
    assert told.first_share.low > 0.9
    assert told.p is not None
    assert told.p < 1e-9


def test_a_judge_that_never_flips_is_still_not_surely_without_lean() -> None:
    told = position(PairVerdicts([1.0, 0.0] * 30, [1.0, 0.0] * 30, range(60)))
    assert (told.flip_rate.value, told.first_share.value, told.p) == (0.0, 0.5, 1.0)
    assert told.first_share.low is not None
    assert told.first_share.high is not None
    assert told.first_share.low < 0.5 < told.first_share.high


def test_three_flips_to_one_side_prove_no_lean() -> None:
    said = [1.0, 0.0] * 50
    told = position(
        PairVerdicts([1.0, 1.0, 1.0, *said[3:]], [0.0, 0.0, 0.0, *said[3:]], range(100))
    )
    assert (told.first_both, told.second_both) == (3, 0)
    assert told.first_share.low is not None
    assert told.first_share.low < 0.5
    assert told.p is not None
    assert told.p > 0.05


def test_what_cannot_be_told_says_why() -> None:
    mute = position(PairVerdicts([UNPARSED] * 9, [UNPARSED] * 9, range(9)))
    assert (mute.flip_rate.value, mute.first_share.value) == (None, None)
    assert mute.first_share.method == "an order without a verdict that names a side"
    apart = position(PairVerdicts([1, UNPARSED] * 9, [UNPARSED, 1] * 9, range(18)))
    assert (apart.first_share.value, apart.first_share.low) == (0.5, None)
    assert apart.first_share.method == "no pair was decided in both orders"


@pytest.mark.parametrize(("lean", "per"), [(0.0, 1), (0.3, 1), (0.15, 3)])
def test_the_interval_covers_the_planted_lean(lean: float, per: int) -> None:
    # with chance `lean` a verdict names the first, else the better one, with 10 % noise
    rng, draws, hits, items = np.random.default_rng(11), 300, 0, 80
    for _ in range(draws):
        better = np.repeat(rng.random(items) < 0.6, per)
        sides = []
        for first_is_candidate in (True, False):
            noisy = better ^ (rng.random(items * per) < 0.1)
            named = np.where(rng.random(items * per) < lean, first_is_candidate, noisy)
            sides.append(named.astype(float))
        told = position(PairVerdicts(sides[0], sides[1], np.repeat(range(items), per)))
        assert told.first_share.low is not None
        assert told.first_share.high is not None
        hits += told.first_share.low <= 0.5 + lean / 2 <= told.first_share.high
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


@given(ROWS)
def test_the_counts_add_up_and_agree_with_the_win_rate(
    rows: list[tuple[float, float, int]],
) -> None:
    forward, backward, items = zip(*rows, strict=True)
    verdicts = PairVerdicts(forward, backward, items)
    told, rate = position(verdicts), win_rate(verdicts)
    flips = told.first_both + told.second_both + told.tied_once
    assert told.consistent + flips == told.judged == rate.judged
    assert flips == rate.inconsistent
    for part in (told.flip_rate, told.first_share):
        if part.value is not None and part.low is not None and part.high is not None:
            assert -1e-9 <= part.low <= part.value + 1e-9
            assert part.value - 1e-9 <= part.high <= 1 + 1e-9


@given(ROWS)
def test_which_side_is_the_candidate_does_not_matter(rows: list[tuple[float, float, int]]) -> None:
    def turned(value: float) -> float:
        return UNPARSED if value == UNPARSED else 1 - value

    forward, backward, items = zip(*rows, strict=True)
    one = position(PairVerdicts(forward, backward, items))
    other = position(
        PairVerdicts([turned(v) for v in backward], [turned(v) for v in forward], items)
    )
    assert (one.first_both, one.second_both) == (other.first_both, other.second_both)
    assert (one.first_share.value is None) == (other.first_share.value is None)
    if one.first_share.value is not None and other.first_share.value is not None:
        assert one.first_share.value == pytest.approx(other.first_share.value)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="a verdict is 1"):
        position(PairVerdicts([2], [1], [1]))
    with pytest.raises(ValueError, match="a log probability is a number of at most 0"):
        first_weight([0.5], [-1.0], [1])


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
