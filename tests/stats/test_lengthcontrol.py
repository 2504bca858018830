"""Length control: AlpacaEval 2's figures, planted length, coverage, and where there is no fit."""

import csv
import json
import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import spearmanr

from statera.stats.lengthcontrol import (
    NO_FIT,
    Anchors,
    LengthControlled,
    PairLengths,
    length_controlled,
)
from statera.stats.logistic import chances
from tests.shared_data import shared


def table(name: str) -> list[dict[str, str]]:
    path = shared("data", "judge", "alpacaeval", name)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def anchors() -> Anchors:
    names = ("tanh_std_delta_len", "difficulty", "soft_label", "weight")
    rows = table("anchor_rows.csv")
    lengths, difficulty, labels, weights = ([float(r[n]) for r in rows] for n in names)
    return Anchors(lengths, difficulty, labels, weights)


def models() -> Iterator[tuple[dict[str, str], PairLengths]]:
    """Yield what is published of each model with its pairs."""
    items, judged = table("items.csv"), table("judgments.csv")
    base = [float(row["baseline_chars"]) for row in items]
    difficulty = [float(row["difficulty"]) for row in items]
    for row in table("published.csv"):
        mine = [each for each in judged if each["model"] == row["model"]]
        assert [each["item"] for each in mine] == [each["item"] for each in items]
        wins = [float(each["preference"]) - 1 for each in mine]
        lengths = [float(each["output_chars"]) for each in mine]
        yield row, PairLengths(wins, lengths, base, range(805), difficulty)


def fitted(data: PairLengths, l1: float | None = None) -> LengthControlled:
    rng = np.random.default_rng(0)
    return length_controlled(data, anchors=anchors(), l1=l1, rng=rng, resamples=0)


def percent(value: float | None) -> float:
    assert value is not None
    return 100 * value


def test_published_rates_follow_from_the_published_weights() -> None:
    for row, data in models():
        weights = [float(row[name]) for name in ("w_difficulty", "w_model")]
        rate = 100 * chances(weights[0] * np.asarray(data.difficulty) + weights[1]).mean()
        assert rate == pytest.approx(float(row["length_controlled_winrate"]), abs=1e-3)


def test_refits_give_the_published_rates() -> None:
    for row, data in models():
        told = fitted(data)
        rate = percent(told.controlled.value)
        assert rate == pytest.approx(float(row["length_controlled_winrate"]), abs=0.11)
        assert rate == pytest.approx(float(row["refit_unpenalised_lc"]), abs=1e-3)
        assert rate == pytest.approx(float(row["refit_by_item_lc"]), abs=1e-3)
        assert percent(told.raw.value) == pytest.approx(float(row["win_rate"]), abs=1e-4)
        assert told.w_length.value == pytest.approx(float(row["w_length"]), abs=0.02)
        assert told.w_difficulty == pytest.approx(float(row["w_difficulty"]), abs=0.02)
        assert told.w_candidate == pytest.approx(float(row["w_model"]), abs=0.03)


def test_refits_with_the_penalty_give_the_published_rates() -> None:
    for row, data in models():
        rate = percent(fitted(data, float(row["refit_l1_C"])).controlled.value)
        assert rate == pytest.approx(float(row["refit_l1_lc"]), abs=0.02)
        assert rate == pytest.approx(float(row["length_controlled_winrate"]), abs=0.02)


def test_the_published_error_is_that_of_the_fitted_values_and_less_than_half() -> None:
    row, data = next(models())
    assert row["model"] == "FuseChat-Gemma-2-9B-Instruct"
    rng = np.random.default_rng(0)
    told = length_controlled(data, anchors=anchors(), rng=rng, resamples=1000)
    assert told.w_difficulty is not None
    assert told.w_candidate is not None
    values = chances(told.w_difficulty * np.asarray(data.difficulty) + told.w_candidate)
    naive = 100 * values.std(ddof=1) / math.sqrt(805)
    assert naive == pytest.approx(float(row["lc_standard_error"]), abs=0.005)
    assert percent(told.error) == pytest.approx(1.36, abs=0.09)  # 1.40, and 0.03 of drawing
    assert (told.resamples, told.n, told.clusters, told.note) == (1000, 805, 805, "")
    assert told.controlled.low is not None
    assert told.controlled.high is not None
    width = 100 * (told.controlled.high - told.controlled.low)
    assert width == pytest.approx(2 * 1.96 * percent(told.error), rel=0.08)


