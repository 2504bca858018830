import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from statera.analysis.frame import Early
from statera.diagnosis.decomposition import STOPPED, Decomposition, decompose, split
from tests.diagnosis.made import BLIND, imported, paired
from tests.diagnosis.regressions import comparison, exam


def found(candidate: str, base: str, **settings: int) -> Decomposition:
    rng = np.random.default_rng(1)
    one = decompose(paired(candidate, base, **settings), rng=rng)  # type: ignore[arg-type]
    assert one is not None
    return one


def test_a_table_worked_by_hand() -> None:
    """100 items: 90 finish, 81 of them answer, 72 are readable, 60 right; base 100, 95, 95, 76."""
    one = found("t" * 10 + "f" * 9 + "u" * 9 + "w" * 12 + "r" * 60, "f" * 5 + "w" * 19 + "r" * 76)
    shares = [(bar.base, bar.candidate) for bar in one.bars]
    assert shares == [
        pytest.approx((1.0, 0.9)),
        pytest.approx((0.95, 0.9)),
        pytest.approx((1.0, 72 / 81)),
        pytest.approx((0.8, 60 / 72)),
    ]
    weight = (0.60 - 0.76) / np.log(0.60 / 0.76)
    logs = [np.log(new / old) for old, new in [(1, 0.9), (0.95, 0.9), (1, 8 / 9), (0.8, 5 / 6)]]
    assert [bar.log_ratio for bar in one.bars] == pytest.approx(logs)
    assert [bar.points for bar in one.bars] == pytest.approx([weight * log for log in logs])
    assert one.change == pytest.approx(-0.16)
    assert (one.n, one.smoothed, one.left_out) == (100, False, 0)


letters = st.text("tfuwri", min_size=1, max_size=40)


@given(st.data(), letters)
@settings(max_examples=60)
def test_the_bars_add_up_exactly_in_points_and_in_logarithms(data: st.DataObject, new: str) -> None:
    old = data.draw(st.text("tfuwri", min_size=len(new), max_size=len(new)))
    one = decompose(paired(new, old), resamples=50, rng=np.random.default_rng(1))
    both = sum(a != "i" and b != "i" for a, b in zip(new, old, strict=True))
    if one is None:
        assert both == 0
        return
    assert one.n == both
    assert sum(bar.points for bar in one.bars) == pytest.approx(one.change, abs=1e-12)
    assert sum(bar.log_ratio for bar in one.bars) == pytest.approx(one.log_ratio, abs=1e-9)
    if not one.smoothed:
        assert one.log_ratio == pytest.approx(np.log(one.candidate / one.base))


@given(st.text("tfuwr", min_size=24, max_size=24), st.text("tfuwr", min_size=24, max_size=24))
@example("ffffffffffffffffffrrrrru", "fffffffrrfrrttttufffffff")
@settings(max_examples=30)
def test_swapping_the_runs_turns_every_bar_round(new: str, old: str) -> None:
    here, there = found(new, old, times=2), found(old, new, times=2)
    assert [bar.points for bar in here.bars] == pytest.approx([-bar.points for bar in there.bars])
    assert [(b.moved, b.back) for b in here.bars] == [(b.back, b.moved) for b in there.bars]


def test_a_run_without_a_right_answer_is_split_by_what_was_lost() -> None:
    one = found("f" * 20, "r" * 16 + "w" * 4)
    assert one.smoothed
    assert one.change == pytest.approx(-0.8)
    assert one.bar("not refused").points == pytest.approx(-0.8, abs=0.06)
    assert sum(bar.points for bar in one.bars) == pytest.approx(-0.8)
    both = found("f" * 20, "w" * 20)
    assert both.smoothed
    assert [bar.points for bar in both.bars] == [0.0] * 4


def test_infrastructure_errors_are_beside_it() -> None:
    one = found("iirrrrrrwwww", "rrirrrrrrrrr")
    assert (one.candidate_failed, one.base_failed, one.left_out, one.n) == (2, 1, 3, 9)
    assert one.change == pytest.approx(5 / 9 - 1)


def test_each_bar_names_the_samples_that_were_lost_there() -> None:
    one = found("rrfwu" * 4, "rrrrr" * 4)
    assert one.bar("not refused").samples == ("00002", "00007", "00012", "00017")
    assert one.bar("right").samples == ("00003", "00008", "00013", "00018")
    assert one.bar("complete").samples == ()
    assert (one.bar("parsed").moved, one.bar("parsed").back) == (4, 0)


def test_no_bar_is_certain_where_nothing_moved_or_little_was_asked() -> None:
    one = found("r" * 30 + "w" * 10, "r" * 30 + "w" * 10)
    assert [(bar.low, bar.high) for bar in one.bars] == [(None, None)] * 4
    assert {bar.method for bar in one.bars} == {"no sample moved here"}
    few = found("rrrwwff", "rrrrrrr")
    assert {bar.method for bar in few.bars} == {"fewer than 8 clusters"}
    bound = found("rw" * 20, "rr" * 20, clusters=10)
    assert bound.bar("right").method == "fewer than 8 clusters"
    assert bound.clusters == 4


