"""A judge's bias: known answers, coverage, and the same on two runs."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from statera.analysis.judgebias import bias, bias_gap
from statera.analysis.labelledtrials import Seen, Side
from statera.records.labels import Labelled
from statera.stats.results import Difference, Estimate
from tests.verdicts_made import judged_frame, standing

FRAME = judged_frame([1.0])


def side(
    gaps: Sequence[float], *, names: Sequence[str] = (), labelled: Labelled | None = None
) -> Side:
    """Return a side whose judge exceeds people by these shares, an item each."""
    items = names or [f"q{i}" for i in range(len(gaps))]
    seen = [
        Seen(name, name, "", 0.5, 0.5 + gap, (False, False))
        for name, gap in zip(items, gaps, strict=True)
    ]
    behind = standing(0.5) if labelled is None else standing(labelled=labelled)
    return Side(FRAME, behind, seen)


def width(found: Estimate | Difference) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_the_bias_has_students_interval() -> None:
    gaps = [0.25, 0.0, -0.25, 0.5, 0.25, 0.0, 0.0, 0.25, 0.5, -0.25] * 5
    told = bias(side(gaps))
    mean, wide = np.mean(gaps), np.std(gaps, ddof=1) / 50**0.5
    low, high = stats.t.interval(0.95, 49, loc=mean, scale=wide)
    assert (told.value, told.low, told.high) == pytest.approx((mean, low, high))
    assert (told.n, told.clusters, told.method) == (50, 50, "cluster-robust t")


def test_a_judge_that_is_only_ever_kinder_has_a_symmetric_interval() -> None:
    told = bias(side([0.0] * 30 + [1.0] * 3))
    assert told.value is not None
    assert told.low is not None
    assert told.high is not None
    assert told.high - told.value == pytest.approx(told.value - told.low)


def test_epochs_of_an_item_are_one_item_and_trials_without_verdict_none() -> None:
    found = side([0.25] * 8 + [0.75] * 8, names=[f"q{i}" for i in range(8)] * 2)
    told = bias(found)
    assert (told.n, told.value) == (8, 0.5)
    assert told.low is None
    assert told.method == "judge and people never differ, or by the same"
    none = bias(Side(FRAME, standing(), [one._replace(said=None) for one in found.seen]))
    assert (none.n, none.value) == (0, None)


def test_few_clusters_have_no_interval() -> None:
    told = bias(side([0.0, 0.25, 0.5]))
    assert (told.value, told.low, told.method) == (0.25, None, "fewer than 8 clusters")


def test_items_that_were_likelier_to_be_labelled_weigh_less() -> None:
    names = [f"q{i}" for i in range(40)]
    drawn = {name: 1.0 if i < 20 else 0.25 for i, name in enumerate(names)}
    labelled = Labelled(of="quality", probabilities={"t": drawn})
    told = bias(side([0.0] * 20 + [0.5] * 20, names=names, labelled=labelled))
    assert told.value == pytest.approx(0.5 * 80 / 100)


def test_the_gap_of_two_runs_is_paired_where_they_share_items() -> None:
    rng = np.random.default_rng(1)
    hard = rng.choice([0.0, 0.5], 100)
    ours, theirs = side((hard + 0.25).tolist()), side(hard.tolist())
    noisy = side((hard + rng.choice([0.0, 0.5], 100)).tolist())
    told = bias_gap((noisy, theirs))
    assert told.value == pytest.approx(0.25, abs=0.1)
    assert told.paired
    assert width(told) < width(bias(noisy)) + width(bias(theirs))
    assert bias_gap((ours, theirs)).low is None  # it differs by the same everywhere


def test_items_of_one_side_alone_count_there_and_none_shared_is_unpaired() -> None:
    names = [f"q{i}" for i in range(60)]
    gaps = [0.25, 0.0, 0.5] * 20
    partly = bias_gap((side(gaps[:40], names=names[:40]), side(gaps[:40], names=names[20:])))
    assert partly.n == 60
    assert partly.value == pytest.approx(0.0)
    apart = bias_gap((side(gaps[:30], names=names[:30]), side([0.0, 0.25] * 15, names=names[30:])))
    assert not apart.paired
    assert apart.value == pytest.approx(np.mean(gaps[:30]) - 0.125)


def test_the_intervals_cover_a_planted_bias() -> None:
    rng, hits, draws = np.random.default_rng(3), np.zeros(2), 400
    for _ in range(draws):
        ours, theirs = (
            side(rng.choice([-0.25, 0.0, 0.25, 0.5], 60, p=p).tolist())
            for p in ((0.1, 0.4, 0.3, 0.2), (0.25, 0.5, 0.25, 0.0))
        )
        one, two = bias(ours), bias_gap((ours, theirs))
        assert one.low is not None
        assert one.high is not None
        assert two.low is not None
        assert two.high is not None
        hits += (one.low <= 0.15 <= one.high, two.low <= 0.15 <= two.high)
    assert np.all(np.abs(hits / draws - 0.95) < 0.035)