def test_over_223_models_controlling_removes_part_of_the_lean_to_length() -> None:
    path = shared("data", "alignment", "verbosity", "alpaca_eval2_leaderboard.jsonl")
    rows = {row["model"]: row for row in map(json.loads, path.read_text("utf-8").splitlines())}
    lengths = [row["avg_length"] for row in rows.values()]
    for rate, rank in (("win_rate", 0.728), ("length_controlled_winrate", 0.556)):
        found = spearmanr([row[rate] for row in rows.values()], lengths).statistic
        assert found == pytest.approx(rank, abs=5e-4)
    for kind, raw, controlled in (("_concise", 22.9, 41.9), ("", 50, 50), ("_verbose", 64.3, 51.6)):
        row = rows[f"gpt4_1106_preview{kind}"]
        assert row["win_rate"] == pytest.approx(raw, abs=0.05)
        assert row["length_controlled_winrate"] == pytest.approx(controlled, abs=0.05)


def planted(
    rng: np.random.Generator, items: int, *, length: float, quality: float, longer: float = 0.0
) -> PairLengths:
    """Return pairs whose judge adds `length` per unit of tanh(gap / 100), and `quality`."""
    base = rng.integers(1000, 2000, items)
    gaps = rng.normal(-longer, 100, items)
    wins = rng.random(items) < chances(length * np.tanh(gaps / 100) + quality)
    return PairLengths(wins, base - gaps, base, range(items))


def test_padding_does_not_win_when_length_is_held() -> None:
    rng = np.random.default_rng(1)
    data = planted(rng, 3000, length=-2.0, quality=0.0, longer=80)
    told = length_controlled(data, rng=rng, resamples=200)
    assert told.raw.low is not None
    assert told.raw.low > 0.65
    assert told.controlled.value == pytest.approx(0.5, abs=0.03)
    assert told.slope.low is not None
    assert told.slope.low > 0
    assert told.length_ratio.value is not None
    assert told.length_ratio.value > 1.03
    assert told.longer + told.shorter == 3000
    assert told.longer > told.shorter


def test_a_judge_that_ignores_length_is_left_as_it_is() -> None:
    rng = np.random.default_rng(2)
    data = planted(rng, 2000, length=0.0, quality=0.5, longer=80)
    told = length_controlled(data, rng=rng, resamples=200)
    assert told.raw.value is not None
    assert told.controlled.value == pytest.approx(told.raw.value, abs=0.03)
    assert told.slope.low is not None
    assert told.slope.high is not None
    assert told.slope.low < 0 < told.slope.high
    assert told.w_length.low is not None
    assert told.w_length.high is not None
    assert told.w_length.low < 0 < told.w_length.high


@pytest.mark.parametrize(("items", "length", "quality"), [(60, -1.0, 0.3), (200, -2.0, -0.8)])
def test_the_intervals_cover(items: int, length: float, quality: float) -> None:
    # the scale is the sample's own; with gaps of deviation 100 it is close to the planted one
    rng, draws, hits = np.random.default_rng(3), 200, 0
    true = 1 / (1 + math.exp(-quality))
    for _ in range(draws):
        told = length_controlled(
            planted(rng, items, length=length, quality=quality, longer=40), rng=rng, resamples=300
        )
        assert told.controlled.low is not None
        assert told.controlled.high is not None
        hits += told.controlled.low <= true <= told.controlled.high
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


