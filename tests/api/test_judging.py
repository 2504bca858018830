import asyncio
from dataclasses import replace

import pytest

from statera.analysis.standing import DRIFTED
from statera.api.judging import NOT_ASKED, sit
from statera.errors import DeclarationError
from statera.graders.asks import Ask
from statera.records.responses import Failure
from statera.records.verdicts import Answer
from statera.store.runstore import RunStore
from tests.judges_made import REFERENCE, answer, bench, scripted


def asks(*texts: str, answers: tuple[Answer, ...] = ()) -> list[Ask]:
    made = answers or tuple(answer(text, sample=f"q{i}") for i, text in enumerate(texts))
    return [Ask(criterion="reference", answers=(one,)) for one in made]


def test_a_judges_work_is_a_run_that_is_asked_once(store: RunStore) -> None:
    judging = scripted(("alpha", "Fine.\n[5]"), ("omega", "Wrong.\n[1]"))
    wanted = asks("alpha", "omega", "alpha")
    sitting = asyncio.run(sit(bench(REFERENCE, judging, store), wanted))
    assert [sitting.verdict(ask).value for ask in wanted] == [1.0, 0.0, 1.0]
    assert sitting.verdict(wanted[0]).label == "5"
    assert judging.count == 3
    again = asyncio.run(sit(bench(REFERENCE, judging, store), wanted))
    assert again.verdicts == sitting.verdicts
    assert judging.count == 3
    more = asks("alpha", "omega", "alpha", "omega")
    asyncio.run(sit(bench(REFERENCE, judging, store), more))
    assert judging.count == 4  # the fourth question is new


def test_the_same_judgement_of_other_trials_is_not_asked_again(store: RunStore) -> None:
    judging = scripted(default="Fine.\n[4]")
    same = tuple(replace_sample(answer("same"), f"q{i}") for i in range(3))
    asyncio.run(sit(bench(REFERENCE, judging, store), asks(answers=same)))
    assert judging.count == 1


def replace_sample(one: Answer, name: str) -> Answer:
    return Answer(
        task=one.task,
        sample_id=name,
        epoch=one.epoch,
        prompt=one.prompt,
        output=one.output,
        unit=name,
        reference=one.reference,
    )


def test_repeats_are_asked_each_with_a_seed_of_its_own(store: RunStore) -> None:
    judging = scripted(default="Fine.\n[4]")
    (ask,) = asks("a")
    sitting = asyncio.run(sit(bench(REFERENCE, judging, store), [ask], repeats=3))
    assert sorted(sitting.repeats(ask)) == [0, 1, 2]
    assert len({request.sampling.seed for request in judging.asked}) == 3  # type: ignore[union-attr]
    first = asyncio.run(sit(bench(REFERENCE, judging, store), [ask]))
    assert sorted(first.repeats(ask)) == [0]
    assert judging.count == 3


def test_without_a_verdict_it_is_asked_once_more_and_then_unparsed(store: RunStore) -> None:
    judging = scripted(default="No verdict comes to mind.")
    (ask,) = asks("a")
    verdict = asyncio.run(sit(bench(REFERENCE, judging, store), [ask])).verdict(ask)
    assert (verdict.value, verdict.outcome) == (None, "unparsed")
    assert judging.count == 2


def test_a_verdict_that_plumbing_lost_is_asked_again_by_the_next_sitting(store: RunStore) -> None:
    judging = scripted(default="[4]")
    failing = scripted(default="[4]")
    failing.identity = judging.identity
    failing._failure = lambda request, reply: Failure(kind="infra", message="reset")  # type: ignore[method-assign]
    (ask,) = asks("a")
    limits = replace(bench(REFERENCE, failing, store).limits, fail_share=1.0)
    lost = asyncio.run(sit(replace(bench(REFERENCE, failing, store), limits=limits), [ask]))
    assert lost.verdict(ask).outcome == "infra_error"
    found = asyncio.run(sit(bench(REFERENCE, judging, store), [ask]))
    assert found.verdict(ask).value == 0.75


def test_a_missing_reference_is_told_before_anything_is_asked(store: RunStore) -> None:
    judging = scripted(default="[4]")
    wanted = asks(answers=(answer("a"), answer("b", sample="q1", reference=None)))
    with pytest.raises(DeclarationError, match="grades against a reference, and open sample 'q1'"):
        asyncio.run(sit(bench(REFERENCE, judging, store), wanted))
    assert judging.count == 0
    assert store.runs() == []


def test_another_model_rubric_or_seed_is_another_judge(store: RunStore) -> None:
    one = bench(REFERENCE, scripted(default="[4]"), store)
    other_rubric = replace(REFERENCE, version="2")
    runs = {
        one.run_id,
        bench(REFERENCE, scripted(default="[5]"), store).run_id,
        bench(other_rubric, scripted(default="[4]"), store).run_id,
        bench(REFERENCE, scripted(default="[4]"), store, seed=1).run_id,
    }
    assert len(runs) == 4
    assert bench(REFERENCE, scripted(default="[4]"), store).run_id == one.run_id


def test_a_judge_that_shifted_begins_a_new_era(store: RunStore) -> None:
    judging = scripted(default="[4]")
    made = bench(REFERENCE, judging, store)
    asyncio.run(sit(made, asks("a")))
    first = made.run_id
    made.remember(**{DRIFTED: "since today"})
    assert made.era == 1
    assert made.run_id != first
    asyncio.run(sit(made, asks("a")))
    assert judging.count == 2
    assert store.find(first).environment[DRIFTED] == "since today"


def test_what_is_remembered_of_a_judge_stays_when_it_is_asked_more(store: RunStore) -> None:
    made = bench(REFERENCE, scripted(default="[4]"), store)
    asyncio.run(sit(made, asks("a")))
    made.remember(audit={"void": False})
    asyncio.run(sit(made, asks("a", "b")))
    assert made.environment["audit"] == {"void": False}


def test_a_judges_run_is_never_the_latest(store: RunStore) -> None:
    made = bench(REFERENCE, scripted(default="[4]"), store)
    asyncio.run(sit(made, asks("a")))
    info = store.find(made.run_id)
    assert info.judging
    assert info.environment["asked"]["judge"]["name"] == "reference"
    assert store.find("latest").id == info.id  # there is no other
    sitting = asyncio.run(sit(made, asks("a")))
    assert sitting.verdict(asks("never asked")[0]) == NOT_ASKED
