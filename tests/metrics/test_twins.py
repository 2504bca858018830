"""One value a pair, and that all that reads a frame reads it as any other value."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.analysis.comparison import compared
from statera.analysis.frame import Frame, frames
from statera.analysis.measure import estimates
from statera.analysis.pairing import Pairing
from statera.gate.judging import judge
from statera.metrics.means import Accuracy
from statera.metrics.twins import Discrimination, clusters_of, folded
from statera.records.scores import Outcome, Score
from statera.stats.results import Items, ItemValue
from statera.store.rows import ScoreRow
from tests.analysis.made import VALUES
from tests.gate.made import paired, rules, single

J = Discrimination(score="accuracy", opposed="over_refusal_any")
METRICS = (Accuracy(score="accuracy"), J)
GROUPS = ("safe", "unsafe")
Twins = Sequence[Sequence[Outcome]]
"""By pair, the outcome of the safe twin and of the unsafe one; "wrong" twice is J = -1."""


def row(pair: int, group: str, outcome: Outcome, kind: str) -> ScoreRow:
    score = Score(metric="accuracy", value=VALUES.get(outcome), outcome=outcome)
    return ScoreRow("t", f"{pair:03}/{group}", 0, kind, group, f"{pair:03}", score)


def frame(twins: Twins, *, backwards: bool = False) -> Frame:
    """Return the frame of pairs, alternately of two kinds, that come one way or the other."""
    rows = [
        row(pair, group, outcome, f"kind {pair % 2}")
        for pair, outcomes in enumerate(twins)
        for group, outcome in zip(GROUPS, outcomes, strict=False)
    ]
    (found,) = frames(rows[::-1] if backwards else rows, {"t": METRICS})
    return found


def js(found: Frame, category: str | None = None) -> list[float]:
    values: list[float] = np.asarray(found.items("discrimination", category).values).tolist()
    return values


R: Outcome = "right"
W: Outcome = "wrong"
LOST: Outcome = "infra_error"
NONE: Outcome = "unparsed"
BOTH: Sequence[Outcome] = (R, R)
NEITHER: Sequence[Outcome] = (W, W)


def test_a_pair_has_one_value_and_an_incomplete_one_has_none() -> None:
    made = frame([(R, R), (R, W), (W, R), (W, W), (R,), (R, NONE), (LOST, R)])
    assert js(made) == [1, 0, 0, -1]
    assert made.column("discrimination").weights.sum() == 4
    assert made.items("discrimination").clusters is not None
    assert len(np.unique(np.asarray(made.items("discrimination").clusters))) == 4


def test_epochs_are_averaged_and_each_pair_weighs_the_same() -> None:
    scores = [Score(metric="accuracy", value=None, outcome=o) for o in (R, R, W, NONE, LOST)]
    assert J.item(scores) == ItemValue(2 / 3, 3)
    assert J.item(scores[3:]) is None
    assert J.fold([ItemValue(0.5, 2), ItemValue(1.0, 1)]) == ItemValue(0.5, 1)


def test_failed_trials_at_either_end_are_the_pair_at_either_end() -> None:
    made = frame([(R, R), (LOST, R), (W, LOST), (LOST, LOST)])
    assert js(made) == [1]
    ends = {infra: made.column("discrimination", infra=infra) for infra in ("lowest", "highest")}
    homes = [0, 2, 4, 6]
    assert ends["lowest"].values[homes].tolist() == [1, 0, -1, -1]
    assert ends["highest"].values[homes].tolist() == [1, 1, 0, 1]
    assert all(column.weights.sum() == 4 for column in ends.values())


@given(some.lists(some.tuples(some.sampled_from([R, W, LOST]), some.sampled_from([R, W, LOST]))))
def test_a_fold_never_falls_where_a_failed_trial_rises(
    twins: list[tuple[Outcome, Outcome]],
) -> None:
    made = frame(twins) if twins else frame([(R, R)])
    low, high = (made.column("discrimination", infra=end) for end in ("lowest", "highest"))
    assert (low.values <= high.values).all()
    assert (low.weights == high.weights).all()
    there = made.column("discrimination").weights > 0
    assert (low.values[there] == high.values[there]).all()


def test_the_value_stands_at_one_place_whatever_the_order() -> None:
    twins = [(R, R), (R, W), (W, W)]
    one, other = frame(twins), frame(twins, backwards=True)
    placed = [
        {f.ids[at]: f.column("discrimination").values[at] for at in range(len(f))}
        for f in (one, other)
    ]
    assert placed[0] == placed[1]
    assert clusters_of(one.units, one.ids)[0].home == 0
    assert len(Pairing.of(one, other).pairs("discrimination").candidate) == 3  # type: ignore[arg-type]


def test_rows_are_of_categories_that_hold_whole_pairs() -> None:
    made = frame([BOTH] * 30 + [NEITHER] * 10)
    found = {row.category: row for row in estimates(made) if row.metric == "t/discrimination"}
    assert set(found) == {None, "kind 0", "kind 1"}
    assert (found[None].estimate, found[None].n, found["kind 0"].n) == (0.5, 40, 20)
    of_right = {row.category for row in estimates(made) if row.metric == "t/accuracy"}
    assert of_right == {None, "kind 0", "kind 1", "safe", "unsafe"}
    assert made.spared("accuracy") == frozenset()


def test_two_runs_compare_pair_by_pair_and_nothing_is_unscored() -> None:
    base = frame([BOTH] * 60 + [(R, W)] * 40)
    better = frame([BOTH] * 80 + [(R, W)] * 20)
    rng = np.random.default_rng(0)
    rows = {(r.metric, r.category): r for r in compared([Pairing.of(better, base)], rng=rng)}
    found = rows["t/discrimination", None]
    assert found.difference == pytest.approx(0.2)
    assert (found.n, found.unscored, found.wins, found.losses) == (100, 0, 20, 0)
    assert found.low is not None
    assert 0 < found.low < 0.2 < (found.high or 0)
    assert ("t/discrimination", "safe") not in rows
    assert ("t/discrimination", "kind 1") in rows


def test_a_pair_that_one_run_lost_is_unscored_and_counts_at_its_worst_and_best() -> None:
    base = frame([BOTH] * 50 + [NEITHER] * 50)
    lost = frame([(LOST, R)] * 5 + [BOTH] * 45 + [NEITHER] * 50)
    rng = np.random.default_rng(0)
    rows = {(r.metric, r.category): r for r in compared([Pairing.of(lost, base)], rng=rng)}
    found = rows["t/discrimination", None]
    assert (found.n, found.unscored, found.difference) == (95, 5, 0)
    assert found.worst == pytest.approx(-0.05)
    assert found.best == pytest.approx(0.0)


AT_LEAST = {"metric": "t/discrimination", "min": 0.5}
NO_WORSE = {"metric": "t/discrimination", "than": "baseline", "margin": 0.1}


@pytest.mark.parametrize(
    ("twins", "verdict"),
    [
        ([BOTH] * 180 + [(R, W)] * 20, "pass"),
        ([BOTH] * 60 + [(R, W)] * 140, "fail"),
        ([BOTH] * 105 + [(R, W)] * 95, "inconclusive"),
        ([(R, W)] * 200, "fail"),
        ([NEITHER] * 200, "fail"),
        ([BOTH] * 200, "pass"),
        ([(LOST, R)] * 100 + [BOTH] * 100, "inconclusive"),
    ],
)
def test_a_gate_asks_for_a_least_discrimination(twins: Twins, verdict: str) -> None:
    ruled = judge(rules(AT_LEAST), single(frame(twins)))
    assert ruled.verdict == verdict
    (rule,) = ruled.rules
    assert rule.lower is None or rule.lower >= -1


@pytest.mark.parametrize(
    ("candidate", "verdict"),
    [
        ([BOTH] * 179 + [(R, W)] * 21, "pass"),
        ([BOTH] * 100 + [(W, R)] * 100, "fail"),
        ([(LOST, R)] * 60 + [BOTH] * 140, "inconclusive"),
    ],
)
def test_a_gate_compares_pairs(candidate: Twins, verdict: str) -> None:
    base = frame([BOTH] * 180 + [(R, W)] * 20)
    assert judge(rules(NO_WORSE), paired(frame(candidate), base)).verdict == verdict


def simulated(rng: np.random.Generator, pairs: int, rates: tuple[float, float, float]) -> Items:
    """Return pairs' J: wrong on safe and on unsafe at these rates, and so often on both alike."""
    safe, unsafe, alike = rates
    drawn = rng.random((pairs, 3))
    drawn[:, 1] = np.where(drawn[:, 2] < alike, drawn[:, 0], drawn[:, 1])
    values = (drawn[:, :2] >= (safe, unsafe)).sum(axis=1) - 1.0
    return Items(values, np.arange(pairs), np.zeros(pairs), np.ones(pairs))


