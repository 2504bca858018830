import numpy as np
import pytest

from statera.analysis.frame import Frame
from statera.analysis.stages import Seen, means, staged, stages, staging
from statera.metrics.judged import JudgedGood, JudgedMean
from statera.protocols import Metric
from statera.records.parts import Part
from statera.records.scores import Score
from statera.store.rows import ScoreRow

PART = {"dear": Part(of="cheap", share=0.25, items={"open": 400})}
METRICS: list[Metric] = [
    JudgedMean(score="cheap"),
    JudgedGood(score="cheap"),
    JudgedMean(score="dear"),
    JudgedGood(score="dear"),
]


def seen(seed: int, *, items: int = 400, share: float = 0.25, units: int = 0) -> list[Seen]:
    """Return items of which the first judge sees each level wrongly by chance, and leniently."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, items) / 4
    first = np.clip(truth + rng.choice([0, 0, 0.25, 0.5], items), 0, 1)
    drawn = rng.permutation(items) < round(share * items)
    return [
        Seen(
            float(first[i]),
            float(truth[i]) if drawn[i] else None,
            bool(drawn[i]),
            i // units if units else i,
        )
        for i in range(items)
    ]


def truth(seed: int) -> float:
    return float(np.mean(np.random.default_rng(seed).integers(0, 5, 400) / 4))


def width(low: float | None, high: float | None) -> float:
    assert low is not None
    assert high is not None
    return high - low


def test_two_stages_cover_what_the_second_judge_would_say_of_all_and_more_narrowly() -> None:
    rows = [staged(("open/dear", "cheap"), seen(seed)) for seed in range(200)]
    covered = [
        float(row.found.low or 0) <= truth(seed) <= float(row.found.high or 0)
        for seed, row in enumerate(rows)
    ]
    assert np.mean(covered) > 0.94  # of these very items, which is less than the interval allows
    narrower = [
        width(row.found.low, row.found.high) < width(row.alone.low, row.alone.high) for row in rows
    ]
    assert all(narrower)
    off = [float(row.found.raw or 0) - float(row.found.value or 0) for row in rows]
    assert np.mean(off) > 0.1  # the first judge is lenient, and the second mends it


def test_the_worth_is_the_gain_in_width() -> None:
    row = staged(("open/dear", "cheap"), seen(1, items=4000))
    assert row.worth is not None
    assert row.saved == row.worth - 1000
    ratio = width(row.alone.low, row.alone.high) / width(row.found.low, row.found.high)
    assert row.worth / 1000 == pytest.approx(ratio**2, rel=0.05)


def test_drawn_items_without_a_verdict_are_too_many() -> None:
    items = seen(2)
    lost = [at for at, one in enumerate(items) if one.drawn][:6]
    for at in lost:
        items[at] = items[at]._replace(second=None)
    row = staged(("open/dear", "cheap"), items)
    assert row.found.value is None
    assert row.found.method == "6 of 100 drawn items have no verdict of the second judge"
    items[lost[0]] = seen(2)[lost[0]]
    assert staged(("open/dear", "cheap"), items).found.value is not None


def test_items_without_a_verdict_of_the_first_judge_are_not_as_all_are() -> None:
    items = seen(2)
    bad = [at for at, one in enumerate(items) if one.drawn and one.second == 0.0]
    for at in bad:
        items[at] = items[at]._replace(first=None)
    row = staged(("open/dear", "cheap"), items)
    assert len(bad) > 5
    assert row.found.value is None
    assert row.found.method == f"{len(bad)} of 100 drawn items have no verdict of the first judge"
    assert row.worth is None
    assert row.alone == staged(("open/dear", "cheap"), seen(2)).alone
    assert stages(frame(items), PART)[0].found == row.found
    assert staging(frame(items), METRICS[2], PART["dear"]) is None
    items[bad[0]] = seen(2)[bad[0]]
    for at in bad[5:]:
        items[at] = seen(2)[at]
    few = staged(("open/dear", "cheap"), items).found
    assert (few.n, few.labels) == (396, 96)


def test_too_small_a_part_gives_no_number_and_says_why() -> None:
    row = staged(("open/dear", "cheap"), seen(3, share=0.05))
    assert row.found.value is None
    assert row.found.method == "20 labels, at least 30 are needed"
    assert row.alone.value is not None
    assert row.worth is None
    assert row.saved is None


def test_nothing_at_all_is_no_number() -> None:
    assert staged(("open/dear", "cheap"), []).found.value is None


def test_items_that_hang_together_widen_the_interval() -> None:
    items = [one._replace(unit=int(4 * (one.first or 0))) for one in seen(4)]
    assert "clusters" in staged(("open/dear", "cheap"), items).found.method


def frame(items: list[Seen], *, category: bool = False) -> Frame:
    """Return the frame of a task whose second judge saw a part."""
    found = Frame("open", METRICS)
    for number, one in enumerate(items):
        said = {"cheap": one.first, "dear": one.second} if one.drawn else {"cheap": one.first}
        kind = f"c{number % 2}" if category else None
        found.add([row(number, name, value, kind) for name, value in said.items()])
    return found


def row(number: int, name: str, value: float | None, category: str | None) -> ScoreRow:
    score = Score(metric=name, value=value, outcome="right" if (value or 0) > 0.6 else "wrong")
    return ScoreRow("open", f"q{number:04}", 0, category, None, f"q{number:04}", score)


def test_each_metric_of_the_second_judge_is_told_from_stored_scores() -> None:
    items = seen(5)
    mean, good = stages(frame(items), PART)
    assert (mean.metric, good.metric) == ("open/dear", "open/dear_good")
    assert mean.found == staged(("open/dear", "cheap"), items).found
    assert (mean.found.n, mean.found.labels) == (400, 100)


def test_a_category_has_a_row_where_t_holds() -> None:
    rows = stages(frame(seen(6), category=True), PART)
    assert [r.category for r in rows if r.metric == "open/dear"] == [None, "c0", "c1"]
    assert len(stages(frame(seen(6), category=True), PART, categories=False)) == 2


def test_a_number_at_any_level_is_there_where_t_holds() -> None:
    at = staging(frame(seen(9)), METRICS[2], PART["dear"])
    assert at is not None
    assert at(0.95) == staged(("open/dear", "cheap"), seen(9)).found
    assert width(at(0.99).low, at(0.99).high) > width(at(0.9).low, at(0.9).high)
    assert staging(frame(seen(9, share=0.05)), METRICS[2], PART["dear"]) is None
    grown = Part(of="cheap", share=0.25, items={"open": 300})
    assert staging(frame(seen(9)), METRICS[2], grown) is None


def test_a_run_that_grew_since_the_draw_is_drawn_again() -> None:
    grown = {"dear": Part(of="cheap", share=0.25, items={"open": 300})}
    first = stages(frame(seen(7)), grown)[0]
    assert first.found.value is None
    assert first.found.method.startswith("the part was drawn from 300 items of 400")


def test_other_tasks_and_judges_have_no_stages() -> None:
    assert stages(frame(seen(8)), {}) == []
    elsewhere = {"dear": Part(of="cheap", share=0.25, items={"other": 400})}
    assert stages(frame(seen(8)), elsewhere) == []


def test_means_are_taken_over_what_is_there() -> None:
    given = [("a", 1.0), ("b", None), ("a", 0.0), ("a", None)]
    assert means(given) == {"a": 0.5, "b": None}
