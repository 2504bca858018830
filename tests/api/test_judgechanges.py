"""What differs between two judges is said in words, and how both runs are judged alike again."""

import asyncio

import msgspec
import pytest

from statera.analysis.instrument import Change
from statera.analysis.standing import DRIFTED
from statera.api.answers import answers_of
from statera.api.instruments import changes
from statera.api.judgechanges import told
from statera.api.judged import judge_pairs, judge_run, keep_pairs
from statera.api.stored import Run
from statera.graders.judge import Judge, JudgeFile, judge_of
from statera.models.callables import model
from statera.protocols import Model
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, bench, scripted, stored

GRADING = scripted(default="Fine. [4]")


def judge(text: str = "Is it kind?", **fields: object) -> Judge:
    rubric = {"criterion": text, "levels": {1: "no", 4: "yes"}}
    return judge_of(msgspec.convert({"judge": "tj", "rubric": rubric} | fields, JudgeFile))


def judged(store: RunStore, name: str, by: Judge, judging: Model = GRADING, seed: int = 0) -> Run:
    """Return the run of a model that the judge graded."""
    info = stored(store, ["one", "two", "three"], name=name)
    seat = bench(by, judging, store, seed=seed, repeats=by.repeats)
    asyncio.run(judge_run(seat, info))
    return Run(store, store.find(info.id))


def only(new: Run, old: Run) -> Change:
    (change,) = changes(new, old)
    assert (change.task, change.score) == ("open", "tj")
    return change


def test_the_same_judge_is_no_change(store: RunStore) -> None:
    assert changes(judged(store, "new", judge()), judged(store, "old", judge())) == ()


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        (judge(), judge("Is it good?"), "rubric of version 1 -> another text of version 1"),
        (
            judge(),
            judge("Is it good?", version=2),
            "rubric of version 1 -> rubric of version 2",
        ),
        (judge(), judge(version=2), "version 1 -> version 2"),
        (judge(), judge(max_tokens=99), "max_tokens 1024 -> max_tokens 99"),
    ],
)
def test_another_rubric_or_version(store: RunStore, old: Judge, new: Judge, differs: str) -> None:
    before = judged(store, "old", old)
    change = only(judged(store, "new", new), before)
    assert str(change).startswith(f"open/tj by judge tj: {differs} (alike again: statera score ")
    short = before.info.id[:8]
    assert change.again == f"statera score {short} --judge tj --judge-model MODEL"


def test_repeats_and_seed(store: RunStore) -> None:
    often = judged(store, "new", judge(repeats=3))
    once = judged(store, "old", judge())
    assert str(only(often, once)).startswith("open/tj by judge tj: repeats 1 -> repeats 3")
    assert once.info.id[:8] in only(often, once).again
    other = judged(store, "seeded", judge(), seed=7)
    assert str(only(other, once)).startswith("open/tj by judge tj: seed 0 -> seed 7")


def test_another_model_is_named_in_the_command(store: RunStore) -> None:
    first, second = (
        model(lambda text: "Fine. [4]", name=name, takes="text") for name in ("gpt-a", "gpt-b")
    )
    old = judged(store, "old", judge(), first)
    change = only(judged(store, "new", judge(), second), old)
    assert (change.base, change.candidate) == (
        f"model {first.identity}",
        f"model {second.identity}",
    )
    assert change.again == f"statera score {old.info.id[:8]} --judge tj --judge-model MODEL"


def test_before_and_after_a_shift(store: RunStore) -> None:
    old = judged(store, "old", judge())
    mark = {"why": "its anchors moved", "at": 86_400.0 * 365}
    bench(judge(), GRADING, store).remember(**{DRIFTED: mark})
    new = judged(store, "new", judge())
    change = only(new, old)
    assert (change.base, change.candidate) == (
        "before its shift on 1971-01-01",
        "after its shift on 1971-01-01",
    )
    assert change.again.startswith(f"statera score {old.info.id[:8]} --judge tj")
    assert only(old, new).base == "after its shift on 1971-01-01"
    assert only(old, new).again == change.again


def test_win_rates_against_other_runs(store: RunStore) -> None:
    infos = [stored(store, ["one", "two"], name=name) for name in ("a", "b", "c", "d")]
    seat = bench(PAIRWISE, scripted(default="[[A]]"), store)

    def compared(first: int, second: int) -> Run:
        ours, theirs = (answers_of(store, infos[place]) for place in (first, second))
        pairs = asyncio.run(judge_pairs(seat, ours, theirs))
        asyncio.run(keep_pairs(seat, infos[first], infos[second], pairs))
        return Run(store, store.find(infos[first].id))

    (change,) = changes(compared(0, 2), compared(1, 3))
    assert (change.base, change.candidate) == (
        f"against {infos[3].id[:8]}",
        f"against {infos[2].id[:8]}",
    )
    assert change.again.startswith("statera judge compare ")


def test_a_scorer_that_is_no_judge_stays_as_it_is(store: RunStore) -> None:
    run = judged(store, "new", judge())
    change = Change("open scorer of exact", "a", "b", "open", "exact")
    assert told(run, run, change) == change