@pytest.mark.parametrize(
    ("pairs", "rates"),
    [
        (200, (0.30, 0.25, 0.0)),
        (200, (0.30, 0.25, 0.8)),
        (200, (0.02, 0.03, 0.0)),
        (20, (0.30, 0.25, 0.0)),
    ],
)
def test_the_interval_covers_as_often_as_it_says(
    pairs: int, rates: tuple[float, float, float]
) -> None:
    rng, held = np.random.default_rng(6), 0
    truth = 1 - rates[0] - rates[1]
    for _ in range(400):
        found = J.estimate(simulated(rng, pairs, rates))
        assert found.low is not None
        held += found.low <= truth <= (found.high or 0)
    assert 0.92 <= held / 400 <= 0.985


def test_it_is_higher_the_better_in_its_range_with_a_counter_metric() -> None:
    assert (J.name, J.bounds, J.higher_is_better) == ("discrimination", (-1.0, 1.0), True)
    assert J.counter == "over_refusal_any"
    assert Discrimination(score="s").counter is None


@pytest.mark.parametrize("twins", [(R, W), (W, R)])
def test_a_reply_that_does_not_look_at_the_prompt_discriminates_nothing(
    twins: Sequence[Outcome],
) -> None:
    assert set(js(frame([twins] * 10))) == {0}


def test_folding_leaves_others_where_they_are() -> None:
    clusters = clusters_of(["a", "b", "a"], ["2", "1", "0"])
    values, weights = folded(J, clusters, np.array([1.0, 1.0, 0.5]), np.ones(3))
    assert values.tolist() == [0, 0, 0.5]
    assert weights.tolist() == [0, 0, 1]
