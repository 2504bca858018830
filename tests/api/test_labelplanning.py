import asyncio
import random
from typing import Any

import pytest

from statera.api.judged import judge_run
from statera.api.labelplanning import LabelPlan, Wish, plan_labels
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.api.stored import Run
from statera.api.twostage import Stages, judge_part
from statera.errors import DeclarationError
from statera.graders.judge import JudgeFile, judge_of
from statera.interop.labels import Label
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.judges_made import bench, stored

CHEAP, DEAR = (
    judge_of(JudgeFile(judge=name, rubric="reference", model=name)) for name in ("cheap", "dear")
)
SCALE = CHEAP.criteria[0].scale


def judging(seed: int, noise: float) -> ScriptedModel:
    return ScriptedModel(Script(judge=ScriptedJudge(noise=noise, seed=seed)))


def made(store: RunStore, *, labels: int = 0, part: float = 0.0, name: str = "new") -> RunInfo:
    """Return a run of 200 replies that a cheap judge graded, with labels or a second judge."""
    drawn = random.Random(name)
    quality = [drawn.randint(1, 5) for _ in range(200)]
    info = stored(store, [f"reply {i} quality={q}" for i, q in enumerate(quality)], name=name)
    asyncio.run(judge_run(bench(CHEAP, judging(1, 0.3), store), info))
    if part:
        dear = bench(DEAR, judging(2, 0.02), store, seed=1)
        asyncio.run(judge_part(dear, info, Stages(CHEAP, DEAR, part)))
    if labels:
        given = [Label(id=f"q{i}", label=str(quality[i]), labeller="ana") for i in range(labels)]
        asyncio.run(keep_labels(store, info, given, LabelsOf(metric="cheap", scale=SCALE)))
    return store.find(info.id)


def planned(
    store: RunStore, metric: str | None = None, *, wish: Any = None, **how: Any
) -> LabelPlan:
    return plan_labels(Run(store, made(store, **how)), metric, wish)


def test_labels_by_people_are_the_pilot(store: RunStore) -> None:
    plan = planned(store, "cheap", wish=Wish(half_width=0.055), labels=80)
    assert (plan.metric, plan.judge) == ("open/cheap", "cheap")
    assert (plan.basis.by, plan.basis.known.labels, plan.basis.known.items) == ("people", 80, 200)
    assert plan.needed is not None
    assert plan.needed.labels is not None
    assert plan.needed.alone is not None
    assert plan.needed.labels < plan.needed.alone
    assert [row.labels for row in plan.rows][-2:] == [100, 200]
    widths = [row.half_width or 0.0 for row in plan.rows]
    assert widths == sorted(widths, reverse=True)
    assert plan.rows[-1].half_width == plan.rows[-1].alone  # with a label each the judge adds none
    (command,) = plan.commands
    assert command.endswith("--judge cheap")


@pytest.mark.parametrize("metric", ["cheap", "dear"])
def test_a_second_judges_part_is_a_pilot_of_its_own_verdicts(store: RunStore, metric: str) -> None:
    plan = planned(store, metric, part=0.4)
    assert (plan.basis.by, plan.basis.known.labels, plan.basis.known.items) == ("dear", 80, 200)
    assert plan.judge == "cheap"


def test_without_either_all_is_supposed(store: RunStore) -> None:
    plan = planned(store, "open/cheap_good", wish=Wish(margin=0.1, correlation=0.7))
    assert plan.basis.by == ""
    assert plan.basis.correlation == pytest.approx(0.7)
    assert all(row.power is not None for row in plan.rows)
    assert plan.needed is not None
    assert plan.needed.what == "power"


def test_the_only_judge_needs_no_name(store: RunStore) -> None:
    assert planned(store).metric == "open/cheap"


def test_prices_and_a_budget(store: RunStore) -> None:
    plan = planned(
        store, "cheap", wish=Wish(label_cost=2.0, judge_cost=0.01, budget=100.0), labels=80
    )
    assert plan.rows[-1].cost == 400.0
    assert plan.split is not None
    assert plan.split.judged * 0.01 + plan.split.labelled * 2.0 <= 100.0
    assert plan.split.error < plan.split.alone


def test_a_difference_takes_labels_on_both_runs(store: RunStore) -> None:
    new, old = made(store, labels=90), made(store, labels=60, name="old")
    runs = Run(store, new), Run(store, old)
    plan = plan_labels(runs[0], "cheap", Wish(margin=0.1, label_cost=1.0), base=runs[1])
    assert (plan.sides, plan.basis.known.labels) == (2, 60)
    assert plan.rows[-1].cost == 400.0
    assert len(plan.commands) == 2


def test_what_cannot_be_planned_is_refused(store: RunStore) -> None:
    bare = Run(store, stored(store, ["a", "b"], name="bare"))
    with pytest.raises(DeclarationError, match="has no judged metric: statera score"):
        plan_labels(bare)
    run = Run(store, made(store, part=0.4))
    with pytest.raises(DeclarationError, match="which of open/cheap, open/cheap_good, open/dear"):
        plan_labels(run)
    with pytest.raises(DeclarationError, match="unknown judged metric 'cheep'"):
        plan_labels(run, "cheep")
    other = Run(store, stored(store, ["a"] * 200, name="unjudged"))
    with pytest.raises(DeclarationError, match="has no open/cheap: judge it too"):
        plan_labels(run, "cheap", base=other)
    elsewhere = Run(store, stored(store, ["a"] * 5, name="away", task="away"))
    with pytest.raises(DeclarationError, match="has no task open"):
        plan_labels(run, "cheap", base=elsewhere)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish(half_width=0.1, margin=0.1), "both say what is wanted"),
        (Wish(half_width=0.0), "--half-width 0 is not above 0"),
        (Wish(margin=-0.1), "--margin -0.1 is not above 0"),
        (Wish(label_cost=float("nan")), "--label-cost nan"),
        (Wish(correlation=1.5), "--correlation 1.5 lies outside 0 to 1"),
        (Wish(power=0.05), "--power 0.05 is not above --alpha 0.05"),
        (Wish(budget=10.0), "--budget is split by --label-cost and --judge-cost"),
    ],
)
def test_bad_wishes_are_refused(store: RunStore, wish: Wish, message: str) -> None:
    run = Run(store, made(store))
    with pytest.raises(DeclarationError, match=message):
        plan_labels(run, "cheap", wish)


def test_a_judge_that_says_the_same_of_all_has_no_plan(store: RunStore) -> None:
    info = stored(store, [f"reply {i} quality=5" for i in range(40)])
    asyncio.run(judge_run(bench(CHEAP, judging(1, 0.0), store), info))
    with pytest.raises(DeclarationError, match="said the same of every item"):
        plan_labels(Run(store, store.find(info.id)), "cheap")
