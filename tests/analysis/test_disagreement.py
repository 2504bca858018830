import numpy as np
import pytest

from statera.analysis.disagreement import Vote, disagreements
from statera.stats.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha

NAMES = ("a", "b", "c")
ROWS: list[tuple[float | None, ...]] = [
    (1.0, 1.0, 0.5) if i % 3 else (0.0, 0.0, 0.0) if i % 2 else (0.0, 1.0, None) for i in range(60)
]
VOTES = [Vote("t", "c", f"q{i}", row) for i, row in enumerate(ROWS)]


def test_the_figures_are_those_of_the_statistics() -> None:
    (found,) = disagreements(VOTES, NAMES)
    rng = np.random.default_rng(0)
    whole = [row for row in ROWS if None not in row]
    assert found.alpha == krippendorff_alpha(ROWS, "ordinal", rng=rng)
    assert found.fleiss == fleiss_kappa(whole, rng=rng)
    assert [(k.first, k.second) for k in found.cohen] == [("a", "b"), ("a", "c"), ("b", "c")]
    first = cohen_kappa([row[:2] for row in ROWS], "quadratic", rng=rng)
    assert found.cohen[0].kappa == first


def test_each_member_is_counted_and_unanimous_is_of_what_all_judged() -> None:
    (found,) = disagreements(VOTES, NAMES)
    assert [(r.name, r.judged, r.asked, r.flips) for r in found.raters] == [
        ("a", 60, 60, None),
        ("b", 60, 60, None),
        ("c", 50, 60, None),
    ]
    assert found.unanimous.n == 50
    assert found.unanimous.value == pytest.approx(10 / 50)


def test_flips_and_even_splits_are_counted() -> None:
    votes = [
        Vote("t", "c", "1", (1.0, 0.5), flips=(False, True), split=True),
        Vote("t", "c", "2", (0.5, 0.5), flips=(True, True)),
    ]
    (found,) = disagreements(votes, ("a", "b"))
    assert [rater.flips for rater in found.raters] == [1, 2]
    assert found.split == 1


def test_tasks_and_criteria_stand_apart() -> None:
    votes = [vote._replace(task=task, criterion=c) for vote in VOTES for task in "tu" for c in "xy"]
    found = disagreements(votes, NAMES)
    assert {(one.task, one.criterion) for one in found} == {(t, c) for t in "tu" for c in "xy"}
    assert all(one.alpha.units == 60 for one in found)


def test_what_one_cluster_binds_together_counts_once() -> None:
    bound = [vote._replace(unit=f"q{i // 2}") for i, vote in enumerate(VOTES)]
    (found,) = disagreements(bound, NAMES)
    assert (found.alpha.units, found.alpha.clusters, found.unanimous.clusters) == (60, 30, 30)


def test_repeats_of_one_judge_are_not_told_apart() -> None:
    (found,) = disagreements(VOTES, NAMES, repeats=True)
    assert found.repeats
    assert found.cohen == ()


def test_without_a_verdict_there_is_no_figure_but_its_reason() -> None:
    (found,) = disagreements([Vote("t", "c", "q", (None, None))], ("a", "b"))
    assert found.alpha.value is None
    assert found.unanimous.value is None
    assert disagreements([], NAMES) == []


def test_votes_are_of_as_many_as_sit_there() -> None:
    with pytest.raises(ValueError, match="3 votes of 2 raters"):
        disagreements(VOTES, ("a", "b"))
