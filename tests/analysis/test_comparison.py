import msgspec
import numpy as np
import pytest

from statera.analysis.comparison import ComparisonRow, adjusted, compared, pair, row
from statera.analysis.pairing import Pairing
from statera.metrics.means import Accuracy
from statera.records.scores import Outcome
from tests.analysis.made import frame

RNG = np.random.default_rng(1)


def graded(
    count: int, right: int, category: str = "a", other: Outcome = "wrong"
) -> list[tuple[str, str, list[Outcome]]]:
    return [(f"{category}{i}", category, ["right" if i < right else other]) for i in range(count)]


def rows(
    new: list[tuple[str, str, list[Outcome]]], old: list[tuple[str, str, list[Outcome]]]
) -> dict[tuple[str, str | None], ComparisonRow]:
    found = compared(pair([frame(new)], [frame(old)]), rng=RNG)
    return {(r.metric, r.category): r for r in found}


def test_a_pair_of_runs_has_a_row_a_metric_and_category() -> None:
    found = rows(graded(50, 40) + graded(50, 20, "b"), graded(50, 30) + graded(50, 20, "b"))
    whole = found["t/accuracy", None]
    assert (whole.candidate, whole.base) == (0.6, 0.5)
    assert whole.difference == pytest.approx(0.1)
    assert (whole.wins, whole.losses, whole.ties, whole.n) == (10, 0, 90, 100)
    assert whole.low is not None
    assert whole.high is not None
    assert whole.low < 0.1 < whole.high
    assert found["t/accuracy", "a"].name == "t/a/accuracy"
    assert found["t/accuracy", "b"].difference == 0.0
    assert found["t/accuracy_macro", None].difference == pytest.approx(0.1)
    assert ("t/accuracy_macro", "a") not in found
    assert ("t/refused", None) not in found
    assert str(whole).startswith("+0.100 [+0.0")


def test_shares_of_no_answer_are_rows_where_there_are_any_and_fewer_is_better() -> None:
    found = rows(graded(60, 30, other="refused"), graded(60, 50, other="refused"))
    refused = found["t/refused", None]
    assert refused.difference == pytest.approx(1 / 3)
    assert (refused.wins, refused.losses, refused.higher_is_better) == (0, 20, False)


def test_infrastructure_errors_leave_the_estimate_and_bound_it() -> None:
    new = graded(40, 30)
    new[0] = ("a0", "a", ["infra_error"])
    whole = rows(new, graded(40, 30))["t/accuracy", None]
    assert (whole.n, whole.unscored, whole.difference) == (39, 1, 0.0)
    assert whole.worst == pytest.approx(-1 / 40)
    assert whole.best == 0.0
    assert rows(graded(40, 30), graded(40, 30))["t/accuracy", None].worst is None
    assert "39 items, 1 unscored" in str(whole)


def test_a_vanished_category_is_a_row_without_a_number() -> None:
    gone = rows(graded(20, 10), graded(20, 10) + graded(20, 10, "b"))["t/accuracy", "b"]
    assert (gone.n, gone.difference, gone.low, gone.p) == (0, None, None, None)
    assert str(gone).startswith("no difference")


def test_p_is_adjusted_within_its_family() -> None:
    new = graded(60, 50) + graded(60, 31, "b") + graded(60, 30, "c")
    old = graded(60, 30) + graded(60, 30, "b") + graded(60, 30, "c")
    found = rows(new, old)
    a, b, c = (found["t/accuracy", name] for name in "abc")
    assert a.p is not None
    assert a.p_adjusted == pytest.approx(3 * a.p)
    assert b.p is not None
    assert b.p_adjusted == pytest.approx(min(1.0, 1.5 * b.p))
    assert c.p_adjusted == 1.0
    whole = [found[f"t/{m}", None] for m in ("accuracy", "accuracy_given_answer", "accuracy_macro")]
    assert min(r.p_adjusted or 0 for r in whole) >= 3 * min(r.p or 0 for r in whole)
    assert adjusted([]) == ()


def test_what_repeats_say_costs_other_metrics_no_power() -> None:
    found = rows(graded(60, 50), graded(60, 30))["t/accuracy", None]
    more = [msgspec.structs.replace(found, metric=f"t/{m}") for m in ("pass^3", "flips@3")]
    before, after = adjusted([found]), adjusted([found, *more])
    assert after[0] == before[0]
    assert found.p is not None
    assert [row.p_adjusted for row in after[1:]] == [pytest.approx(min(1.0, 2 * found.p))] * 2


def test_runs_without_a_shared_item_are_unpaired_and_say_so() -> None:
    accuracy = [Accuracy(score="accuracy")]
    apart = Pairing.of(
        frame(graded(50, 40), metrics=accuracy), frame(graded(50, 25, "b"), metrics=accuracy)
    )
    found = row(apart, "accuracy", None, rng=RNG)
    assert not found.paired
    assert found.difference == pytest.approx(0.3)
    assert found.low is not None
    assert found.low > 0
    assert "unpaired" in str(found)


def test_tasks_of_one_run_alone_are_not_paired() -> None:
    both = [frame(graded(5, 3)), frame(graded(5, 3), task="other")]
    assert [p.task for p in pair(both, both[:1])] == ["t"]


@pytest.mark.parametrize("side", [0, 1])
def test_the_share_of_what_a_log_cannot_tell_is_no_row(side: int) -> None:
    some, none = graded(10, 8, other="refused"), graded(10, 10)
    told = [frame(some), frame(none)]
    names = {row.metric for row in compared(pair(*([f] for f in told)), rng=RNG)}
    assert "t/refused" in names
    hidden = [frame(some), frame(none, blind=["refused"])]
    pairing = Pairing.of(hidden[side], hidden[1 - side])
    assert pairing.blind == {"refused"}
    assert names - {"t/refused"} == {row.metric for row in compared([pairing], rng=RNG)}