def test_a_few_moved_samples_have_no_interval() -> None:
    """4 refusals of 40, all one way: percentiles would leave out 0 where a test does not."""
    one = found("f" * 4 + "r" * 36, "r" * 40)
    bar = one.bar("not refused")
    assert (bar.moved, bar.low, bar.high, bar.log_low, bar.log_high) == (4, *(None,) * 4)
    assert bar.method == "fewer than 10 samples moved here"
    assert one.bar("right").method == "no sample moved here"
    assert found("f" * 10 + "r" * 30, "r" * 40).bar("not refused").low is not None
    both = found("f" * 5 + "r" * 35, "r" * 35 + "f" * 5)
    assert both.bar("not refused").low is not None
    bound = found("f" * 18 + "r" * 62, "r" * 80, clusters=2)
    assert bound.bar("not refused").method == "fewer than 10 samples moved here"


def test_where_there_is_an_interval_it_misses_a_rare_loss_seldom() -> None:
    """Every number of refusals among 300 items, weighed by how likely it is: at most 6.2 %."""
    bounds = np.full((60, 2), [-np.inf, np.inf])
    for lost in range(1, 60):
        one = found("f" * lost + "r" * (300 - lost), "r" * 300)
        bar = one.bar("not refused")
        if bar.log_low is not None and bar.log_high is not None:
            bounds[lost] = bar.log_low, bar.log_high
    for expected in np.arange(1, 31):
        truth = np.log1p(-expected / 300)
        misses = (bounds[:, 0] > truth) | (bounds[:, 1] < truth)
        chance = binom.pmf(np.arange(60), 300, expected / 300)
        assert chance[misses].sum() < 0.07


def test_the_interval_covers_the_true_part_of_a_drop() -> None:
    """Refusals rise by 10 points, everything else is equal: the true part is -0.07 of 0.70."""
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        old = rng.choice(list("rw"), p=[0.7, 0.3], size=300)
        new = np.where(rng.random(300) < 0.1, "f", old)
        one = decompose(paired("".join(new), "".join(old)), resamples=400, rng=rng)
        assert one is not None
        bar = one.bar("not refused")
        assert bar.log_low is not None
        assert bar.log_high is not None
        covered += bar.log_low <= np.log(0.9) <= bar.log_high
    assert 0.91 <= covered / 200 <= 0.99  # 0.95, and 2.6 Monte Carlo errors


def test_whole_clusters_are_resampled() -> None:
    """Every cluster moves as one: the interval is as wide as sqrt(10) times that of items."""
    new, old = ("r" * 10 + "w" * 10) * 20, "r" * 400
    items, bound = found(new, old), found(new, old, clusters=10)
    widths = [
        float(one.bar("right").high or 0) - float(one.bar("right").low or 0)
        for one in (items, bound)
    ]
    assert widths[1] / widths[0] == pytest.approx(10**0.5, rel=0.1)


def test_the_parts_of_many_resamples_are_the_parts_of_each() -> None:
    rng = np.random.default_rng(3)
    new, old = (np.sort(rng.random((7, 4)), axis=1)[:, ::-1] for _ in range(2))
    together = split(new, old, 50)
    for row in range(7):
        alone = split(new[row], old[row], 50)
        assert together.points[row] == pytest.approx(alone.points)
        assert together.logs[row] == pytest.approx(alone.logs)


def test_an_exam_of_14000_items_has_an_interval_for_every_bar() -> None:
    rng = np.random.default_rng(1)
    runs = comparison([exam(14_042, 57, 0.6, rng)], [exam(14_042, 57, 0.65, rng)])
    one = decompose(runs.pairings[0], rng=rng)
    assert one is not None
    for bar in one.bars:
        assert bar.low is not None
        assert bar.high is not None
        assert bar.low < bar.points < bar.high
    assert one.bar("right").points == pytest.approx(-0.05, abs=0.01)


def test_what_a_log_does_not_tell_has_no_bar_and_is_in_the_last() -> None:
    one = decompose(
        imported("f" * 10 + "w" * 10 + "r" * 60, "f" * 5 + "r" * 75, blind=BLIND - {"refused"}),
        resamples=50,
        rng=np.random.default_rng(1),
    )
    assert one is not None
    assert [bar.stage for bar in one.bars] == ["not refused", "right"]
    assert one.untold == ("infra_error", "truncated", "unparsed")
    assert sum(bar.points for bar in one.bars) == pytest.approx(one.change, abs=1e-12)
    with pytest.raises(KeyError):
        one.bar("complete")


@pytest.mark.parametrize("early", ["seeded", "mixed"])
def test_a_run_that_stopped_early_has_parts_and_no_interval(early: Early) -> None:
    pairing = paired("f" * 20 + "r" * 60, "r" * 80, early=early)
    one = decompose(pairing, rng=np.random.default_rng(1))
    assert one is not None
    assert one.bar("not refused").points == pytest.approx(-0.25)
    for bar in one.bars:
        assert (bar.low, bar.high, bar.log_low, bar.log_high) == (None,) * 4
        assert bar.method == STOPPED
