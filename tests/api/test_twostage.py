import asyncio
import random
from dataclasses import replace
from typing import Any

import pytest

from statera.analysis.standing import standings
from statera.api.judged import judge_run
from statera.api.judging import Bench
from statera.api.labelling import Draw, drawn
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.api.stored import Run
from statera.api.twostage import (
    Stages,
    check_stages,
    judge_part,
    price,
)
from statera.errors import DeclarationError
from statera.gate.evidence import Evidence
from statera.gate.judges import Judges, listened
from statera.gate.judging import judge as ruled
from statera.gate.looks import glances
from statera.gate.policy import Policy, Rule
from statera.gate.rules import known_frames, targets
from statera.graders.judge import Judge, JudgeFile, judge_of
from statera.interop.labels import Label
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.records.labels import stored_labels
from statera.records.parts import stored_parts
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.judges_made import CHECKLIST, PAIRWISE, REFERENCE, bench, stored

CHEAP = judge_of(JudgeFile(judge="cheap", rubric="reference", model="small"))
DEAR = judge_of(JudgeFile(judge="dear", rubric="reference", model="large"))
FIFTH = Stages(CHEAP, DEAR, 0.2)


def replies(count: int, seed: int = 0) -> list[str]:
    """Return replies that state their quality, from 1 to 5."""
    drawn = random.Random(seed)
    return [f"reply {i} quality={drawn.randint(1, 5)}" for i in range(count)]


def judging(seed: int, *, noise: float = 0.0, shift: int = 0) -> ScriptedModel:
    """Return an honest judge that errs by chance, or grades too well."""
    return ScriptedModel(Script(judge=ScriptedJudge(noise=noise, shift=shift, seed=seed)))


def benches(store: RunStore, seed: int = 0) -> tuple[Bench, Bench]:
    """Return a cheap judge that errs, and a dear one that hardly does, on their benches."""
    return (
        bench(CHEAP, judging(2 * seed, noise=0.3), store),
        bench(DEAR, judging(2 * seed + 1, noise=0.05), store, seed=1),
    )


def both(store: RunStore, info: RunInfo, stages: Stages = FIFTH, seed: int = 0) -> Any:
    cheap, dear = benches(store, seed)
    asyncio.run(judge_run(cheap, info))
    return asyncio.run(judge_part(dear, info, stages))


def asked(made: Bench) -> int:
    return made.store.counts(made.run_id).trials


def test_the_number_covers_what_the_dear_judge_says_of_all_and_is_narrower(
    store: RunStore,
) -> None:
    covered = narrower = 0
    for seed in range(8):
        info = stored(store, replies(200, seed), name=f"m{seed}")
        part = both(store, info, seed=seed)
        row = part.rows[0]
        full = judge_of(JudgeFile(judge="all", rubric="reference", model="large"))
        asyncio.run(judge_run(bench(full, judging(2 * seed + 1, noise=0.05), store), info))
        truth = Run(store, store.find(info.id))["open/all"].estimate
        assert (row.found.n, row.found.labels, part.asked) == (200, 40, 40)
        covered += row.found.low <= truth <= row.found.high
        narrower += row.found.high - row.found.low < row.alone.high - row.alone.low
    assert covered >= 7
    assert narrower == 8


def test_a_larger_part_holds_the_smaller_and_asks_only_what_is_new(store: RunStore) -> None:
    info = stored(store, replies(100))
    cheap, dear = benches(store)
    asyncio.run(judge_run(cheap, info))
    for share, expected in ((0.3, 30), (0.5, 50), (0.3, 50)):
        part = asyncio.run(judge_part(dear, info, replace(FIFTH, share=share)))
        assert dear.model.count == asked(dear) == expected  # type: ignore[attr-defined]
        assert part.rows[0].found.labels == expected  # what was bought is used
    assert part.rows[0].found.value is not None


def test_the_part_is_kept_as_scores_of_what_was_drawn_alone(store: RunStore) -> None:
    info = stored(store, replies(50))
    both(store, info, Stages(CHEAP, DEAR, 0.4))
    rows = [row for row in store.scores(info.id) if row.score.metric == "dear"]
    assert len(rows) == 20
    assert all(row.score.value is not None for row in rows)
    run = Run(store, store.find(info.id))
    assert run["open/dear"].n == 20
    (frame,) = run.frames
    assert frame.unjudged("dear") == 0
    assert stored_parts(run.info)["dear"].items == {"open": 50}