def test_items_are_resampled_whole() -> None:
    rng = np.random.default_rng(4)
    one = planted(rng, 80, length=-1.0, quality=0.2)
    four = PairLengths(*[np.repeat(np.asarray(part), 4) for part in one[:4]])
    single = length_controlled(one, rng=np.random.default_rng(5), resamples=500)
    copies = length_controlled(four, rng=np.random.default_rng(6), resamples=500)
    assert copies.controlled.value == pytest.approx(single.controlled.value, abs=2e-3)
    assert copies.error == pytest.approx(single.error, rel=0.15)
    assert (copies.n, copies.clusters) == (320, 80)


def test_anchors_hold_the_weight_of_length_and_need_no_difficulty() -> None:
    rng = np.random.default_rng(7)
    data = planted(rng, 400, length=0.0, quality=0.4)
    steps = np.tanh(rng.normal(size=5000))
    labels = chances(-2.0 * steps)
    held = Anchors(steps, np.zeros(5000), labels, np.ones(5000))
    free = length_controlled(data, rng=rng, resamples=50)
    told = length_controlled(data, anchors=held, rng=rng, resamples=50)
    assert told.w_length.value == pytest.approx(-2.0, abs=0.3)
    assert free.w_length.value == pytest.approx(0.0, abs=0.6)
    assert told.w_difficulty is None


def test_a_strong_penalty_sets_weights_to_nothing() -> None:
    rng = np.random.default_rng(8)
    data = planted(rng, 200, length=-1.0, quality=0.4)
    told = length_controlled(data, l1=1e-3, rng=rng, resamples=0)
    assert (told.w_length.value, told.w_candidate) == (0.0, 0.0)
    assert told.controlled.value == 0.5
    weak = length_controlled(data, l1=1e6, rng=rng, resamples=0)
    bare = length_controlled(data, rng=rng, resamples=0)
    assert weak.controlled.value == pytest.approx(bare.controlled.value, abs=1e-5)


def test_unparsed_pairs_are_left_out() -> None:
    rng = np.random.default_rng(9)
    data = planted(rng, 100, length=-1.0, quality=0.4)
    wins = np.append(np.asarray(data.wins, float), [-1.0, -1.0])
    lengths = [np.append(np.asarray(part), [1, 10**6]) for part in data[1:3]]
    more = PairLengths(wins, lengths[0], lengths[1], range(102))
    one = length_controlled(data, rng=np.random.default_rng(0), resamples=50)
    assert length_controlled(more, rng=np.random.default_rng(0), resamples=50) == one


def test_equal_length_that_is_hardly_seen_is_noted() -> None:
    rng = np.random.default_rng(10)
    data = planted(rng, 300, length=-1.0, quality=0.0, longer=250)
    told = length_controlled(data, rng=rng, resamples=50)
    assert told.note == "99 % of the candidate's answers are longer: equal length is hardly seen"
    assert told.controlled.value is not None


@given(some.integers(0, 2**32))
@settings(max_examples=25)
def test_the_same_seed_gives_the_same_and_sides_can_be_swapped(seed: int) -> None:
    data = planted(np.random.default_rng(seed), 60, length=-0.5, quality=0.2)
    wins = np.asarray(data.wins, float)
    turned = PairLengths(1 - wins, data.base_lengths, data.lengths, data.clusters)
    one, again, other = (
        length_controlled(each, rng=np.random.default_rng(1), resamples=100)
        for each in (data, data, turned)
    )
    assert one == again
    assert one.controlled.value == pytest.approx(1 - (other.controlled.value or 0))
    assert one.slope.value == pytest.approx(other.slope.value)
    assert one.controlled.low is not None
    assert one.controlled.high is not None
    assert one.controlled.low == pytest.approx(1 - (other.controlled.high or 0))
    assert 0 < one.controlled.low < one.controlled.high < 1


