import asyncio
from collections.abc import Sequence

import pytest

from statera.api.auditasks import Scope, Unit, flat
from statera.api.auditing import prepare
from statera.api.auditreading import Said, place
from statera.api.judging import sit
from statera.graders.judge import Judge, JudgeFile, judge_of
from statera.models.scriptedjudge import ScriptedJudge
from statera.protocols import Model
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.audits_made import scripted as playing
from tests.judges_made import PAIRWISE, REFERENCE, bench, scripted, stored
from tests.replies_made import letters, replied

SCOPE = Scope(items=4, repeats=3, anchors=2, responders=2)
GRADES = scripted(("alpha", "[5]"), ("omega", "[1]"), ("psi", "no grade"), default="[2]")
BOTH = judge_of(JudgeFile(judge="both", criteria={"tone": "tone", "right": "reference"}))


def heard(store: RunStore, judge: Judge, model: Model, *said: list[str], own: int = 1) -> Said:
    """Return what a judge said of one or two runs with those replies."""
    runs = [stored(store, texts, name=f"m{n}") for n, texts in enumerate(said)]
    return of_runs(store, judge, model, runs, own=own)


def of_runs(
    store: RunStore, judge: Judge, model: Model, runs: Sequence[RunInfo], own: int = 1
) -> Said:
    made = prepare(bench(judge, model, store, repeats=own), *runs, scope=SCOPE)
    asked = made.questions
    times = max(SCOPE.repeats, own)

    async def both() -> Said:
        again = await sit(made.bench, flat(asked.repeated), repeats=times)
        once = await sit(made.bench, asked.once, repeats=own)
        return Said(
            bench=made.bench,
            found=made.found,
            questions=asked,
            once=once,
            again=again,
            repeats=times,
        )

    return asyncio.run(both())


def by_output(said: Said, units: list[Unit]) -> dict[str, float | None]:
    return {unit[0].answers[0].output: said.value(unit) for unit in units}


def test_a_grade_is_a_share_of_the_scale_and_none_without_a_verdict(store: RunStore) -> None:
    said = heard(store, REFERENCE, GRADES, ["alpha", "omega", "psi", "else"])
    found = by_output(said, said.questions.main)
    assert found == {"alpha": 1.0, "omega": 0.0, "psi": None, "else": 0.25}
    grade = said.grade(said.questions.main[0])
    output = said.questions.main[0][0].answers[0].output
    assert (grade.length, grade.value) == (len(output), found[output])


def test_a_pair_counts_in_both_orders_and_a_flip_as_half(store: RunStore) -> None:
    first = scripted(default="[[A]]")
    said = heard(store, PAIRWISE, first, ["a b", "c d"], ["e f", "g h"])
    assert {said.value(unit) for unit in said.questions.main} == {0.5}
    rows = list(said.pairs(said.questions.main))
    assert [(row.forward, row.backward) for row in rows] == [(1.0, 0.0)] * 2
    assert all(row.item.startswith("open\0") for row in rows)


def test_what_a_judge_says_is_the_mean_over_its_own_repeats_alone(store: RunStore) -> None:
    said = heard(store, REFERENCE, GRADES, ["alpha", "omega"], own=2)
    assert {len(said.once.repeats(unit[0])) for unit in said.questions.main} == {2}
    assert {len(said.again.repeats(unit[0])) for unit in said.questions.repeated} == {3}
    assert by_output(said, said.questions.main) == {"alpha": 1.0, "omega": 0.0}


def test_every_judgement_is_counted_with_its_repeats(store: RunStore) -> None:
    said = heard(store, REFERENCE, GRADES, ["alpha", "omega", "psi", "else"])
    # 4 replies, 4 padded, 2 of each of 4 responders less 1 (the constant one) twice, 2 x 2 again
    judged = len(said.questions.once) + 2 * len(said.questions.repeated)
    assert len(said.asked) == judged
    unread = {one.unit for one in said.asked if not one.read}
    psi = next(u for u in said.questions.main if u[0].answers[0].output == "psi")
    assert unread == {place(psi)}


def test_each_responder_stands_beside_the_runs_own_replies_by_task(store: RunStore) -> None:
    info = replied(store, letters(4), tasks=("one", "two"))
    found = of_runs(store, REFERENCE, GRADES, [info]).responders
    assert {(r.task, r.name) for r in found} == {
        (task, name)
        for task in ("one", "two")
        for name in ("empty", "constant", "off_topic", "attack")
    }
    for one in found:
        assert one.own is not None
        assert len(one.values) == len(one.own) == len(one.units) == 2
        assert all(unit.startswith(f"{one.task}\0") for unit in one.units)
        assert one.criterion == ""


def test_sections_name_their_criterion_only_where_there_are_several(store: RunStore) -> None:
    one = heard(store, REFERENCE, GRADES, ["alpha", "omega"])
    assert {section.criterion for section in one.sections} == {""}
    two = heard(store, BOTH, GRADES, ["alpha", "omega"])
    assert {(s.name, s.criterion) for s in two.sections if s.name != "position"} == {
        (name, criterion)
        for name in ("verbosity", "consistency")
        for criterion in ("tone", "right")
    }
    assert {r.criterion for r in two.responders} == {"tone", "right"}


def test_places_are_looked_at_on_padded_replies_where_there_are_no_others(store: RunStore) -> None:
    alone = heard(store, PAIRWISE, scripted(default="[[A]]"), ["one two", "three four"])
    section = next(s for s in alone.sections if s.name == "position")
    assert section.figure("flip rate").value == 1.0
    single = heard(store, REFERENCE, GRADES, ["alpha"])
    assert next(s for s in single.sections if s.name == "position").state == "not measured"


@pytest.mark.parametrize("prefers", ["longer", "shorter"])
def test_padded_grades_go_with_their_own_reply(store: RunStore, prefers: str) -> None:
    from_script = ScriptedJudge(prefers=prefers, words_per_level=2)  # type: ignore[arg-type]
    said = heard(store, REFERENCE, playing(from_script), ["one two three four", "five six"])
    section = next(s for s in said.sections if s.name == "verbosity")
    value = section.figure("padded less plain").value or 0.0
    assert (value > 0) == (prefers == "longer")