def test_an_empty_reply_is_graded_as_such_in_the_part(store: RunStore) -> None:
    info = stored(store, [*replies(60), *[""] * 20])
    part = both(store, info, Stages(CHEAP, DEAR, 0.5))
    good = next(row for row in part.rows if row.metric == "open/dear_good")
    assert good.found.n == 80
    assert good.found.labels == 40  # also those that nobody had to ask about
    assert part.asked < 40


def test_what_a_dear_judge_says_is_no_label_by_people(store: RunStore) -> None:
    info = stored(store, replies(100))
    both(store, info, Stages(CHEAP, DEAR, 0.5))
    run = Run(store, store.find(info.id))
    assert stored_labels(run.info) == {}
    known = standings(run.info)
    assert {one.labelled for one in known.values()} == {None}
    policy = Policy(
        gate="g",
        rules=tuple(Rule(metric=f"open/{name}", min=0.1) for name in ("cheap", "dear")),
    )
    for target in targets(policy, known_frames(run.frames, {})):
        said = listened(target, run.frames[0], Judges(known))
        assert said.hearing.how == ""
        assert "is unmeasured (no labels)" in said.why


def evidence(store: RunStore, info: RunInfo) -> Evidence:
    run = Run(store, store.find(info.id))
    return Evidence(
        candidate={frame.task: frame for frame in run.frames}, judges=Judges(run.standings)
    )


UNVALIDATED = Policy(gate="g", rules=(Rule(metric="open/dear", min=0.1, unvalidated=True),))


def test_a_gate_that_goes_without_labels_reads_the_two_stages_and_says_so(store: RunStore) -> None:
    info = stored(store, replies(200))
    part = both(store, info, Stages(CHEAP, DEAR, 0.4))
    ruling = ruled(UNVALIDATED, evidence(store, info))
    assert ruling.notes == ("open/dear: two stages: the judge saw 80 of 200 items",)
    (rule,) = ruling.rules
    assert rule.unvalidated
    assert rule.labels == 0
    assert rule.value == pytest.approx(part.rows[0].found.value)
    assert rule.raw == pytest.approx(part.rows[0].alone.value)
    assert (rule.n, rule.method) == (200, "PPI++")


def test_a_part_too_small_for_t_is_read_alone(store: RunStore) -> None:
    info = stored(store, replies(100))
    both(store, info, FIFTH)
    (rule,) = ruled(UNVALIDATED, evidence(store, info)).rules
    assert (rule.unvalidated, rule.n) == (True, 20)


@pytest.mark.parametrize("shares", [(0.1, 0.2), (0.4, 0.6)])
def test_a_larger_part_is_a_further_look(store: RunStore, shares: tuple[float, float]) -> None:
    """Of 100 items the smaller parts are read alone, the larger ones in two stages."""
    info = stored(store, replies(100))
    seen = []
    for share in (shares[0], *shares):
        both(store, info, Stages(CHEAP, DEAR, share))
        found = evidence(store, info)
        (asked,) = targets(UNVALIDATED, found.known)
        seen.append(glances([asked], found)[asked.asked])
    assert seen[0] == seen[1] != seen[2]
    assert [glance.trials for glance in seen] == [round(100 * s) for s in (shares[0], *shares)]


def test_people_measure_the_dear_judge_on_its_part(store: RunStore) -> None:
    texts = replies(240)
    info = stored(store, texts)
    both(store, info, Stages(CHEAP, DEAR, 0.5))
    given = [
        Label(id=f"q{i}", label=texts[i][-1], probability=0.5)
        for i in range(240)
        if ("open", f"q{i}") in drawn([("open", f"q{k}") for k in range(240)], Draw(share=0.5))
    ]
    of = LabelsOf(metric="dear", scale=DEAR.criteria[0].scale)
    asyncio.run(keep_labels(store, info, given, of))
    run = Run(store, store.find(info.id))
    policy = Policy(gate="g", rules=(Rule(metric="open/dear", min=0.1),))
    (target,) = targets(policy, known_frames(run.frames, {}))
    said = listened(target, run.frames[0], Judges(run.standings))
    assert said.hearing.how == "measured"
    assert said.hearing.labels == 120
    assert said.found is not None
    told = said.found.at(0.95)
    assert told.value == pytest.approx(sum(int(t[-1]) - 1 for t in texts) / 960, abs=0.08)