LENGTHS = list(range(100, 140))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (PairLengths([], [], [], []), "fewer than 8 clusters"),
        (PairLengths([1, 0] * 3, LENGTHS[:6], [50] * 6, range(6)), "fewer than 8 clusters"),
        (PairLengths([1] * 40, LENGTHS, [120] * 40, range(40)), "every pair was won"),
        (PairLengths([0] * 40, LENGTHS, [120] * 40, range(40)), "every pair was lost"),
        (
            PairLengths([1, 0] * 20, LENGTHS, [x + 7 for x in LENGTHS], range(40)),
            "all length differences are the same",
        ),
        (
            PairLengths([0] * 20 + [1] * 20, LENGTHS, [120] * 40, range(40)),
            NO_FIT,
        ),
        (
            PairLengths([1, 0] * 20, LENGTHS, [120] * 40, range(40), [3.0] * 40),
            NO_FIT,
        ),
    ],
)
def test_no_fit_is_none_with_the_reason_and_never_infinite(data: PairLengths, why: str) -> None:
    told = length_controlled(data, rng=np.random.default_rng(0), resamples=50)
    for part in (told.controlled, told.w_length):
        assert (part.value, part.low, part.high) == (None, None, None)
        assert part.method == why
    assert (told.w_candidate, told.error, told.resamples) == (None, None, 0)
    assert (told.raw.value is None) == (not len(np.asarray(data.wins)))


@pytest.mark.parametrize(
    ("wins", "why"),
    [
        ([1, 0] * 15, "fewer than 40 clusters"),
        ([1, 0] * 5 + [1] * 40, "fewer than 10 wins or losses"),
    ],
)
def test_too_few_have_a_rate_without_an_interval(wins: list[int], why: str) -> None:
    lengths = np.random.default_rng(0).integers(50, 150, len(wins))
    data = PairLengths(wins, lengths, [100] * len(wins), range(len(wins)))
    told = length_controlled(data, rng=np.random.default_rng(0), resamples=50)
    assert told.controlled.value is not None
    assert told.controlled.value == pytest.approx(np.mean(wins), abs=0.06)
    assert (told.controlled.low, told.controlled.method) == (None, why)


def test_resamples_without_a_fit_take_the_interval_away() -> None:
    # one item alone has another length: a third of the resamples do not see it
    lengths = [100] * 59 + [300]
    data = PairLengths([1, 0] * 29 + [0.5, 0.4], lengths, [100] * 60, range(60))
    told = length_controlled(data, rng=np.random.default_rng(0), resamples=200)
    assert told.controlled.value is not None
    assert told.controlled.low is None
    assert told.controlled.method.endswith("of 200 resamples have no finite fit")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (PairLengths([2], [1], [1], [1]), r"a win is a number in \[0, 1\]"),
        (PairLengths([math.nan], [1], [1], [1]), r"a win is a number in \[0, 1\]"),
        (PairLengths([1], [-1], [1], [1]), "lengths must be numbers of at least 0"),
        (PairLengths([1], [1, 2], [1], [1]), "parts of one length"),
        (PairLengths([1], [1], [1], [1], [math.inf]), "difficulties must be numbers"),
    ],
)
def test_bad_pairs_are_refused(data: PairLengths, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        length_controlled(data, rng=np.random.default_rng(0))


def test_bad_options_are_refused() -> None:
    data, rng = PairLengths([1], [1], [1], [1]), np.random.default_rng(0)
    with pytest.raises(ValueError, match="C of a penalty is above 0"):
        length_controlled(data, l1=0, rng=rng)
    with pytest.raises(ValueError, match="a level lies in"):
        length_controlled(data, level=0, rng=rng)
    with pytest.raises(ValueError, match="anchors need labels in"):
        length_controlled(data, anchors=Anchors([0], [0], [2], [1]), rng=rng)
    with pytest.raises(ValueError, match="anchors need numbers"):
        length_controlled(data, anchors=Anchors([0], [0], [1], [1, 2]), rng=rng)