def test_the_same_rubric_with_another_model_has_scores_of_its_own(store: RunStore) -> None:
    first, second = (REFERENCE.with_model(name) for name in ("small", "large"))
    stages = Stages(first, second, 0.5)
    check_stages(stages)
    assert stages.scores == {"reference_second"}
    info = stored(store, replies(80))
    asyncio.run(judge_run(bench(first, judging(0, noise=0.3), store), info))
    part = asyncio.run(judge_part(bench(second, judging(1), store, seed=1), info, stages))
    assert [row.metric for row in part.rows[::3]] == ["open/reference_second"]
    found = standings(store.find(info.id))
    (known,) = {found["open", score].people for score in ("reference", "reference_second")}
    assert known == "reference_people"  # people are asked the same once, for both


def test_several_criteria_go_together_by_name(store: RunStore) -> None:
    texts: dict[str, Any] = {"tone": "tone", "right": "reference"}
    first = judge_of(JudgeFile(judge="cheap", criteria=texts, model="small"))
    turned = dict(reversed(texts.items()))
    second = judge_of(JudgeFile(judge="dear", criteria=turned, model="large"))
    names = [(m.of, m.score) for m in Stages(first, second, 0.5).matches]
    assert names == [("cheap_right", "dear_right"), ("cheap_tone", "dear_tone")]


ODD = judge_of(JudgeFile(judge="odd", criteria={"a": "tone", "b": "reference"}, model="m"))
PANEL = judge_of(JudgeFile(judge="panel", rubric="reference", models=("m1", "m2")))
SAME = judge_of(JudgeFile(judge="renamed", rubric="reference", model="small"))
SHORT = judge_of(
    JudgeFile(
        judge="short",
        model="m",
        rubric={"criterion": "Is it right?", "levels": {0: "no", 1: "partly", 2: "yes"}},
    )
)


@pytest.mark.parametrize(
    ("second", "share", "message"),
    [
        (DEAR, 0.0, "--part 0: a share above 0, and at most 1"),
        (DEAR, 1.2, "--part 1.2: a share above 0, and at most 1"),
        (DEAR, float("nan"), "--part nan"),
        (CHEAP, 0.2, "judge cheap with small is both stages"),
        (SAME, 0.2, "is both stages"),
        (PANEL, 0.2, "judge panel is a panel: the second stage is one judge"),
        (PAIRWISE, 0.2, "judge pairwise compares pairs"),
        (CHECKLIST, 0.2, "judge list is a checklist, judge cheap a rubric"),
        (ODD, 0.2, "judge odd has the criteria a, b, judge cheap has cheap"),
        (SHORT, 0.2, "judge short grades on 0, 1, 2, judge cheap on 1, 2, 3, 4, 5"),
    ],
)
def test_two_that_make_no_stages_are_refused(second: Judge, share: float, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        check_stages(Stages(CHEAP, second, share))


def test_a_name_that_another_scorer_has_is_refused_before_anything_is_asked(
    store: RunStore,
) -> None:
    info = stored(store, replies(10))
    taken = judge_of(JudgeFile(judge="judged", rubric="reference", model="large"))
    made = bench(taken, judging(0), store)
    with pytest.raises(DeclarationError, match="has a score called 'judged' already"):
        asyncio.run(judge_part(made, info, Stages(CHEAP, taken, 0.5)))
    assert made.model.count == 0  # type: ignore[attr-defined]


def test_scores_of_another_model_under_the_name_do_not_stay(store: RunStore) -> None:
    info = stored(store, replies(100))
    asyncio.run(judge_run(bench(DEAR, judging(8), store), info))
    asyncio.run(judge_run(bench(CHEAP, judging(9, noise=0.3), store), info))
    other = bench(DEAR, judging(7, noise=0.2), store, seed=5)
    for share, expected in ((0.4, 40), (0.6, 60)):
        part = asyncio.run(judge_part(other, info, replace(FIFTH, share=share)))
        assert part.rows[0].found.labels == expected
        (frame,) = Run(store, store.find(info.id)).frames
        assert sum(frame.column("dear").weights > 0) == expected
        assert frame.counts("dear").get("infra_error", 0) == 0
        assert frame.unjudged("dear") == 0


def test_a_price_that_nobody_knows_is_none(store: RunStore) -> None:
    info = stored(store, replies(3))
    assert price(store, info.id) is None
